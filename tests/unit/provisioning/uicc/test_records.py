"""READ RECORD, UPDATE RECORD and INCREASE, as a terminal sees them."""

import pytest

from openesim.provisioning.uicc.status_words import describe
from tests.unit.provisioning.uicc.cards import cyclic, linear, terminal_with, transparent
from tests.unit.provisioning.uicc.terminal import Terminal

LINEAR, CYCLIC, TRANSPARENT = "5010", "5011", "5012"


@pytest.fixture
def terminal() -> Terminal:
    return terminal_with(
        linear(LINEAR, "AA01", "AA02", "AA03"),
        cyclic(CYCLIC, "000003", "000002", "000001"),
        transparent(TRANSPARENT, "00"),
    )


def read(terminal: Terminal, number: int, mode: str, le: str = "00") -> str:
    return terminal.send(f"00B2{number:02X}{mode}{le}")


def test_records_are_read_by_number(terminal: Terminal) -> None:
    terminal.select(LINEAR)
    assert [read(terminal, number, "04") for number in (1, 2, 3)] == ["AA019000", "AA029000", "AA039000"]
    assert read(terminal, 4, "04") == "6A83"
    assert read(terminal, 1, "04", "02") == "AA019000"


@pytest.mark.parametrize("le", ["01", "03", "FF"])
def test_another_length_than_the_records_is_answered_with_it(terminal: Terminal, le: str) -> None:
    terminal.select(LINEAR)
    assert read(terminal, 1, "04", le) == "6C02"


def test_the_next_record_follows_until_the_end(terminal: Terminal) -> None:
    terminal.select(LINEAR)
    assert read(terminal, 0, "04") == "6A83"  # no record is current yet
    assert [read(terminal, 0, "02")[:4] for _ in range(4)] == ["AA01", "AA02", "AA03", "6A83"]
    assert read(terminal, 0, "04") == "AA039000"
    assert [read(terminal, 0, "03")[:4] for _ in range(3)] == ["AA02", "AA01", "6A83"]


def test_the_previous_record_begins_at_the_end(terminal: Terminal) -> None:
    terminal.select(LINEAR)
    assert read(terminal, 0, "03") == "AA039000"


def test_a_cyclic_file_has_no_end(terminal: Terminal) -> None:
    terminal.select(CYCLIC)
    assert [read(terminal, 0, "02")[:6] for _ in range(4)] == ["000003", "000002", "000001", "000003"]
    assert read(terminal, 0, "03")[:6] == "000001"


def test_selecting_forgets_the_current_record(terminal: Terminal) -> None:
    terminal.select(LINEAR)
    read(terminal, 0, "02")
    terminal.select(LINEAR)
    assert read(terminal, 0, "02") == "AA019000"


def test_a_record_is_written_over(terminal: Terminal) -> None:
    terminal.select(LINEAR)
    assert terminal.send("00DC020402 BB02") == "9000"
    assert read(terminal, 2, "04") == "BB029000"
    assert terminal.send("00DC000202 BB01") == "9000"
    assert terminal.send("00DC000402 CC01") == "9000"
    assert [read(terminal, number, "04")[:4] for number in (1, 2, 3)] == ["CC01", "BB02", "AA03"]


def test_a_cyclic_file_takes_the_place_of_its_oldest_record(terminal: Terminal) -> None:
    terminal.select(CYCLIC)
    assert terminal.send("00DC000303 000004") == "9000"
    assert read(terminal, 0, "04") == "0000049000"
    assert [read(terminal, number, "04")[:6] for number in (1, 2, 3)] == ["000004", "000003", "000002"]
    assert terminal.send("00DC010403 000005") == "6A86"
    assert terminal.send("00DC000203 000005") == "6A86"


def test_a_short_identifier_stands_in_p2(terminal: Terminal) -> None:
    sfi = int(LINEAR, 16) % 0x1E + 1
    assert terminal.send(f"00B202{sfi << 3 | 4:02X}00") == "AA029000"
    assert terminal.send(f"00DC02{sfi << 3 | 4:02X}02 DD02") == "9000"
    assert read(terminal, 2, "04") == "DD029000"


def test_a_counter_is_increased_and_the_sum_is_the_youngest(terminal: Terminal) -> None:
    terminal.select(CYCLIC)
    assert terminal.exchange("80320000", "FF") == "000102FF9000"
    assert read(terminal, 1, "04") == "0001029000"
    assert read(terminal, 2, "04") == "0000039000"
    assert terminal.exchange("80320000", "FFFFFF") == "9850"
    assert read(terminal, 1, "04") == "0001029000"


@pytest.mark.parametrize(
    ("file", "command", "status"),
    [
        (LINEAR, "00B2010000", "6A86"),
        (LINEAR, "00B2010200", "6A86"),
        (LINEAR, "00B201FC00", "6A82"),
        (LINEAR, "00DC010401 AA", "6700"),
        (LINEAR, "00DC040402 AAAA", "6A83"),
        (LINEAR, "8032000001 01", "6981"),
        (CYCLIC, "8032000004 00000001", "6700"),
        (CYCLIC, "80320000", "6700"),
        (CYCLIC, "8032000101 01", "6A86"),
        (CYCLIC, "8032400001 01", "6A86"),
        (CYCLIC, "0032000001 01", "6E00"),
        (TRANSPARENT, "00B2010400", "6981"),
        (TRANSPARENT, "00DC010401 00", "6981"),
        ("3F00", "00B2010400", "6986"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, file: str, command: str, status: str) -> None:
    terminal.select(file)
    before = terminal.card.nvm
    assert terminal.send(command) == status
    assert describe(int(status, 16))
    assert terminal.card.nvm is before
