"""SQLite: one connection, one writer, many units of work a commit.

Units that wait are run one after the other inside one transaction, which is committed with an fsync
(``synchronous=FULL``); only then do their answers leave. While the disk works, in a thread of its own, the next
units gather. So the cost of a commit is shared by all who wait for it, and nobody's acknowledgement precedes it.

A unit that fails unforeseen spoils the transaction: it is rolled back, and the units of the batch are run again
one by one, each with a transaction of its own. That is why a unit must have no effect but on the stores.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sqlalchemy.dialects import sqlite as sqlite_dialect

from openesim.adapters.db.statements import compile_statements
from openesim.adapters.db.stores import PackageCache, Stores

T = TypeVar("T")

MOST_UNITS = 64
"""Units a commit: enough to share an fsync, few enough not to keep the first waiting."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit and who waits for it."""

    unit: Callable[[Stores], Any]
    future: asyncio.Future[Any]


def connect(path: Path) -> sqlite3.Connection:
    """Open a database file for one writer, durable at every commit."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteWork:
    """Implements ``services.ports.UnitOfWork`` on a SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open the database."""
        self._connection: Final = connect(path)
        statements = compile_statements(sqlite_dialect.dialect(paramstyle="named"))
        self._cursor: Final = self._connection.cursor()
        self._stores: Final = Stores(self._cursor, statements, PackageCache(), sqlite3.IntegrityError)
        self._disk: Final = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, unit: Callable[[Any], T]) -> T:
        """Return what the unit returns, once everything it stored is on disk."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(unit, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    def run_now(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit without an event loop, in a transaction of its own."""
        result, error = self._run_alone(unit)
        if error is not None:
            raise error
        return cast("T", result)

    def close(self) -> None:
        """Close the database; to be called when nobody waits any more."""
        self._disk.shutdown()
        self._connection.close()

    async def _work(self) -> None:
        """Run batches until nobody waits."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_UNITS], self._waiting[MOST_UNITS:]
                await self._run_batch(batch)
        finally:
            self._worker = None

    async def _run_batch(self, batch: list[_Waiting]) -> None:
        """Run the units of a batch in one transaction and answer after the commit."""
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            results = [waiting.unit(self._stores) for waiting in batch]
            await asyncio.get_running_loop().run_in_executor(self._disk, self._connection.commit)
        except Exception:  # noqa: BLE001 (whatever it was, each unit is run again and answers for itself)
            self._connection.rollback()
            for waiting in batch:
                _answer(waiting.future, *self._run_alone(waiting.unit))
            return
        for waiting, result in zip(batch, results, strict=True):
            _answer(waiting.future, result, None)

    def _run_alone(self, unit: Callable[[Stores], T]) -> tuple[T | None, Exception | None]:
        """Run one unit in a transaction of its own; return its result or its error."""
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            result = unit(self._stores)
            self._connection.commit()
        except Exception as error:  # noqa: BLE001 (handed to who waits)
            self._connection.rollback()
            return None, error
        return result, None


def _answer(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    """Hand the result or the error to who waits, if he still does."""
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
