"""The ledger: what an entry costs the unit that writes it, what its place costs later, and that a long ledger costs neither more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_least, at_most, median, ratios_of_turns
from benchmarks.outbox import _STEP
from benchmarks.stage import Stage
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.db.schema import upgrade
from openesim.services.conditions.ledger.check import Check, check_now
from openesim.services.conditions.ledger.ledger import Query, find_page, seal_all, seal_some
from openesim.transparency.entries import GATE, Entry, EntryKind

LONG_BAR = 1.5
_ROUNDS = 250
_NOW = datetime(2027, 1, 15, tzinfo=UTC)


def entry(number: int) -> Entry:
    """Return a decision as the gate records them."""
    facts = {
        "verdict": "allow",
        "pack": "cn-2025-trial",
        "version": "2025-10-13",
        "service": "phone",
        "channel": "counter",
        "eid": f"{number:032}",
        "evidence": f"{number:064x}",
    }
    return Entry(
        kind=EntryKind.DECISION,
        at=_NOW + timedelta(milliseconds=number),
        actor=GATE,
        operator=f"operator-{number % 3}",
        subject=f"case:{number}",
        order_id=number,
        facts=facts,
    )


class Place:
    """A ledger, and the processor time that is spent on it: ours, and that of the database's processes."""

    def __init__(self, work: Any, database_s: Callable[[], float]) -> None:
        """Bind to an empty database."""
        self.work = work
        self._database_s = database_s
        self._number = 0

    def lengthen(self, count: int) -> None:
        """Add so many entries that have their places."""
        for _ in range(count // _ROUNDS):
            self.work.run_now(self._append)
        seal_all(self.work.run_now)

    def appended(self) -> float:
        """Return the seconds of a unit with many entries."""
        return self._seconds(self._append)

    def stepped(self) -> float:
        """Return the seconds of a unit with as many steps of history."""
        return self._seconds(_add_steps)

    def sealed(self) -> float:
        """Return the seconds of giving as many entries their places."""
        seal_all(self.work.run_now)
        self.work.run_now(self._append)
        return self._seconds(partial(seal_some, limit=_ROUNDS))

    def listed(self) -> float:
        """Return the seconds of a page of an operator's newest entries."""
        return self._seconds(lambda stores: find_page(stores, Query(operator="operator-1"), None, 50))

    def checked_a_second(self) -> float:
        """Return how many entries are checked a second of wall time."""
        check, begun = Check(), time.perf_counter()
        check_now(check, self.work.run_now, lambda: _NOW, lambda _check: None)
        if check.breaks:
            raise AssertionError(check.breaks)
        return check.entries / (time.perf_counter() - begun)

    def _append(self, stores: Any) -> None:
        for _ in range(_ROUNDS):
            self._number += 1
            stores.append_entry(entry(self._number))

    def _seconds(self, unit: Callable[[Any], object]) -> float:
        begun = time.process_time() + self._database_s()
        self.work.run_now(unit)
        return time.process_time() + self._database_s() - begun


def _add_steps(stores: Any) -> None:
    for _ in range(_ROUNDS):
        stores.note_step(_STEP)


def measure_ledger(stage: Stage, lengths: tuple[int, int], turns: int) -> list[Figure]:
    """Measure on SQLite and PostgreSQL, in a short ledger and in a long one.

    Args:
        stage: for folders.
        lengths: entries that are there.
        turns: pairs of measurements.
    """
    figures: list[Figure] = []
    for kind, opened in (("sqlite", _open_sqlite), ("postgres", _open_postgres)):
        with opened(stage, lengths) as (short, long):
            step, _, _ = ratios_of_turns(turns, short.stepped, short.appended)
            place, _, _ = ratios_of_turns(turns, short.stepped, short.sealed)
            appended = [short.appended() / _ROUNDS * 1e6 for _ in range(turns)]
            sealed = [short.sealed() / _ROUNDS * 1e6 for _ in range(turns)]
            figures += [
                at_most(f"ledger.{kind}.entry_over_step_of_history", median(step), "times"),
                at_most(f"ledger.{kind}.place_over_step_of_history", median(place), "times"),
                at_most(f"ledger.{kind}.entry_us", median(appended), "µs"),
                at_most(f"ledger.{kind}.place_us", median(sealed), "µs"),
            ]
            for name in ("appended", "sealed", "listed"):
                ratios, _, _ = ratios_of_turns(turns, getattr(short, name), getattr(long, name))
                title = f"ledger.{kind}.{name}_with_{lengths[1]}_over_{lengths[0]}"
                figures.append(at_most(title, median(ratios), "times", LONG_BAR))
            seal_all(long.work.run_now)
            figures.append(at_least(f"ledger.{kind}.checked_a_second", long.checked_a_second(), "1/s"))
    return figures


@contextmanager
def _open_sqlite(stage: Stage, lengths: tuple[int, int]) -> Iterator[list[Place]]:
    places = []
    for length in lengths:
        path: Path = stage.folder / f"ledger-{length}.db"
        upgrade(path)
        place = Place(SqliteWork(path), lambda: 0.0)
        place.lengthen(length)
        places.append(place)
    yield places
    for place in places:
        place.work.close()


@contextmanager
def _open_postgres(stage: Stage, lengths: tuple[int, int]) -> Iterator[list[Place]]:
    with open_cluster() as cluster:
        places = []
        for length in lengths:
            database = Database(stage, cluster, f"ledger-{length}")
            place = Place(PostgresWork(database.address), database.cpu_s)
            place.lengthen(length)
            places.append(place)
        yield places
        for place in places:
            place.work.close()
