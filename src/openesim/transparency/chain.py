"""The chain of the ledger: each head is made of the head before it, the place, and the entry's digest.

Whoever changes, removes or reorders entries has to make every later head anew, and a head that somebody else noted does
not fit any more. So a head is all that a stranger has to keep (``docs/adr/0012``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self

from openesim.kernel.errors import DecodeError
from openesim.transparency.entries import Entry

_DOMAIN: Final = b"openesim ledger head 1\0"
_TEXT: Final = re.compile(r"(?P<position>[0-9]{1,18})[: ](?P<octets>[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the chain at a place: it holds for every entry up to there.

    Attributes:
        position: the place, counted from 1; 0 before the first.
        octets: 32 of them.
    """

    position: int
    octets: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head of a text such as ``17:9f86…``.

        Raises:
            DecodeError: it is none.
        """
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise DecodeError("a head is a place, a colon, and 64 digits of 0-9 a-f")
        return cls(int(found["position"]), bytes.fromhex(found["octets"]))

    def __str__(self) -> str:
        """Write place and octets, as ``parse`` reads them."""
        return f"{self.position}:{self.octets.hex()}"

    def followed_by(self, digest: bytes, place: int | None = None) -> Head:
        """Return the head after one more entry.

        Args:
            digest: of the entry, 32 octets.
            place: its place; None: the next one. A later one leaves places empty, for everybody to see.
        """
        place = self.position + 1 if place is None else place
        return Head(place, sha256(_DOMAIN + self.octets + place.to_bytes(8, "big") + digest).digest())


START: Final = Head(0, bytes(32))
"""Before the first entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry as it is kept.

    Attributes:
        entry_id: row number, which nobody vouches for.
        at: when, as lists are sorted.
        entry: what it tells; None: what is kept cannot be read as an entry.
        digest: as it was written with the entry, 32 octets.
        head: of the chain at its place; None: it waits for one.
    """

    entry_id: int
    at: datetime
    entry: Entry | None
    digest: bytes
    head: Head | None = None


class Reason(StrEnum):
    """How a chain does not hold; ``texts`` says it to people."""

    CHANGED = "changed"
    """What an entry tells is not what its digest was made of."""
    MISSING = "missing"
    """Places between two entries are empty."""
    MOVED = "moved"
    """The head does not follow from the one before: entries were replaced, moved, or put in."""
    NOTED = "noted"
    """The head is another than the one that was noted."""
    SHORT = "short"
    """The chain ends before a place that was given, or noted."""
    LONG = "long"
    """The chain goes on behind the last place that was given."""
    WAITING = "waiting"
    """An entry has waited for its place for too long: nobody seals."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold.

    Attributes:
        reason: what is the matter.
        position: the first place.
        last: the last one, where it is more than one; else the same.
    """

    reason: Reason
    position: int
    last: int


def check_next(head: Head, kept: Kept) -> Iterator[Break]:
    """Yield what does not hold of an entry in its place.

    Args:
        head: of the chain up to the entry before it, as that states it: so a break is told once, where it is.
        kept: the next entry that has a place.
    """
    here = kept.head or START
    if kept.entry is None or kept.entry.digest != kept.digest:
        yield Break(Reason.CHANGED, here.position, here.position)
    if here.position > head.position + 1:
        # Whether it followed from what was there, nobody can tell any more.
        yield Break(Reason.MISSING, head.position + 1, here.position - 1)
    elif here.position <= head.position or head.followed_by(kept.digest) != here:
        yield Break(Reason.MOVED, here.position, here.position)
