"""Entries of the ledger, and the chain that makes any change of them show.

An entry is written in the transaction of what it tells, with its own digest. A moment later the sealer gives it the next
place in the chain: each head is made of the head before it, the place and the entry's digest. Whoever changes, removes or
reorders entries has to make every later head anew, and the head that somebody else noted does not fit any more
(``docs/adr/0012``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

START: Final = bytes(32)
"""The head before the first entry."""

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_DOMAIN: Final = b"openesim ledger 1\0"


class EntryKind(StrEnum):
    """What an entry tells."""

    DECISION = "decision"
    """The gate decided."""
    LOOK = "look"
    """Somebody looked at personal data, and why."""
    DEED = "deed"
    """Somebody did something at a desk or on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. Nothing in it is personal: people are told by case or keyed digest.

    Attributes:
        kind: what it tells.
        at: when, aware UTC; kept to the millisecond.
        actor: who did it: ``gate``, an account, or who was at the command line.
        facts: what it tells, texts by name.
        operator: whose matter it is; None: nobody's in particular.
        subject: what it is about, such as ``case:…``, ``licence:12``, ``model:7``.
        order_id: the order it is about.
        entry_id: row number; 0 until stored. Not part of what is digested.
    """

    kind: EntryKind
    at: datetime
    actor: str
    facts: Mapping[str, str]
    operator: str | None = None
    subject: str | None = None
    order_id: int | None = None
    entry_id: int = 0

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything it tells, 32 octets."""
        told = (
            self.kind.value,
            _milliseconds(self.at),
            self.actor,
            self.operator,
            self.subject,
            self.order_id,
            dict(self.facts),
        )
        return sha256(_DOMAIN + _encode(told)).digest()


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry in its place.

    Attributes:
        entry: what it tells.
        digest: as it was written with the entry.
        position: its place, counted from 1.
        head: of the chain up to this place, 32 octets.
    """

    entry: Entry
    digest: bytes
    position: int
    head: bytes


def next_head(head: bytes, position: int, digest: bytes) -> bytes:
    """Return the head of the chain after one more entry.

    Args:
        head: before it, 32 octets; ``START`` before the first.
        position: its place, counted from 1.
        digest: of the entry, 32 octets.
    """
    return sha256(_DOMAIN + head + position.to_bytes(8, "big") + digest).digest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold.

    Attributes:
        position: the place.
        reason: what is wrong: ``changed``, ``missing`` or ``head``.
    """

    position: int
    reason: str


def check_chain(rows: Iterable[Sealed], position: int = 0, head: bytes = START) -> Iterator[Break]:
    """Yield every place where the chain does not hold.

    Args:
        rows: sealed entries in the order of their places, beginning behind ``position``.
        position: the last place that is known to hold.
        head: the head there.
    """
    for row in rows:
        if row.position != position + 1:
            yield Break(position + 1, "missing")
        if row.entry.digest != row.digest:
            yield Break(row.position, "changed")
        if next_head(head, row.position, row.digest) != row.head:
            yield Break(row.position, "head")
        position, head = row.position, row.head


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
