"""What every authentication algorithm can do, under the standard's names for its functions.

Source: 3GPP TS 33.102 §6.3; TS 35.205; TS 35.231.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AkaAnswer:
    """Outputs of f2, f3, f4 and f5 for one challenge.

    Attributes:
        res: response, 4 to 16 octets (8 with Milenage).
        ck: cipher key, 16 octets.
        ik: integrity key, 16 octets.
        ak: anonymity key, 6 octets.
    """

    res: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)
    ak: bytes = field(repr=False)


class AkaAlgorithm(Protocol):
    """Milenage, TUAK or the test algorithm with the keys of one subscription."""

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
