"""The ISD-R of a card over APDUs: opens a logical channel, cuts commands into blocks, gathers answers.

Source: SGP.22 v2.5 §5.7.2; ETSI TS 102 221 §10.1.2, §11.1.17; ISO/IEC 7816-4 §5.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from openesim.kernel.errors import CardError
from openesim.messages.sgp22.explained import LpaOutcome, explain_status_word, with_outcome
from openesim.services.ports import ApduTransport

ISD_R_AIDS: Final = (
    bytes.fromhex("A0000005591010FFFFFFFF8900000100"),
    bytes.fromhex("A0000005591010000000008900000300"),
)
"""The standard's ISD-R, then names that makers of removable chips gave it."""

LARGEST_BLOCK: Final = 255
_MOST_BLOCKS: Final = 256
_MOST_RESPONSES: Final = 1 << 12
_TERMINAL_CAPABILITY: Final = bytes.fromhex("80AA00000AA9088100820101830107")
_OPEN: Final = bytes.fromhex("0070000001")
_BASIC_CHANNELS: Final = 4
_MOST_CHANNELS: Final = 20


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """How to talk to a card.

    Attributes:
        aids: names of the ISD-R to try, in order.
        block_size: octets of data in one STORE DATA, 1 to 255.
        tells_capability: send TERMINAL CAPABILITY first; some cards keep the ISD-R to themselves without it.
    """

    aids: Sequence[bytes] = ISD_R_AIDS
    block_size: int = LARGEST_BLOCK
    tells_capability: bool = True

    def __post_init__(self) -> None:
        """Refuse a block size that no APDU can carry."""
        if not 1 <= self.block_size <= LARGEST_BLOCK:
            raise ValueError(f"block size must lie between 1 and {LARGEST_BLOCK}")


class Es10ApduChannel:
    """An open ISD-R; ``services.ports.Es10Channel`` over an ``ApduTransport``."""

    def __init__(self, transport: ApduTransport, options: ChannelOptions) -> None:
        """Open the ISD-R.

        Raises:
            CardError: no free logical channel, or no ISD-R under any of the names.
        """
        self._transport = transport
        self._options = options
        self._channel = 0
        self.aid = b""
        self.select_answer = b""
        self._open()

    def send(self, command: bytes) -> bytes:
        """Send one command or segment and return the response data.

        Raises:
            CardError: a status word other than 9000 and 91xx, explained.
        """
        size = self._options.block_size
        blocks = [command[at : at + size] for at in range(0, len(command), size)] or [b""]
        if len(blocks) > _MOST_BLOCKS:
            raise with_outcome(
                CardError(f"a command of {len(command)} octets needs more than {_MOST_BLOCKS} blocks"),
                LpaOutcome.COMMAND_TOO_LONG,
            )
        answer = b""
        for number, block in enumerate(blocks):
            last = number == len(blocks) - 1
            header = bytes((self._class(0x80), 0xE2, 0x91 if last else 0x11, number, len(block)))
            answer += self._exchange(header + block)
        return answer

    def reset(self) -> None:
        """Reset the card and open the ISD-R again, as after a change of profile.

        Raises:
            CardError: the card does not come back.
        """
        self._channel = 0
        self._transport.reset()
        self._open()

    def close(self) -> None:
        """Close the logical channel; the transport stays open. A card that is gone needs no closing."""
        if self._channel:
            with suppress(CardError):
                self._transport.transmit(bytes((0x00, 0x70, 0x80, self._channel, 0x00)))
            self._channel = 0

    def __enter__(self) -> Self:
        """Return the channel, open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel."""
        self.close()

    def _open(self) -> None:
        """Open a logical channel and select the ISD-R on it."""
        if self._options.tells_capability:
            self._transport.transmit(_TERMINAL_CAPABILITY)  # a card that does not know it says so and goes on
        opened = self._exchange(_OPEN)
        if len(opened) != 1 or not 0 < opened[0] < _MOST_CHANNELS:
            raise with_outcome(
                CardError("the card opened no usable channel"), LpaOutcome.CARD_ANSWER_UNREADABLE
            )
        self._channel = opened[0]
        try:
            self._select()
        except CardError:
            self.close()
            raise

    def _select(self) -> None:
        """Select the first ISD-R that answers."""
        refusal = _refused(0x6A82)
        for aid in self._options.aids:
            apdu = bytes((self._class(0x00), 0xA4, 0x04, 0x00, len(aid))) + aid
            try:
                self.select_answer = self._exchange(apdu)
            except CardError as error:
                if error.status_word is None:
                    raise
                refusal = error
            else:
                self.aid = aid
                return
        raise refusal

    def _exchange(self, apdu: bytes) -> bytes:
        """Transmit an APDU, fetch everything the card has to say, and return the data.

        Raises:
            CardError: a status word other than 9000 and 91xx.
        """
        gathered = b""
        for _ in range(_MOST_RESPONSES):
            data, status_word = _split(self._transport.transmit(apdu))
            gathered += data
            if status_word == 0x9000 or status_word >> 8 == 0x91:  # 91xx: done, and a REFRESH is waiting
                return gathered
            if status_word >> 8 == 0x61:
                apdu = bytes((self._class(0x00), 0xC0, 0x00, 0x00, status_word & 0xFF))
            elif status_word >> 8 == 0x6C and not data and apdu[-1] != status_word & 0xFF:
                apdu = _with_expected_length(apdu, status_word & 0xFF)
            else:
                raise _refused(status_word)
        endless = CardError("the card does not stop answering")
        raise with_outcome(endless, LpaOutcome.CARD_ANSWER_UNREADABLE)

    def _class(self, base: int) -> int:
        """Return the class octet for the channel.

        Args:
            base: 00 for interindustry commands, 80 for STORE DATA.

        Source: ETSI TS 102 221 §10.1.1.
        """
        if self._channel < _BASIC_CHANNELS:
            return base | self._channel
        return base | 0x40 | (self._channel - _BASIC_CHANNELS)


def open_es10_channel(transport: ApduTransport, options: ChannelOptions | None = None) -> Es10ApduChannel:
    """Open the ISD-R of a card.

    Raises:
        CardError: the card is no eUICC, or refuses; the explanation says what to do.
    """
    return Es10ApduChannel(transport, options or ChannelOptions())


def _split(answer: bytes) -> tuple[bytes, int]:
    """Return data and status word of a response APDU."""
    if len(answer) < 2:
        raise with_outcome(CardError("the card answered without a status word"), LpaOutcome.CARD_GONE)
    return answer[:-2], int.from_bytes(answer[-2:], "big")


def _with_expected_length(apdu: bytes, length: int) -> bytes:
    """Return the APDU with another expected length (Le), in place of the one it has or appended."""
    has_length = len(apdu) == 5 or (len(apdu) > 5 and len(apdu) == 6 + apdu[4])
    return (apdu[:-1] if has_length else apdu) + bytes((length,))


def _refused(status_word: int) -> CardError:
    """Return the error for a status word, explained."""
    error = CardError("the card refused a command", status_word)
    error.explained(explain_status_word(status_word))
    return error
