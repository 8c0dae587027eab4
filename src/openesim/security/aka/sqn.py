"""Sequence numbers: which the card accepts, and which the network hands out next.

A sequence number of 48 bits is SEQ (43 bits) ‖ IND (5 bits). IND names one of 32 entries on the card, each with the highest SEQ
it has seen. Vectors handed out in one order and used in another are therefore still good, as long as those that
overtake each other have different IND; that is why the network counts IND on with every vector.

Source: 3GPP TS 33.102 §6.3.5, Annex C.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

from openesim.kernel.errors import DecodeError, StateError
from openesim.security.aka.algorithm import LARGEST_SQN

IND_BITS: Final = 5
"""Bits of IND."""

ENTRIES: Final = 1 << IND_BITS
"""Entries of a card's array."""

LARGEST_SEQ: Final = LARGEST_SQN >> IND_BITS
"""The last SEQ there is; a counter never wraps."""

DELTA: Final = 1 << 28
"""Largest jump forward: the value of the standard's examples and of profile packages that name none."""

_IND_MASK: Final = ENTRIES - 1


@dataclass(frozen=True, slots=True)
class SqnArray:
    """What a card remembers of sequence numbers.

    Attributes:
        entries: the highest SEQ accepted, for each of the 32 values of IND.
        delta: largest jump forward, which keeps an error of the network from using the counter up; None: any.
        age_limit: how far a SEQ may lie behind the highest one; None: any distance.
    """

    entries: tuple[int, ...] = (0,) * ENTRIES
    delta: int | None = DELTA
    age_limit: int | None = DELTA

    def __post_init__(self) -> None:
        """Refuse another number of entries, or one out of range.

        Raises:
            DecodeError: not 32 entries, or one of more than 43 bits.
        """
        if len(self.entries) != ENTRIES or not all(0 <= seq <= LARGEST_SEQ for seq in self.entries):
            msg = f"a card keeps {ENTRIES} sequence numbers of at most 43 bits"
            raise DecodeError(msg)

    @property
    def sqn_ms(self) -> int:
        """SQN_MS, 48 bits: the highest SEQ accepted with its IND, as a resynchronisation reports it."""
        highest = max(self.entries)
        return highest << IND_BITS | self.entries.index(highest)

    def accept(self, sqn: int) -> Self | None:
        """Return the array after a number that is fresh, None for one that is not.

        Args:
            sqn: SEQ ‖ IND, 48 bits, from a challenge whose MAC was verified.

        Raises:
            DecodeError: more than 48 bits.

        Source: 3GPP TS 33.102 Annex C.2.2.
        """
        seq, ind = _split(sqn)
        highest = max(self.entries)
        too_far = self.delta is not None and seq - highest > self.delta
        too_old = self.age_limit is not None and highest - seq >= self.age_limit
        if too_far or too_old or seq <= self.entries[ind]:
            return None
        return replace(self, entries=(*self.entries[:ind], seq, *self.entries[ind + 1 :]))


def next_sqn(sqn: int, ind: int | None = None) -> int:
    """Return the sequence number to hand out after the given one.

    Args:
        sqn: the last one handed out, 48 bits.
        ind: IND that is kept for who asks (0 to 31); otherwise IND counts on, round the 32 entries.

    Raises:
        DecodeError: a number or an IND out of range.
        StateError: the counter is used up; the subscription needs a new key.

    Source: 3GPP TS 33.102 Annex C.1.1.1, C.1.2.
    """
    seq, last_ind = _split(sqn)
    if ind is None:
        ind = last_ind + 1 & _IND_MASK
    if not 0 <= ind < ENTRIES:
        msg = f"IND must be 0 to {ENTRIES - 1}, not {ind}"
        raise DecodeError(msg)
    if seq == LARGEST_SEQ:
        msg = "the sequence numbers of this subscription are used up"
        raise StateError(msg)
    return seq + 1 << IND_BITS | ind


def resynchronise(sqn_he: int, sqn_ms: int, delta: int = DELTA) -> int:
    """Return the sequence number after which the network goes on, once the card has reported its own.

    The network's counter stays where it is if the card would accept what comes next: an AUTS that is played again moves
    nothing back, so that no number is used twice. Only a counter behind the card's, or too far ahead of it, is set to
    the card's.

    Args:
        sqn_he: the last one the network has handed out, 48 bits.
        sqn_ms: from an AUTS whose MAC was verified, 48 bits.
        delta: largest jump the card accepts.

    Raises:
        DecodeError: more than 48 bits.

    Source: 3GPP TS 33.102 §6.3.5.
    """
    ahead = _split(sqn_he)[0] - _split(sqn_ms)[0]
    return sqn_he if 0 <= ahead < delta else sqn_ms


def _split(sqn: int) -> tuple[int, int]:
    """Return SEQ and IND."""
    if not 0 <= sqn <= LARGEST_SQN:
        msg = "a sequence number must have at most 48 bits"
        raise DecodeError(msg)
    return sqn >> IND_BITS, sqn & _IND_MASK
