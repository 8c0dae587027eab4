"""SEARCH RECORD, as a terminal sees it."""

import pytest

from tests.unit.provisioning.uicc.cards import linear, terminal_with, transparent
from tests.unit.provisioning.uicc.terminal import Terminal

RECORDS = ("00AABB00", "AABB0000", "11223344", "0000AABB", "AA000000")


@pytest.fixture
def terminal() -> Terminal:
    terminal = terminal_with(linear("5010", *RECORDS), transparent("5012", "AABB"))
    terminal.select("5010")
    return terminal


def search(terminal: Terminal, p1: int, mode: str, data: str) -> str:
    return terminal.exchange(f"00A2{p1:02X}{mode}", data, "00")


@pytest.mark.parametrize(
    ("p1", "mode", "found"),
    [(1, "04", "010204"), (2, "04", "0204"), (5, "05", "040201"), (2, "05", "0201"), (0, "04", "010204")],
)
def test_records_are_found_forwards_and_backwards(terminal: Terminal, p1: int, mode: str, found: str) -> None:
    assert search(terminal, p1, mode, "AABB") == f"{found}9000"


def test_the_first_record_found_becomes_the_current_one(terminal: Terminal) -> None:
    search(terminal, 1, "04", "11")
    assert terminal.send("00B2000400") == "112233449000"
    assert search(terminal, 0, "04", "AABB") == "049000"


def test_less_can_be_asked_for_than_there_is(terminal: Terminal) -> None:
    assert terminal.exchange("00A20104", "AABB", "01") == "019000"


@pytest.mark.parametrize(
    ("indication", "p1", "data", "found"),
    [
        ("0401", 1, "AABB", "0104"),  # from the second octet on
        ("0400", 1, "AA", "010204" + "05"),
        ("0CAA", 1, "BB", "010204"),  # behind the first AA
        ("0C77", 1, "AA", ""),
        ("0600", 1, "AABB", "0204"),  # from the record behind the first
        ("0700", 4, "AABB", "0201"),
        ("0500", 4, "AABB", "040201"),
    ],
)
def test_an_enhanced_search_says_where_to_look(
    terminal: Terminal, indication: str, p1: int, data: str, found: str
) -> None:
    assert search(terminal, p1, "06", indication + data) == (f"{found}9000" if found else "6282")


def test_backwards_from_the_previous_record_begins_at_the_end(terminal: Terminal) -> None:
    assert search(terminal, 0, "06", "0700AABB") == "0402019000"


@pytest.mark.parametrize(
    ("p1", "mode", "data", "status"),
    [
        (1, "04", "77", "6282"),
        (6, "04", "AA", "6A83"),
        (1, "07", "AA", "6A86"),
        (1, "06", "0400", "6700"),
        (1, "06", "0000AA", "6A86"),
        (1, "04", "", "6700"),
    ],
)
def test_every_mistake_has_its_status_word(
    terminal: Terminal, p1: int, mode: str, data: str, status: str
) -> None:
    assert search(terminal, p1, mode, data) == status


def test_only_records_can_be_searched(terminal: Terminal) -> None:
    terminal.select("5012")
    assert search(terminal, 1, "04", "AA") == "6981"
