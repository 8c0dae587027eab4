"""The ledger: what is kept of it, its lists, and how entries are given their places in the chain.

Whoever records something calls ``append_entry`` in the unit of what it tells, which costs one INSERT. The chain is made
a moment later, by whichever process comes first: a head that every unit had to move on would let one unit run at a time,
of all processes (``docs/adr/0012``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol, Self, TypeVar

import structlog

from openesim.kernel.errors import DecodeError
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import Head, Kept
from openesim.transparency.entries import GATE, Entry, EntryKind

INTERVAL_S: Final = 0.4
"""How often a process looks whether entries wait for their place: a tenth of a second is left to give it."""

NOTE_INTERVAL_S: Final = 60.0
"""How often a new head is written to the log, which is kept elsewhere than the database."""

SEALED_AT_ONCE: Final = 250
"""Entries that are given their places in one unit."""

LOOKED_AT: Final = 1000
"""Entries that are looked at for one page of a list, at most."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


# --- Lists ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: behind this entry.

    Attributes:
        at: its time, by which lists are sorted; kept to the millisecond.
        entry_id: its row number.
    """

    at: datetime
    entry_id: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cursor of a text.

        Raises:
            DecodeError: it is none of ours.
        """
        at, _, number = text.rpartition("/")
        try:
            moment = datetime.fromisoformat(at)
            cursor = cls(moment, int(number))
        except ValueError:
            raise DecodeError("this is no place to go on from") from None
        if moment.tzinfo is None:
            raise DecodeError("this is no place to go on from")
        return cursor

    def __str__(self) -> str:
        """Write it as ``parse`` reads it."""
        return f"{self.at.isoformat(timespec='milliseconds')}/{self.entry_id}"


class Range(Enum):
    """Along which index a list runs, newest first."""

    ORDER = "order"
    SUBJECT = "subject"
    OPERATOR = "operator"
    ACTOR = "actor"
    KIND = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of one index.

    Attributes:
        range: the index.
        value: what it is entered by; for ``OPERATOR`` beside the kind.
        kind: for ``OPERATOR`` and ``KIND``: of this kind.
        since: no older ones.
        before: only older ones.
        after: behind this entry.
    """

    range: Range
    value: str | int | None = None
    kind: EntryKind | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: Cursor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list is asked for; what is None leaves nothing out.

    Attributes:
        kind: of this kind.
        operator: in this operator's matters. A desk of his sets it: he sees no others.
        order_id: about this order.
        subject: about this, such as ``case:…``.
        actor: done by this one.
        since: then or later.
        before: earlier.
        is_of_people: deeds and looks, and no decisions of the gate.
        facts: with these texts among its facts.
        cause: a decision for this cause, the gravest one.
    """

    kind: EntryKind | None = None
    operator: str | None = None
    order_id: int | None = None
    subject: str | None = None
    actor: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    is_of_people: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    cause: str | None = None

    def windows(self, after: Cursor | None) -> list[Window]:
        """Return the stretches that together hold all entries that pass, as short as an index makes them."""
        window = Window(range=Range.KIND, since=self.since, before=self.before, after=after)
        if self.order_id is not None:
            return [replace(window, range=Range.ORDER, value=self.order_id)]
        if self.subject is not None:
            return [replace(window, range=Range.SUBJECT, value=self.subject)]
        if self.actor is not None and self.actor != GATE:
            return [replace(window, range=Range.ACTOR, value=self.actor)]
        if self.operator is not None:
            window = replace(window, range=Range.OPERATOR, value=self.operator)
        return [replace(window, kind=kind) for kind in EntryKind if self._is_of(kind)]

    def _is_of(self, kind: EntryKind) -> bool:
        """Tell whether entries of a kind are wanted."""
        return self.kind in {None, kind} and not (self.is_of_people and kind is EntryKind.DECISION)

    def passes(self, kept: Kept) -> bool:
        """Tell whether an entry of a window is wanted; one that cannot be read is nobody's."""
        entry = kept.entry
        if entry is None:
            return self.operator is None
        wished = (
            (self.operator, entry.operator),
            (self.order_id, entry.order_id),
            (self.subject, entry.subject),
            (self.actor, entry.actor),
        )
        if not self._is_of(entry.kind) or not all(wish is None or wish == value for wish, value in wished):
            return False
        if self.cause is not None and str(entry.facts.get("causes", "")).partition(",")[0] != self.cause:
            return False
        return all(entry.facts.get(name) == text for name, text in self.facts.items())


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a list, newest first.

    Attributes:
        entries: those that pass.
        next: where the next page begins; None: this is the last one.
    """

    entries: list[Kept]
    next: Cursor | None


class LedgerStores(Protocol):
    """The ledger, inside one unit of work."""

    def append_entry(self, entry: Entry) -> None:
        """Store what happened with the state that it tells; its place in the chain it is given a moment later."""
        ...

    def has_unsealed(self) -> bool:
        """Tell whether entries wait for their place."""
        ...

    def take_chain(self) -> int | None:
        """Hold the chain until the unit ends, and return the last place that was given; None: another one holds it."""
        ...

    def unsealed_entries(self, limit: int) -> list[tuple[int, bytes]]:
        """Return row numbers and digests of entries that wait for their place, lower numbers first."""
        ...

    def seal_entry(self, entry_id: int, head: Head) -> None:
        """Give an entry its place."""
        ...

    def note_last_place(self, position: int) -> None:
        """Store the last place that was given."""
        ...

    def last_place(self) -> int:
        """Return the last place that was given; 0 before the first."""
        ...

    def chain_head(self) -> Head:
        """Return the head at the end of the chain."""
        ...

    def oldest_unsealed(self) -> datetime | None:
        """Return when the first of the entries was written that wait for their place."""
        ...

    def sealed_entries(self, after: int, limit: int) -> list[Kept]:
        """Return entries that have a place, in the order of places, beginning behind ``after``."""
        ...

    def sealed_entry(self, position: int) -> Kept | None:
        """Return the entry at a place."""
        ...

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        """Return at most ``limit`` entries of a window, newest first."""
        ...


def find_page(stores: LedgerStores, query: Query, after: Cursor | None, limit: int) -> Page:
    """Return the next entries of a list.

    A list runs along one index, the one that the query chooses. What it leaves out besides is passed over, and at most
    ``LOOKED_AT`` entries are looked at for one page: so a page costs the same whatever is asked for, and may be
    shorter than wished, or empty, while there is more.
    """
    found: list[Kept] = []
    left, wanted = LOOKED_AT, min(limit + 1, LOOKED_AT)
    while left > 0:
        some = _newest(stores, query.windows(after), wanted)
        for kept in some:
            if not query.passes(kept):
                continue
            if len(found) == limit:
                return Page(found, Cursor(found[-1].at, found[-1].entry_id))
            found.append(kept)
        if len(some) < wanted:
            return Page(found, None)
        after = Cursor(some[-1].at, some[-1].entry_id)
        left -= len(some)
        wanted = min(left, LOOKED_AT // 4)
    return Page(found, after)


def _newest(stores: LedgerStores, windows: list[Window], limit: int) -> list[Kept]:
    """Return the newest entries of several windows."""
    found = [kept for window in windows for kept in stores.ledger_window(window, limit)]
    if len(windows) > 1:
        found.sort(key=lambda kept: (kept.at, kept.entry_id), reverse=True)
    return found[:limit]


# --- Places in the chain ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a unit of sealing did.

    Attributes:
        count: entries that were given their places; 0: none wait, or another process is at it.
        head: at the end of the chain; None: another process is at it.
    """

    count: int
    head: Head | None


def seal_some(stores: LedgerStores, limit: int = SEALED_AT_ONCE) -> Sealing:
    """Give entries that wait their places, in the order of their numbers.

    On PostgreSQL an entry may be committed after others of higher numbers: it simply gets a later place. Where places
    were given to entries that are gone, they stay empty for everybody to see.
    """
    last = stores.take_chain()
    if last is None:
        return Sealing(0, None)
    head = stores.chain_head()
    waiting = stores.unsealed_entries(limit)
    place = max(last, head.position)
    for entry_id, digest in waiting:
        place += 1
        head = head.followed_by(digest, place)
        stores.seal_entry(entry_id, head)
    if waiting:
        stores.note_last_place(place)
    return Sealing(len(waiting), head)


def seal_all(run: Callable[[Callable[[LedgerStores], Sealing]], Sealing]) -> Head | None:
    """Give all entries that wait their places, unit by unit, and return the head; None: a server is at it.

    Args:
        run: runs a unit, such as ``work.run_now``.
    """
    while (sealing := run(seal_some)).count:
        pass
    return sealing.head


class Sealer:
    """Gives entries their places in the chain; any number of processes may have one."""

    def __init__(self, work: AnyWork, monotonic: Callable[[], float]) -> None:
        """Bind to the database.

        Args:
            work: runs units.
            monotonic: seconds of a clock that never goes back.
        """
        self._work: Final = work
        self._monotonic: Final = monotonic
        self._reached: Head | None = None
        self._noted_at = monotonic() - NOTE_INTERVAL_S

    async def seal(self) -> int:
        """Give all entries that wait now their places, and return how many that were."""
        sealed = 0
        while await self._work.run(_has_unsealed, must_last=never):
            sealing = await self._work.run(seal_some)
            if not sealing.count:
                break
            sealed += sealing.count
            self._reached = sealing.head
        self._note()
        return sealed

    async def keep_sealed(self) -> None:
        """Do so until cancelled; while the database is away, entries wait."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.seal()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("ledger not sealed", fault=repr(fault))

    def _note(self) -> None:
        """Write the head that was reached last to the log, now and then."""
        now = self._monotonic()
        if self._reached is not None and now - self._noted_at >= NOTE_INTERVAL_S:
            _log.info("ledger sealed", head=str(self._reached))
            self._reached, self._noted_at = None, now


def _has_unsealed(stores: LedgerStores) -> bool:
    return stores.has_unsealed()


# --- What desks ask ---------------------------------------------------------------------------------------------


class Ledger:
    """The ledger as people look at it."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the stores."""
        self._work: Final = work

    async def page(self, query: Query, after: Cursor | None = None, limit: int = 50) -> Page:
        """Return the next entries of a list, newest first.

        Args:
            query: which ones; of a desk of an operator with his name in it.
            after: behind which entry; None: from the newest on.
            limit: how many at most.
        """
        return await self._ask(lambda stores: find_page(stores, query, after, limit))

    async def entry(self, position: int) -> Kept | None:
        """Return the entry at a place."""
        return await self._ask(lambda stores: stores.sealed_entry(position))

    async def head(self) -> Head:
        """Return the head at the end of the chain."""
        return await self._ask(lambda stores: stores.chain_head())

    async def _ask(self, unit: Callable[[LedgerStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)
