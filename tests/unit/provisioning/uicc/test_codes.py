"""PINs and PUKs, as a terminal sees them."""

import pytest

from openesim.provisioning.uicc.status_words import describe
from tests.unit.provisioning.uicc.terminal import ADM1, ISIM, PUK1, PUK2, USIM, Terminal, new_terminal, pin

PIN1, PIN2, NEW, WRONG = pin("0000"), pin("1234"), pin("4711"), pin("9999")
VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK = "00200001", "00240001", "00260001", "00280001", "002C0001"
PIN2_FILE = "6F56"


@pytest.fixture
def terminal() -> Terminal:
    """A terminal in the USIM of a profile whose PIN1 is enabled and has the value 0000."""
    terminal = new_terminal()
    assert terminal.exchange(ENABLE, PIN1) == "9000"
    terminal.card.reset()
    terminal.select(USIM)
    return terminal


def read_imsi(terminal: Terminal) -> str:
    terminal.select("6F07")
    return terminal.send("00B0000000")[-4:]


def test_a_file_opens_when_its_pin_is_given_and_closes_with_the_power(terminal: Terminal) -> None:
    assert read_imsi(terminal) == "6982"
    assert terminal.verify("01", PIN1) == "9000"
    assert read_imsi(terminal) == "9000"
    terminal.card.reset()
    terminal.select(USIM)
    assert read_imsi(terminal) == "6982"


def test_a_wrong_pin_costs_an_attempt_and_a_right_one_gives_them_back(terminal: Terminal) -> None:
    assert terminal.verify("01", WRONG) == "63C2"
    assert terminal.verify("01", WRONG) == "63C1"
    terminal.card.reset()
    assert terminal.send(f"{VERIFY}00") == "63C1"
    assert terminal.verify("01", PIN1) == "9000"
    assert terminal.send(f"{VERIFY}00") == "63C3"


def test_a_wrong_pin_takes_back_what_a_right_one_opened(terminal: Terminal) -> None:
    terminal.verify("01", PIN1)
    terminal.verify("01", WRONG)
    assert read_imsi(terminal) == "6982"


def test_after_the_last_attempt_the_pin_is_blocked(terminal: Terminal) -> None:
    assert [terminal.verify("01", WRONG) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert terminal.verify("01", PIN1) == "6983"
    assert terminal.exchange(CHANGE, PIN1 + NEW) == "6983"
    assert terminal.send(f"{VERIFY}00") == "63C0"


def test_the_puk_sets_a_new_pin(terminal: Terminal) -> None:
    for _ in range(3):
        terminal.verify("01", WRONG)
    assert terminal.send(f"{UNBLOCK}00") == "63CA"
    assert terminal.exchange(UNBLOCK, WRONG + NEW) == "63C9"
    assert terminal.exchange(UNBLOCK, PUK1 + NEW) == "9000"
    assert read_imsi(terminal) == "9000"
    terminal.card.reset()
    assert terminal.send(f"{UNBLOCK}00") == "63CA"
    assert terminal.verify("01", PIN1) == "63C2"
    assert terminal.verify("01", NEW) == "9000"


def test_after_ten_wrong_puks_nothing_helps(terminal: Terminal) -> None:
    answers = [terminal.exchange(UNBLOCK, WRONG + NEW) for _ in range(11)]
    assert answers[-2:] == ["63C0", "6983"]
    assert terminal.exchange(UNBLOCK, PUK1 + NEW) == "6983"


def test_a_changed_pin_is_the_one_that_counts(terminal: Terminal) -> None:
    assert terminal.exchange(CHANGE, WRONG + NEW) == "63C2"
    assert terminal.exchange(CHANGE, PIN1 + NEW) == "9000"
    assert read_imsi(terminal) == "9000"
    terminal.card.reset()
    assert terminal.verify("01", PIN1) == "63C2"
    assert terminal.verify("01", NEW) == "9000"


def test_a_disabled_pin_counts_as_verified_until_it_is_enabled(terminal: Terminal) -> None:
    assert terminal.exchange(DISABLE, WRONG) == "63C2"
    assert terminal.exchange(DISABLE, PIN1) == "9000"
    terminal.card.reset()
    terminal.select(USIM)
    assert read_imsi(terminal) == "9000"
    assert terminal.verify("01", PIN1) == "6984"
    assert terminal.exchange(CHANGE, PIN1 + NEW) == "6984"
    assert terminal.exchange(DISABLE, PIN1) == "6984"
    assert terminal.exchange(ENABLE, PIN1) == "9000"
    assert terminal.exchange(ENABLE, PIN1) == "6984"
    terminal.card.reset()
    terminal.select(USIM)
    assert read_imsi(terminal) == "6982"


def test_unblocking_enables(terminal: Terminal) -> None:
    terminal.exchange(DISABLE, PIN1)
    assert terminal.exchange(UNBLOCK, PUK1 + NEW) == "9000"
    assert terminal.verify("01", NEW) == "9000"


def test_a_local_pin_belongs_to_its_application(terminal: Terminal) -> None:
    terminal.verify("01", PIN1)
    assert terminal.verify("81", PIN2) == "9000"
    terminal.select(PIN2_FILE)
    assert terminal.send("00D6000001 01") == "9000"
    # With the session of the application the verification ends.
    terminal.select(ISIM)
    terminal.select(USIM, PIN2_FILE)
    assert terminal.send("00D6000001 02") == "6982"
    assert terminal.send("00B0000000") == "019000"


@pytest.mark.parametrize("ending", ["01708001", "01A4040C10A0000005591010FFFFFFFF8900000100"])
def test_a_session_ends_with_its_channel_and_with_the_isd_r(terminal: Terminal, ending: str) -> None:
    terminal.verify("01", PIN1)
    terminal.send("0070000001")
    terminal.send(f"01A4040C07{USIM}")
    assert terminal.send(f"0120008108{PIN2}") == "9000"
    assert terminal.send(ending) == "9000"
    terminal.select(PIN2_FILE)
    assert terminal.send("00D6000001 01") == "6982"
    assert terminal.send("00B0000000").endswith("9000")


def test_a_local_pin_is_not_known_outside(terminal: Terminal) -> None:
    terminal.select("3F00")
    assert terminal.verify("81", PIN2) == "6A88"


def test_a_pin_is_known_on_every_channel(terminal: Terminal) -> None:
    terminal.send("0070000001")
    terminal.verify("01", PIN1)
    terminal.select(USIM, "6F07")
    assert terminal.exchange("01A40404", USIM)[-4:] == "9000"
    assert terminal.send("01B0870000")[-4:] == "9000"


def test_the_second_pin_has_a_puk_of_its_own(terminal: Terminal) -> None:
    assert terminal.exchange("002C0081", PUK1 + NEW) == "63C9"
    assert terminal.exchange("002C0081", PUK2 + NEW) == "9000"
    assert terminal.verify("81", NEW) == "9000"


def test_an_administrative_key_has_no_puk_and_is_not_disabled(terminal: Terminal) -> None:
    assert terminal.exchange("002C000A", PUK1 + ADM1) == "6A88"
    assert terminal.exchange("0026000A", ADM1) == "6985"
    assert terminal.verify("0A", ADM1) == "9000"


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        ("00200101", PIN1, "6A86"),
        ("00200002", PIN1, "6A88"),
        ("00200001", PIN1[:14], "6700"),
        ("00240001", PIN1, "6700"),
        ("002C0001", PUK1, "6700"),
        ("00260001", "", "6700"),
        ("00268001", PIN1, "6A86"),
        ("80200001", PIN1, "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, command: str, data: str, status: str) -> None:
    before = terminal.card.nvm
    assert terminal.exchange(command, data) == status
    assert describe(int(status, 16))
    assert terminal.card.nvm is before


def test_codes_do_not_print(terminal: Terminal) -> None:
    terminal.exchange(CHANGE, PIN1 + NEW)
    assert "4711" not in repr(terminal.card.nvm)
    assert NEW not in repr(terminal.card.euicc.ram.card)
