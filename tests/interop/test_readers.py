"""Our LPA on our chip in a card reader: pcscd between them, and a server beside them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.apdu.atr import build_atr
from tests.interop.programs import Smdp, chip_states, openesim, openesim_json, serving
from tests.support.pcsc import FIRST_READER, Readers, needs_readers, virtual_readers
from tests.support.rig import package_octets

pytestmark = needs_readers


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """pcscd with its virtual readers."""
    with virtual_readers() as running:
        yield running


@pytest.fixture(scope="module")
def smdp(readers: Readers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """A server of ours where the readers are."""
    folder = tmp_path_factory.mktemp("smdp")
    openesim("pki", "init", folder / "pki")
    with serving(folder, package_octets(), inside=tuple(readers.room.command())) as running:
        yield running


@pytest.fixture
def card(smdp: Smdp, tmp_path: Path) -> Path:
    """A new chip of the server's world."""
    path = tmp_path / "chip.card"
    openesim("euicc", "new", path, "--pki", smdp.folder / "pki")
    return path


def lpa(readers: Readers, card: str, *words: object, expect: int = 0) -> Any:
    """What our LPA says in there, as an object."""
    return json.loads(readers.openesim("lpa", "--card", card, *words, "--json", expect=expect))


@pytest.mark.slow
@pytest.mark.timeout(600)  # ten processes of ours, one after the other
def test_a_profile_is_downloaded_enabled_disabled_and_deleted_through_a_reader(
    readers: Readers, smdp: Smdp, card: Path
) -> None:
    order = smdp.order(matching_id="READER-1")
    trusting = ("--trust", smdp.ci)
    with readers.insert(card):
        done = lpa(
            readers, "pcsc:pcd 00 00", *trusting, "download", f"LPA:1${smdp.address}$READER-1", "--yes"
        )
        assert done["iccid"] == order["iccid"]
        lpa(readers, "pcsc:", *trusting, "enable", order["iccid"])
        assert chip_states(card) == {order["iccid"]: "enabled"}
        (profile,) = lpa(readers, "pcsc:", "list")["profiles"]
        assert profile["state"] == "enabled"
        assert smdp.states("READER-1") == ("Installed", "enabled")
        lpa(readers, "pcsc:", *trusting, "disable", order["iccid"])
        lpa(readers, "pcsc:", *trusting, "delete", order["iccid"], "--yes")
    assert chip_states(card) == {}


def test_readers_are_listed_with_what_is_in_them(readers: Readers, card: Path) -> None:
    with readers.insert(card):
        found = json.loads(readers.openesim("lpa", "readers", "--json"))
    readers_found = [one for one in found["readers"] if one["kind"] == "reader"]
    assert readers_found == [
        {
            "card": f"pcsc:{FIRST_READER}",
            "kind": "reader",
            "state": "euicc",
            "atr": build_atr().hex().upper(),
        },
        {"card": "pcsc:Virtual PCD 00 01", "kind": "reader", "state": "empty", "atr": None},
    ]
    assert found["problem"] is None


@pytest.mark.parametrize(
    ("named", "code", "expect"),
    [
        ("pcsc:", "lpa:reader-ambiguous", 2),
        ("pcsc:nobody's", "lpa:reader-not-found", 2),
        (f"pcsc:{FIRST_READER}", "lpa:reader-empty", 1),
    ],
)
def test_a_reader_that_cannot_be_meant_is_explained(
    readers: Readers, named: str, code: str, expect: int
) -> None:
    error = lpa(readers, named, "info", expect=expect)["error"]
    assert error["code"] == code
    if code == "lpa:reader-not-found":
        assert FIRST_READER in error["message"]


@pytest.mark.peers
def test_lpac_switches_a_profile_through_the_reader(
    readers: Readers, usim: Path, lpac_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("APDU", "pcsc"), ("HTTP", "stdio"), ("APDU_PCSC_DRV_IFID", "0")):
        monkeypatch.setenv(f"LPAC_{name}", value)

    def lpac(*words: str) -> Any:
        told = json.loads(readers.run(lpac_program, *words))["payload"]
        assert told["message"] == "success", told
        return told["data"]

    ((iccid, before),) = chip_states(usim).items()
    assert before == "enabled"
    with readers.insert(usim):
        assert lpac("chip", "info")["eidValue"] == openesim_json("euicc", "show", usim)["eid"]
        lpac("profile", "disable", iccid)
        assert chip_states(usim) == {iccid: "disabled"}
        lpac("profile", "enable", iccid)
    assert chip_states(usim) == {iccid: "enabled"}


@contextmanager
def another_program(readers: Readers) -> Iterator[None]:
    """Somebody who has connected to the card and does not let go."""
    hold = "from openesim.adapters.apdu.pcsc import PcscCard; card = PcscCard(); print(flush=True); input()"
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(readers.room.command(sys.executable, "-c", hold), **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate(b"\n")


def test_a_card_that_another_program_uses_is_explained(readers: Readers, card: Path) -> None:
    with readers.insert(card), another_program(readers):
        assert lpa(readers, "pcsc:", "info", expect=1)["error"]["code"] == "lpa:card-in-use"


def test_without_a_service_it_is_told_what_to_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "nobody"))
    told = json.loads(openesim("lpa", "--card", "pcsc:", "info", "--json", expect=1))
    assert told["error"]["code"] == "lpa:pcsc-not-running"


def test_the_chip_waits_for_a_reader_and_ends_when_told(readers: Readers, card: Path) -> None:
    with readers.insert(card) as reader:
        assert reader.stop() == 0
