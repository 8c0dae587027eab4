"""Whether the ledger holds: the chain page by page, the heads that somebody noted, and what still waits for a place.

A check may begin behind a head that was noted, and is as long as what was recorded since.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openesim.services.conditions.ledger.ledger import LedgerStores
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import START, Break, Head, Kept, Reason, check_next

PATIENCE: Final = timedelta(minutes=1)
"""How long an entry may wait for its place."""

MOST_BREAKS: Final = 100
"""Breaks that are kept to be told; all of them are counted."""

_PAGE: Final = 1000
_BEFORE_ALL: Final = -(2**62)


@dataclass(frozen=True, slots=True)
class Look:
    """What one unit of work reads of the ledger.

    Attributes:
        last_before: the last place that was given, read before the page.
        entries: a page.
        last_after: the same, read behind it.
        waiting_since: when the first entry was written that waits for its place; None: none does.
    """

    last_before: int
    entries: list[Kept]
    last_after: int
    waiting_since: datetime | None


class Check:
    """One check of the ledger: what it reads next, and what it found so far.

    Attributes:
        breaks: what was found, the first ``MOST_BREAKS`` of it.
        count: how much was found.
        entries: how many entries were checked.
        last: the last place that was given, when a page was read last.
        is_done: whether the end was reached.
    """

    def __init__(self, begin: Head = START, noted: Iterable[Head] = (), page: int = _PAGE) -> None:
        """Begin behind a place that is known to hold.

        Args:
            begin: the head there; the entry at its place is read once more, and must have it.
            noted: heads that the chain is held against as it comes by.
            page: entries that are read at a time.
        """
        self.breaks: Final[list[Break]] = []
        self.count = 0
        self.entries = 0
        self.last = begin.position
        self.is_done = False
        # Of the entry at the place where it begins, nothing is known that its head was made of.
        self._unknown: Final = begin.position - 1
        self._head = Head(begin.position - 1, b"") if begin.position else START
        self._noted: Final[dict[int, set[bytes]]] = {}
        for head in (begin, *noted):
            if head.position:
                self._noted.setdefault(head.position, set()).add(head.octets)
        self._page: Final = page

    @property
    def head(self) -> Head:
        """The head at the place that was reached."""
        return self._head

    def look(self, stores: LedgerStores) -> Look:
        """Read what is to be checked next; a unit of work, which changes nothing."""
        return Look(
            last_before=stores.last_place(),
            entries=stores.sealed_entries(self._head.position or _BEFORE_ALL, self._page),
            last_after=stores.last_place(),
            waiting_since=stores.oldest_unsealed(),
        )

    def take(self, look: Look, now: datetime) -> None:
        """Check what was read.

        Args:
            look: the next one.
            now: aware UTC.
        """
        before = self._head
        for kept in look.entries:
            self._take_entry(kept)
        self.last = look.last_after
        # Where places are no numbers any more, there is no next page.
        if len(look.entries) < self._page or self._head.position <= before.position:
            self._end(look, now)

    def _take_entry(self, kept: Kept) -> None:
        here = kept.head or START
        for broken in check_next(self._head, kept):
            if broken.reason is not Reason.MOVED or self._head.position != self._unknown:
                self._found(broken)
        if self._noted.get(here.position, {here.octets}) != {here.octets}:
            self._found(Break(Reason.NOTED, here.position, here.position))
        if here.position > self._head.position:
            self._head = here
        self.entries += 1

    def _end(self, look: Look, now: datetime) -> None:
        """Check what can be checked at the end of the chain only."""
        self.is_done = True
        # Where no entry was found behind the place where it began, nobody knows whether the chain came so far.
        reached = self._head.position if self.entries else min(self._head.position, look.last_after)
        promised = max((look.last_before, *self._noted))
        if promised > reached:
            self._found(Break(Reason.SHORT, reached + 1, promised))
        if look.last_after < reached:
            self._found(Break(Reason.LONG, look.last_after + 1, reached))
        if look.waiting_since is not None and now - look.waiting_since > PATIENCE:
            self._found(Break(Reason.WAITING, reached + 1, reached + 1))

    def _found(self, broken: Break) -> None:
        self.count += 1
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(broken)


def check_now(
    check: Check,
    run: Callable[[Callable[[LedgerStores], Look]], Look],
    now: Callable[[], datetime],
    tell: Callable[[Check], None],
) -> None:
    """Check to the end, without an event loop.

    Args:
        check: to be done.
        run: runs a unit, such as ``work.run_now``.
        now: gives aware UTC.
        tell: hears how far it is, after each page.
    """
    while not check.is_done:
        check.take(run(check.look), now())
        tell(check)


async def check_all(check: Check, work: AnyWork, now: Callable[[], datetime]) -> AsyncIterator[Check]:
    """Check to the end, and give the check after each page; whoever looks on may stop.

    Args:
        check: to be done.
        work: runs units.
        now: gives aware UTC.
    """
    while not check.is_done:
        look: Look = await work.run(check.look, must_last=never)
        check.take(look, now())
        yield check
