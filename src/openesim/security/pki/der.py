"""Readers and writers of the few DER types that certificates and CRLs are made of.

The message layer one floor up is declarative; certificates are kept as octets and read by hand,
because one is parsed in every session and most of its fields are never looked at.

Source: ITU-T X.690; RFC 5280 §4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from openesim.encoding.tlv import encode, read_header
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.security.pki.oids import oid_of

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

_TEXT_ENCODINGS: Final = {
    UTF8_STRING: "utf-8",
    PRINTABLE_STRING: "ascii",
    IA5_STRING: "ascii",
    0x14: "latin-1",  # TeletexString, as everybody reads it
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}

_REVERSED: Final = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))

Span = tuple[int, int]
"""Where a value begins and ends in its buffer."""


def expect(buffer: bytes, position: int, end: int, tag: int) -> Span:
    """Return the value of the TLV at ``position``, which must have the tag.

    Raises:
        DecodeError: no such TLV.
    """
    found, start, stop = read_header(buffer, position, end)
    if found != tag:
        raise DecodeError(f"tag {found:02X} where {tag:02X} is awaited", offset=position)
    return start, stop


def children(buffer: bytes, span: Span, tag: int) -> Iterator[Span]:
    """Yield the values side by side in a span, all of one tag.

    Raises:
        DecodeError: anything else stands there.
    """
    position, end = span
    while position < end:
        start, position = expect(buffer, position, end, tag)
        yield start, position


def only(buffer: bytes, tag: int) -> Span:
    """Return the value of the single TLV that fills the buffer.

    Raises:
        DecodeError: another tag, or octets behind it.
    """
    start, stop = expect(buffer, 0, len(buffer), tag)
    if stop != len(buffer):
        raise DecodeError("octets follow the end of the value", offset=stop)
    return start, stop


def read_oid(buffer: bytes, span: Span) -> Oid:
    """Return an object identifier of a span.

    Raises:
        DecodeError: not an object identifier.
    """
    return oid_of(buffer[span[0] : span[1]])


def read_integer(buffer: bytes, span: Span) -> int:
    """Return an integer of a span, of any length.

    Raises:
        DecodeError: empty.
    """
    if span[0] == span[1]:
        raise DecodeError("integer is empty", offset=span[0])
    return int.from_bytes(buffer[span[0] : span[1]], "big", signed=True)


def read_boolean(buffer: bytes, span: Span) -> bool:
    """Return a boolean of a span.

    Raises:
        DecodeError: not one octet 00 or FF.
    """
    octets = buffer[span[0] : span[1]]
    if octets not in {b"\x00", b"\xff"}:
        raise DecodeError("boolean is neither 00 nor FF", offset=span[0])
    return octets == b"\xff"


def read_bits(buffer: bytes, span: Span) -> int:
    """Return a bit string of named bits as a number whose bit 0 is the first bit.

    Trailing zero bits are tolerated: peers send ``02 00 80`` for ``07 80``.

    Raises:
        DecodeError: empty, longer than eight octets, or an impossible count of unused bits.
    """
    start, end = span
    unused = buffer[start] if 1 <= end - start <= 9 else 8
    if unused > 7 or (end - start == 1 and unused):
        raise DecodeError("bit string is malformed", offset=start)
    content = buffer[start + 1 : end].translate(_REVERSED)
    return int.from_bytes(content, "little") & (1 << 8 * len(content) - unused) - 1


def read_time(buffer: bytes, position: int, end: int) -> tuple[datetime, int]:
    """Return the UTCTime or GeneralizedTime at ``position``, aware, and where it ends.

    Raises:
        DecodeError: another tag or form, or no moment between the years 1 and 9999.

    Source: RFC 5280 §4.1.2.5.
    """
    tag, start, stop = read_header(buffer, position, end)
    digits = buffer[start : stop - 1]
    if tag == UTC_TIME:
        digits = (b"19" if digits[:1] >= b"5" else b"20") + digits
    elif tag != GENERALIZED_TIME:
        raise DecodeError("not a time", offset=position)
    if len(digits) != 14 or not digits.isdigit() or buffer[stop - 1] != 0x5A:
        raise DecodeError("not a time in UTC with seconds", offset=position)
    try:
        return datetime.fromisoformat(f"{digits[:8].decode()}T{digits[8:].decode()}+00:00"), stop
    except ValueError:
        raise DecodeError("no such moment", offset=position) from None


def read_text(buffer: bytes, tag: int, span: Span) -> str:
    """Return the text of a string type.

    Raises:
        DecodeError: another type, or octets that are no such text.
    """
    encoding = _TEXT_ENCODINGS.get(tag)
    if encoding is None:
        raise DecodeError(f"tag {tag:02X} is no text", offset=span[0])
    try:
        return buffer[span[0] : span[1]].decode(encoding)
    except UnicodeDecodeError:
        raise DecodeError("text is not in its encoding", offset=span[0]) from None


# --- Writers -------------------------------------------------------------------------------------------------


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of encoded parts."""
    return encode(SEQUENCE, b"".join(parts))


def write_oid(oid: Oid) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    return encode(OBJECT_IDENTIFIER, oid.octets)


def write_integer(number: int) -> bytes:
    """Return an INTEGER in the shortest form."""
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def write_bits(value: int) -> bytes:
    """Return a BIT STRING of named bits; bit 0 of the number is the first bit, trailing zeros are dropped."""
    count = value.bit_length()
    octets = (count + 7) // 8
    text = f"{value:b}"[::-1].ljust(octets * 8, "0")
    content = int(text, 2).to_bytes(octets, "big") if octets else b""
    return encode(BIT_STRING, bytes((octets * 8 - count,)) + content)


def write_time(moment: datetime) -> bytes:
    """Return a moment as UTCTime up to 2049, as GeneralizedTime from 2050 on.

    Args:
        moment: aware; seconds are cut.

    Source: RFC 5280 §4.1.2.5.
    """
    utc = moment.astimezone(UTC)
    text = f"{utc.year:04d}{utc.month:02d}{utc.day:02d}{utc.hour:02d}{utc.minute:02d}{utc.second:02d}Z"
    if 1950 <= utc.year < 2050:
        return encode(UTC_TIME, text[2:].encode("ascii"))
    return encode(GENERALIZED_TIME, text.encode("ascii"))


def write_text(text: str) -> bytes:
    """Return a UTF8String."""
    return encode(UTF8_STRING, text.encode("utf-8"))


def write_printable(text: str) -> bytes:
    """Return a PrintableString of digits and letters."""
    return encode(PRINTABLE_STRING, text.encode("ascii"))
