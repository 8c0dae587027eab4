"""Group commit: nothing is acknowledged before it is on disk, and nobody's fault is anybody else's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import LAZY_COMMIT_S, SqliteWork
from openesim.adapters.db.stores import Stores
from openesim.kernel.errors import ConflictError
from openesim.services.ports import never
from tests.support.database import read, watch

NOW = datetime(2027, 1, 15, tzinfo=UTC)

Unit = Callable[[Stores], int]


class Broken(Exception):
    """A fault that nobody foresaw."""


def adding(octets: bytes) -> Unit:
    """Returns a unit that stores a notification."""
    return lambda stores: stores.add_notification(octets, NOW)


def breaking(stores: Stores) -> int:
    """Stores something and breaks."""
    stores.add_notification(b"never", NOW)
    raise Broken


def committed(path: Path) -> list[bytes]:
    """Returns what another process finds."""
    return [row[0] for row in read(path, "SELECT octets FROM notifications ORDER BY notification_id")]


async def gather(work: SqliteWork, *units: Unit) -> list[Any]:
    """Runs units that come in together; faults are results."""
    return await asyncio.gather(*(work.run(unit) for unit in units), return_exceptions=True)


def test_nobody_hears_before_the_commit(work: SqliteWork, path: Path, runner: asyncio.Runner) -> None:
    watched = watch(work)
    seen: list[tuple[list[bool], list[bytes]]] = []

    async def several() -> None:
        tasks = [asyncio.create_task(work.run(adding(bytes([number])))) for number in range(5)]
        watched.before_commit = lambda: seen.append(([task.done() for task in tasks], committed(path)))
        await asyncio.gather(*tasks)

    runner.run(several())
    assert seen == [([False] * 5, [])], "one commit for all, and at that moment nothing was told or stored"
    assert committed(path) == [bytes([number]) for number in range(5)]


def test_units_that_come_together_share_a_commit_and_see_one_another(
    work: SqliteWork, runner: asyncio.Runner
) -> None:
    watched = watch(work)
    counts = runner.run(
        gather(
            work,
            adding(b"one"),
            lambda stores: len(stores.pending_notifications(0, 9)),
            adding(b"two"),
            lambda stores: len(stores.pending_notifications(0, 9)),
        )
    )
    assert counts[1::2] == [1, 2]
    assert watched.commits == 1


def test_a_unit_that_breaks_spoils_no_other(work: SqliteWork, path: Path, runner: asyncio.Runner) -> None:
    results = runner.run(gather(work, adding(b"one"), breaking, adding(b"two")))
    assert isinstance(results[1], Broken)
    assert [type(result) for result in results[::2]] == [int, int]
    assert committed(path) == [b"one", b"two"]
    assert runner.run(work.run(adding(b"three"))) > 0, "and the work goes on"


def test_a_conflict_is_told_to_the_one_who_caused_it(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    def conflicting(stores: Stores) -> int:
        stores._do("add_notification", {"octets": None, "received_at": 0})
        return 0

    results = runner.run(gather(work, adding(b"one"), conflicting))
    assert isinstance(results[1], ConflictError)
    assert committed(path) == [b"one"]


def test_units_are_run_again_each_in_a_transaction_of_its_own(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    runs = 0

    def counting(stores: Stores) -> int:
        nonlocal runs
        runs += 1
        return stores.add_notification(b"counted", NOW)

    runner.run(gather(work, counting, breaking))
    assert runs == 2
    assert committed(path) == [b"counted"], "stored once all the same"


def test_a_commit_that_fails_acknowledges_nothing(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    watched = watch(work)

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    watched.before_commit = full
    results = runner.run(gather(work, adding(b"one"), adding(b"two")))
    assert [type(result) for result in results] == [sqlite3.OperationalError] * 2
    assert committed(path) == []
    watched.before_commit = lambda: None
    assert runner.run(gather(work, adding(b"three")))
    assert committed(path) == [b"three"]


def test_a_commit_that_fails_once_is_tried_again(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    watched = watch(work)
    faults = [sqlite3.OperationalError("disk I/O error")]

    def flaky() -> None:
        if faults:
            raise faults.pop()

    watched.before_commit = flaky
    results = runner.run(gather(work, adding(b"one"), adding(b"two")))
    assert [type(result) for result in results] == [int, int]
    assert committed(path) == [b"one", b"two"]


def test_a_file_that_another_process_holds_is_an_error_and_not_for_ever(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    work._connection.execute("PRAGMA busy_timeout=20")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        results = runner.run(asyncio.wait_for(gather(work, adding(b"one"), adding(b"two")), 5))
        assert [type(result) for result in results] == [sqlite3.OperationalError] * 2
        with pytest.raises(sqlite3.OperationalError):
            work.run_now(adding(b"three"))
    finally:
        other.rollback()
        other.close()
    assert runner.run(work.run(adding(b"four"))) > 0
    assert committed(path) == [b"four"]


def test_a_caller_who_went_away_harms_nobody(work: SqliteWork, path: Path, runner: asyncio.Runner) -> None:
    async def impatient() -> int:
        first = asyncio.create_task(work.run(adding(b"one")))
        second = asyncio.create_task(work.run(adding(b"two")))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert runner.run(impatient()) > 0
    assert b"two" in committed(path)
    assert runner.run(work.run(adding(b"three"))) > 0


def test_a_caller_who_went_away_from_a_broken_unit_harms_nobody(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    async def impatient() -> None:
        first = asyncio.create_task(work.run(breaking))
        second = asyncio.create_task(work.run(adding(b"two")))
        await asyncio.sleep(0)
        first.cancel()
        await second

    runner.run(impatient())
    assert committed(path) == [b"two"]


# --- What need not last ---------------------------------------------------------------------------------------


def test_what_nobody_relies_on_is_answered_at_once_and_stored_a_moment_later(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    async def offer() -> list[bytes]:
        await work.run(adding(b"offer"), must_last=never)
        return committed(path)

    assert runner.run(offer()) == [], "answered first"
    runner.run(asyncio.sleep(5 * LAZY_COMMIT_S))
    assert committed(path) == [b"offer"]


def test_the_next_commit_takes_along_what_need_not_last(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    watched = watch(work)

    async def both() -> list[bytes]:
        await work.run(adding(b"offer"), must_last=never)
        await work.run(adding(b"promise"))
        return committed(path)

    assert runner.run(both()) == [b"offer", b"promise"]
    assert watched.commits == 1


def test_what_was_answered_is_not_lost_when_a_later_unit_breaks(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    async def both() -> Any:
        await work.run(adding(b"offer"), must_last=never)
        return await gather(work, breaking)

    (fault,) = runner.run(both())
    assert isinstance(fault, Broken)
    assert committed(path) == [b"offer"]


def test_a_late_commit_that_fails_once_is_tried_again(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    watched = watch(work)
    faults = [sqlite3.OperationalError("disk I/O error")]

    def flaky() -> None:
        if faults:
            raise faults.pop()

    watched.before_commit = flaky

    async def offer() -> None:
        await work.run(adding(b"offer"), must_last=never)
        await asyncio.sleep(5 * LAZY_COMMIT_S)

    runner.run(offer())
    assert committed(path) == [b"offer"]


def test_whether_a_result_must_last_is_asked_of_the_result(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    async def twice() -> list[list[bytes]]:
        seen = []
        for octets in (b"small", b"great"):
            await work.run(adding(octets), must_last=lambda row: row > 1)
            seen.append(committed(path))
        return seen

    assert runner.run(twice()) == [[], [b"small", b"great"]]


def test_closing_commits_what_is_open(path: Path, runner: asyncio.Runner) -> None:
    work = SqliteWork(path)
    runner.run(work.run(adding(b"offer"), must_last=never))
    work.close()
    assert committed(path) == [b"offer"]


def test_a_unit_without_a_loop_finds_what_is_open(
    work: SqliteWork, path: Path, runner: asyncio.Runner
) -> None:
    runner.run(work.run(adding(b"offer"), must_last=never))
    assert work.run_now(lambda stores: len(stores.pending_notifications(0, 9))) == 1
    assert committed(path) == [b"offer"]


# --- The connection -------------------------------------------------------------------------------------------


def test_commits_reach_the_disk(work: SqliteWork) -> None:
    settings = {
        name: work._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}, "2 is FULL"
