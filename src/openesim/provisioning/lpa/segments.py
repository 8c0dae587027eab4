"""Cuts a bound profile package into the pieces that LoadBoundProfilePackage hands to the chip.

The octets are cut where they stand and never encoded again: MACs cover tags and lengths as the server wrote them.
How long a segment may be (1020 octets) is left to the chip: a server of the field sends 1036, and chips take it.

::

    BF36 tag and length ‖ BF23          one segment   InitialiseSecureChannel
    A0 tag and length ‖ first 87        one segment   ConfigureISDP; further 87 each alone
    A1 tag and length                   one segment
    each 88                             one segment   StoreMetadata
    A2 tag and length ‖ first 87        one segment   ReplaceSessionKeys, if present
    A3 tag and length                   one segment
    each 86                             one segment   profile elements

Source: SGP.22 v2.5 §2.5.5, §5.7.6.
"""

from __future__ import annotations

from collections.abc import Iterator

from openesim.encoding.tlv import Tlv, read_one
from openesim.kernel.errors import DecodeError

_PACKAGE = 0xBF36
_SECURE_CHANNEL = 0xBF23
_METADATA_SEQUENCE = 0xA1
# Sequence, tag of what it holds, whether the header travels with the first of them, whether it may be missing.
_SEQUENCES = (
    (0xA0, 0x87, True, False),
    (_METADATA_SEQUENCE, 0x88, False, False),
    (0xA2, 0x87, True, True),
    (0xA3, 0x86, False, False),
)
_MAC_LENGTH = 8


def cut(package: bytes) -> tuple[bytes, ...]:
    """Return the segments of a bound profile package, in order; together they are the package.

    Args:
        package: complete TLV BF36, as received.

    Raises:
        DecodeError: no bound profile package, or sequences missing, strange or out of order.
    """
    outer = read_one(package)
    if outer.tag != _PACKAGE:
        raise DecodeError(f"tag {outer.tag:X} where {_PACKAGE:X} is expected", ("bound_profile_package",), 0)
    children = list(outer.children())
    if not children or children[0].tag != _SECURE_CHANNEL:
        raise DecodeError(
            "begins with something else than BF23", ("bound_profile_package",), outer.value_start
        )
    segments = [package[: children[0].end]]
    rest = children[1:]
    for tag, inner, is_joined, is_optional in _SEQUENCES:
        if rest and rest[0].tag == tag:
            segments += _cut_sequence(rest.pop(0), inner, is_joined=is_joined)
        elif not is_optional:
            raise DecodeError(f"sequence {tag:X} is missing", ("bound_profile_package",), outer.end)
    if rest:
        raise DecodeError(f"unexpected tag {rest[0].tag:X}", ("bound_profile_package",), rest[0].start)
    return tuple(segments)


def _cut_sequence(sequence: Tlv, inner: int, *, is_joined: bool) -> Iterator[bytes]:
    """Yield the segments of one sequence; its tag and length go first, joined with the first item or alone."""
    header = sequence.buffer[sequence.start : sequence.value_start]
    items = list(sequence.children())
    for item in items:
        if item.tag != inner:
            raise DecodeError(f"unexpected tag {item.tag:X}", (f"sequence {sequence.tag:X}",), item.start)
    if not is_joined or not items:
        yield header
        header = b""
    for item in items:
        yield header + item.octets
        header = b""


def metadata_inside(package: bytes) -> bytes:
    """Return the StoreMetadata command that a package carries in the clear, MACs taken off.

    Args:
        package: complete TLV BF36.

    Raises:
        DecodeError: the package has no sequence of 88, or a segment without room for its MAC.

    Source: SGP.22 v2.5 §2.5.4.
    """
    sequence = read_one(package).find(_METADATA_SEQUENCE)
    if sequence is None:
        raise DecodeError("sequence A1 is missing", ("bound_profile_package",))
    pieces = []
    for item in sequence.children():
        if item.end - item.value_start < _MAC_LENGTH:
            raise DecodeError("segment is shorter than its MAC", ("sequence A1",), item.start)
        pieces.append(package[item.value_start : item.end - _MAC_LENGTH])
    return b"".join(pieces)
