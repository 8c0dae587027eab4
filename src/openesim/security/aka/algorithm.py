"""What every authentication algorithm can do, under the standard's names for its functions.

Source: 3GPP TS 33.102 §6.3; TS 35.205; TS 35.231.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from openesim.kernel.errors import DecodeError

RAND_OCTETS: Final = 16
"""Length of a challenge."""

SQN_OCTETS: Final = 6
"""Length of a sequence number, of an anonymity key and of AUTN's first field."""

LARGEST_SQN: Final = (1 << 8 * SQN_OCTETS) - 1
"""The last sequence number there is, as an integer."""

AMF_OCTETS: Final = 2
"""Length of the authentication management field."""


def require_octets(name: str, octets: bytes, *lengths: int) -> None:
    """Demand one of the lengths; the error names the value and never shows it.

    Raises:
        DecodeError: another length.
    """
    if len(octets) not in lengths:
        msg = f"{name} must have {' or '.join(map(str, lengths))} octets, not {len(octets)}"
        raise DecodeError(msg)


@dataclass(frozen=True, slots=True)
class AkaAnswer:
    """Outputs of f2, f3, f4 and f5 for one challenge.

    Attributes:
        res: response, 4 to 16 octets (8 with Milenage, up to 32 with TUAK).
        ck: cipher key, 16 octets (or 32 with TUAK).
        ik: integrity key, 16 octets (or 32 with TUAK).
        ak: anonymity key, 6 octets.
    """

    res: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)
    ak: bytes = field(repr=False)


class AkaAlgorithm(Protocol):
    """Milenage, TUAK or the test algorithm with the keys of one subscription.

    Every function raises ``DecodeError`` for a value of another length.
    """

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-A, 8 octets.

        Args:
            rand: challenge, 16 octets.
            sqn: sequence number, 6 octets.
            amf: authentication management field, 2 octets.
        """
        ...

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """Return MAC-S of a resynchronisation, 8 octets."""
        ...

    def f2345(self, rand: bytes) -> AkaAnswer:
        """Return response, keys and anonymity key of a challenge of 16 octets."""
        ...

    def f5_star(self, rand: bytes) -> bytes:
        """Return the anonymity key of a resynchronisation, 6 octets."""
        ...
