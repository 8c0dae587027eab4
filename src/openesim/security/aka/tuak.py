"""TUAK: the authentication functions on Keccak.

A function fills a block of 200 octets, sends it through Keccak-f[1600] one or several times, and cuts its outputs from the
front. Every value stands there in reversed octet order::

    0 TOPc or TOP (32)   32 INSTANCE   33 "TUAK1.0"   40 RAND (16)   56 AMF (2)   58 SQN (6)   64 K (16 or 32)
    96 1F   97 … 134 zero   135 80   136 … 199 zero

From octet 96 on that is the padding of SHAKE256, whose rate is 136 octets: the state of SHAKE256 after it has taken the first
96 octets *is* TUAK's block after one permutation, and each further 136 octets it gives out are the front of the
state after one more. So the permutation need not be written out here.

Source: 3GPP TS 35.231 §6, §7; FIPS 202 §6.2.
"""

from __future__ import annotations

from hashlib import shake_256
from typing import Final

from openesim.kernel.errors import DecodeError
from openesim.security.aka.algorithm import (
    AMF_OCTETS,
    RAND_OCTETS,
    SQN_OCTETS,
    AkaAnswer,
    require_octets,
)

TOPC_OCTETS: Final = 32
"""Length of TOP and of TOPc."""

_ALGORITHM_NAME: Final = b"TUAK1.0"[::-1]
_FIELD: Final = 32
_RATE: Final = 136
_LONGEST_RUN: Final = 255  # number_of_keccak is one octet in a profile

# INSTANCE: two bits say which function, the others the lengths of what it gives out and of K.
_F1: Final = 0x00
_F1_STAR: Final = 0x80
_F2345: Final = 0x40
_F5_STAR: Final = 0xC0
_MAC_LENGTHS: Final = {8: 0x08, 16: 0x10, 32: 0x20}
_RES_LENGTHS: Final = {4: 0x00, 8: 0x08, 16: 0x10, 32: 0x20}
_LONG_CK: Final = 0x04
_LONG_IK: Final = 0x02
_LONG_K: Final = 0x01


def derive_topc(k: bytes, top: bytes, *, number_of_keccak: int = 1) -> bytes:
    """Return TOPc, 32 octets: the operator's constant bound to one subscription.

    Args:
        k: subscriber key, 16 or 32 octets.
        top: the operator's constant, 32 octets.
        number_of_keccak: permutations one behind the other, 1 to 255.

    Raises:
        DecodeError: a value of another length or out of range.

    Source: 3GPP TS 35.231 §7.1.
    """
    require_octets("TOP", top, TOPC_OCTETS)
    kernel = _Kernel(k, top, number_of_keccak)
    return kernel.output(kernel.long_k, bytes(RAND_OCTETS), bytes(SQN_OCTETS + AMF_OCTETS))[0]


class Tuak:
    """TUAK with the keys of one subscription; they are never printed.

    Source: 3GPP TS 35.231 §7.
    """

    __slots__ = ("_answer", "_cut", "_kernel", "_mac")

    def __init__(  # noqa: PLR0913 (the four lengths of the algorithm stand by themselves)
        self,
        k: bytes,
        topc: bytes,
        *,
        number_of_keccak: int = 1,
        mac_octets: int = 8,
        res_octets: int = 8,
        ck_octets: int = 16,
        ik_octets: int = 16,
    ) -> None:
        """Take keys and the lengths of what is given out.

        Args:
            k: subscriber key, 16 or 32 octets.
            topc: derived operator constant, 32 octets.
            number_of_keccak: permutations one behind the other, 1 to 255.
            mac_octets: 8 in AUTN and AUTS; the functions know 16 and 32 too.
            res_octets: 4, 8, 16 or 32.
            ck_octets: 16 or 32.
            ik_octets: 16 or 32.

        Raises:
            DecodeError: a value of another length or out of range.
        """
        require_octets("TOPc", topc, TOPC_OCTETS)
        if mac_octets not in _MAC_LENGTHS or res_octets not in _RES_LENGTHS:
            msg = "TUAK gives a MAC of 8, 16 or 32 octets and a response of 4, 8, 16 or 32"
            raise DecodeError(msg)
        if {ck_octets, ik_octets} - {16, 32}:
            msg = "TUAK gives keys of 16 or 32 octets"
            raise DecodeError(msg)
        self._kernel: Final = _Kernel(k, topc, number_of_keccak)
        self._mac: Final = _MAC_LENGTHS[mac_octets] | self._kernel.long_k
        self._answer: Final = (
            _F2345
            | _RES_LENGTHS[res_octets]
            | (_LONG_CK if ck_octets == _FIELD else 0)
            | (_LONG_IK if ik_octets == _FIELD else 0)
            | self._kernel.long_k
        )
        self._cut: Final = mac_octets, res_octets, ck_octets, ik_octets

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-A, 8 octets (or as many as were asked for).

        Args:
            rand: challenge, 16 octets.
            sqn: sequence number, 6 octets.
            amf: authentication management field, 2 octets.

        Raises:
            DecodeError: a value of another length.
        """
        return self._authenticate(_F1, rand, sqn, amf)

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-S of a resynchronisation; arguments and length as in ``f1``."""
        return self._authenticate(_F1_STAR, rand, sqn, amf)

    def f2345(self, rand: bytes) -> AkaAnswer:
        """Return response, keys and anonymity key of a challenge of 16 octets."""
        fields = self._kernel.output(self._answer, rand, bytes(SQN_OCTETS + AMF_OCTETS))
        _, res, ck, ik = self._cut
        return AkaAnswer(
            res=fields[0][-res:], ck=fields[1][-ck:], ik=fields[2][-ik:], ak=fields[3][-SQN_OCTETS:]
        )

    def f5_star(self, rand: bytes) -> bytes:
        """Return the anonymity key of a resynchronisation, 6 octets."""
        instance = _F5_STAR | self._kernel.long_k
        return self._kernel.output(instance, rand, bytes(SQN_OCTETS + AMF_OCTETS))[3][-SQN_OCTETS:]

    def _authenticate(self, function: int, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return the MAC that f1 or f1* makes."""
        require_octets("SQN", sqn, SQN_OCTETS)
        require_octets("AMF", amf, AMF_OCTETS)
        return self._kernel.output(function | self._mac, rand, sqn + amf)[0][-self._cut[0] :]

    def __repr__(self) -> str:
        """Show no key."""
        return "Tuak(<secret>)"


class _Kernel:
    """The block with the keys of one subscription in it, and the permutation."""

    __slots__ = ("_count", "_k", "_topc", "long_k")

    def __init__(self, k: bytes, topc: bytes, number_of_keccak: int) -> None:
        """Turn the keys round, once."""
        require_octets("K", k, 16, 32)
        if not 0 < number_of_keccak <= _LONGEST_RUN:
            msg = f"TUAK runs Keccak 1 to {_LONGEST_RUN} times, not {number_of_keccak}"
            raise DecodeError(msg)
        self.long_k: Final = _LONG_K if len(k) == _FIELD else 0
        self._topc: Final = topc[::-1]
        self._k: Final = k[::-1].ljust(_FIELD, b"\0")
        self._count: Final = number_of_keccak

    def output(self, instance: int, rand: bytes, sqn_and_amf: bytes) -> tuple[bytes, bytes, bytes, bytes]:
        """Return the first four fields of 32 octets; a shorter value is the end of its field.

        Reversed, SQN ‖ AMF puts AMF before SQN, as the block has them.
        """
        require_octets("RAND", rand, RAND_OCTETS)
        block = b"".join(
            (self._topc, bytes((instance,)), _ALGORITHM_NAME, rand[::-1], sqn_and_amf[::-1], self._k)
        )
        state = shake_256(block).digest(_RATE * self._count)[-_RATE:]
        return state[31::-1], state[63:31:-1], state[95:63:-1], state[127:95:-1]
