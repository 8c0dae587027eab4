"""SELECT and STATUS, as a terminal sees them."""

import pytest

from openesim.provisioning.uicc.status_words import describe
from tests.unit.provisioning.uicc.terminal import ISIM, USIM, Terminal, find, new_terminal

FULL_USIM = "A0000000871002FFFFFFFF8900000100"


@pytest.fixture
def terminal() -> Terminal:
    return new_terminal()


def test_the_mf_is_what_a_reset_selects(terminal: Terminal) -> None:
    assert find(terminal.exchange("80F20000", le="00"), 0x83) == "3F00"


def test_an_application_is_found_by_the_beginning_of_its_name(terminal: Terminal) -> None:
    template = terminal.select(USIM)
    assert find(template, 0x84) == FULL_USIM
    assert find(template, 0x83) == "7FFF"
    assert find(template, 0x8A) == "05"
    assert find(template, 0x8B) == "2F060E"


def test_a_response_without_le_is_announced_and_with_le_it_comes_at_once(terminal: Terminal) -> None:
    announced = terminal.send("00A40004023F00")
    assert announced[:2] == "61"
    fetched = terminal.send(f"00C00000{announced[2:]}")
    assert terminal.send("00A40004023F0000") == fetched
    assert fetched.endswith("9000")


@pytest.mark.parametrize(
    ("file", "descriptor", "size", "sfi"),
    [("6F07", "4121", "0009", "38"), ("6F3C", "422100B00A", "06E0", "")],
)
def test_the_parameters_of_a_file_say_structure_size_and_short_identifier(
    terminal: Terminal, file: str, descriptor: str, size: str, sfi: str
) -> None:
    template = terminal.select(USIM, file)
    assert find(template, 0x82) == descriptor
    assert find(template, 0x83) == file
    assert find(template, 0x80) == size
    assert find(template, 0x81) == size
    assert find(template, 0x88) == sfi


def test_the_pin_status_template_says_which_pins_are_enabled(terminal: Terminal) -> None:
    # PIN1 is disabled in this profile; the local PIN2 and the first administrative key are enabled. The package names
    # PIN2 first; here PIN1 is, since terminals look at the first bit.
    assert find(terminal.select(USIM), 0xC6) == "900160" + "830101" + "830181" + "83010A"
    assert find(terminal.select("3F00"), 0xC6) == "900140" + "830101" + "83010A"


def test_nothing_is_told_where_nothing_is_asked(terminal: Terminal) -> None:
    assert terminal.send("00A4000C023F00") == "9000"
    assert terminal.send("80F2000C") == "9000"


def test_a_path_leads_from_the_mf_and_from_the_application(terminal: Terminal) -> None:
    terminal.select(USIM)
    assert find(terminal.exchange("00A40804", "7FFF6F07"), 0x83) == "6F07"
    assert find(terminal.exchange("00A40804", "7FFF5F3B4F20"), 0x83) == "4F20"
    assert find(terminal.exchange("00A40804", "2FE2"), 0x83) == "2FE2"
    # The session of the application goes on outside it.
    assert find(terminal.select("7FFF"), 0x84) == FULL_USIM


def test_a_path_leads_from_the_current_directory(terminal: Terminal) -> None:
    terminal.select(USIM)
    assert find(terminal.exchange("00A40904", "5F3B4F52"), 0x83) == "4F52"
    assert terminal.exchange("00A40904", "6F07") == "6A82"


def test_a_directory_in_the_current_one_can_be_asked_for_and_nothing_else(terminal: Terminal) -> None:
    terminal.select(USIM)
    assert find(terminal.exchange("00A40104", "5F3B"), 0x83) == "5F3B"
    assert terminal.exchange("00A40104", "5F3B") == "6A82"
    assert terminal.exchange("00A40104", "4F20") == "6A82"
    assert terminal.exchange("00A40104", "3F00") == "6A82"


def test_the_parent_can_be_selected_until_there_is_none(terminal: Terminal) -> None:
    terminal.select(USIM, "5F3B")
    assert find(terminal.exchange("00A40304"), 0x83) == "7FFF"
    assert find(terminal.exchange("00A40304"), 0x83) == "3F00"
    assert terminal.exchange("00A40304") == "6A82"


def test_a_directory_beside_and_the_one_above_can_be_reached_by_identifier(terminal: Terminal) -> None:
    terminal.select(USIM, "5F3B", "4F20")
    assert find(terminal.select("5F3B"), 0x83) == "5F3B"
    assert terminal.select("6F07") == "6A82"


def test_the_temporary_identifier_of_an_application_means_nothing(terminal: Terminal) -> None:
    assert terminal.select("7FD0") == "6A82"
    assert terminal.select("7FFF") == "6A82"
    terminal.select(USIM, "5F3B")
    assert terminal.select("7FD0") == "6A82"


def test_what_is_not_there_leaves_the_selection_alone(terminal: Terminal) -> None:
    terminal.select(USIM, "6F07")
    assert terminal.select("1234") == "6A82"
    assert terminal.exchange("00B00000", le="00") == "080910101032547698" + "9000"


def test_applications_with_one_beginning_are_found_one_after_the_other(terminal: Terminal) -> None:
    both = "A000000087"
    assert find(terminal.exchange("00A40404", both), 0x84) == FULL_USIM
    assert (find(terminal.exchange("00A40406", both), 0x84) or "").startswith(ISIM)
    assert terminal.exchange("00A40406", both) == "6A82"
    assert find(terminal.exchange("00A40407", both), 0x84) == FULL_USIM
    assert (find(terminal.exchange("00A40405", both), 0x84) or "").startswith(ISIM)


def test_status_names_the_application_and_ends_its_session(terminal: Terminal) -> None:
    terminal.select(USIM, "6F07")
    assert terminal.exchange("80F20101", le="00") == f"8410{FULL_USIM}9000"
    assert terminal.send("80F2020C") == "9000"
    assert terminal.select("7FFF") == "6A82"


def test_select_can_end_a_session(terminal: Terminal) -> None:
    terminal.select(USIM)
    assert terminal.exchange("00A4044C", USIM) == "9000"
    assert terminal.select("7FFF") == "6A82"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00A4020002 3F00", "6A86"),
        ("00A4000802 3F00", "6A86"),
        ("00A4008002 3F00", "6A86"),
        ("00A4000102 3F00", "6A86"),
        ("00A4000403 3F0000", "6700"),
        ("00A4000404 3F002FE2", "6700"),
        ("00A4080403 2FE200", "6700"),
        ("00A4010400", "6700"),
        ("00A4030402 3F00", "6700"),
        ("00A4040404 A0000000", "6A82"),
        ("80F2030000", "6A86"),
        ("80F2000200", "6A86"),
        ("00F2000000", "6E00"),
        ("80A4000402 3F00", "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, command: str, status: str) -> None:
    answer = terminal.send(command)
    assert answer == status
    assert describe(int(answer, 16))


def test_channels_select_apart(terminal: Terminal) -> None:
    assert terminal.send("0070000001") == "019000"
    terminal.select(USIM, "6F07")
    assert terminal.send("01B0000000") == "6986"
    assert terminal.send("01A4000C022FE2") == "9000"
    assert terminal.send("00B0000000").startswith("0809")
    assert terminal.send("01B0000000").startswith("9810")


def test_no_file_is_read_where_the_isd_r_is_selected(terminal: Terminal) -> None:
    terminal.select("A0000005591010FFFFFFFF8900000100")
    assert terminal.send("00B0000000") == "6D00"
    assert find(terminal.select("3F00"), 0x83) == "3F00"
    assert terminal.select("2FE2").endswith("9000")
