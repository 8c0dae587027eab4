"""Ciphers and checksums of SCP80, each under the octet that names it.

DES is here for cards that were issued with it; new keys are AES keys.

Source: ETSI TS 102 225 §5.1.2, §5.1.3; ETSI TS 102 226; 3GPP TS 31.115.
"""

from __future__ import annotations

import zlib
from enum import Enum
from typing import Final, Self

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from openesim.kernel.errors import DecodeError
from openesim.security.crypto.cmac import aes_cmac

_DES_BLOCK: Final = 8
_AES_BLOCK: Final = 16
_LOW_NIBBLE: Final = 0x0F


class Ciphering(Enum):
    """How counter, checksum and data are enciphered: low halves of KIc, length of a block, lengths of a key."""

    DES_CBC = ((0x01,), _DES_BLOCK, (8,))
    TRIPLE_DES_CBC = ((0x05, 0x09), _DES_BLOCK, (16, 24))
    DES_ECB = ((0x0D,), _DES_BLOCK, (8,))
    TRIPLE_DES_ECB = ((), _DES_BLOCK, (16, 24))
    """Has no name of its own; agreed on beforehand."""
    AES_CBC = ((0x02,), _AES_BLOCK, (16, 24, 32))

    def __init__(self, nibbles: tuple[int, ...], block_octets: int, key_octets: tuple[int, ...]) -> None:
        """Spread the row of the table over named attributes."""
        self.nibbles: Final = nibbles
        self.block_octets: Final = block_octets
        self.key_octets: Final = key_octets

    @classmethod
    def of(cls, kic: int) -> Self:
        """Return the cipher that a KIc octet names.

        Raises:
            DecodeError: an octet that names none.

        Source: ETSI TS 102 225 §5.1.2.
        """
        for row in cls:
            if kic & _LOW_NIBBLE in row.nibbles:
                return row
        msg = f"KIc {kic:02X} names no cipher that is known here"
        raise DecodeError(msg)

    def encipher(self, key: bytes, octets: bytes) -> bytes:
        """Encipher whole blocks; the first is chained to zeros.

        Raises:
            DecodeError: a key of another length, or no whole blocks.
        """
        return self._run(self._cipher(key).encryptor(), octets)

    def decipher(self, key: bytes, octets: bytes) -> bytes:
        """Decipher whole blocks; the first is chained to zeros.

        Raises:
            DecodeError: a key of another length, or no whole blocks.
        """
        return self._run(self._cipher(key).decryptor(), octets)

    def _cipher(self, key: bytes) -> Cipher[modes.CBC] | Cipher[modes.ECB]:
        """Return the cipher under a key."""
        _require_key(key, self.key_octets)
        algorithm = algorithms.AES(key) if self is Ciphering.AES_CBC else _triple_des(key)
        if self in {Ciphering.DES_ECB, Ciphering.TRIPLE_DES_ECB}:
            return Cipher(algorithm, modes.ECB())  # noqa: S305 (the card's choice)
        return Cipher(algorithm, modes.CBC(bytes(self.block_octets)))

    def _run(self, context: CipherContext, octets: bytes) -> bytes:
        """Send whole blocks through a context."""
        if len(octets) % self.block_octets:
            msg = f"a ciphered packet must hold whole blocks of {self.block_octets} octets"
            raise DecodeError(msg)
        return context.update(octets)


class Checksum(Enum):
    """What protects a packet from changes: low halves of KID, length of the value, lengths of a key (none: without)."""

    CRC16 = ((0x01,), 2, ())
    CRC32 = ((0x05,), 4, ())
    XOR4 = ((), 4, ())
    """Proprietary: all groups of four octets folded."""
    XOR8 = ((), 8, ())
    """Proprietary: all groups of eight octets folded."""
    DES_CBC = ((0x01,), 8, (8,))
    TRIPLE_DES_CBC = ((0x05, 0x09), 8, (16, 24))
    AES_CMAC64 = ((0x02,), 8, (16, 24, 32))
    AES_CMAC32 = ((), 4, (16, 24, 32))
    """Named like the longer one; the header's length tells them apart."""

    def __init__(self, nibbles: tuple[int, ...], octets: int, key_octets: tuple[int, ...]) -> None:
        """Spread the row of the table over named attributes."""
        self.nibbles: Final = nibbles
        self.octets: Final = octets
        self.key_octets: Final = key_octets

    @property
    def is_keyed(self) -> bool:
        """Whether it is a cryptographic checksum (CC) and no redundancy check (RC)."""
        return bool(self.key_octets)

    @classmethod
    def of(cls, kid: int, *, is_keyed: bool) -> Self:
        """Return the checksum that a KID octet names.

        Raises:
            DecodeError: an octet that names none.

        Source: ETSI TS 102 225 §5.1.3.
        """
        for row in cls:
            if row.is_keyed is is_keyed and kid & _LOW_NIBBLE in row.nibbles:
                return row
        msg = f"KID {kid:02X} names no checksum that is known here"
        raise DecodeError(msg)

    def compute(self, key: bytes, message: bytes) -> bytes:
        """Return the value.

        Args:
            key: of one of the lengths; not looked at by a redundancy check.
            message: octets of any length.

        Raises:
            DecodeError: a key of another length.

        Source: ETSI TS 102 225 §5.1.3.
        """
        if self.is_keyed:
            _require_key(key, self.key_octets)
        match self:
            case Checksum.CRC16:
                return _crc16(message)
            case Checksum.CRC32:
                return zlib.crc32(message).to_bytes(4, "big")
            case Checksum.XOR4 | Checksum.XOR8:
                return _fold(message, self.octets)
            case Checksum.AES_CMAC64 | Checksum.AES_CMAC32:
                return aes_cmac(key, message)[: self.octets]
            case _:
                padded = message + bytes(-len(message) % _DES_BLOCK)
                encryptor = Cipher(_triple_des(key), modes.CBC(bytes(_DES_BLOCK))).encryptor()
                return encryptor.update(padded)[-_DES_BLOCK:]


def _require_key(key: bytes, lengths: tuple[int, ...]) -> None:
    """Refuse a key of another length."""
    if len(key) not in lengths:
        msg = f"a key of this algorithm must have {' or '.join(map(str, lengths))} octets, not {len(key)}"
        raise DecodeError(msg)


def _triple_des(key: bytes) -> TripleDES:
    """Return triple DES for a key of 8 (which makes it DES), 16 or 24 octets."""
    return TripleDES((key * 3)[:24])


def _crc16(message: bytes) -> bytes:
    """Return the CRC of X.25, 2 octets.

    Source: ETSI TS 102 225 §5.1.3.2.
    """
    register = 0xFFFF
    for octet in message:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return (register ^ 0xFFFF).to_bytes(2, "big")


def _fold(message: bytes, octets: int) -> bytes:
    """Return all groups of so many octets, the last filled up with zeros, xor one another."""
    folded = 0
    for at in range(0, len(message), octets):
        folded ^= int.from_bytes(message[at : at + octets].ljust(octets, b"\0"), "big")
    return folded.to_bytes(octets, "big")
