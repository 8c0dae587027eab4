"""Whatever a card is sent, it answers with a status word, and what it keeps can be kept."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu.software import MemoryCard
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.provisioning.uicc.status_words import describe
from tests.properties.cards import STATUS_BYTES, draw_command, new_card
from tests.properties.mutations import mutate

randoms = st.randoms(use_true_random=False)


def check_answer(card: MemoryCard, command: bytes) -> int:
    """Send a command; whatever it is, the answer is short and ends in a status word with a meaning."""
    answer = card.transmit(command)
    word = int.from_bytes(answer[-2:], "big")
    assert answer[-2] in STATUS_BYTES, (command.hex(), answer.hex())
    if command[:1] != b"\xa0":
        assert describe(word) != "unknown status word", f"{word:04X}"
    assert len(answer) <= 258
    return word


@given(randoms)
def test_commands_one_behind_the_other_are_answered(random: Random) -> None:
    card = new_card()
    for _ in range(30):
        check_answer(card, draw_command(random))
    assert decode_nvm(encode_nvm(card.nvm)) == card.nvm


@given(randoms)
def test_changed_commands_are_answered(random: Random) -> None:
    card = new_card()
    for _ in range(20):
        check_answer(card, mutate(draw_command(random), random))


@given(st.binary(max_size=300))
def test_octets_of_chance_are_answered(octets: bytes) -> None:
    check_answer(new_card(), octets)


@given(randoms)
def test_a_refusal_changes_nothing_but_a_counter(random: Random) -> None:
    card = new_card()
    for _ in range(20):
        before = card.nvm
        word = check_answer(card, draw_command(random))
        if word >> 8 in {0x67, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x68}:
            assert card.nvm is before
        if word >> 4 == 0x63C:
            (profile,) = card.nvm.profiles
            (old,) = before.profiles
            assert profile.card_memory.contents == old.card_memory.contents


@given(randoms, st.integers(0, 3))
def test_a_wrong_code_is_never_forgotten(random: Random, wrong: int) -> None:
    """Among any other commands, as many wrong PINs as there are attempts block it."""
    card = new_card()
    pin2 = bytes.fromhex("0020008108" + "39" * 8)
    select = bytes.fromhex("00A4040C07A0000000871002")
    for _ in range(wrong):
        for command in (draw_command(random) for _ in range(3)):
            if command[1] not in {0x20, 0x24, 0x26, 0x28, 0x2C}:
                card.transmit(command)
        card.transmit(select)
        card.transmit(pin2)
        if random.random() < 0.5:
            card.reset()
    card.reset()
    card.transmit(select)
    assert card.transmit(bytes.fromhex("0020008100")) == bytes((0x63, 0xC0 | 3 - wrong))
