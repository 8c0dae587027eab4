"""Who is watched: persons, chips and addresses that something is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WatchedKind(StrEnum):
    """What is watched, and counted."""

    PERSON = "person"
    CHIP = "chip"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Sign:
    """What an entry says to the gate.

    Attributes:
        entry_id: row number of the entry.
        score: how much is held against whoever it is about, 1 to 100.
        is_listed: somebody has to look at every case of his.
    """

    entry_id: int
    score: int
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Something that is held against somebody.

    Attributes:
        kind: what he is known by.
        subject: keyed digest of a person or of an address, 32 octets; the 16 octets of an EID.
        score: how much, 1 to 100; of several the highest counts.
        is_listed: somebody has to look at every case of his.
        reason: why, in the words of who set it; nothing personal.
        created_at: when, aware UTC.
        created_by: by whom.
        lifted_at: since when it does not count any more; None: it counts.
        entry_id: row number; 0 until stored.
        revision: of the watch-list, at which it was made or lifted; 0 until stored.
    """

    kind: WatchedKind
    subject: bytes
    score: int
    is_listed: bool
    reason: str
    created_at: datetime
    created_by: str
    lifted_at: datetime | None = None
    entry_id: int = 0
    revision: int = 0

    @property
    def sign(self) -> Sign:
        """What it says to the gate, as long as it counts."""
        return Sign(self.entry_id, self.score, self.is_listed)
