"""READ BINARY and UPDATE BINARY, as a terminal sees them."""

import pytest

from openesim.provisioning.uicc.status_words import describe
from tests.unit.provisioning.uicc.terminal import ADM1, USIM, Terminal, new_terminal

IMSI = "080910101032547698"


@pytest.fixture
def terminal() -> Terminal:
    """A terminal in the USIM of a profile whose PIN1 is disabled."""
    terminal = new_terminal()
    terminal.select(USIM)
    return terminal


def test_a_file_is_read_whole_or_in_part(terminal: Terminal) -> None:
    terminal.select("6F07")
    assert terminal.send("00B0000000") == f"{IMSI}9000"
    assert terminal.send("00B0000009") == f"{IMSI}9000"
    assert terminal.send("00B0000102") == f"{IMSI[2:6]}9000"
    assert terminal.send("00B0000800") == f"{IMSI[16:]}9000"


def test_without_le_the_content_is_announced(terminal: Terminal) -> None:
    terminal.select("6F07")
    assert terminal.send("00B00000") == "6109"
    assert terminal.send("00C0000009") == f"{IMSI}9000"


def test_a_short_identifier_reads_and_selects(terminal: Terminal) -> None:
    assert terminal.send("00B0870000") == f"{IMSI}9000"
    assert terminal.send("00B0000001") == "089000"


def test_what_was_written_is_read_again_and_outlives_a_reset(terminal: Terminal) -> None:
    terminal.select("6F7E")
    assert terminal.send("00D6000402 ABCD") == "9000"
    assert terminal.send("00B000040200"[:10]) == "ABCD9000"
    terminal.card.reset()
    terminal.select(USIM, "6F7E")
    assert terminal.send("00B0000402") == "ABCD9000"


def test_the_same_octets_are_no_change(terminal: Terminal) -> None:
    terminal.select("6F7E")
    content = terminal.send("00B0000000")[:-4]
    before = terminal.card.nvm
    assert terminal.send(f"00D600000B{content}") == "9000"
    assert terminal.card.nvm is before


@pytest.mark.parametrize(
    ("file", "command", "status"),
    [
        ("6F07", "00B0000900", "6B00"),
        ("6F07", "00B07FFF00", "6B00"),
        ("6F07", "00B000000A", "6C09"),
        ("6F07", "00B0000109", "6C08"),
        ("6F3C", "00B0000000", "6981"),
        ("6F07", "00B0FF0000", "6A86"),
        ("6F07", "00B09C0000", "6A82"),
        ("6F07", "00D6000001 08", "6982"),
        ("6F7E", "00D6000B01 08", "6B00"),
        ("6F7E", "00D6000A02 0808", "6700"),
        ("6F7E", "00D60000", "6700"),
        ("6F7E", "80B0000000", "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, file: str, command: str, status: str) -> None:
    terminal.select(file)
    before = terminal.card.nvm
    assert terminal.send(command) == status
    assert describe(int(status, 16))
    assert terminal.card.nvm is before


def test_without_a_file_there_is_nothing_to_read(terminal: Terminal) -> None:
    assert terminal.send("00B0000000") == "6986"
    assert terminal.send("00D6000001 00") == "6986"


def test_an_administrative_key_opens_what_is_closed(terminal: Terminal) -> None:
    assert terminal.verify("0A", ADM1) == "9000"
    terminal.select("6F07")
    assert terminal.send("00D6000001 08") == "9000"
