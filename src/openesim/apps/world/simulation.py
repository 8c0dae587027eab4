"""Time in a world: what happens, happens in order, by the services themselves, at moments of the past.

Deeds are run one after the other, some hundreds in a unit of work: so there is one commit for many of them, and what is
stored comes in the order in which it happened. A deed may plan others for later. What has to run outside of a unit, since
it runs units of its own or is to be heard of by the books of the gate, is planned apart.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

from openesim.apps.conditions import Conditions
from openesim.apps.wiring import Work

Deed = Callable[[Any], None]
"""Something that happens, inside a unit of work; gets the stores."""

Apart = Callable[[], Coroutine[Any, Any, object]]
"""Something that happens in units of work of its own."""

UNIT: Final = 1_000
"""Deeds in a unit of work, at most."""


class WorldClock:
    """Tells the time in a world."""

    def __init__(self, begin: datetime) -> None:
        """Stand at a moment."""
        self._now = begin

    def now(self) -> datetime:
        """Return the present moment in that world."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go on to a moment, as it is kept: to the millisecond."""
        self._now = moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Simulation:
    """The course of things."""

    def __init__(self, work: Work, clock: WorldClock, conditions: Conditions, runner: asyncio.Runner) -> None:
        """Bind to the database, the clock of the world, and what the gate knows by heart.

        Args:
            work: the database.
            clock: is set to the moment of each deed.
            conditions: hear of what is done apart.
            runner: runs what is asynchronous.
        """
        self.work: Final = work
        self.clock: Final = clock
        self._conditions: Final = conditions
        self._runner: Final = runner
        self._planned: Final[list[tuple[datetime, int, Deed | None, Apart | None]]] = []
        self._count = 0

    def plan(self, moment: datetime, deed: Deed) -> None:
        """Let something happen at a moment, inside a unit of work."""
        self._count += 1
        heapq.heappush(self._planned, (moment, self._count, deed, None))

    def plan_apart(self, moment: datetime, deed: Apart) -> None:
        """Let something happen at a moment, in units of its own; the books of the gate are read anew behind it."""
        self._count += 1
        heapq.heappush(self._planned, (moment, self._count, None, deed))

    def run(self, until: datetime, tell: Callable[[datetime], None]) -> None:
        """Let everything happen that is planned up to a moment.

        Args:
            until: what is planned for later does not happen.
            tell: hears how far it is, now and then.
        """
        while self._planned and self._planned[0][0] <= until:
            moment, _, _, apart = self._planned[0]
            if apart is None:
                self.work.run_now(lambda stores: self._do_some(stores, until))
            else:
                heapq.heappop(self._planned)
                self.clock.set(moment)
                self.run_apart(apart)
            tell(self.clock.now())

    def run_apart(self, deed: Apart) -> None:
        """Do something now, in units of its own, and read what it changed."""
        self._runner.run(self._apart(deed))

    async def _apart(self, deed: Apart) -> None:
        await deed()
        await self._conditions.following.refresh()

    def _do_some(self, stores: Any, until: datetime) -> None:
        """Do what is next, as far as it is done in units, some hundreds at most."""
        for _ in range(UNIT):
            if not self._planned or self._planned[0][0] > until or self._planned[0][2] is None:
                return
            moment, _, deed, _ = heapq.heappop(self._planned)
            self.clock.set(moment)
            if deed is not None:
                deed(stores)


def present() -> datetime:
    """Return the moment as it is kept: to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
