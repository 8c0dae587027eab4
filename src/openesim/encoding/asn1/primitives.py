"""Readers and writers of the primitive types.

A reader takes the buffer, the tag and the three positions of a TLV (start, start of the value, end);
a writer takes the value and returns the value octets. Both are plain functions or closures.

Source: ITU-T X.690 §8, §10, §11.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from openesim.encoding.asn1.schema import Bits, Range, Size
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid

Reader = Callable[[bytes, int, int, int, int], Any]
Writer = Callable[[Any], bytes]

_MOST_INTEGER_OCTETS = 8
_MOST_BIT_OCTETS = 9
_MOST_OCTETS = 1 << 22
_MIRROR = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def octet_string(kind: Callable[[bytes], Any], size: Size | None) -> tuple[Reader, Writer]:
    """Return reader and writer of an OCTET STRING whose value becomes ``kind(octets)``."""
    least, most = size.bounds if size else (0, _MOST_OCTETS)

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> Any:
        if not least <= end - value_start <= most:
            raise DecodeError(_size_text(least, most, "octets", end - value_start), offset=start)
        octets = buffer[value_start:end]
        return octets if kind is bytes else kind(octets)

    def write(value: Any) -> bytes:
        octets = bytes(value)
        if not least <= len(octets) <= most:
            raise DecodeError(_size_text(least, most, "octets", len(octets)))
        return octets

    return read, write


def identifier(kind: Any) -> tuple[Reader, Writer]:
    """Return reader and writer of an identifier type that has ``from_octets`` and ``octets``."""

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> Any:
        try:
            return kind.from_octets(buffer[value_start:end])
        except DecodeError as error:
            error.offset = start
            raise

    def write(value: Any) -> bytes:
        return value.octets  # type: ignore[no-any-return]

    return read, write


def utf8_string(size: Size | None) -> tuple[Reader, Writer]:
    """Return reader and writer of a UTF8String; sizes count characters."""
    least, most = size.bounds if size else (0, _MOST_OCTETS)

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> str:
        try:
            text = buffer[value_start:end].decode()
        except UnicodeDecodeError:
            raise DecodeError("text is not UTF-8", offset=start) from None
        if not least <= len(text) <= most:
            raise DecodeError(_size_text(least, most, "characters", len(text)), offset=start)
        return text

    def write(value: str) -> bytes:
        if not least <= len(value) <= most:
            raise DecodeError(_size_text(least, most, "characters", len(value)))
        return value.encode()

    return read, write


def integer(kind: type[IntEnum] | None, bounds: Range | None) -> tuple[Reader, Writer]:
    """Return reader and writer of an INTEGER; numbers without a name in ``kind`` stay plain integers."""
    named: dict[int, Any] = dict(kind._value2member_map_) if kind else {}

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> int:
        length = end - value_start
        if length == 1 and (small := buffer[value_start]) < 0x80 and not bounds:
            return named.get(small, small)  # type: ignore[no-any-return]
        if not 0 < length <= _MOST_INTEGER_OCTETS:
            raise DecodeError(_size_text(1, _MOST_INTEGER_OCTETS, "octets", length), offset=start)
        number = int.from_bytes(buffer[value_start:end], "big", signed=True)
        if length > 1 and -(1 << 8 * length - 9) <= number < 1 << 8 * length - 9:
            raise DecodeError("integer is padded", offset=start)
        if bounds and not bounds.least <= number <= bounds.most:
            raise DecodeError(f"integer must lie between {bounds.least} and {bounds.most}", offset=start)
        return named.get(number, number)  # type: ignore[no-any-return]

    def write(value: int) -> bytes:
        number = int(value)
        magnitude = number if number >= 0 else ~number
        return number.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True)

    return read, write


def null(kind: Callable[[], Any]) -> tuple[Reader, Writer]:
    """Return reader and writer of a NULL: True where ``kind`` is bool, else an instance of ``kind``."""

    def read(_buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> Any:
        if value_start != end:
            raise DecodeError("null must be empty", offset=start)
        return True if kind is bool else kind()

    def write(_value: Any) -> bytes:
        return b""

    return read, write


def boolean() -> tuple[Reader, Writer]:
    """Return reader and writer of a BOOLEAN, FF or 00."""

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> bool:
        octets = buffer[value_start:end]
        if octets == b"\xff":
            return True
        if octets == b"\x00":
            return False
        raise DecodeError("boolean must be one octet, 00 or FF", offset=start)

    def write(value: bool) -> bytes:  # noqa: FBT001 (the value of the type)
        return b"\xff" if value else b"\x00"

    return read, write


def bit_string(kind: type[Bits]) -> tuple[Reader, Writer]:
    """Return reader and writer of a BIT STRING with named bits.

    Trailing zero bits are tolerated on input (``00 80`` for ``07 80`` stands in recorded sessions)
    and left out on output.
    """

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> Bits:
        length = end - value_start
        if not 0 < length <= _MOST_BIT_OCTETS:
            raise DecodeError(_size_text(1, _MOST_BIT_OCTETS, "octets", length), offset=start)
        unused = buffer[value_start]
        if unused > 7 or (unused and length == 1):
            raise DecodeError("bit string has an impossible number of unused bits", offset=start)
        number = int.from_bytes(buffer[value_start + 1 : end].translate(_MIRROR), "little")
        return kind(number & (1 << 8 * (length - 1) - unused) - 1)

    def write(value: int) -> bytes:
        number = int(value)
        count = (number.bit_length() + 7) // 8
        unused = 8 * count - number.bit_length()
        return bytes((unused,)) + number.to_bytes(count, "little").translate(_MIRROR)

    return read, write


def object_identifier() -> tuple[Reader, Writer]:
    """Return reader and writer of an OBJECT IDENTIFIER."""
    return identifier(Oid)


def _size_text(least: int, most: int, unit: str, found: int) -> str:
    """Say which size was wanted and which was found."""
    wanted = f"{least}" if least == most else f"{least} to {most}"
    return f"must have {wanted} {unit}, has {found}"
