"""T=0 in front of a card: data wait for GET RESPONSE, a wrong length is answered with the right one."""

import pytest

from openesim.adapters.apdu.channel import open_es10_channel
from openesim.adapters.apdu.t0 import T0Card
from openesim.messages.sgp22.es10c import GetEuiccDataResponse
from tests.unit.provisioning.euicc import laboratory as lab


class Scripted:
    """A card that gives its answers one after the other and notes what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.asked: list[str] = []

    def transmit(self, apdu: bytes) -> bytes:
        self.asked.append(apdu.hex())
        return self.answers.pop(0)

    def reset(self) -> None:
        self.asked.append("reset")

    def close(self) -> None:
        self.asked.append("close")


def ask(card: T0Card, apdu: str) -> str:
    return card.transmit(bytes.fromhex(apdu)).hex()


def test_an_answer_to_a_command_with_data_waits_for_get_response() -> None:
    inner = Scripted("6202aabb9000")
    card = T0Card(inner)
    assert ask(card, "00a40004023f00") == "6104"
    assert ask(card, "00c0000004") == "6202aabb9000"
    assert inner.asked == ["00a40004023f00"]


def test_an_expected_length_behind_data_is_no_matter_of_t0() -> None:
    card = T0Card(Scripted("aabb9000"))
    assert ask(card, "00a40004023f0000") == "6102"


def test_256_octets_wait_as_none() -> None:
    card = T0Card(Scripted("aa" * 256 + "9000"))
    assert ask(card, "00a40004023f00") == "6100"
    assert ask(card, "00c0000000") == "aa" * 256 + "9000"


@pytest.mark.parametrize("status_word", ["9000", "910b", "6282"])
def test_the_status_word_comes_with_the_data(status_word: str) -> None:
    card = T0Card(Scripted(f"aabb{status_word}"))
    assert ask(card, "80c2000001ff") == "6102"
    assert ask(card, "80c0000002") == f"aabb{status_word}"


def test_an_answer_is_fetched_in_pieces() -> None:
    card = T0Card(Scripted("aabbcc9000"))
    assert ask(card, "00a40004023f00") == "6103"
    assert ask(card, "00c0000002") == "aabb6101"
    assert ask(card, "00c0000001") == "cc9000"


def test_a_wrong_length_is_answered_with_the_right_one_and_the_card_is_asked_once() -> None:
    inner = Scripted("d0039000")
    card = T0Card(inner)
    assert ask(card, "8012000000") == "6c02"
    assert ask(card, "8012000002") == "d0039000"
    assert inner.asked == ["8012000000"]


def test_another_command_lets_what_waits_go() -> None:
    inner = Scripted("aabb9000", "9000", "6985")
    card = T0Card(inner)
    assert ask(card, "00a40004023f00") == "6102"
    assert ask(card, "0020000100") == "9000"
    assert ask(card, "00c0000002") == "6985"


def test_every_channel_has_its_own_answer() -> None:
    card = T0Card(Scripted("aa9000", "bbbb9000"))
    assert ask(card, "01a40004023f00") == "6101"
    assert ask(card, "40a40004023f00") == "6102"
    assert ask(card, "01c0000001") == "aa9000"
    assert ask(card, "40c0000002") == "bbbb9000"


def test_a_command_without_data_and_length_wants_as_much_as_there_is() -> None:
    assert ask(T0Card(Scripted("9000")), "00700000") == "9000"
    assert ask(T0Card(Scripted("aabb9000")), "80f20000") == "6c02"


def test_what_is_no_command_is_for_the_card_to_refuse() -> None:
    assert ask(T0Card(Scripted("6700")), "00") == "6700"


def test_after_a_reset_nothing_waits() -> None:
    inner = Scripted("aabb9000", "6985")
    card = T0Card(inner)
    ask(card, "00a40004023f00")
    card.reset()
    assert ask(card, "00c0000002") == "6985"
    card.close()
    assert inner.asked[-1] == "close"


def test_an_lpa_hears_the_chip_as_before() -> None:
    chip = lab.new_card()
    channel = open_es10_channel(T0Card(chip))
    answer = GetEuiccDataResponse.decode(channel.send(bytes.fromhex("bf3e035c015a")))
    assert answer.eid_value == chip.nvm.identity.eid.octets
    assert len(channel.send(bytes.fromhex("bf2200"))) > 100
