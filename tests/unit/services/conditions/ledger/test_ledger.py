"""The sealer of a process, and cursors of lists; what is stored: ``tests/stores/test_ledger_stores``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.services.conditions.ledger import ledger
from openesim.services.conditions.ledger.ledger import Cursor, Sealer
from openesim.transparency.entries import Entry, EntryKind
from tests.support.memory import MemoryWork

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ENTRY = Entry(kind=EntryKind.DEED, at=NOW, actor="acc_1", facts={})


class FailingWork(MemoryWork):
    """A database that is away for the first units."""

    def __init__(self, faults: int) -> None:
        super().__init__()
        self.faults = faults

    async def run(self, unit: Callable[[Any], Any], **options: Any) -> Any:
        if self.faults:
            self.faults -= 1
            raise OSError("away")
        return await super().run(unit, **options)


def test_a_sealer_outlives_a_database_that_is_away(
    logs: list[Any], runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "INTERVAL_S", 0.01)
    work = FailingWork(3)
    work.stores.append_entry(ENTRY)

    async def follow() -> None:
        task = asyncio.create_task(Sealer(work, lambda: 0.0).keep_sealed())
        async with asyncio.timeout(10):
            while work.stores.has_unsealed():  # noqa: ASYNC110 (as another process would)
                await asyncio.sleep(0.01)
        task.cancel()

    runner.run(follow())
    assert [event["event"] for event in logs] == ["ledger not sealed"] * 3 + ["ledger sealed"]


def test_new_heads_are_written_to_the_log_once_a_minute(logs: list[Any], runner: asyncio.Runner) -> None:
    """The log is kept elsewhere: a head in it holds against whoever has the database."""
    clock = [0.0]
    work = MemoryWork()
    sealer = Sealer(work, lambda: clock[0])

    def seal(at: float) -> None:
        clock[0] = at
        work.stores.append_entry(ENTRY)
        assert runner.run(sealer.seal()) == 1

    for at in (0.0, 1.0, 59.0, 60.0, 61.0):
        seal(at)
    for at in (120.0, 200.0):
        clock[0] = at
        assert runner.run(sealer.seal()) == 0
    heads = [str(kept.head) for kept in work.stores.ledger_rows.values()]
    assert [event["head"] for event in logs] == [heads[0], heads[3], heads[4]]


def test_a_long_queue_is_sealed_in_units_of_bounded_length(runner: asyncio.Runner) -> None:
    work = MemoryWork()
    for _ in range(2 * ledger.SEALED_AT_ONCE + 1):
        work.stores.append_entry(ENTRY)
    assert ledger.seal_some(work.stores).count == ledger.SEALED_AT_ONCE
    assert runner.run(Sealer(work, lambda: 0.0).seal()) == ledger.SEALED_AT_ONCE + 1


def test_a_cursor_is_read_as_it_is_written() -> None:
    for at in (NOW, NOW + timedelta(milliseconds=7), NOW.astimezone(timezone(timedelta(hours=8)))):
        assert Cursor.parse(str(Cursor(at, 12))) == Cursor(at, 12)
    for text in ("", "/", "1", "2026-11-29T12:00:00/1", "2026-11-29T12:00:00+00:00/x", "never/1"):
        with pytest.raises(DecodeError):
            Cursor.parse(text)
