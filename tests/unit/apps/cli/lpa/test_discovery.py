"""``openesim lpa discover``: what people read, what programs read, exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openesim.apps.cli.lpa import phone
from openesim.kernel.errors import FunctionError, OpenEsimError, PeerError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.lpa.discovery import Discovery, FoundEvent
from openesim.provisioning.lpa.download import Downloaded
from openesim.provisioning.lpa.notifications import DeliveryReport
from tests.support.rig import ICCID
from tests.unit.apps.cli.lpa.conftest import Lpa, read_object

ROOT, BELOW, SMDP = "root.example.com", "below.example.com", "smdp.example.com"
EVENT = FoundEvent(event_id="E-1", address=SMDP, through=(ROOT, BELOW))
AWAY = FoundEvent(event_id="E-2", address=BELOW, through=(ROOT,), problem=PeerError(f"{BELOW}: no answer"))
INSTALLED = Downloaded(
    metadata=StoreMetadataRequest(iccid=ICCID, service_provider_name="Testland", profile_name="One"),
    aid=bytes(16),
    address=SMDP,
    is_resumed=False,
    notifications=DeliveryReport(()),
)


class Scripted:
    """An LPA that finds and downloads what the test says."""

    def __init__(self, *events: FoundEvent, outcome: Downloaded | OpenEsimError = INSTALLED) -> None:
        self.events = events
        self.outcome = outcome
        self.asked: list[str | None] = []
        self.downloaded: list[str] = []

    def discover(self, address: str | None, _device: object) -> Discovery:
        self.asked.append(address)
        return Discovery(address or ROOT, self.events)

    def download_event(self, event: FoundEvent, _device: object) -> Downloaded:
        self.downloaded.append(event.event_id)
        if isinstance(self.outcome, OpenEsimError):
            raise self.outcome
        return self.outcome


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a scripted LPA in the place of card and network."""

    def use(lpa: Scripted) -> Scripted:
        @contextmanager
        def opened(*_: object) -> Iterator[Scripted]:
            yield lpa

        monkeypatch.setattr(phone, "open_phone", opened)
        return lpa

    return use


def test_nothing_to_be_found_is_no_error(lpa: Lpa, scripted: Any) -> None:
    scripted(Scripted())
    told = lpa("discover")
    assert (told.exit_code, told.stdout.strip()) == (0, f"{ROOT} has nothing for this chip.")
    assert read_object(lpa("discover", "--json")) == {"ok": True, "smds_address": ROOT, "events": []}
    assert "没有该芯片的事件" in lpa("--lang", "zh", "discover").stdout


def test_events_are_listed_without_a_download(lpa: Lpa, scripted: Any) -> None:
    card = scripted(Scripted(EVENT))
    told = lpa("discover", "--list")
    assert told.exit_code == 0
    assert SMDP in told.stdout
    assert f"{ROOT} → {BELOW}" in told.stdout
    assert EVENT.event_id not in told.output, "the id downloads the profile"
    (event,) = read_object(lpa("discover", "--list", "--json"))["events"]
    assert event == {
        "event_id": "E-1",
        "rsp_server_address": SMDP,
        "through": [ROOT, BELOW],
        "outcome": "found",
        "error": None,
        "download": None,
    }
    assert card.downloaded == []


def test_what_is_found_is_downloaded(lpa: Lpa, scripted: Any) -> None:
    card = scripted(Scripted(EVENT))
    assert f"{ICCID} is installed" in lpa("discover").stdout
    (event,) = read_object(lpa("discover", "--json"))["events"]
    assert (event["outcome"], event["download"]["iccid"]) == ("installed", ICCID)
    assert card.downloaded == ["E-1", "E-1"]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (LpaOutcome.USER_REFUSED, "refused"),
        (LpaOutcome.USER_POSTPONED, "later"),
        (LpaOutcome.USER_DID_NOT_ANSWER, "later"),
    ],
)
def test_what_the_user_does_not_want_is_no_error(
    lpa: Lpa, scripted: Any, outcome: LpaOutcome, told: str
) -> None:
    scripted(Scripted(EVENT, outcome=with_outcome(OpenEsimError("no"), outcome)))
    done = lpa("discover", "--json")
    assert done.exit_code == 0
    assert [each["outcome"] for each in read_object(done)["events"]] == [told]


def test_one_that_fails_does_not_hinder_the_next(lpa: Lpa, scripted: Any) -> None:
    card = scripted(Scripted(EVENT, EVENT, outcome=FunctionError("8.2", "1.2", "not released")))
    done = lpa("discover", "--json")
    assert done.exit_code == 1
    told = read_object(done)
    assert told["ok"] is False
    assert [each["error"]["subject"] for each in told["events"]] == ["8.2", "8.2"]
    assert all(each["error"]["next_step"] for each in told["events"])
    assert len(card.downloaded) == 2


def test_an_event_that_leads_nowhere_says_why_and_what_to_do(lpa: Lpa, scripted: Any) -> None:
    card = scripted(Scripted(AWAY))
    told = lpa("discover")
    assert told.exit_code == 1
    assert "no answer" in told.stdout
    assert "Next step" in told.stderr
    (event,) = read_object(lpa("--lang", "zh", "discover", "--json"))["events"]
    assert (event["outcome"], event["download"]) == ("leads nowhere", None)
    assert event["error"]["cause"].strip()
    assert card.downloaded == []


def test_another_sm_ds_may_be_named(lpa: Lpa, scripted: Any) -> None:
    card = scripted(Scripted())
    lpa("discover", "--smds", "Other.Example.com")
    lpa("discover")
    assert card.asked == ["other.example.com", None]
    wrong = lpa("discover", "--smds", "no host name")
    assert wrong.exit_code == 2
    assert "no host name" in wrong.stderr


def test_the_default_server_can_be_said_aloud(lpa: Lpa, empty_card: Path) -> None:
    told = lpa("--card", empty_card, "download", "--default")
    assert told.exit_code == 1
    assert "no default server" in told.stderr
    both = lpa("--card", empty_card, "download", "--default", "LPA:1$a.example$B")
    assert both.exit_code == 2
