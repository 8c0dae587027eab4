"""Milenage: the authentication functions on AES-128.

::

    TEMP = E(RAND xor OPc)
    IN1  = SQN ‖ AMF ‖ SQN ‖ AMF
    OUT1 = E(TEMP xor rot(IN1 xor OPc, r1) xor c1) xor OPc       MAC-A ‖ MAC-S
    OUTn = E(rot(TEMP xor OPc, rn) xor cn) xor OPc               n = 2: AK ‖ … ‖ RES, 3: CK, 4: IK, 5: AK*

Blocks are worked on as integers of 128 bits, so that a rotation is two shifts whatever the operator chose for r1 to r5.

Source: 3GPP TS 35.206 §4.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from openesim.kernel.errors import DecodeError
from openesim.security.aka.algorithm import (
    AMF_OCTETS,
    RAND_OCTETS,
    SQN_OCTETS,
    AkaAnswer,
    require_octets,
)

ROTATION_CONSTANTS: Final = bytes((64, 0, 32, 64, 96))
"""r1 to r5 of the standard, in bits."""

XORING_CONSTANTS: Final = b"".join(number.to_bytes(16, "big") for number in (0, 1, 2, 4, 8))
"""c1 to c5 of the standard, 16 octets each."""

_BLOCK: Final = 16
_BITS: Final = 128
_ALL_ONES: Final = (1 << _BITS) - 1


def derive_opc(k: bytes, op: bytes) -> bytes:
    """Return OPc, 16 octets: the operator's constant bound to one subscription.

    Args:
        k: subscriber key, 16 octets.
        op: operator variant algorithm configuration field, 16 octets.

    Raises:
        DecodeError: a value of another length.

    Source: 3GPP TS 35.206 §4.1.
    """
    require_octets("K", k, _BLOCK)
    require_octets("OP", op, _BLOCK)
    enciphered = int.from_bytes(_encipherer(k)(op), "big")
    return (enciphered ^ int.from_bytes(op, "big")).to_bytes(_BLOCK, "big")


class Milenage:
    """Milenage with the keys and constants of one subscription; neither is ever printed.

    Source: 3GPP TS 35.206 §4.1.
    """

    __slots__ = ("_c", "_encipher", "_opc", "_r")

    def __init__(
        self,
        k: bytes,
        opc: bytes,
        rotation_constants: bytes = ROTATION_CONSTANTS,
        xoring_constants: bytes = XORING_CONSTANTS,
    ) -> None:
        """Take the keys.

        Args:
            k: subscriber key, 16 octets.
            opc: derived operator constant, 16 octets.
            rotation_constants: r1 to r5 in bits, one octet each, 0 to 127.
            xoring_constants: c1 to c5, 80 octets.

        Raises:
            DecodeError: a value of another length, or a rotation of more than 127 bits.
        """
        require_octets("K", k, _BLOCK)
        require_octets("OPc", opc, _BLOCK)
        require_octets("rotation constants", rotation_constants, 5)
        require_octets("XORing constants", xoring_constants, 5 * _BLOCK)
        if max(rotation_constants) >= _BITS:
            msg = "a rotation constant must be less than 128 bits"
            raise DecodeError(msg)
        self._encipher: Final = _encipherer(k)
        self._opc: Final = int.from_bytes(opc, "big")
        self._r: Final = tuple(rotation_constants)
        self._c: Final = tuple(
            int.from_bytes(xoring_constants[at : at + _BLOCK], "big") for at in range(0, 5 * _BLOCK, _BLOCK)
        )

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-A, 8 octets.

        Args:
            rand: challenge, 16 octets.
            sqn: sequence number, 6 octets.
            amf: authentication management field, 2 octets.

        Raises:
            DecodeError: a value of another length.
        """
        return self._out1(rand, sqn, amf)[:8]

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-S of a resynchronisation, 8 octets; arguments as in ``f1``."""
        return self._out1(rand, sqn, amf)[8:]

    def f2345(self, rand: bytes) -> AkaAnswer:
        """Return response (8 octets), keys and anonymity key of a challenge of 16 octets."""
        out = self._outputs(rand, 1, 2, 3)
        return AkaAnswer(res=out[8:16], ck=out[16:32], ik=out[32:48], ak=out[:6])

    def f5_star(self, rand: bytes) -> bytes:
        """Return the anonymity key of a resynchronisation, 6 octets."""
        return self._outputs(rand, 4)[:6]

    def _temp(self, rand: bytes) -> int:
        """Return TEMP."""
        require_octets("RAND", rand, RAND_OCTETS)
        masked = int.from_bytes(rand, "big") ^ self._opc
        return int.from_bytes(self._encipher(masked.to_bytes(_BLOCK, "big")), "big")

    def _out1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return OUT1: MAC-A ‖ MAC-S."""
        require_octets("SQN", sqn, SQN_OCTETS)
        require_octets("AMF", amf, AMF_OCTETS)
        in1 = int.from_bytes((sqn + amf) * 2, "big")
        block = self._temp(rand) ^ _rotate(in1 ^ self._opc, self._r[0]) ^ self._c[0]
        return self._unmasked(self._encipher(block.to_bytes(_BLOCK, "big")))

    def _outputs(self, rand: bytes, *rows: int) -> bytes:
        """Return the blocks OUTn one behind the other; row n - 1 of the constants makes OUTn."""
        masked = self._temp(rand) ^ self._opc
        blocks = [(_rotate(masked, self._r[row]) ^ self._c[row]).to_bytes(_BLOCK, "big") for row in rows]
        enciphered = self._encipher(b"".join(blocks))
        return b"".join(
            self._unmasked(enciphered[at : at + _BLOCK]) for at in range(0, len(enciphered), _BLOCK)
        )

    def _unmasked(self, block: bytes) -> bytes:
        """Return a block xor OPc."""
        return (int.from_bytes(block, "big") ^ self._opc).to_bytes(_BLOCK, "big")

    def __repr__(self) -> str:
        """Show no key."""
        return "Milenage(<secret>)"


def _encipherer(k: bytes) -> Callable[[bytes], bytes]:
    """Return AES under a key for whole blocks; ECB keeps nothing between calls, so one context serves them all."""
    # The standard's kernel is the bare block cipher, and every block is masked before it enters.
    return Cipher(algorithms.AES(k), modes.ECB()).encryptor().update  # noqa: S305


def _rotate(block: int, bits: int) -> int:
    """Rotate 128 bits to the left."""
    return (block << bits | block >> _BITS - bits) & _ALL_ONES
