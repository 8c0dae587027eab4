"""The USIM test algorithm: everything is K xor RAND, so that test equipment can compute it by hand.

Source: 3GPP TS 34.108 §8.1.2.
"""

from __future__ import annotations

from typing import Final

from openesim.kernel.errors import DecodeError
from openesim.security.aka.algorithm import (
    AMF_OCTETS,
    RAND_OCTETS,
    SQN_OCTETS,
    AkaAnswer,
    require_octets,
)

_K_OCTETS: Final = 16
_MAC_OCTETS: Final = 8


class XorAlgorithm:
    """The test algorithm with the key of one subscription; it is never printed, though it protects nothing.

    Source: 3GPP TS 34.108 §8.1.2.
    """

    __slots__ = ("_k", "_res_octets")

    def __init__(self, k: bytes, *, res_octets: int = 8) -> None:
        """Take the key.

        Args:
            k: subscriber key, 16 octets.
            res_octets: length of the response, 4 to 16.

        Raises:
            DecodeError: a key of another length, or a length of the response out of range.
        """
        require_octets("K", k, _K_OCTETS)
        if not 4 <= res_octets <= 16:
            msg = f"the test algorithm gives a response of 4 to 16 octets, not {res_octets}"
            raise DecodeError(msg)
        self._k: Final = int.from_bytes(k, "big")
        self._res_octets: Final = res_octets

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-A, 8 octets.

        Args:
            rand: challenge, 16 octets.
            sqn: sequence number, 6 octets.
            amf: authentication management field, 2 octets.

        Raises:
            DecodeError: a value of another length.
        """
        require_octets("SQN", sqn, SQN_OCTETS)
        require_octets("AMF", amf, AMF_OCTETS)
        front = int.from_bytes(self._xdout(rand)[:_MAC_OCTETS], "big")
        return (front ^ int.from_bytes(sqn + amf, "big")).to_bytes(_MAC_OCTETS, "big")

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-S of a resynchronisation, 8 octets: the same function as ``f1``."""
        return self.f1(rand, sqn, amf)

    def f2345(self, rand: bytes) -> AkaAnswer:
        """Return response, keys and anonymity key of a challenge of 16 octets."""
        xdout = self._xdout(rand)
        return AkaAnswer(
            res=xdout[: self._res_octets],
            ck=xdout[1:] + xdout[:1],
            ik=xdout[2:] + xdout[:2],
            ak=xdout[3 : 3 + SQN_OCTETS],
        )

    def f5_star(self, rand: bytes) -> bytes:
        """Return the anonymity key of a resynchronisation, 6 octets: the one of ``f2345``."""
        return self._xdout(rand)[3 : 3 + SQN_OCTETS]

    def _xdout(self, rand: bytes) -> bytes:
        """Return K xor RAND."""
        require_octets("RAND", rand, RAND_OCTETS)
        return (int.from_bytes(rand, "big") ^ self._k).to_bytes(_K_OCTETS, "big")

    def __repr__(self) -> str:
        """Show no key."""
        return "XorAlgorithm(<secret>)"
