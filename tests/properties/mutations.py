"""Broken messages: octets changed anywhere, or inside the tree with every length around the change mended.

All choices come from a ``random.Random``, so that hypothesis can shrink them and a fixed seed repeats them.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable
from random import Random
from typing import Any

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError

LENGTHS = [
    b"\x80",
    b"\x81\x00",
    b"\x81\xff",
    b"\x82\xff\xff",
    b"\x83\xff\xff\xff",
    b"\x84\x01\x00\x00\x00",
    b"\x00",
]
TAGS = [0x00, 0x02, 0x04, 0x0C, 0x30, 0x5A, 0x80, 0x81, 0x82, 0xA0, 0xA1, 0xBF22, 0xBF38, 0x5F37, 0xBF8148]


def mutate(octets: bytes, random: Random) -> bytes:
    """Return the octets after one to three changes."""
    for _ in range(random.randint(1, 3)):
        octets = random.choice((_change_anywhere, _change_tree))(octets, random)
    return octets


def _cut(octets: bytes, random: Random) -> tuple[int, int]:
    """Return the ends of a slice, mostly a short one."""
    start = random.randint(0, len(octets))
    return start, min(len(octets), start + random.choice((1, 1, 2, 3, 8, 64, 4096)))


def _flip(octets: bytes, random: Random) -> bytes:
    if not octets:
        return octets
    at = random.randrange(len(octets))
    return octets[:at] + bytes([octets[at] ^ 1 << random.randrange(8)]) + octets[at + 1 :]


def _put(octets: bytes, random: Random) -> bytes:
    at = random.randint(0, len(octets))
    replaced = random.choice((0, 1))
    return (
        octets[:at]
        + random.choice([*LENGTHS, random.randbytes(random.randint(1, 4))])
        + octets[at + replaced :]
    )


def _delete(octets: bytes, random: Random) -> bytes:
    start, stop = _cut(octets, random)
    return octets[:start] + octets[stop:]


def _truncate(octets: bytes, random: Random) -> bytes:
    return octets[: random.randint(0, len(octets))]


def _repeat(octets: bytes, random: Random) -> bytes:
    start, stop = _cut(octets, random)
    return octets[:stop] + octets[start:stop] * random.randint(1, 3) + octets[stop:]


FLAT: tuple[Callable[[bytes, Random], bytes], ...] = (_flip, _put, _delete, _truncate, _repeat)


def _change_anywhere(octets: bytes, random: Random) -> bytes:
    """Return the octets after a change that mends nothing."""
    return random.choice(FLAT)(octets, random)


def _change_tree(octets: bytes, random: Random) -> bytes:
    """Return the octets after a change to one TLV, the lengths of all around it mended."""
    try:
        items = [(item.tag, item.value) for item in tlv.walk(octets)]
    except DecodeError:
        return _change_anywhere(octets, random)
    if not items:
        return random.choice((b"", tlv.encode(random.choice(TAGS), b""), random.randbytes(2)))
    at = random.randrange(len(items))
    tag, value = items[at]
    match random.randrange(8 if tlv.is_constructed(tag) else 4):
        case 0:
            del items[at]
        case 1:
            items.insert(random.randint(0, len(items)), items[at])
        case 2:
            items[at] = random.choice(TAGS), value
        case 3:
            items[at] = tag, _change_anywhere(value, random)
        case _:
            items[at] = tag, _change_tree(value, random)
    return b"".join(tlv.encode(tag, value) for tag, value in items)


ODD_JSON: list[Any] = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    " ",
    "=",
    "AAAA",
    "é",
    "\x00",
    "F" * 40,
    "9" * 5000,
    [],
    [None],
    {},
    {"": 0},
    [[[[[[]]]]]],
]


def mutate_json(value: Any, random: Random) -> Any:
    """Return a JSON value after one change somewhere inside."""
    match value:
        case dict() if value and random.random() < 0.9:
            name = random.choice(sorted(value))
            rest = {other: member for other, member in value.items() if other != name}
            return random.choice(
                (rest, {**value, name: mutate_json(value[name], random)}, {**rest, name + "x": value[name]})
            )
        case list() if value and random.random() < 0.8:
            at = random.randrange(len(value))
            changed = [*value[:at], mutate_json(value[at], random), *value[at + 1 :]]
            return random.choice((changed, value * 2, value[:at]))
        case str() if value and random.random() < 0.8:
            return random.choice((_mutate_text, _mutate_base64))(value, random)
        case _:
            return random.choice(ODD_JSON)


def _mutate_text(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return random.choice(
        (
            text[:at],
            text[at:],
            text[:at] + random.choice("\n =$é0Ff-_") + text[at:],
            text * 2,
            text.swapcase(),
        )
    )


def _mutate_base64(text: str, random: Random) -> str:
    try:
        octets = a2b_base64(text, strict_mode=True)
    except (Error, ValueError):
        return _mutate_text(text, random)
    return b2a_base64(mutate(octets, random), newline=False).decode()
