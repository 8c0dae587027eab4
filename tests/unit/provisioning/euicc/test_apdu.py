"""The APDU machine, as a reader sees it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.messages.sgp22.es10c import IsdrProprietaryApplicationTemplate
from openesim.messages.sgp22.notifications import SuccessResult
from tests.unit.provisioning.euicc import laboratory as lab

ISD_R = "A0000005591010FFFFFFFF8900000100"
ECASD = "A0000005591010FFFFFFFF8900000200"


def send(card: MemoryCard, text: str) -> str:
    """Answer to an APDU, in hex."""
    return card.transmit(bytes.fromhex(text.replace(" ", ""))).hex().upper()


def select(card: MemoryCard, channel: str = "01", aid: str = ISD_R) -> str:
    return send(card, f"{channel}A40400{len(aid) // 2:02X}{aid}")


@pytest.fixture
def card() -> MemoryCard:
    """A chip with the ISD-R selected on channel 1."""
    card = lab.new_card()
    assert send(card, "0070000001") == "019000"
    assert select(card).endswith("9000")
    return card


# --- Channels ----------------------------------------------------------------------------------------------------


def test_channels_are_handed_out_in_order_until_none_is_left() -> None:
    card = lab.new_card()
    opened = [send(card, "0070000001") for _ in range(19)]
    assert opened == [f"{number:02X}9000" for number in range(1, 20)]
    assert send(card, "0070000001") == "6A81"


def test_a_closed_channel_is_handed_out_again() -> None:
    card = lab.new_card()
    for _ in range(3):
        send(card, "0070000001")
    assert send(card, "0070800200") == "9000"
    assert send(card, "0270000001") == "6881"
    assert send(card, "0070000001") == "029000"


def test_a_channel_can_be_closed_from_itself() -> None:
    card = lab.new_card()
    send(card, "0070000001")
    assert send(card, "01708000") == "9000"
    assert select(card) == "6881"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("0070800000", "6A86"),
        ("0070801400", "6A86"),
        ("0070800500", "6881"),
        ("0070001401", "6A86"),
        ("0070400001", "6A86"),
        ("8070000001", "6E00"),
    ],
)
def test_channels_are_managed_in_one_way(command: str, status: str) -> None:
    assert send(lab.new_card(), command) == status


def test_a_channel_of_choice_can_be_opened_once() -> None:
    card = lab.new_card()
    assert send(card, "00700007") == "9000"
    assert send(card, "00700007") == "6881"
    assert select(card, "43").endswith("9000")


def test_channels_above_three_carry_commands_too() -> None:
    card = lab.new_card()
    for _ in range(19):
        send(card, "0070000001")
    assert select(card, "4F").endswith("9000")
    assert send(card, "CFE2910006BF3E035C015A").endswith("9000")


def test_channels_do_not_know_of_each_other(card: MemoryCard) -> None:
    send(card, "0070000001")
    select(card, "02")
    # Blocks of two commands come in alternately.
    assert send(card, "81E21100 03 BF3E03") == "9000"
    assert send(card, "82E21100 02 BF3C") == "9000"
    assert send(card, "81E29101 03 5C015A").startswith("BF3E")
    assert send(card, "82E29101 01 00").startswith("BF3C")


# --- SELECT ------------------------------------------------------------------------------------------------------


def test_the_isd_r_says_which_version_it_speaks() -> None:
    card = lab.new_card()
    answer = card.transmit(bytes.fromhex(f"00A4040010{ISD_R}"))
    assert answer[-2:] == b"\x90\x00"
    template = tlv.read_one(answer[:-2])
    assert template.tag == 0x6F
    own = template.find(0xE0)
    assert own is not None
    assert IsdrProprietaryApplicationTemplate.decode(own.octets).svn.hex() == "020500"
    name = template.find(0x84)
    assert name is not None
    assert name.value.hex().upper() == ISD_R


def test_the_ecasd_tells_the_eid() -> None:
    card = lab.new_card()
    assert "E0" not in select(card, "00", ECASD)[34:]
    assert send(card, "80CA005A00") == f"5A10{card.nvm.identity.eid}9000"
    assert send(card, "80CA004500") == "6A88"
    assert send(card, "80E2910003BF2E00") == "6985"


def test_the_beginning_of_a_name_is_enough() -> None:
    card = lab.new_card()
    assert select(card, "00", ISD_R[:20]).endswith("9000")
    assert select(card, "00", ISD_R[:8]) == "6A82"
    assert select(card, "00", ISD_R + "00") == "6A82"


@pytest.mark.parametrize("aid", ["A0000000871002", "A0000005591010FFFFFFFF8900000101", ""])
def test_what_is_not_there_cannot_be_selected(aid: str) -> None:
    assert select(lab.new_card(), "00", aid) in {"6A82", "6700"}


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (f"80A4040010{ISD_R}", "6E00"),
        ("00A40000022FE2", "6A82"),
        (f"00A4040210{ISD_R}", "6A86"),
        (f"00A4040C10{ISD_R}", "9000"),
    ],
)
def test_select_has_one_form(command: str, status: str) -> None:
    assert send(lab.new_card(), command) == status


def test_terminal_capability_is_taken_note_of() -> None:
    assert send(lab.new_card(), "80AA00000AA9088100820101830107") == "9000"


# --- STORE DATA and GET RESPONSE ---------------------------------------------------------------------------------


def test_a_command_in_one_block_is_answered_at_once(card: MemoryCard) -> None:
    assert send(card, "81E2910006BF3E035C015A") == f"BF3E125A10{card.nvm.identity.eid}9000"


def test_a_command_with_le_is_answered_too(card: MemoryCard) -> None:
    assert send(card, "81E2910006BF3E035C015A00") == f"BF3E125A10{card.nvm.identity.eid}9000"


def test_no_block_but_the_last_is_answered_with_data(card: MemoryCard) -> None:
    command = "BF3E035C015A"
    blocks = [command[at : at + 2] for at in range(0, len(command), 2)]
    for number, block in enumerate(blocks[:-1]):
        assert send(card, f"81E211{number:02X}01{block}") == "9000"
    assert send(card, f"81E291{len(blocks) - 1:02X}01{blocks[-1]}").startswith("BF3E125A10")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("81E2910103BF2E00", "6A86"),
        ("81E2900003BF2E00", "6A86"),
        ("81E2800003BF2E00", "6A86"),
        ("01E2910003BF2E00", "6E00"),
        ("80E2910003BF2E00", "6985"),
        ("81E2910003BF9900", "6A88"),
        ("81E2910003BF4400", "6A88"),
        ("81E2910003BF2E01", "6A80"),
        ("81E29100", "6A80"),
        ("81B0000000", "6D00"),
        ("81C0000000", "6985"),
        ("81E2910005BF2E00", "6700"),
    ],
)
def test_every_mistake_has_its_status_word(card: MemoryCard, command: str, status: str) -> None:
    assert send(card, command) == status


def test_blocks_come_in_turn(card: MemoryCard) -> None:
    assert send(card, "81E21100 03 BF3E03") == "9000"
    assert send(card, "81E29102 03 5C015A") == "6A86"
    # The block that should have come is still awaited; block 00 begins a new command.
    assert send(card, "81E29101 03 5C015A").startswith("BF3E")
    assert send(card, "81E29101 03 5C015A") == "6A86"
    assert send(card, "81E21100 03 BF3E03") == "9000"
    assert send(card, "81E29100 03 BF2E00").startswith("BF2E")


def test_a_new_selection_forgets_what_came_in(card: MemoryCard) -> None:
    send(card, "81E2110003BF3E03")
    select(card)
    assert send(card, "81E29101035C015A") == "6A86"


def test_a_long_response_is_fetched_in_pieces(card: MemoryCard) -> None:
    lab.install(card)
    answer = send(card, "81E2910003BF2D00")
    assert answer.endswith("9000")
    smdp = lab.Smdp()
    challenge = lab.challenge(card)
    command = smdp.authenticate_server(challenge)
    blocks = [command[at : at + 255] for at in range(0, len(command), 255)]
    for number, block in enumerate(blocks[:-1]):
        assert send(card, f"81E211{number:02X}{len(block):02X}{block.hex()}") == "9000"
    last = blocks[-1]
    assert send(card, f"81E291{len(blocks) - 1:02X}{len(last):02X}{last.hex()}") == "6100"
    gathered, status = b"", 0x6100
    while status >> 8 == 0x61:
        # GET RESPONSE comes under both classes.
        piece = card.transmit(
            bytes.fromhex("01C00000" if len(gathered) % 512 else "81C00000") + bytes((status & 0xFF,))
        )
        gathered, status = gathered + piece[:-2], int.from_bytes(piece[-2:], "big")
    assert status == 0x9000
    smdp.take_authentication(gathered)
    assert send(card, "81C0000000") == "6985"


def test_a_response_that_nobody_fetches_is_forgotten(card: MemoryCard) -> None:
    assert send(card, "81E2910003BF220005").startswith("61")
    assert send(card, "81E2910003BF2E00").startswith("BF2E")
    assert send(card, "81C0000000") == "6985"


def test_less_can_be_asked_for_than_there_is(card: MemoryCard) -> None:
    assert send(card, "81E2910003BF2E0005") == "6115"
    first = send(card, "81C0000005")
    assert first.startswith("BF2E128010")
    assert first.endswith("6110")
    assert send(card, "81C0000010").endswith("9000")


def test_get_response_has_no_parameters(card: MemoryCard) -> None:
    send(card, "81E2910003BF2E0005")
    assert send(card, "81C0010000") == "6A86"


def test_extended_length_carries_a_command_in_one_block(card: MemoryCard) -> None:
    smdp = lab.Smdp()
    command = smdp.authenticate_server(lab.challenge(card))
    answer = card.transmit(bytes.fromhex("81E29100 00") + len(command).to_bytes(2, "big") + command + b"\0\0")
    assert answer[-2:] == b"\x90\x00"
    smdp.take_authentication(answer[:-2])


def test_blocks_without_end_are_refused(card: MemoryCard) -> None:
    block = bytes(60_000)
    status = b"\x90\x00"
    for number in range(4):
        header = bytes.fromhex("81E211") + bytes((number, 0)) + len(block).to_bytes(2, "big")
        status = card.transmit(header + block)
        if status != b"\x90\x00":
            break
    assert status.hex() == "6700"


def test_after_256_blocks_a_new_command_must_begin(card: MemoryCard) -> None:
    for number in range(256):
        assert send(card, f"81E211{number:02X}0100") == "9000"
    assert send(card, "81E2910003BF2E00").startswith("BF2E")


@pytest.mark.parametrize("size", [1, 6, 120, 254, 255])
def test_a_profile_comes_in_with_every_size_of_blocks(card: MemoryCard, size: int) -> None:
    def es10(command: bytes) -> bytes:
        pieces = [command[at : at + size] for at in range(0, len(command), size)]
        if len(pieces) > 256:
            return card.execute(command)
        answer = b""
        for number, piece in enumerate(pieces):
            p1 = 0x91 if number == len(pieces) - 1 else 0x11
            answer = card.transmit(bytes((0x81, 0xE2, p1, number, len(piece))) + piece)
        data = answer[:-2]
        while answer[-2] == 0x61:
            answer = card.transmit(bytes((0x81, 0xC0, 0, 0, answer[-1])))
            data += answer[:-2]
        assert answer[-2:] == b"\x90\x00", answer.hex()
        return data

    smdp = lab.Smdp()
    challenge = es10(bytes.fromhex("BF2E00"))[5:]
    smdp.take_authentication(es10(smdp.authenticate_server(challenge)))
    smdp.take_preparation(es10(smdp.prepare_download()))
    pir = b""
    for segment in lab.cut(smdp.bind(card.nvm.identity.eid, lab.contents())):
        pir = es10(segment)
    assert isinstance(lab.result_of(pir), SuccessResult)


def test_a_reset_closes_all_channels_and_keeps_the_profiles(card: MemoryCard) -> None:
    lab.install(card)
    nvm = card.nvm
    card.reset()
    assert card.nvm is nvm
    assert send(card, "81E2910003BF2E00") == "6881"


# --- Whatever comes in -------------------------------------------------------------------------------------------

READY = lab.new_card()
send(READY, "0070000001")
select(READY)


@given(st.binary(max_size=300))
def test_octets_of_chance_are_answered_with_a_status_word(octets: bytes) -> None:
    before = READY.nvm
    answer = READY.transmit(octets)
    assert len(answer) >= 2
    assert answer[-2] in range(0x60, 0xA0)
    assert READY.nvm is before


@given(
    st.sampled_from([0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0xC0]),
    st.sampled_from([0x70, 0xA4, 0xC0, 0xCA, 0xE2, 0xB0]),
    st.sampled_from([0x00, 0x04, 0x11, 0x80, 0x91]),
    st.integers(0, 255),
    st.binary(max_size=40),
)
def test_commands_of_chance_are_answered_with_a_status_word(
    class_octet: int, instruction: int, p1: int, p2: int, data: bytes
) -> None:
    answer = READY.transmit(bytes((class_octet, instruction, p1, p2, len(data))) + data)
    assert answer[-2] in range(0x60, 0xA0)


class Reader(RuleBasedStateMachine):
    """A reader that does the right things in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.card = lab.new_card()
        self.nvm = self.card.nvm

    @rule()
    def open(self) -> None:
        assert send(self.card, "0070000001")[-4:] in {"9000", "6A81"}

    @rule(channel=st.integers(1, 3))
    def close(self, channel: int) -> None:
        assert send(self.card, f"007080{channel:02X}00") in {"9000", "6881"}

    @rule(channel=st.integers(0, 3))
    def select(self, channel: int) -> None:
        assert select(self.card, f"{channel:02X}")[-4:] in {"9000", "6881"}

    @rule(channel=st.integers(0, 3), tag=st.sampled_from(["BF2E", "BF20", "BF22", "BF2D", "BF28", "BF43"]))
    def ask(self, channel: int, tag: str) -> None:
        answer = send(self.card, f"{0x80 | channel:02X}E2910003{tag}00")
        assert answer[-4:] in {"9000", "6881", "6985"}
        if answer.endswith("9000"):
            assert answer.startswith(tag)

    @rule()
    def reset(self) -> None:
        self.card.reset()

    @invariant()
    def the_basic_channel_is_open(self) -> None:
        assert self.card.euicc.ram.channels[0] is not None

    @invariant()
    def nothing_was_written(self) -> None:
        assert replace(self.card.nvm) == self.nvm


Reader.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
test_a_reader_that_asks_only_changes_nothing = Reader.TestCase
