"""OpenSC's tools on our chip in the virtual reader."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.apdu.atr import build_atr
from openesim.adapters.apdu.software import read_card
from tests.interop.programs import openesim_json
from tests.support.pcsc import FIRST_READER, Readers, needs_readers, virtual_readers

pytestmark = [*needs_readers, pytest.mark.system("opensc", "opensc-tool")]

ISD_R = "00A4040010A0000005591010FFFFFFFF8900000100"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """pcscd with its virtual readers."""
    with virtual_readers() as running:
        yield running


@pytest.fixture(scope="module")
def card(readers: Readers, usim: Path) -> Iterator[Path]:
    """A chip with an enabled profile in the first reader."""
    with readers.insert(usim):
        yield usim


def sent(readers: Readers, *apdus: str) -> list[str]:
    """Data and status word of the answer to each APDU, in hex, as opensc-tool shows them."""
    said = readers.run("opensc-tool", "--reader", FIRST_READER, *(w for apdu in apdus for w in ("-s", apdu)))
    answers: list[str] = []
    for line in said.splitlines():
        word = re.match(r"Received \(SW1=0x(..), SW2=0x(..)\)", line)
        data = re.match(r"((?:[0-9A-F]{2} )+)", line)
        if word:
            answers.append("".join(word.groups()))
        elif data and answers:
            answers[-1] = answers[-1][:-4] + data.group(1).replace(" ", "") + answers[-1][-4:]
    return answers


@pytest.mark.usefixtures("card")
def test_the_reader_has_a_card_with_our_atr(readers: Readers) -> None:
    assert "Yes" in next(
        line for line in readers.run("opensc-tool", "-l").splitlines() if FIRST_READER in line
    )
    assert readers.run("opensc-tool", "--reader", FIRST_READER, "--atr").strip() == build_atr().hex(":")


def test_the_eid_is_read_from_the_isd_r(readers: Readers, card: Path) -> None:
    _, answer = sent(readers, ISD_R, "80E2910006BF3E035C015A00")
    assert openesim_json("euicc", "show", card)["eid"] + "9000" in answer


def test_iccid_applications_imsi_and_name_are_read(readers: Readers, card: Path) -> None:
    mf, usim = "00A40004023F0000", "00A4040C07A0000000871002"
    *_, iccid = sent(readers, mf, "00A40004022FE200", "00B000000A")
    assert iccid == read_card(card).profiles[0].iccid.octets.hex().upper() + "9000"
    *_, application = sent(readers, mf, "00A40004022F0000", "00B2010400")
    assert application.startswith("61")
    assert "A0000000871002" in application
    *_, imsi = sent(readers, mf, usim, "00A4000C026F07", "00B0000009")
    assert imsi == "0809101010325476989000"
    *_, name = sent(readers, mf, usim, "00A4000C026F46", "00B0000011")
    assert b"Operator" in bytes.fromhex(name)
    *_, attempts = sent(readers, mf, usim, "00200001")
    assert attempts == "63C3"


@pytest.mark.usefixtures("card")
def test_opensc_explorer_walks_through_the_files(readers: Readers, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("cat 2FE2\ninfo 2F00\nquit\n")
    said = readers.run("opensc-explorer", "--reader", FIRST_READER, script)
    assert "98 10 32 54 76 98 10 32 54 F6" in said
    assert "EF structure:            Linear fixed" in said
