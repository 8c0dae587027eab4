"""Secured packets in short messages: cut into user data, put together again, and the ENVELOPE that brings one to a card.

::

    user data of the first    UDHL 00 03 reference total number, 70 00 │ first octets of the packet
    user data of the others   UDHL 00 03 reference total number        │ the next octets
    of a single one           02 70 00                                 │ the packet

A packet that fits is sent in one; a card keeps the pieces of one packet at a time.

Source: 3GPP TS 31.115 §4; 3GPP TS 23.040 §9.2.2.1, §9.2.3.24; 3GPP TS 31.111 §7.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError

SMS_PP_DOWNLOAD: Final = 0xD1
"""Tag of the event with which a terminal hands a short message to its card."""

_USER_DATA_OCTETS: Final = 140
_COMMAND_PACKET: Final = 0x70
_PIECE, _PIECE_LONG = 0x00, 0x08
_SINGLE_HEADER: Final = bytes((2, _COMMAND_PACKET, 0))
_DELIVER_WITH_HEADER: Final = 0x40
_KIND, _HAS_HEADER = 0x03, 0x40
_PID_USIM_DOWNLOAD, _DCS_8_BIT_FOR_CARD = 0x7F, 0xF6
_TPDU_TAGS: Final = (0x0B, 0x8B)
_DEVICES: Final = tlv.encode(0x82, bytes((0x83, 0x81)))
_TIME_OCTETS: Final = 7
_MOST_PIECES: Final = 255


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """One short message to a card, or one piece of a longer one.

    Attributes:
        sender: originating address as it stands in the message.
        reference: what pieces of one packet have in common, None for a packet in one message.
        total: how many pieces there are.
        number: which of them this is, from 1.
        is_command: whether its header says that a secured packet begins here.
        content: user data without the header.
    """

    sender: bytes
    reference: bytes | None
    total: int
    number: int
    is_command: bool
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one packet that have come, while others are missing."""

    first: ShortMessage
    by_number: tuple[tuple[int, ShortMessage], ...]


def cut(packet: bytes, reference: int = 0) -> list[bytes]:
    """Return the user data, header included, of the short messages that carry a secured packet.

    Args:
        packet: a secured packet of SCP80, from its length on.
        reference: 0 to 255; another one for the next packet of several messages.

    Raises:
        DecodeError: more than 255 messages.

    Source: 3GPP TS 31.115 §4.2; 3GPP TS 23.040 §9.2.3.24.1.
    """
    if len(_SINGLE_HEADER) + len(packet) <= _USER_DATA_OCTETS:
        return [_SINGLE_HEADER + packet]
    head = bytes((_PIECE, 3, reference & 0xFF))
    room = _USER_DATA_OCTETS - 1 - len(head) - 2
    first = room - 2
    pieces = [packet[:first]] + [packet[at : at + room] for at in range(first, len(packet), room)]
    if len(pieces) > _MOST_PIECES:
        raise DecodeError(f"a packet of {len(packet)} octets is too long for short messages")
    messages = []
    for number, piece in enumerate(pieces, 1):
        header = head + bytes((len(pieces), number)) + (b"\x70\x00" if number == 1 else b"")
        messages.append(bytes((len(header),)) + header + piece)
    return messages


def envelope_data(user_data: bytes, sender: str = "12345") -> bytes:
    """Return the event that a terminal sends to its card for a short message, as data of the command ENVELOPE.

    Args:
        user_data: with its header, at most 140 octets.
        sender: digits of the originating address.

    Source: 3GPP TS 31.111 §7.1.1.2; 3GPP TS 23.040 §9.2.2.1 (SMS-DELIVER).
    """
    digits = sender + "F" * (len(sender) % 2)
    swapped = "".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2))
    tpdu = (
        bytes((_DELIVER_WITH_HEADER, len(sender), 0x81))
        + bytes.fromhex(swapped)
        + bytes((_PID_USIM_DOWNLOAD, _DCS_8_BIT_FOR_CARD))
        + bytes(_TIME_OCTETS)
        + bytes((len(user_data),))
        + user_data
    )
    return tlv.encode(SMS_PP_DOWNLOAD, _DEVICES + tlv.encode(_TPDU_TAGS[1], tpdu))


def read_envelope_data(octets: bytes) -> ShortMessage | None:
    """Return the short message of an event, or None where it carries nothing for a security domain.

    Raises:
        DecodeError: no SMS-DELIVER, or lengths in it that do not agree.

    Source: 3GPP TS 31.111 §7.1.1.2; 3GPP TS 23.040 §9.2.2.1, §9.2.3.24.
    """
    event = tlv.read_one(octets)
    tpdu = next((item.value for item in event.children() if item.tag in _TPDU_TAGS), b"")
    try:
        address_end = 3 + (tpdu[1] + 1) // 2
        length_at = address_end + 2 + _TIME_OCTETS
        user_data = tpdu[length_at + 1 :]
        is_whole = tpdu[0] & _KIND == 0 and tpdu[length_at] == len(user_data)
    except IndexError:
        is_whole = False
    if not is_whole:
        raise DecodeError("the event holds no whole short message")
    if not tpdu[0] & _HAS_HEADER:
        return None
    return _read_user_data(tpdu[1:address_end], user_data)


def collect(pieces: Pieces | None, message: ShortMessage) -> tuple[Pieces | None, bytes | None]:
    """Take one more message.

    Args:
        pieces: what has come of a packet in several messages.
        message: the next one.

    Returns:
        What is kept now, and the secured packet if it is complete. A piece of another packet begins anew; the same piece
        again changes nothing.

    Source: 3GPP TS 23.040 §9.2.3.24.1.
    """
    if message.reference is None:
        return pieces, message.content if message.is_command else None
    if pieces is None or _name(pieces.first) != _name(message):
        pieces = Pieces(message, ())
    by_number = dict(pieces.by_number) | {message.number: message}
    if len(by_number) < message.total:
        return Pieces(pieces.first, tuple(by_number.items())), None
    if not by_number[1].is_command:
        return None, None
    return None, b"".join(by_number[number].content for number in sorted(by_number))


def _name(message: ShortMessage) -> tuple[bytes, bytes | None, int]:
    """Return what all pieces of a packet have in common."""
    return message.sender, message.reference, message.total


def _read_user_data(sender: bytes, user_data: bytes) -> ShortMessage | None:
    """Return the message of user data with a header; None: it is neither a secured packet nor a piece of one."""
    if not user_data or len(user_data) <= user_data[0]:
        raise DecodeError("the header of a short message is longer than its user data")
    header, content = user_data[1 : 1 + user_data[0]], user_data[1 + user_data[0] :]
    elements = _header_elements(header)
    piece = elements.get(_PIECE) or elements.get(_PIECE_LONG)
    is_command = _COMMAND_PACKET in elements
    if piece is None:
        return ShortMessage(sender, None, 1, 1, is_command, content) if is_command else None
    if len(piece) not in (3, 4) or not 1 <= piece[-1] <= piece[-2]:
        raise DecodeError("a piece of a short message does not say which of how many it is")
    return ShortMessage(sender, piece[:-2], piece[-2], piece[-1], is_command, content)


def _header_elements(header: bytes) -> dict[int, bytes]:
    """Return the information elements of a user data header."""
    elements: dict[int, bytes] = {}
    at = 0
    while at < len(header):
        end = at + 2 + (header[at + 1] if at + 1 < len(header) else len(header))
        if end > len(header):
            raise DecodeError("an element of a short message's header is longer than the header")
        elements[header[at]] = header[at + 2 : end]
        at = end
    return elements
