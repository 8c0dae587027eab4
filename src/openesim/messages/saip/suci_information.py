"""How a SUCI is calculated: protection schemes and public keys of the home network.

EF.SUCI_Calc_Info of DF.5GS tells it to the terminal, EF.SUCI_Calc_Info_USIM of DF.SAIP to the USIM itself.

Source: 3GPP TS 31.102 §4.4.11.8; TS 33.501 Annex C; TCA eUICC Profile Package §9 (DF.SAIP).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from openesim.encoding.tlv import encode, read_header
from openesim.kernel.errors import DecodeError

_SCHEMES, _KEYS, _KEY_ID, _KEY = 0xA0, 0xA1, 0x80, 0x81
_KEY_SIZES = {1: (32,), 2: (33, 65)}


class ProtectionScheme(IntEnum):
    """How the subscription identifier is concealed."""

    NULL = 0
    PROFILE_A = 1
    PROFILE_B = 2


@dataclass(frozen=True, slots=True)
class SchemeChoice:
    """A scheme and the place of its key in the list, counted from 1; 0 with the null scheme."""

    scheme: int
    key_index: int


@dataclass(frozen=True, slots=True)
class HomeNetworkKey:
    """A public key of the home network.

    Attributes:
        key_id: number by which the network knows it, 0 to 255.
        key: 32 octets for profile A (X25519), 33 compressed or 65 uncompressed for profile B (P-256).
    """

    key_id: int
    key: bytes


@dataclass(frozen=True, slots=True)
class SuciInformation:
    """Schemes in the order of preference, and the keys that they point into."""

    schemes: tuple[SchemeChoice, ...]
    keys: tuple[HomeNetworkKey, ...] = ()

    def encode(self) -> bytes:
        """Return the content of the file."""
        choices = bytes(octet for one in self.schemes for octet in (one.scheme, one.key_index))
        keys = b"".join(encode(_KEY_ID, bytes((one.key_id,))) + encode(_KEY, one.key) for one in self.keys)
        return encode(_SCHEMES, choices) + (encode(_KEYS, keys) if keys else b"")

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """Return what a file says; FF behind it is padding.

        Raises:
            DecodeError: the content is not coded as it should be.
        """
        tag, start, end = read_header(content, 0, len(content))
        if tag != _SCHEMES or (end - start) % 2:
            raise DecodeError("list of protection schemes is missing or cut short", offset=0)
        choices = content[start:end]
        schemes = tuple(map(SchemeChoice, choices[::2], choices[1::2]))
        if not content[end:].strip(b"\xff"):
            return cls(schemes)
        tag, start, stop = read_header(content, end, len(content))
        if tag != _KEYS:
            raise DecodeError(f"tag {tag:X} where the list of keys is expected", offset=end)
        return cls(schemes, tuple(_read_keys(content, start, stop)))

    def problems(self) -> tuple[str, ...]:
        """Return what terminal or card could not work with."""
        if not self.schemes:
            return ("no protection scheme is listed",)
        return tuple(filter(None, map(self._problem, self.schemes)))

    def _problem(self, choice: SchemeChoice) -> str:
        if choice.scheme == ProtectionScheme.NULL:
            return "" if choice.key_index == 0 else "the null scheme names a key"
        sizes = _KEY_SIZES.get(choice.scheme)
        if sizes is None:
            return f"protection scheme {choice.scheme} is not known"
        if not 0 < choice.key_index <= len(self.keys):
            return f"protection scheme {choice.scheme} names key {choice.key_index} of {len(self.keys)}"
        size = len(self.keys[choice.key_index - 1].key)
        return "" if size in sizes else f"protection scheme {choice.scheme} has a key of {size} octets"


NULL_SCHEME = SuciInformation((SchemeChoice(ProtectionScheme.NULL, 0),))
"""Nothing is concealed."""


def _read_keys(content: bytes, position: int, end: int) -> list[HomeNetworkKey]:
    keys = []
    while position < end:
        tag, start, stop = read_header(content, position, end)
        if tag != _KEY_ID or stop != start + 1:
            raise DecodeError("key has no identifier of one octet", offset=position)
        key_tag, key_start, position = read_header(content, stop, end)
        if key_tag != _KEY:
            raise DecodeError("identifier has no key behind it", offset=stop)
        keys.append(HomeNetworkKey(content[start], content[key_start:position]))
    return keys
