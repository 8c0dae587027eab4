"""SQLite: one connection, one writer, many units of work a commit.

All units that came in since the loop last looked are run one after the other in one transaction, which is committed
with an fsync (``synchronous=FULL``); only then do their answers leave. So the cost of a commit is shared by all who
wait for it, and nobody's acknowledgement precedes it. The loop goes round a few times before that, so that requests
which have come in meanwhile are read, run and committed together. The commit runs in the loop itself: handing it to a thread
costs more processor time than everything else a unit does (docs/performance.md), and while the disk works nobody
could be answered anyway.

A unit may say that nobody relies on it (a new session, which the LPA may lose at any time): it is answered at once
and committed with the next unit that must last, or a moment later.

A unit that fails unforeseen spoils the transaction: it is rolled back, and the units in it are run again one by
one, each with a transaction of its own. That is why a unit must have no effect but on the stores.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.orders import PackageCache
from openesim.adapters.db.statements import compile_statements
from openesim.adapters.db.stores import Stores
from openesim.kernel.ambient import KeyWrapping
from openesim.kernel.records import with_quick_init
from openesim.services.ports import always

T = TypeVar("T")


LAZY_COMMIT_S = 0.01
"""How long the transaction stays open for a unit that nobody relies on."""

ROUNDS_BEFORE_COMMIT = 3
"""How often the event loop goes round before a commit: octets that have arrived become a request in the first round,
a task runs it up to its unit in the second, and the unit runs in the third."""


@with_quick_init
@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit, who waits for it, and whether what it returns must last before he hears."""

    unit: Callable[[Stores], Any]
    future: asyncio.Future[Any]
    must_last: Callable[[Any], bool]


# Pages that change often are copied back to the database once, not every thousand pages.
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "wal_autocheckpoint=4000",
    "cache_size=-4000",
)

_HASTE: Final = ("synchronous=OFF", "cache_size=-65536")


def connect(path: Path) -> sqlite3.Connection:
    """Open a database file for one writer, durable at every commit."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteWork:
    """Implements ``services.ports.UnitOfWork`` on a SQLite file."""

    def __init__(self, path: Path, wrapping: KeyWrapping | None = None) -> None:
        """Open the database; without ``wrapping``, subscriptions can be neither added nor read."""
        self._connection: Final = connect(path)
        statements = compile_statements("sqlite")
        self._cursor: Final = self._connection.cursor()
        self._keys: Final = DataKeys(wrapping)
        self._stores: Final = Stores(
            self._cursor, statements, sqlite3.IntegrityError, self._keys, PackageCache()
        )
        self._waiting: list[_Waiting] = []
        self._uncommitted: list[_Waiting] = []
        self._held: list[tuple[asyncio.Future[Any], Any]] = []
        self._is_commit_due = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, once everything it stored is on disk; at once if it need not last."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            # Everything that is ready now runs before the callback does, and joins the same transaction.
            loop.call_soon(self._run_waiting)
        future: asyncio.Future[T] = loop.create_future()
        context = copy_context()  # what the unit logs stands under the request of who asks
        self._waiting.append(_Waiting(lambda stores: context.run(unit, stores), future, must_last))
        return await future

    def run_now(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit without an event loop, in a transaction of its own."""
        self._commit()
        result, error = self._run_alone(unit)
        if error is not None:
            raise error
        return cast("T", result)

    def overwrite_what_goes(self) -> None:
        """Overwrite from now on what is replaced or deleted, instead of leaving it in free pages of the file."""
        self._connection.execute("PRAGMA secure_delete=ON")

    def make_haste(self) -> None:
        """Commit without waiting for the disk from now on, and keep more pages in memory.

        For a database that is filled anew if anything happens meanwhile: a power failure may leave it unreadable.
        """
        self._commit()
        for pragma in _HASTE:
            self._connection.execute(f"PRAGMA {pragma}")

    def settle(self) -> None:
        """Bring the log of the last transactions into the file, as far as nobody else reads from it."""
        self._commit()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Commit what is still open and close the database; to be called when nobody waits any more."""
        self._commit()
        self._connection.close()

    def _run_waiting(self) -> None:
        """Run the units that wait; hold what must last back until the commit, and answer the others."""
        batch, self._waiting = self._waiting, []
        results = []
        try:
            if not self._connection.in_transaction:
                self._cursor.execute("BEGIN IMMEDIATE")
            for waiting in batch:
                result = waiting.unit(self._stores)
                self._uncommitted.append(waiting)
                results.append((waiting.future, result, waiting.must_last(result)))
        except Exception:  # noqa: BLE001 (whatever it was, each unit is run again and answers for itself)
            self._run_one_by_one(batch)
            return
        for future, result, must_last in results:
            if must_last:
                self._held.append((future, result))
            else:
                _answer(future, result, None)
        self._plan_commit()

    def _plan_commit(self) -> None:
        """See to it that what was run is committed: in a few rounds of the loop if somebody waits for it."""
        loop = asyncio.get_running_loop()
        if self._held and not self._is_commit_due:
            self._is_commit_due = True
            loop.call_soon(self._commit_in, ROUNDS_BEFORE_COMMIT)
        elif not self._held and self._timer is None:
            self._timer = loop.call_later(LAZY_COMMIT_S, self._commit_late)

    def _commit_in(self, rounds: int) -> None:
        """Commit after so many rounds of the loop, if somebody still waits for it."""
        if rounds:
            asyncio.get_running_loop().call_soon(self._commit_in, rounds - 1)
            return
        self._is_commit_due = False
        if self._held:
            self._commit_late()

    def _commit(self) -> None:
        """Make everything durable that was run so far, and answer those who wait for that."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._connection.in_transaction:
            self._connection.commit()
        self._uncommitted.clear()
        held, self._held = self._held, []
        for future, result in held:
            _answer(future, result, None)

    def _commit_late(self) -> None:
        """Commit; what the disk refuses is tried once more, unit by unit, and each answers for itself."""
        try:
            self._commit()
        except sqlite3.Error:
            self._run_one_by_one([])

    def _run_one_by_one(self, batch: list[_Waiting]) -> None:
        """Give the spoilt transaction up and run its units again, each in one of its own."""
        earlier = [waiting for waiting in self._uncommitted if waiting not in batch]
        self._uncommitted.clear()
        self._held.clear()
        if self._connection.in_transaction:
            self._connection.rollback()
        self._keys.forget_numbers()
        for waiting in (*earlier, *batch):
            _answer(waiting.future, *self._run_alone(waiting.unit))

    def _run_alone(self, unit: Callable[[Stores], T]) -> tuple[T | None, Exception | None]:
        """Run one unit in a transaction of its own; return its result or its error."""
        try:
            # Another process may hold the file for longer than we wait: that, too, is an answer.
            self._cursor.execute("BEGIN IMMEDIATE")
            result = unit(self._stores)
            self._connection.commit()
        except Exception as error:  # noqa: BLE001 (handed to who waits)
            self._connection.rollback()
            self._keys.forget_numbers()
            return None, error
        return result, None


def _answer(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    """Hand the result or the error to who waits, if he still does."""
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
