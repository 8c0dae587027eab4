"""pySim's readers on our chip in the virtual reader, its profile built by ourselves and enabled.

pySim-read speaks class A0 to every card it does not know, pySim-shell that of a UICC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.apdu.software import read_card
from tests.interop.programs import find_program
from tests.support.pcsc import Readers, needs_readers, virtual_readers

pytestmark = [pytest.mark.peers, *needs_readers]

IMSI = "001010123456789"


@pytest.fixture(scope="module")
def pysim() -> tuple[Path, Path]:
    """Python with what pySim needs, and the folder of pySim."""
    return find_program("OPENESIM_PYSIM_PYTHON"), find_program("OPENESIM_PYSIM")


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """pcscd with its virtual readers, where pySim is."""
    find_program("OPENESIM_PYSIM")
    with virtual_readers() as running:
        yield running


@pytest.fixture(scope="module")
def card(readers: Readers, usim: Path) -> Iterator[Path]:
    """A chip with an enabled profile in the first reader."""
    with readers.insert(usim):
        yield usim


def documents(said: str) -> list[Any]:
    """The JSON documents among what pySim-shell prints; each begins on a line of its own."""
    decoder = json.JSONDecoder()
    starts = [found.start() for found in re.finditer(r"^[\[{]$", said, re.MULTILINE)]
    return [decoder.raw_decode(said, start)[0] for start in starts]


def test_pysim_read_reads_the_card_as_a_sim(readers: Readers, pysim: tuple[Path, Path], card: Path) -> None:
    python, folder = pysim
    said = readers.run(python, folder / "pySim-read.py", "-p", "0")
    assert f"ICCID: {read_card(card).profiles[0].iccid}" in said
    assert f"IMSI: {IMSI}" in said
    assert "SPN: Operator" in said
    assert "SIM Service Table:" in said
    assert said.rstrip().endswith("Done !")


def test_pysim_shell_reads_the_card_as_an_euicc_with_a_usim(
    readers: Readers, pysim: tuple[Path, Path], card: Path, tmp_path: Path
) -> None:
    python, folder = pysim
    script = tmp_path / "script"
    script.write_text(
        "select MF/EF.ICCID\nread_binary_decoded\n"
        "select MF/EF.DIR\nread_records_decoded\n"
        "select MF/ADF.USIM\nselect EF.IMSI\nread_binary_decoded\n"
        "select EF.SPN\nread_binary_decoded\nselect EF.UST\nread_binary_decoded\n"
        "select MF/ADF.ISD-R\nget_eid\n"
    )
    said = readers.run(python, folder / "pySim-shell.py", "-p", "0", "--noprompt", "--script", script)
    assert "Consumer eUICC (SGP.22)" in said
    nvm = read_card(card)
    told = documents(said)
    assert {"iccid": str(nvm.profiles[0].iccid)} in told
    assert {"imsi": IMSI} in told
    spn = next(one for one in told if isinstance(one, dict) and "spn" in one)
    assert spn["spn"] == "Operator"
    names = [
        part.get("application_id")
        for record in next(one for one in told if isinstance(one, list))
        for part in record["application_template"] or ()
    ]
    assert any((name or "").startswith("a0000000871002") for name in names)
    services = next(one for one in told if isinstance(one, dict) and "19" in one)
    assert services["19"]["activated"]
    mf = next(one for one in told if isinstance(one, dict) and one.get("file_identifier") == "7fff")
    assert {"key_reference": 1} in mf["pin_status_template_do"]
    assert str(nvm.identity.eid) in said
