"""The LPA in front of a chip in memory: ports are bound to the right effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from openesim.adapters.apdu.channel import Es10ApduChannel, open_es10_channel
from openesim.adapters.apdu.software import MemoryCard
from openesim.kernel.errors import CardError, NotFoundError, OpenEsimError, PeerError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.es10c import ResetOptions
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.metadata import ProfileState
from openesim.provisioning.lpa.effects import AskDeletion, Consent, Report, Stage
from openesim.services.lpa import Lpa, Surroundings, Unattended
from tests.unit.provisioning.euicc import laboratory
from tests.unit.provisioning.euicc.laboratory import ICCID, SECOND_ICCID


@dataclass
class Servers:
    """Every server at once: acknowledges notifications, or is out of reach."""

    is_reachable: bool = True
    called: list[tuple[str, str]] = field(default_factory=list)
    probed: list[str] = field(default_factory=list)

    def call(self, address: str, function: Function, request: object) -> Any:
        self.called.append((address, function.name))
        self.require_network()

    def probe(self, address: str) -> None:
        self.probed.append(address)
        self.require_network()

    def require_network(self) -> None:
        if not self.is_reachable:
            raise PeerError("no network")


class Doubting(Unattended):
    """Says no to deletions and counts the reports."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[AskDeletion] = []
        self.reports: list[Report] = []

    def confirm_deletion(self, question: AskDeletion) -> bool:
        self.questions.append(question)
        return False

    def progress(self, report: Report) -> None:
        self.reports.append(report)


@pytest.fixture
def servers() -> Servers:
    return Servers()


@pytest.fixture
def card() -> MemoryCard:
    """A chip with two profiles and no notification waiting."""
    chip = laboratory.new_card()
    for iccid in (ICCID, SECOND_ICCID):
        laboratory.install(chip, iccid)
    laboratory.forget_notifications(chip)
    return chip


@pytest.fixture
def channel(card: MemoryCard) -> Es10ApduChannel:
    return open_es10_channel(card)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def lpa(channel: Es10ApduChannel, servers: Servers, pauses: list[float]) -> Lpa:
    around = Surroundings(reset_card=channel.reset, probe=servers.probe, pause=pauses.append)
    return Lpa(channel, servers, surroundings=around)


def states(lpa: Lpa) -> list[bool]:
    return [profile.profile_state == ProfileState.ENABLED for profile in lpa.profiles()]


def test_a_profile_is_enabled_the_other_disabled_and_the_servers_hear_of_both(
    lpa: Lpa, servers: Servers
) -> None:
    lpa.enable(ICCID)
    assert states(lpa) == [True, False]
    change = lpa.enable(SECOND_ICCID)
    assert states(lpa) == [False, True]
    assert change.profile.iccid == SECOND_ICCID
    assert len(change.notifications.delivered) == 2
    assert {name for _, name in servers.called} == {"handle_notification"}
    assert lpa.notifications() == ()


def test_a_profile_is_disabled_and_deleted(lpa: Lpa) -> None:
    lpa.enable(ICCID)
    lpa.disable(ICCID)
    lpa.delete(ICCID)
    assert [profile.iccid for profile in lpa.profiles()] == [SECOND_ICCID]
    with pytest.raises(NotFoundError):
        lpa.find(ICCID)


def test_without_a_network_notifications_wait_and_are_delivered_later(
    lpa: Lpa, servers: Servers, pauses: list[float]
) -> None:
    servers.is_reachable = False
    change = lpa.delete(ICCID)
    assert servers.probed
    assert change.notifications.undelivered
    assert pauses[:2] == [1.0, 4.0]
    waiting = lpa.notifications()
    assert waiting

    servers.is_reachable = True
    assert lpa.process_notifications().delivered == waiting
    assert lpa.notifications() == ()


def test_one_notification_can_be_delivered_or_thrown_away(lpa: Lpa, servers: Servers) -> None:
    servers.is_reachable = False
    lpa.enable(ICCID)
    lpa.disable(ICCID)
    servers.is_reachable = True
    first, second = lpa.notifications()
    assert lpa.process_notifications(first.seq_number).delivered == (first,)
    lpa.remove_notification(second.seq_number)
    assert lpa.notifications() == ()


def test_the_user_is_asked_before_a_deletion_and_may_say_no(
    channel: Es10ApduChannel, servers: Servers
) -> None:
    servers.is_reachable = False
    user = Doubting()
    lpa = Lpa(channel, servers, user, Surroundings(probe=servers.probe))
    with pytest.raises(OpenEsimError) as caught:
        lpa.delete(ICCID)
    assert outcome_of(caught.value) is LpaOutcome.NOT_CONFIRMED
    assert user.questions[0].unreachable
    assert len(lpa.profiles()) == 2


def test_the_chip_tells_about_itself(lpa: Lpa, card: MemoryCard) -> None:
    info = lpa.info()
    assert info.eid == card.nvm.identity.eid
    assert info.root_smds_address == "smds.example.com"
    assert info.free_memory


def test_nickname_and_default_server_are_kept_on_the_chip(lpa: Lpa) -> None:
    lpa.set_nickname(ICCID, "Work")
    assert lpa.find(ICCID).profile_nickname == "Work"
    assert lpa.default_smdp() == ""
    lpa.set_default_smdp("SMDP.example.com")
    assert lpa.default_smdp() == "smdp.example.com"


def test_a_reset_deletes_what_it_is_told_to(lpa: Lpa) -> None:
    lpa.set_default_smdp("smdp.example.com")
    assert lpa.reset(ResetOptions(ResetOptions.RESET_DEFAULT_SMDP_ADDRESS)).was_needed
    assert (len(lpa.profiles()), lpa.default_smdp()) == (2, "")
    assert lpa.reset().was_needed
    assert lpa.profiles() == ()


@pytest.mark.parametrize("code", [None, ActivationCode.parse("1$smdp.example.com$X")])
def test_a_download_asks_the_right_server(
    channel: Es10ApduChannel, servers: Servers, code: ActivationCode | None
) -> None:
    servers.is_reachable = False
    user = Doubting()
    lpa = Lpa(channel, servers, user)
    lpa.set_default_smdp("default.example.com")
    with pytest.raises(PeerError):
        lpa.download(code)
    expected = "smdp.example.com" if code else "default.example.com"
    assert servers.called == [(expected, "initiate_authentication")]
    assert user.reports == [Report(Stage.CONTACTING_SERVER)]


def test_who_is_not_there_agrees_and_knows_one_code_once() -> None:
    user = Unattended(Secret("1234"))
    question: Any = object()
    assert user.consent(question) is Consent.YES
    assert user.confirm_deletion(question)
    assert [user.confirmation_code(attempt) for attempt in (1, 2)] == [Secret("1234"), None]


def test_an_error_of_the_card_comes_out_explained(lpa: Lpa) -> None:
    with pytest.raises(CardError) as caught:
        lpa.disable(ICCID)
    assert caught.value.explanation is not None
    assert "disabled already" in caught.value.explanation.cause
