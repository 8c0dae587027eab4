"""The protocol T=0 in front of a card: which data wait for GET RESPONSE, and which length has to be asked for.

A command of T=0 carries data one way only. A card that has something to say to a command with data answers 61xx, and
the terminal fetches xx octets; a card that was asked for another length than it has answers 6Cxx, and the terminal
asks again with xx. Programs written for real readers wait for exactly that.

::

    → 00A4000C023F00              → 00A40004023F00           → 00B0000000
    ← 9000                        ← 611C                     ← 6C0A
                                  → 00C000001C               → 00B000000A
                                  ← 62…9000                  ← 98…9000

Source: ETSI TS 102 221 §7.3.1.1; ISO/IEC 7816-3 §12.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.errors import CardError
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.services.ports import ApduTransport

_GET_RESPONSE = 0xC0
_FETCH = bytes((0x00, _GET_RESPONSE, 0x00, 0x00))
_HEADER_OCTETS = 4
_MOST_OCTETS = 256
_MORE, _WRONG_LENGTH = 0x61, 0x6C


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What a channel has not been given yet.

    Attributes:
        header: class to P2 of the command that fetches it.
        answer: data and status word.
    """

    header: bytes
    answer: bytes


class T0Card:
    """A card whose answers come as a reader for T=0 hands them on; an ``ApduTransport`` around another."""

    def __init__(self, card: ApduTransport) -> None:
        """Take the card."""
        self._card = card
        self._waiting: dict[int, _Waiting] = {}

    def transmit(self, apdu: bytes) -> bytes:
        """Return the answer to a command as T=0 carries it.

        Raises:
            CardError: the card is gone or answered nothing.
        """
        try:
            command = CommandApdu.decode(apdu)
        except CardError:
            return self._card.transmit(apdu)  # the card says what is wrong with it
        header = _FETCH if command.instruction == _GET_RESPONSE else apdu[:_HEADER_OCTETS]
        waiting = self._waiting.pop(command.channel, None)
        is_fetched = waiting is not None and waiting.header == header
        answer = waiting.answer if waiting and is_fetched else self._card.transmit(apdu)
        length, wanted = len(answer) - 2, command.expected or _MOST_OCTETS
        if not 0 < length <= _MOST_OCTETS:
            return answer
        if command.data:
            return self._keep(command.channel, _FETCH, answer, _MORE)
        if header == _FETCH and wanted < length:
            piece, rest = answer[:wanted], answer[wanted:]
            return piece + self._keep(command.channel, _FETCH, rest, _MORE)
        if wanted != length:
            return self._keep(command.channel, header, answer, _WRONG_LENGTH)
        return answer

    def reset(self) -> None:
        """Reset the card; what waited is gone."""
        self._waiting.clear()
        self._card.reset()

    def close(self) -> None:
        """Let go of the card."""
        self._waiting.clear()
        self._card.close()

    def _keep(self, channel: int, header: bytes, answer: bytes, first: int) -> bytes:
        """Let an answer wait and return the status word that says so: 61xx or 6Cxx, 00 for 256 octets."""
        self._waiting[channel] = _Waiting(header, answer)
        return bytes((first, (len(answer) - 2) % _MOST_OCTETS))
