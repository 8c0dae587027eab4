"""BER-TLV headers and trees, definite lengths in the shortest form only.

A tag is kept as one integer of its octets (``0xBF20``, ``0x5F37``). Tags have at most three octets,
lengths at most three octets behind the first, trees at most ``MAX_DEPTH`` levels: no input can make
a reader loop, recurse without bound or raise anything but ``DecodeError``.

Source: ITU-T X.690 §8.1, §10.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openesim.kernel.errors import DecodeError

MAX_DEPTH = 32
CONSTRUCTED = 0x20
_MORE = 0x80
_LOW_TAG = 0x1F
_SHORT_LENGTHS = tuple(bytes((length,)) for length in range(_MORE))


def read_header(buffer: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Read one tag and length; the value must fit before ``end``.

    Args:
        buffer: octets to read from.
        position: where the tag begins.
        end: where the enclosing value ends.

    Returns:
        Tag, start of the value, end of the value.

    Raises:
        DecodeError: cut short, a length that overruns, or a form that DER does not allow.
    """
    try:
        tag = buffer[position]
        at = position + 1
        if tag & _LOW_TAG == _LOW_TAG:
            octet = buffer[at]
            at += 1
            tag = tag << 8 | octet
            if octet & _MORE:
                octet = buffer[at]
                at += 1
                tag = tag << 8 | octet
                if octet & _MORE:
                    raise DecodeError("tag has more than three octets", offset=position)
                if tag & 0x7F00 == 0:
                    raise DecodeError("tag number is padded", offset=position)
            elif octet < _LOW_TAG:
                raise DecodeError("tag number is padded", offset=position)
        length = buffer[at]
        at += 1
        if length & _MORE:
            count = length & 0x7F
            length = _long_length(buffer, at, count)
            at += count
    except IndexError:
        raise DecodeError("cut short in tag or length", offset=position) from None
    stop = at + length
    if stop > end:
        raise DecodeError("length overruns what encloses it", offset=position)
    return tag, at, stop


def _long_length(buffer: bytes, at: int, count: int) -> int:
    """Return the length that stands in so many octets; an IndexError where the buffer ends before."""
    if count == 1:
        length = buffer[at]
    elif count == 2:
        length = buffer[at] << 8 | buffer[at + 1]
    elif count == 3:
        length = buffer[at] << 16 | buffer[at + 1] << 8 | buffer[at + 2]
    else:
        raise DecodeError("length is indefinite or has more than three octets", offset=at - 1)
    if length >> 8 * (count - 1) == 0 or length < _MORE:
        raise DecodeError("length is not in its shortest form", offset=at - 1)
    return length


def tag_octets(tag: int) -> bytes:
    """Return the octets of a tag."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")


def length_octets(length: int) -> bytes:
    """Return the octets of a length in the shortest form."""
    if length < _MORE:
        return _SHORT_LENGTHS[length]
    if length <= 0xFF:
        return bytes((0x81, length))
    if length <= 0xFFFF:
        return b"\x82" + length.to_bytes(2, "big")
    return b"\x83" + length.to_bytes(3, "big")


def encode(tag: int, value: bytes) -> bytes:
    """Return the TLV of a tag and a value."""
    return tag_octets(tag) + length_octets(len(value)) + value


def is_constructed(tag: int) -> bool:
    """Tell whether the tag announces a constructed value."""
    return bool(tag_octets(tag)[0] & CONSTRUCTED)


@dataclass(frozen=True, slots=True)
class Tlv:
    """One TLV in place: its tag and where it stands in its buffer."""

    buffer: bytes
    tag: int
    start: int
    value_start: int
    end: int

    @property
    def value(self) -> bytes:
        """The value octets."""
        return self.buffer[self.value_start : self.end]

    @property
    def octets(self) -> bytes:
        """The whole TLV, tag and length included."""
        return self.buffer[self.start : self.end]

    def children(self) -> Iterator[Tlv]:
        """Yield the TLVs inside the value.

        Raises:
            DecodeError: the value is no sequence of TLVs.
        """
        return walk(self.buffer, self.value_start, self.end)

    def find(self, tag: int) -> Tlv | None:
        """Return the first child with the tag, or None."""
        return next((child for child in self.children() if child.tag == tag), None)


def walk(buffer: bytes, position: int = 0, end: int | None = None) -> Iterator[Tlv]:
    """Yield the TLVs that stand side by side from ``position`` to ``end``.

    Raises:
        DecodeError: the octets are no sequence of TLVs.
    """
    stop = len(buffer) if end is None else end
    while position < stop:
        tag, value_start, value_end = read_header(buffer, position, stop)
        yield Tlv(buffer, tag, position, value_start, value_end)
        position = value_end


def read_one(buffer: bytes) -> Tlv:
    """Return the single TLV that fills the buffer.

    Raises:
        DecodeError: no TLV, or octets behind it.
    """
    tag, value_start, end = read_header(buffer, 0, len(buffer))
    if end != len(buffer):
        raise DecodeError("octets follow the end of the value", offset=end)
    return Tlv(buffer, tag, 0, value_start, end)


def check_depth(buffer: bytes) -> None:
    """Walk a tree to its leaves.

    Raises:
        DecodeError: malformed, or more than ``MAX_DEPTH`` levels.
    """
    _check_depth(walk(buffer), 1)


def _check_depth(items: Iterator[Tlv], depth: int) -> None:
    """Walk the trees of one level, in place, so that an offset is the octet's in the whole buffer."""
    for item in items:
        if depth > MAX_DEPTH:
            raise DecodeError(f"nested more than {MAX_DEPTH} levels deep", offset=item.start)
        if is_constructed(item.tag):
            _check_depth(item.children(), depth + 1)
