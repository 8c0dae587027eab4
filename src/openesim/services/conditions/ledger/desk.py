"""The ledger as the regulator works with it: who did and looked at what, whether the chain holds, and what is given away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.services.conditions.ledger.actors import Actor, ActorStores, find_actors
from openesim.services.conditions.ledger.check import Check, check_all
from openesim.services.conditions.ledger.ledger import Cursor, LedgerStores, Query, find_page
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import START, Break, Head, Kept, check_next
from openesim.transparency.entries import Entry, EntryKind
from openesim.transparency.export import first_line, line_of

SUBJECT: Final = "ledger"
"""What entries are about that note a head."""

_NOTE: Final = "note-head"
_NOTES: Final = 50
_PAGE: Final = 500

T = TypeVar("T")


class DeskStores(LedgerStores, ActorStores, Protocol):
    """The ledger and accounts, inside one unit of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """Some entries, newest first.

    Attributes:
        entries: those that pass.
        next: where the next page begins; None: this is the last one.
        actors: who did it, by what the ledger calls them.
    """

    entries: tuple[Kept, ...]
    next: Cursor | None
    actors: Mapping[str, Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySeen:
    """An entry in its place.

    Attributes:
        kept: as it is kept.
        actor: who did it; None: it cannot be read.
        breaks: how it does not hold in the chain; empty: it does.
        last: the last place that was given.
    """

    kept: Kept
    actor: Actor | None
    breaks: tuple[Break, ...]
    last: int


@dataclass(frozen=True, slots=True)
class NotedHead:
    """A head that somebody noted.

    Attributes:
        head: the head.
        kept: the entry that says so.
        by: who noted it.
    """

    head: Head
    kept: Kept
    by: Actor


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the chain ends now, and heads that were noted.

    Attributes:
        now: the head at the end.
        noted: newest first.
    """

    now: Head
    noted: tuple[NotedHead, ...]


class LedgerDesk:
    """The ledger, for pages of the regulator."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the database."""
        self._work: Final = work
        self._clock: Final = clock

    async def page(self, query: Query, after: Cursor | None, limit: int) -> LedgerPage:
        """Return some entries, newest first; a page may be short, or empty, while there are more.

        Args:
            query: which ones.
            after: behind which entry; None: from the newest on.
            limit: how many at most.
        """

        def unit(stores: DeskStores) -> LedgerPage:
            """Read them, and who did it."""
            page = find_page(stores, query, after, limit)
            names = [kept.entry.actor for kept in page.entries if kept.entry is not None]
            return LedgerPage(entries=tuple(page.entries), next=page.next, actors=find_actors(stores, names))

        return await self._ask(unit)

    async def entry(self, position: int) -> EntrySeen:
        """Return the entry at a place, and whether it holds there.

        Raises:
            NotFoundError: there is none at this place.
        """

        def unit(stores: DeskStores) -> EntrySeen:
            """Read it, and the one before it."""
            kept, before = stores.sealed_entry(position), stores.sealed_entry(position - 1)
            if kept is None:
                raise NotFoundError(f"there is no entry at place {position}")
            breaks = tuple(check_next(START if before is None else before.head or START, kept))
            actor = None if kept.entry is None else find_actors(stores, [kept.entry.actor])[kept.entry.actor]
            return EntrySeen(kept=kept, actor=actor, breaks=breaks, last=stores.last_place())

        return await self._ask(unit)

    # --- heads

    async def heads(self) -> Heads:
        """Return where the chain ends now, and which heads were noted."""

        def unit(stores: DeskStores) -> Heads:
            """Read them."""
            query = Query(subject=SUBJECT, facts={"deed": _NOTE})
            entries = find_page(stores, query, None, _NOTES).entries
            actors = find_actors(stores, [kept.entry.actor for kept in entries if kept.entry is not None])
            noted = [
                NotedHead(head, kept, actors[kept.entry.actor])
                for kept in entries
                if kept.entry is not None and (head := _head_of(kept.entry)) is not None
            ]
            return Heads(stores.chain_head(), tuple(noted))

        return await self._ask(unit)

    async def note_head(self, actor: str) -> Head:
        """Note the head as it is now, in an entry of the ledger, and return it: whoever keeps it elsewhere can prove later what was changed.

        Raises:
            NotFoundError: nothing has a place yet.
        """
        now = self._clock.now()

        def unit(stores: DeskStores) -> Head:
            """Read it, and write that it was noted."""
            head = stores.chain_head()
            if head == START:
                raise NotFoundError("nothing has a place in the chain yet")
            facts = {"deed": _NOTE, "head": str(head)}
            entry = Entry(kind=EntryKind.DEED, at=now, actor=actor, subject=SUBJECT, facts=facts)
            stores.append_entry(entry)
            return head

        return await self._work.run(unit)

    # --- checking, and giving away

    def check(self, begin: Head = START, noted: Iterable[Head] = ()) -> Checking:
        """Return a check that is to be done.

        Args:
            begin: behind this head.
            noted: heads that the chain is held against as it comes by.
        """
        return Checking(self._work, self._clock, Check(begin, noted))

    async def export(self, begin: Head = START) -> AsyncIterator[bytes]:
        """Give all entries behind a head as lines that anybody can verify, some at a time.

        Args:
            begin: the head there.
        """
        yield first_line(begin)
        place = begin.position
        while page := await self._sealed(place):
            yield b"".join(map(line_of, page))
            place = (page[-1].head or START).position

    async def _sealed(self, place: int) -> list[Kept]:
        return await self._ask(lambda stores: stores.sealed_entries(place, _PAGE))

    async def _ask(self, unit: Callable[[DeskStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


class Checking:
    """A check while it is done: somebody looks on, and may stop."""

    def __init__(self, work: AnyWork, clock: Clock, check: Check) -> None:
        """Begin with nothing read."""
        self.check: Final = check
        self._pages: Final = check_all(check, work, clock.now)

    async def go_on(self, seconds: float) -> bool:
        """Check for some time, or to the end.

        Args:
            seconds: after so many nothing more is begun.

        Returns:
            Whether it is at its end.
        """
        ends = monotonic() + seconds
        async for _ in self._pages:
            if monotonic() >= ends:
                break
        return self.check.is_done


def _head_of(entry: Entry) -> Head | None:
    """Return the head that an entry notes; None: it notes none."""
    try:
        return Head.parse(str(entry.facts.get("head", "")))
    except DecodeError:
        return None
