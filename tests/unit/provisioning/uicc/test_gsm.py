"""The card as a SIM: class A0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.ids import Msisdn
from tests.unit.provisioning.uicc.cards import terminal_with, transparent
from tests.unit.provisioning.uicc.terminal import PUK1, Terminal, new_terminal, pin

RAND = "23553CBE9637A89D218AE64DAE47BF35"


@pytest.fixture
def sim() -> Terminal:
    return new_terminal()


def exchange(sim: Terminal, header: str, data: str = "", le: str = "") -> str:
    """Send a command and fetch what 9FXX announces, as a phone of GSM does."""
    body = f"{len(data) // 2:02X}{data}" if data else ""
    answer = sim.send(header, body, le)
    return sim.send(f"A0C00000{answer[-2:]}") if answer[-4:-2] == "9F" else answer


def select(sim: Terminal, *identifiers: str) -> str:
    answer = ""
    for identifier in identifiers:
        answer = exchange(sim, "A0A40000", identifier)
    return answer


def test_the_mf_is_told_of_as_a_sim_does(sim: Terminal) -> None:
    assert sim.send("A0A40000023F00") == "9F16"
    header = sim.send("A0C0000016")
    assert header[8:14] == "3F0001"
    assert int(header[24:26], 16) == 22 - 13
    assert header[-4:] == "9000"


def test_a_file_is_told_of_and_read(sim: Terminal) -> None:
    header = select(sim, "3F00", "2FE2")
    assert header[4:14] == "000A2FE204"
    assert header[22:34] == "010200009000"
    iccid = sim.send("A0B000000A")
    sim.select("3F00", "2FE2")
    assert iccid == sim.send("00B000000A")


def test_df_gsm_leads_to_the_files_of_the_usim(sim: Terminal) -> None:
    assert select(sim, "3F00", "7F20")[8:14] == "7F2002"
    select(sim, "6F07")
    exchange(sim, "A0200001", pin("1234"))
    imsi = sim.send("A0B0000009")
    assert imsi[-4:] == "9000"
    sim.select("A0000000871002", "6F07")
    assert imsi == sim.send("00B0000009")


def test_records_are_told_of_with_their_length(sim: Terminal) -> None:
    header = select(sim, "3F00", "2F00")
    assert header[26:28] == "01"
    length = header[28:30]
    assert sim.send(f"A0B20104{length}")[-4:] == "9000"
    assert sim.send(f"A0B2FF04{length}") == "9402"


def test_the_service_table_has_the_numbers_of_gsm_and_cannot_be_written(sim: Terminal) -> None:
    header = select(sim, "3F00", "7F20", "6F38")
    assert header[4:8] == "000E"
    table = bytes.fromhex(sim.send("A0B000000E")[:-4])
    sim.select("A0000000871002", "6F38")
    usim = bytes.fromhex(sim.exchange("00B00000", le="00")[:-4])
    spn_of_usim, spn_of_sim = usim[18 // 8] >> 18 % 8 & 1, table[16 // 4] >> 2 * (16 % 4) & 3
    assert spn_of_sim == (3 if spn_of_usim else 0)
    select(sim, "3F00", "7F20", "6F38")
    assert sim.send("A0D6000001FF") == "9804"


@pytest.mark.parametrize(
    ("apdu", "expected"),
    [
        ("A0A40000026F99", "9404"),
        ("A0A40400026F07", "6B00"),
        ("A0A4000001FF", "6B00"),
        ("A0B0000001", "9400"),
        ("A0C0000010", "6985"),
        ("A0100000", "6D00"),
        ("A0A4", "6700"),
        ("A08800000100", "6700"),
    ],
)
def test_what_is_refused_is_refused_in_the_words_of_gsm(sim: Terminal, apdu: str, expected: str) -> None:
    assert sim.send(apdu) == expected


def test_a_wrong_code_counts_and_a_right_one_opens() -> None:
    sim = new_terminal(pin1="1234", pin1_enabled=True)
    assert select(sim, "3F00", "7F20", "6F07")[16:18] == "14"  # read with CHV1, written by ADM
    assert sim.send("A0B0000009") == "9804"
    assert exchange(sim, "A0200001", pin("9999")) == "9804"
    assert exchange(sim, "A0F20000", le="16")[36:38] == "82"
    assert exchange(sim, "A0200001", pin("1234")) == "9000"
    assert exchange(sim, "A0F20000", le="16")[36:38] == "83"
    assert sim.send("A0B0000009")[-4:] == "9000"


def test_a_blocked_code_is_unblocked() -> None:
    sim = new_terminal(pin1="1234", pin1_enabled=True)
    assert [exchange(sim, "A0200001", pin("9999")) for _ in range(3)] == ["9804", "9804", "9840"]
    assert exchange(sim, "A02C0000", PUK1 + pin("4321")) == "9000"
    assert exchange(sim, "A0200001", pin("4321")) == "9000"


def test_a_challenge_is_answered_with_sres_and_kc_as_in_the_gsm_context(sim: Terminal) -> None:
    select(sim, "3F00", "7F20")
    exchange(sim, "A0200001", pin("1234"))
    assert sim.send(f"A088000010{RAND}") == "9F0C"
    answer = sim.send("A0C000000C")
    sim.select("A0000000871002")
    usim = sim.exchange("00880080", f"10{RAND}")
    assert answer == usim[2:10] + usim[12:28] + "9000"


def test_both_classes_see_the_same_selection(sim: Terminal) -> None:
    select(sim, "3F00", "2FE2")
    assert sim.send("00B000000A") == sim.send("A0B000000A")


@given(st.binary(min_size=1, max_size=24))
def test_whatever_comes_is_answered_with_a_status_word(octets: bytes) -> None:
    sim = new_terminal()
    answer = sim.send((b"\xa0" + octets).hex())
    assert len(answer) >= 4
    assert answer[-4] in "69"


def test_what_moved_from_df_telecom_is_found_there() -> None:
    sim = new_terminal(smsc=Msisdn("49171000000"))
    header = select(sim, "3F00", "7F10", "6F42")
    assert header[8:14] == "6F4204"
    record = sim.send(f"A0B20104{header[28:30]}")
    sim.select("A0000000871002", "6F42")
    assert record == sim.send(f"00B20104{header[28:30]}")
    assert select(sim, "3F00", "7F10")[8:14] == "7F1002"


def test_256_octets_wait_as_none() -> None:
    sim = terminal_with(transparent("6F01", "AB" * 256))
    select(sim, "3F00", "6F01")
    assert sim.send("A0B00000") == "9F00"
    assert sim.send("A0C0000000") == "AB" * 256 + "9000"
