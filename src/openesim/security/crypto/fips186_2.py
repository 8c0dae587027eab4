"""The pseudo-random generator of FIPS 186-2 with change notice 1, on which EAP-SIM and EAP-AKA stand.

Its function G is the compression of SHA-1 without the padding, and no library gives that out; so it is written here. It only
stretches a key that is already secret, a handful of blocks a login.

Source: FIPS 186-2 Appendix 3.1, 3.3, change notice 1; RFC 4186 Appendix B.
"""

from __future__ import annotations

import struct
from typing import Final

from openesim.kernel.errors import DecodeError

XKEY_OCTETS: Final = 20
"""Length of the key, and of what one round gives."""

_WORD: Final = 0xFFFFFFFF
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_LONGEST: Final = 1 << 12


def fips186_2_prf(xkey: bytes, length: int) -> bytes:
    """Stretch a key.

    Args:
        xkey: 20 octets.
        length: octets wanted, 1 to 4096.

    Raises:
        DecodeError: a key of another length, or a length out of range.

    Source: RFC 4186 Appendix B.
    """
    if len(xkey) != XKEY_OCTETS or not 0 < length <= _LONGEST:
        msg = f"{length} octets cannot be made from a key of {len(xkey)} octets"
        raise DecodeError(msg)
    key, made = int.from_bytes(xkey, "big"), b""
    while len(made) < length:
        block = _compress(key.to_bytes(XKEY_OCTETS, "big").ljust(64, b"\0"))
        key = (1 + key + int.from_bytes(block, "big")) % (1 << 8 * XKEY_OCTETS)
        made += block
    return made[:length]


def _compress(block: bytes) -> bytes:
    """Return SHA-1's state after one block of 64 octets, 20 octets.

    Source: FIPS 180-4 §6.1.2.
    """
    words = list(struct.unpack(">16I", block))
    for at in range(16, 80):
        words.append(_rotate(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1))
    a, b, c, d, e = _START
    for at, word in enumerate(words):
        match at // 20:
            case 0:
                mixed, constant = b & c | ~b & d, 0x5A827999
            case 1:
                mixed, constant = b ^ c ^ d, 0x6ED9EBA1
            case 2:
                mixed, constant = b & c | b & d | c & d, 0x8F1BBCDC
            case _:
                mixed, constant = b ^ c ^ d, 0xCA62C1D6
        a, b, c, d, e = _rotate(a, 5) + mixed + e + constant + word & _WORD, a, _rotate(b, 30), c, d
    return struct.pack(
        ">5I", *(start + end & _WORD for start, end in zip(_START, (a, b, c, d, e), strict=True))
    )


def _rotate(word: int, bits: int) -> int:
    """Rotate 32 bits to the left."""
    return (word << bits | word >> 32 - bits) & _WORD
