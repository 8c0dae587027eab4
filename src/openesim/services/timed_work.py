"""A unit of work that somebody holds a watch to."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final, Protocol, TypeVar

from openesim.services.ports import always

T = TypeVar("T")


class Database(Protocol):
    """What runs units of work, at once or when their turn comes, until it is closed."""

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns."""
        ...

    def run_now(self, unit: Callable[[Any], T]) -> T:
        """Return what the unit returns, without an event loop."""
        ...

    def overwrite_what_goes(self) -> None:
        """Overwrite from now on what is replaced or deleted."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class UnitWatcher(Protocol):
    """Hears of every unit of work that was done."""

    def unit_ended(self, seconds: float) -> None:
        """Take note of a unit; quick, and never raises."""
        ...


class TimedWork:
    """Implements ``UnitOfWork``: another one, and how long each unit took, waiting and commit included."""

    def __init__(self, work: Database, watcher: UnitWatcher) -> None:
        """Hold a watch to a database."""
        self._work: Final = work
        self._watcher: Final = watcher

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns; one that fails is not counted."""
        began = perf_counter()
        result = await self._work.run(unit, must_last=must_last)
        self._watcher.unit_ended(perf_counter() - began)
        return result

    def run_now(self, unit: Callable[[Any], T]) -> T:
        """Return what the unit returns, without an event loop; nobody counts it."""
        return self._work.run_now(unit)

    def overwrite_what_goes(self) -> None:
        """Overwrite from now on what is replaced or deleted."""
        self._work.overwrite_what_goes()

    def close(self) -> None:
        """Close the database."""
        self._work.close()
