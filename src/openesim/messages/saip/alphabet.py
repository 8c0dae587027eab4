"""Texts on a card: the GSM default alphabet and UCS2, as alpha identifiers and as names of networks.

Source: 3GPP TS 23.038 §6.2.1; ETSI TS 102 221 Annex A; 3GPP TS 24.008 §10.5.3.5a.
"""

from __future__ import annotations

from openesim.kernel.errors import DecodeError

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_OCTET_OF = {character: octet for octet, character in enumerate(_GSM) if character != "\x1b"}
_UCS2, _UCS2_HALF_PAGE, _UCS2_BASE = 0x80, 0x81, 0x82


def encode_alpha(text: str, length: int) -> bytes:
    """Return a name as the field shows it, padded with FF: GSM alphabet where it will do, else UCS2.

    Raises:
        DecodeError: the name does not fit.
    """
    if all(character in _OCTET_OF for character in text):
        octets = bytes(map(_OCTET_OF.__getitem__, text))
    else:
        octets = bytes((_UCS2,)) + text.encode("utf-16-be")
    if len(octets) > length:
        raise DecodeError(f"name takes {len(octets)} octets where {length} are free")
    return octets.ljust(length, b"\xff")


def decode_alpha(octets: bytes) -> str:
    """Return the name of an alpha identifier; FF behind it is padding.

    Raises:
        DecodeError: an octet of neither alphabet.
    """
    if not octets or octets[0] == 0xFF:
        return ""
    if octets[0] == _UCS2:
        return _decode_ucs2(octets[1:])
    if octets[0] in (_UCS2_HALF_PAGE, _UCS2_BASE):
        return _decode_paged(octets)
    return _from_septets(octets.split(b"\xff", 1)[0])


def _decode_ucs2(octets: bytes) -> str:
    even = octets[: len(octets) & ~1]
    pairs = (even[at : at + 2] for at in range(0, len(even), 2))
    try:
        return b"".join(pair for pair in pairs if pair != b"\xff\xff").decode("utf-16-be")
    except UnicodeDecodeError:
        raise DecodeError("name is no UCS2") from None


def _decode_paged(octets: bytes) -> str:
    """Return a name whose UCS2 characters share a base: 81 gives it in half pages, 82 as it is."""
    head = 3 if octets[0] == _UCS2_HALF_PAGE else 4
    if len(octets) < head:
        raise DecodeError("name is cut short")
    base = octets[2] << 7 if octets[0] == _UCS2_HALF_PAGE else int.from_bytes(octets[2:4], "big")
    characters = octets[head : head + octets[1]]
    return "".join(chr(base + (one & 0x7F)) if one & 0x80 else _GSM[one] for one in characters)


def _from_septets(septets: bytes) -> str:
    if any(septet > 0x7F for septet in septets):
        raise DecodeError("name is not in the GSM alphabet")
    return "".join(map(_GSM.__getitem__, septets))


def decode_network_name(octets: bytes) -> str:
    """Return a network name: its first octet tells alphabet (packed GSM or UCS2) and spare bits.

    Raises:
        DecodeError: an unknown alphabet, or nothing.
    """
    if not octets:
        raise DecodeError("network name is empty")
    coding, spare, packed = octets[0] >> 4 & 0x07, octets[0] & 0x07, octets[1:]
    if coding == 1:
        return _decode_ucs2(packed)
    if coding:
        raise DecodeError("network name is in an unknown alphabet")
    bits = int.from_bytes(packed, "little")
    count = (8 * len(packed) - spare) // 7
    return _from_septets(bytes(bits >> 7 * at & 0x7F for at in range(count)))
