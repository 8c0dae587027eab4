"""What processes know by heart, and how they hear of changes within two seconds.

Licences, terminals, rules, plans and the watch-list are small enough, or asked for often enough, to be held in memory.
Whoever changes one raises its revision in the same transaction; every process asks for all revisions, one short statement,
twice a second, and reads what changed behind the revision it knew. So the gate costs a download no statement for them (the
blocklist, older than this, follows in the same way: ``services.blocklist``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

import structlog

from openesim.services.ports import AnyWork, never

INTERVAL_S: Final = 0.5
"""How often a process looks whether anything has changed."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class RevisionStores(Protocol):
    """The revisions, inside one unit of work."""

    def revisions(self) -> dict[str, int]:
        """Return all revisions by name; what never changed is not in it."""
        ...

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name; the row is held until the unit ends."""
        ...


class Reading:
    """Reads pages of the stores for a book, outside any unit of work that changes something."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the database."""
        self._work: Final = work

    async def ask(self, unit: Callable[[Any], T]) -> T:
        """Return what a unit reads."""
        return await self._work.run(unit, must_last=never)


class Book(Protocol):
    """Something that a process knows by heart."""

    @property
    def name(self) -> str:
        """Name of its revision."""
        ...

    async def load(self, reading: Reading) -> None:
        """Read all of it."""
        ...

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        ...


class Following:
    """Keeps the books of a process up to date."""

    def __init__(self, work: AnyWork, books: Sequence[Book]) -> None:
        """Know nothing yet."""
        self._reading: Final = Reading(work)
        self._books: Final = tuple(books)
        self._known: Final[dict[str, int]] = {}

    async def load(self) -> None:
        """Read all books; to be done before anybody is answered."""
        revisions = await self._revisions()
        for book in self._books:
            await book.load(self._reading)
            # What was changed while it was read is read again: a change has no effect twice.
            self._known[book.name] = revisions.get(book.name, 0)
        await self.refresh()

    async def refresh(self) -> None:
        """Read what has changed since, if anything has.

        A book that cannot be read holds up no other: a recall is heard of whatever is the matter with a plan. It is tried
        again the next time, and what it raised is raised once the others are read.
        """
        revisions, faults = await self._revisions(), list[Exception]()
        for book in self._books:
            revision, known = revisions.get(book.name, 0), self._known.get(book.name, 0)
            if revision == known:
                continue
            try:
                await book.refresh(self._reading, known)
            except Exception as fault:  # noqa: BLE001 (whatever it is, the other books have their turn)
                faults.append(fault)
                continue
            self._known[book.name] = revision
            _log.info("conditions changed", what=book.name, revision=revision)
        if faults:
            raise faults[0]

    async def follow(self) -> None:
        """Hear of changes until cancelled; while the database is away, what is known stays in force."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.refresh()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("conditions not read", fault=repr(fault))

    async def _revisions(self) -> dict[str, int]:
        read: Callable[[RevisionStores], dict[str, int]] = lambda stores: stores.revisions()  # noqa: E731
        return await self._reading.ask(read)
