"""ES10 over APDUs: logical channel, blocks, chained answers, status words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from openesim.adapters.apdu.channel import ISD_R_AIDS, ChannelOptions, Es10ApduChannel, open_es10_channel
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of

FCI = bytes.fromhex("6F00E005 8203020500".replace(" ", ""))
OK = b"\x90\x00"
QUIET = ChannelOptions(tells_capability=False)


@dataclass
class Card:
    """A card in memory that knows channels and STORE DATA and echoes what it was sent, in pieces."""

    channel: int = 1
    aid: bytes = ISD_R_AIDS[0]
    piece: int = 256
    status: bytes = OK
    answer: bytes | None = None
    answers_directly: bool = False
    script: dict[bytes, bytes] = field(default_factory=dict)
    log: list[bytes] = field(default_factory=list)
    resets: int = 0
    _command: bytes = b""
    _waiting: bytes = b""

    def transmit(self, apdu: bytes) -> bytes:
        self.log.append(apdu)
        for prefix, answer in self.script.items():
            if apdu.startswith(prefix):
                return answer
        match apdu[1]:
            case 0xAA:
                return OK
            case 0x70:
                return OK if apdu[2] == 0x80 else bytes([self.channel]) + OK
            case 0xA4:
                return self._give(FCI) if apdu[5:] == self.aid else b"\x6a\x82"
            case 0xE2:
                return self._store(apdu)
            case 0xC0:
                return self._next(apdu[4] or 256)
        return b"\x6d\x00"

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        self.log.append(b"closed")

    def _store(self, apdu: bytes) -> bytes:
        assert len(apdu) == 5 + apdu[4], "no Le, as LPAs of the field send it"
        self._command += apdu[5:]
        if apdu[2] == 0x11:
            return OK
        command, self._command = self._command, b""
        if self.status != OK:
            return self.status
        answer = command if self.answer is None else self.answer
        return answer + OK if self.answers_directly else self._give(answer)

    def _give(self, data: bytes) -> bytes:
        self._waiting = data
        return self._announce()

    def _next(self, size: int) -> bytes:
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return data + self._announce()

    def _announce(self) -> bytes:
        size = min(len(self._waiting), self.piece)
        return bytes([0x61, size & 0xFF]) if size else OK


def blocks(card: Card) -> list[bytes]:
    return [apdu for apdu in card.log if apdu[1] == 0xE2]


def test_a_channel_is_opened_the_isd_r_selected_and_the_channel_closed_again() -> None:
    card = Card()
    with open_es10_channel(card) as channel:
        assert channel.aid == ISD_R_AIDS[0]
        assert channel.select_answer == FCI
    assert [apdu.hex().upper() for apdu in card.log] == [
        "80AA00000AA9088100820101830107",
        "0070000001",
        "01A4040010" + ISD_R_AIDS[0].hex().upper(),
        f"01C00000{len(FCI):02X}",
        "0070800100",
    ]


def test_a_card_that_does_not_know_terminal_capability_is_used_all_the_same() -> None:
    card = Card(script={b"\x80\xaa": b"\x6e\x00"})
    assert open_es10_channel(card).send(b"\xbf\x2e\x00") == b"\xbf\x2e\x00"


@pytest.mark.parametrize(
    ("channel", "store", "interindustry"),
    [(1, 0x81, 0x01), (3, 0x83, 0x03), (4, 0xC0, 0x40), (19, 0xCF, 0x4F)],
)
def test_the_class_octet_carries_the_channel(channel: int, store: int, interindustry: int) -> None:
    card = Card(channel=channel)
    open_es10_channel(card, QUIET).send(b"\xbf\x2e\x00")
    assert [apdu[0] for apdu in card.log] == [0x00, interindustry, interindustry, store, interindustry]


@pytest.mark.parametrize(("length", "sizes"), [(1, [1]), (255, [255]), (256, [255, 1]), (510, [255, 255])])
def test_a_command_is_cut_into_numbered_blocks(length: int, sizes: list[int]) -> None:
    card = Card()
    command = bytes(number & 0xFF for number in range(length))
    assert open_es10_channel(card, QUIET).send(command) == command
    sent = blocks(card)
    assert [len(apdu) - 5 for apdu in sent] == sizes
    assert [apdu[3] for apdu in sent] == list(range(len(sizes)))
    assert [apdu[2] for apdu in sent] == [0x11] * (len(sizes) - 1) + [0x91]


def test_every_command_counts_its_blocks_anew() -> None:
    card = Card()
    channel = open_es10_channel(card, ChannelOptions(block_size=2, tells_capability=False))
    channel.send(b"abc")
    channel.send(b"def")
    assert [apdu[3] for apdu in blocks(card)] == [0, 1, 0, 1]


@pytest.mark.parametrize("piece", [1, 255, 256])
@pytest.mark.parametrize("length", [0, 1, 256, 257, 5000])
def test_a_long_answer_is_fetched_to_its_end(piece: int, length: int) -> None:
    if length // piece > 4000:
        piece = 100  # more pieces than a card may take
    card = Card(piece=piece, answer=b"x" * length)
    assert open_es10_channel(card, QUIET).send(b"command") == b"x" * length


def test_an_answer_may_come_at_once() -> None:
    assert open_es10_channel(Card(answers_directly=True), QUIET).send(b"hello") == b"hello"


def test_a_waiting_proactive_command_is_success() -> None:
    assert open_es10_channel(Card(status=b"\x91\x0b"), QUIET).send(b"enable") == b""


def test_a_card_that_names_the_right_length_is_asked_with_it() -> None:
    card = Card(script={b"\x00\x70\x00\x00\x01": b"\x6c\x05", b"\x00\x70\x00\x00\x05": b"\x02" + OK})
    open_es10_channel(card, QUIET)
    assert card.log[1].hex() == "0070000005"


def test_a_card_that_names_another_length_for_ever_is_given_up() -> None:
    with pytest.raises(CardError):
        open_es10_channel(Card(script={b"\x00\x70\x00\x00": b"\x6c\x05"}), QUIET)


@pytest.mark.parametrize("status_word", [0x6A88, 0x6985, 0x6A80, 0x6700, 0x6881, 0x6F00])
def test_a_refusal_carries_its_status_word_and_an_explanation(status_word: int) -> None:
    channel = open_es10_channel(Card(status=status_word.to_bytes(2, "big")), QUIET)
    with pytest.raises(CardError) as caught:
        channel.send(b"\xbf\x44\x00")
    assert caught.value.status_word == status_word
    assert explain_error(caught.value).next_step


def test_vendors_names_of_the_isd_r_are_tried_in_turn() -> None:
    """PAIN 19: users hunt for the AID."""
    assert open_es10_channel(Card(aid=ISD_R_AIDS[1]), QUIET).aid == ISD_R_AIDS[1]
    own = bytes.fromhex("A0000005591010000000008900000999")
    options = ChannelOptions(aids=(own,), tells_capability=False)
    assert open_es10_channel(Card(aid=own), options).aid == own


def test_a_card_without_isd_r_is_said_to_be_no_euicc_and_its_channel_is_closed() -> None:
    card = Card(aid=b"something else")
    with pytest.raises(CardError) as caught:
        open_es10_channel(card, QUIET)
    assert caught.value.status_word == 0x6A82
    assert "no eUICC" in explain_error(caught.value).cause
    assert card.log[-1].hex() == "0070800100"


def test_without_a_single_name_there_is_no_isd_r() -> None:
    with pytest.raises(CardError):
        open_es10_channel(Card(), ChannelOptions(aids=()))


@pytest.mark.parametrize("answer", [b"\x6a\x81", b"\x90\x00", b"\x00\x90\x00", b"\x20\x90\x00", b""])
def test_a_card_without_a_free_channel_is_refused(answer: bytes) -> None:
    with pytest.raises(CardError) as caught:
        open_es10_channel(Card(script={b"\x00\x70": answer}), QUIET)
    assert explain_error(caught.value).cause


def test_a_card_that_answers_nothing_is_gone() -> None:
    card = Card()
    channel = open_es10_channel(card, QUIET)
    card.script[b"\x81\xe2"] = b"\x90"
    with pytest.raises(CardError) as caught:
        channel.send(b"x")
    assert outcome_of(caught.value) is LpaOutcome.CARD_GONE


def test_a_card_that_never_stops_answering_is_given_up() -> None:
    card = Card()
    channel = open_es10_channel(card, QUIET)
    card.script[b"\x01\xc0"] = b"\x61\x10"
    with pytest.raises(CardError) as caught:
        channel.send(b"x")
    assert outcome_of(caught.value) is LpaOutcome.CARD_ANSWER_UNREADABLE


def test_a_command_of_more_than_256_blocks_is_not_begun() -> None:
    card = Card()
    channel = open_es10_channel(card, ChannelOptions(block_size=1, tells_capability=False))
    assert channel.send(b"x" * 256) == b"x" * 256
    before = len(card.log)
    with pytest.raises(CardError) as caught:
        channel.send(b"x" * 257)
    assert outcome_of(caught.value) is LpaOutcome.COMMAND_TOO_LONG
    assert len(card.log) == before


def test_after_a_reset_everything_is_opened_again() -> None:
    card = Card()
    channel = open_es10_channel(card, QUIET)
    opened = len(card.log)
    card.channel = 2
    channel.reset()
    assert card.resets == 1
    assert len(card.log) == 2 * opened
    channel.send(b"x")
    assert blocks(card)[0][0] == 0x82


def test_a_card_that_is_gone_needs_no_closing() -> None:
    class Gone(Card):
        is_gone = False

        def transmit(self, apdu: bytes) -> bytes:
            if self.is_gone:
                raise CardError("gone")
            return super().transmit(apdu)

    card = Gone()
    channel = Es10ApduChannel(card, QUIET)
    card.is_gone = True
    channel.close()
    channel.close()


def test_a_card_that_is_gone_while_names_are_tried_ends_the_search() -> None:
    with pytest.raises(CardError) as caught:
        open_es10_channel(Card(script={b"\x01\xa4": b""}), QUIET)
    assert caught.value.status_word is None


@pytest.mark.parametrize("size", [0, 256, -1])
def test_a_block_size_that_no_apdu_carries_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="block size"):
        ChannelOptions(block_size=size)
