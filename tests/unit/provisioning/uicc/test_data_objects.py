"""RETRIEVE DATA and SET DATA, as a terminal sees them."""

import pytest

from tests.unit.provisioning.uicc.cards import ber_tlv, linear, terminal_with
from tests.unit.provisioning.uicc.terminal import Terminal, find

LONG = "8082012C" + "AB" * 300


@pytest.fixture
def terminal() -> Terminal:
    terminal = terminal_with(ber_tlv("5010", 400, "810101" + "8202BBCC" + "FF"), linear("5011", "00"))
    terminal.select("5010")
    return terminal


def test_the_parameters_say_what_is_set_aside(terminal: Terminal) -> None:
    template = terminal.select("5010")
    assert find(template, 0x82) == "7921"
    assert find(template, 0x80) == "0190"


def test_objects_are_read_by_tag_and_listed(terminal: Terminal) -> None:
    assert terminal.exchange("80CB0080", "81", "00") == "8101019000"
    assert terminal.exchange("80CB0080", "5C", "00") == "5C0281829000"
    assert terminal.exchange("80CB0080", "83", "00") == "6A88"


def test_a_long_object_goes_in_and_out_in_blocks(terminal: Terminal) -> None:
    assert terminal.exchange("80DB0080", LONG[:400]) == "63F1"
    before = terminal.card.nvm
    assert terminal.exchange("80DB0000", LONG[400:]) == "9000"
    assert terminal.card.nvm is not before
    first = terminal.exchange("80CB0080", "80", "FF")
    assert first == LONG[:510] + "62F1"
    assert terminal.send("80CB0000FF") == LONG[510:] + "9000"
    assert terminal.send("80CB0000FF") == "6985"


def test_a_block_can_be_had_again(terminal: Terminal) -> None:
    assert terminal.exchange("80CB0080", "82", "02") == "820262F1"
    assert terminal.send("80CB00C002") == "820262F1"
    assert terminal.send("80CB000000") == "BBCC9000"


def test_an_object_takes_the_place_of_one_with_its_tag_and_an_empty_one_deletes_it(
    terminal: Terminal,
) -> None:
    assert terminal.exchange("80DB0080", "81020505") == "9000"
    assert terminal.exchange("80CB0080", "81", "00") == "810205059000"
    assert terminal.exchange("80DB0080", "8100") == "9000"
    assert terminal.exchange("80CB0080", "81", "00") == "6A88"
    assert terminal.exchange("80CB0080", "5C", "00") == "5C01829000"


@pytest.mark.parametrize("tag", ["82", "7F21"])
def test_a_tag_alone_deletes_its_object_as_pysim_does_it(terminal: Terminal, tag: str) -> None:
    assert terminal.exchange("80DB0080", tag + "020505") == "9000"
    assert terminal.exchange("80DB0080", tag) == "9000"
    assert terminal.exchange("80CB0080", tag, "00") == "6A88"
    assert terminal.exchange("80CB0080", "81", "00") == "8101019000"


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        ("80DB0080", "80820190" + "00" * 10, "6A84"),
        ("80DB0080", "80010000", "6A80"),
        ("80DB0080", "8081", "6A80"),
        ("80DB0080", "", "6A80"),
        ("80DB0000", "0102", "6985"),
        ("80DB00C0", "800101", "6A86"),
        ("80DB0180", "800101", "6A86"),
        ("80CB0000", "", "6985"),
        ("80CB0080", "", "6700"),
        ("80CB0080", "81828384", "6700"),
        ("80CB0020", "81", "6A86"),
        ("00CB0080", "81", "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, command: str, data: str, status: str) -> None:
    before = terminal.card.nvm
    assert terminal.exchange(command, data) == status
    assert terminal.card.nvm is before


def test_a_transfer_ends_with_its_file(terminal: Terminal) -> None:
    terminal.exchange("80CB0080", "82", "02")
    terminal.select("5011")
    assert terminal.send("80CB000000") == "6981"
    terminal.select("5010")
    assert terminal.send("80CB000000") == "6985"


def test_what_goes_in_is_not_given_out_by_halves(terminal: Terminal) -> None:
    terminal.exchange("80DB0080", LONG[:400])
    assert terminal.send("80CB000000") == "6985"
    terminal.exchange("80CB0080", "82", "02")
    assert terminal.exchange("80DB0000", "00") == "6985"
