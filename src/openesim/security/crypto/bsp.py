"""Protection of bound profile packages: AES-128-CBC and AES-CMAC in SCP03t framing.

A protected package is a row of TLVs, each at most 1020 octets: tag, length, data and the first eight
octets of a MAC. One MAC chain and one block counter run through the whole row, over encrypted (87,
86) and merely authenticated (88) TLVs alike, until ReplaceSessionKeys starts both again.

::

    ICV  = AES(S-ENC, counter)                                counter = 1, 2, … in 16 octets
    data = AES-CBC(S-ENC, ICV, plaintext ‖ 80 00…)             86 and 87; plain for 88
    MAC  = AES-CMAC(S-MAC, chaining value ‖ tag ‖ length ‖ data)   whole MAC = next chaining value

Both sides keep *one* CBC context for the whole row instead of one a TLV, which would cost more than
the encryption itself. CBC enciphers ``E(block xor last ciphertext block)``. Fed with ``counter xor
last ciphertext block`` it therefore gives ``E(counter)``, which is the ICV, and stands exactly where
a fresh context with that ICV would stand.

Source: SGP.22 v2.5 §2.6.4, Annex G; GlobalPlatform Amendment D (SCP03), SGP.02 §4.1.3.3 (SCP03t).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from openesim.encoding import tlv
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.kdf import x963_kdf

KEY_TYPE_AES: Final = 0x88
"""Key type of the control reference template (tag 80 in BF23)."""

KEY_OCTETS: Final = 16
"""Key length of the control reference template (tag 81 in BF23)."""

SEGMENT_OCTETS: Final = 1020
"""Longest TLV of a protected package, header and MAC included."""

TOLERATED_OCTETS: Final = 1036
"""Longest TLV of profile elements that is taken: servers of the field cut at 1008 octets of plaintext, which padding makes 1024."""

MAC_OCTETS: Final = 8
"""Octets of the MAC that travel; all 16 are chained."""

_BLOCK: Final = 16
_LONGEST_DATA: Final = 1008  # 1020 less tag, three octets of length and the MAC: 63 cipher blocks
_LONGEST_PLAINTEXT: Final = _LONGEST_DATA - 1  # one octet at least is padding
_PADDINGS: Final = tuple(b"\x80".ljust(_BLOCK - used, b"\0") for used in range(_BLOCK))
_ZERO_BLOCK: Final = bytes(_BLOCK)


class BspTag(IntEnum):
    """What a TLV of a protected package carries."""

    PROFILE_ELEMENTS = 0x86
    """Encrypted: a piece of the profile package."""
    COMMAND = 0x87
    """Encrypted: ConfigureISDP, ReplaceSessionKeys."""
    METADATA = 0x88
    """Authenticated only: StoreMetadata."""


@dataclass(frozen=True, slots=True)
class BspKeys:
    """Keys of one protected row; never printed.

    Attributes:
        mcv: initial MAC chaining value, 16 octets.
        s_enc: encryption key, 16 octets.
        s_mac: MAC key, 16 octets.
    """

    mcv: bytes = field(repr=False)
    s_enc: bytes = field(repr=False)
    s_mac: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse keys of another length.

        Raises:
            DecodeError: a value that is not 16 octets.
        """
        if not len(self.mcv) == len(self.s_enc) == len(self.s_mac) == KEY_OCTETS:
            msg = "session keys and MAC chaining value must have 16 octets each"
            raise DecodeError(msg)

    @classmethod
    def derive(cls, shared_secret: bytes, host_id: bytes, eid: bytes) -> Self:
        """Derive the session keys.

        Args:
            shared_secret: Z, 32 octets.
            host_id: chosen by the server, 1 to 16 octets (tag 84 in BF23).
            eid: the EID as 16 octets, not as digits of text.

        Raises:
            DecodeError: host id or EID of another length.

        Source: SGP.22 v2.5 Annex G.
        """
        if not 0 < len(host_id) <= _BLOCK or len(eid) != _BLOCK:
            msg = "host id must have 1 to 16 octets and the EID 16"
            raise DecodeError(msg)
        shared_info = bytes((KEY_TYPE_AES, KEY_OCTETS, len(host_id))) + host_id + bytes((len(eid),)) + eid
        return cls._cut(x963_kdf(shared_secret, shared_info, 3 * KEY_OCTETS))

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make profile protection keys (PPK) from 48 octets of entropy: fresh for every profile.

        Source: SGP.22 v2.5 §2.5.3 (Protected Profile Package).
        """
        return cls._cut(entropy(3 * KEY_OCTETS))

    @classmethod
    def _cut(cls, material: bytes) -> Self:
        """Cut 48 octets into chaining value, encryption key and MAC key."""
        return cls(material[:16], material[16:32], material[32:])


@cache
def _header(tag: BspTag, octets: int) -> bytes:
    """Return tag and length for so many octets of data (at most 1008, so the cache stays small)."""
    return bytes((tag,)) + tlv.length_octets(octets + MAC_OCTETS)


class BspWriter:
    """The server's side: makes the TLVs of one protected package, in order."""

    __slots__ = ("_chain", "_cipher_update", "_counter", "_last", "_mac")

    def __init__(self, keys: BspKeys) -> None:
        """Begin a row under the keys."""
        self.replace_keys(keys)

    def replace_keys(self, keys: BspKeys) -> None:
        """Go over to other keys: the counter restarts at 1, the chaining value is theirs.

        To be called after the TLV with ReplaceSessionKeys, which still goes under the old ones.

        Source: SGP.22 v2.5 §5.5.4.
        """
        self._cipher_update = Cipher(algorithms.AES128(keys.s_enc), modes.CBC(_ZERO_BLOCK)).encryptor().update
        self._mac = CMAC(algorithms.AES128(keys.s_mac))
        self._chain = keys.mcv
        self._counter = 1
        self._last = 0

    def protect(self, tag: BspTag, data: bytes) -> list[bytes]:
        """Cut the data into TLVs of at most 1020 octets and protect each.

        Args:
            tag: 86 and 87 encrypt (at most 1007 octets of data a TLV), 88 does not (1008).
            data: octets to protect; empty data makes one TLV.

        Returns:
            The whole TLVs, MAC included.

        Source: SGP.22 v2.5 §2.5.4, §5.5.
        """
        if tag is BspTag.METADATA:
            pieces = [
                data[start : start + _LONGEST_DATA] for start in range(0, len(data) or 1, _LONGEST_DATA)
            ]
            return [self._authenticate(_header(tag, len(piece)) + piece) for piece in pieces]
        return [
            self._authenticate(self._encrypt(tag, data[start : start + _LONGEST_PLAINTEXT]))
            for start in range(0, len(data) or 1, _LONGEST_PLAINTEXT)
        ]

    def _encrypt(self, tag: BspTag, plaintext: bytes) -> bytes:
        """Return header and ciphertext of the padded plaintext, under the ICV of the present counter."""
        icv_input = (self._counter ^ self._last).to_bytes(_BLOCK, "big")
        ciphertext = self._cipher_update(icv_input + plaintext + _PADDINGS[len(plaintext) % _BLOCK])
        self._last = int.from_bytes(ciphertext[-_BLOCK:], "big")
        return _header(tag, len(ciphertext) - _BLOCK) + ciphertext[_BLOCK:]

    def _authenticate(self, body: bytes) -> bytes:
        """Return header and data with their MAC behind, and move chain and counter on."""
        mac = self._mac.copy()
        mac.update(self._chain + body)
        self._chain = chain = mac.finalize()
        self._counter += 1
        return body + chain[:MAC_OCTETS]


class BspReader:
    """The chip's side: takes the TLVs of one protected package in order.

    A refused TLV moves nothing: neither chain nor counter.
    """

    __slots__ = ("_chain", "_cipher_update", "_counter", "_icv_update", "_last", "_mac")

    def __init__(self, keys: BspKeys) -> None:
        """Begin a row under the keys."""
        self.replace_keys(keys)

    def replace_keys(self, keys: BspKeys) -> None:
        """Go over to other keys: the counter restarts at 1, the chaining value is theirs.

        Source: SGP.22 v2.5 §5.5.4.
        """
        key = algorithms.AES128(keys.s_enc)
        self._cipher_update = Cipher(key, modes.CBC(_ZERO_BLOCK)).decryptor().update
        self._icv_update = Cipher(key, modes.ECB()).encryptor().update  # noqa: S305 (single blocks: the ICV of Amendment D)
        self._mac = CMAC(algorithms.AES128(keys.s_mac))
        self._chain = keys.mcv
        self._counter = 1
        self._last = 0

    def unprotect(self, tag: BspTag, segment: bytes) -> bytes:
        """Verify one TLV and return what it carries.

        Args:
            tag: the tag that is awaited here.
            segment: the whole TLV, at most 1020 octets (1036 of profile elements are tolerated).

        Raises:
            DecodeError: not such a TLV: another tag, too long, no room for a MAC, no whole cipher
                blocks (the chip's structure error).
            VerificationError: the MAC or, behind a true MAC, the padding is wrong (its security error).

        Source: SGP.22 v2.5 §2.5.4, §5.5.
        """
        data_start = self._check_structure(tag, segment)
        mac = self._mac.copy()
        mac.update(self._chain + segment[:-MAC_OCTETS])
        chain = mac.finalize()
        if not hmac.compare_digest(chain[:MAC_OCTETS], segment[-MAC_OCTETS:]):
            msg = "the MAC of a protected segment is wrong"
            raise VerificationError(msg)
        data = segment[data_start:-MAC_OCTETS]
        if tag is not BspTag.METADATA:
            data = self._decrypt(data)
        self._chain = chain
        self._counter += 1
        return data

    @staticmethod
    def _check_structure(tag: BspTag, segment: bytes) -> int:
        """Return where the data begin.

        Raises:
            DecodeError: not a TLV that may stand here.
        """
        longest = TOLERATED_OCTETS if tag is BspTag.PROFILE_ELEMENTS else SEGMENT_OCTETS
        if len(segment) > longest:
            raise DecodeError(f"a protected segment must not exceed {longest} octets")
        found, start, end = tlv.read_header(segment, 0, len(segment))
        if found != tag:
            raise DecodeError(f"protected segment has tag {found:02X} where {tag:02X} is awaited", offset=0)
        if end != len(segment):
            raise DecodeError("octets follow a protected segment", offset=end)
        octets = end - start - MAC_OCTETS
        if octets < 0:
            raise DecodeError("protected segment has no room for its MAC", offset=start)
        if tag is not BspTag.METADATA and (octets == 0 or octets % _BLOCK):
            raise DecodeError("encrypted data are not whole cipher blocks", offset=start)
        return start

    def _decrypt(self, ciphertext: bytes) -> bytes:
        """Return the plaintext without its padding.

        Raises:
            VerificationError: the padding is not 80 00….
        """
        icv = int.from_bytes(self._icv_update(self._counter.to_bytes(_BLOCK, "big")), "big")
        padded = self._cipher_update(ciphertext)
        # The context xored the first block with the last ciphertext block of the row: put the ICV there.
        first = int.from_bytes(padded[:_BLOCK], "big") ^ self._last ^ icv
        self._last = int.from_bytes(ciphertext[-_BLOCK:], "big")
        stripped = (first.to_bytes(_BLOCK, "big") + padded[_BLOCK:]).rstrip(b"\0")
        if not stripped.endswith(b"\x80") or len(padded) - len(stripped) >= _BLOCK:
            msg = "the padding of an encrypted segment is wrong"
            raise VerificationError(msg)
        return stripped[:-1]
