"""ACTIVATE FILE and DEACTIVATE FILE, as a terminal sees them."""

import pytest

from tests.unit.provisioning.uicc.cards import terminal_with, transparent
from tests.unit.provisioning.uicc.terminal import ADM1, Terminal, find


@pytest.fixture
def terminal() -> Terminal:
    terminal = terminal_with(transparent("5010", "AABB"))
    terminal.verify("0A", ADM1)
    return terminal


def test_a_deactivated_file_is_neither_read_nor_written_until_it_is_activated(terminal: Terminal) -> None:
    terminal.select("5010")
    assert terminal.send("00040000") == "9000"
    assert terminal.send("00B0000000") == "6984"
    assert terminal.send("00D6000001 00") == "6984"
    terminal.card.reset()
    terminal.verify("0A", ADM1)
    template = terminal.select("5010")
    assert template.endswith("6283")
    assert find(template, 0x8A) == "04"
    assert terminal.send("00A4000C025010") == "6283"
    assert terminal.exchange("00440000", "5010") == "9000"
    assert terminal.send("00B0000000") == "AABB9000"
    assert terminal.select("5010").endswith("9000")


def test_a_state_that_a_file_has_already_is_no_change(terminal: Terminal) -> None:
    before = terminal.card.nvm
    assert terminal.exchange("00440000", "5010") == "9000"
    assert terminal.card.nvm is before


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        ("00040000", "1234", "6A82"),
        ("00040001", "5010", "6A86"),
        ("00040100", "5010", "6A86"),
        ("00040000", "501011", "6700"),
        ("80040000", "5010", "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, command: str, data: str, status: str) -> None:
    assert terminal.exchange(command, data) == status


def test_a_file_is_deactivated_by_whom_its_rule_names() -> None:
    terminal = terminal_with(transparent("5010", "AABB"))
    assert terminal.exchange("00040000", "5010") == "6982"
