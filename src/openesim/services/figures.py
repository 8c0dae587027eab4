"""Figures of what the database holds, for those who watch the server.

Nothing is counted further than ``MOST``: who has that many waiting knows enough, and the cost of a look does not grow
with what is there. Each figure is a unit of work of its own, so that nobody waits behind all of them; and they are
kept for a while, so that somebody who looks often costs no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from openesim.kernel.ambient import Clock
from openesim.services.ports import SmdpStores, UnitOfWork, never

MOST: Final = 10_000
"""Nothing is counted further."""

MOST_TYPES: Final = 1000
"""Profile types whose stock is counted."""

KEPT_FOR: Final = timedelta(seconds=10)
STOCK_KEPT_FOR: Final = timedelta(seconds=60)

T = TypeVar("T")


class FigureStores(SmdpStores, Protocol):
    """What can be counted, inside one unit of work."""

    def count_sessions(self, now: datetime, most: int) -> int:
        """Return how many sessions have not expired, at most ``most``."""
        ...

    def count_notifications(self, most: int) -> int:
        """Return how many notifications wait to be read, at most ``most``."""
        ...

    def count_outbox(self, most: int, *, is_stuck: bool) -> int:
        """Return how many messages wait to be sent, or are stuck, at most ``most``."""
        ...

    def oldest_in_outbox(self, most: int) -> datetime | None:
        """Return since when the oldest message waits that is not stuck, looking at ``most`` at most."""
        ...

    def profile_types(self, most: int) -> list[str]:
        """Return the names of profile types, at most ``most``."""
        ...

    def count_stock(self, profile_type: str, most: int) -> int:
        """Return how many profiles of a type are ready and nobody's, at most ``most``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database holds.

    Attributes:
        sessions: that have not expired.
        notifications: acknowledged and not read yet.
        outbox_waiting: messages to others that are still to be sent.
        outbox_stuck: messages that nobody tries any more.
        outbox_oldest_s: age of the oldest that waits; 0 where none does.
        stock: profiles that are ready and nobody's, by profile type.
    """

    sessions: int = 0
    notifications: int = 0
    outbox_waiting: int = 0
    outbox_stuck: int = 0
    outbox_oldest_s: float = 0.0
    stock: dict[str, int] = field(default_factory=dict)


class FigureService:
    """Counts what is in the database, and remembers it for a while."""

    def __init__(self, work: UnitOfWork, clock: Clock) -> None:
        """Take the database; nothing is counted yet."""
        self._work = work
        self._clock = clock
        self._figures: tuple[datetime, Figures] | None = None
        self._stock: tuple[datetime, dict[str, int]] | None = None

    async def figures(self) -> Figures:
        """Return the figures, at most as old as ``KEPT_FOR``; the stock at most as old as ``STOCK_KEPT_FOR``."""
        now = self._clock.now()
        if self._figures is None or now - self._figures[0] >= KEPT_FOR:
            self._figures = (now, await self._count(now))
        return self._figures[1]

    async def _count(self, now: datetime) -> Figures:
        """Count everything."""
        since = await self._ask(lambda stores: stores.oldest_in_outbox(MOST))
        return Figures(
            sessions=await self._ask(lambda stores: stores.count_sessions(now, MOST)),
            notifications=await self._ask(lambda stores: stores.count_notifications(MOST)),
            outbox_waiting=await self._ask(lambda stores: stores.count_outbox(MOST, is_stuck=False)),
            outbox_stuck=await self._ask(lambda stores: stores.count_outbox(MOST, is_stuck=True)),
            outbox_oldest_s=0.0 if since is None else max(0.0, (now - since).total_seconds()),
            stock=await self._count_stock(now),
        )

    async def _count_stock(self, now: datetime) -> dict[str, int]:
        """Return the stock of each type, one unit of work a type."""
        if self._stock is not None and now - self._stock[0] < STOCK_KEPT_FOR:
            return self._stock[1]
        types = await self._ask(lambda stores: stores.profile_types(MOST_TYPES))
        stock = {name: await self._ask(_counter(name)) for name in types}
        self._stock = (now, stock)
        return stock

    async def _ask(self, unit: Callable[[FigureStores], T]) -> T:
        """Return what a unit of work counts."""
        return await self._work.run(unit, must_last=never)  # type: ignore[arg-type]


def _counter(profile_type: str) -> Callable[[FigureStores], int]:
    return lambda stores: stores.count_stock(profile_type, MOST)
