"""OpenSC's tools on our chip in the virtual reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.apdu.atr import build_atr
from tests.interop.programs import openesim, openesim_json
from tests.support.pcsc import FIRST_READER, Readers, needs_readers, virtual_readers

pytestmark = [*needs_readers, pytest.mark.system("opensc", "opensc-tool")]

ISD_R = "00A4040010A0000005591010FFFFFFFF8900000100"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """pcscd with its virtual readers."""
    with virtual_readers() as running:
        yield running


@pytest.fixture(scope="module")
def card(readers: Readers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new chip in the first reader."""
    folder = tmp_path_factory.mktemp("opensc")
    openesim("pki", "init", folder / "pki")
    openesim("euicc", "new", folder / "chip.card", "--pki", folder / "pki")
    with readers.insert(folder / "chip.card"):
        yield folder / "chip.card"


def sent(readers: Readers, *apdus: str) -> list[str]:
    """What opensc-tool shows of its answers: status words, and data as hex."""
    said = readers.run("opensc-tool", "--reader", FIRST_READER, *(w for apdu in apdus for w in ("-s", apdu)))
    return [line for line in said.splitlines() if line and not line.startswith(("Using", "Sending"))]


@pytest.mark.usefixtures("card")
def test_the_reader_has_a_card_with_our_atr(readers: Readers) -> None:
    assert "Yes" in next(
        line for line in readers.run("opensc-tool", "-l").splitlines() if FIRST_READER in line
    )
    assert readers.run("opensc-tool", "--reader", FIRST_READER, "--atr").strip() == build_atr().hex(":")


def test_the_eid_is_read_from_the_isd_r(readers: Readers, card: Path) -> None:
    said = sent(readers, ISD_R, "80E2910006BF3E035C015A00")
    assert said[0].startswith("Received (SW1=0x90, SW2=0x00)"), said
    octets = "".join(line[:48] for line in said if line[2:3] == " ").replace(" ", "")
    assert openesim_json("euicc", "show", card)["eid"] in octets, said
