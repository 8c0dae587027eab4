"""PostgreSQL: a few connections a process, many units of work a commit, any number of processes.

Each connection has a thread of its own, since a unit waits for every row it reads. A thread takes all units that wait,
runs them one after the other in one transaction and commits; only then do their answers leave. Units of other
connections and processes run at the same time: rows that a unit may change are locked as it reads them
(``SELECT … FOR UPDATE``), sessions before orders, so that two that meet decide one after the other.

A transaction that nobody relies on is committed without waiting for the disk (``synchronous_commit = off``): other
processes see it at once, and a server that dies in the next moment may forget it.

A unit that fails, or a deadlock, spoils the transaction: it is rolled back, and its units are run again, each in one of
its own. That is why a unit must have no effect but on the stores. Where the connection breaks before the commit, the
units are run again on a new one; where it breaks during the commit, nobody knows whether it was done, and the callers
are told so: all our functions may be called again.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.orders import PackageCache
from openesim.adapters.db.prepared import LostError, PreparedCursor
from openesim.adapters.db.statements import compile_statements
from openesim.adapters.db.stores import Stores
from openesim.kernel.ambient import KeyWrapping
from openesim.kernel.errors import ConfigError, ConflictError, PeerError
from openesim.services.ports import always

T = TypeVar("T")

CONNECTIONS: Final = 2
"""While one waits for the disk, the other runs what has come in meanwhile."""

MOST_UNITS: Final = 32
"""Units in one transaction: more would hold their rows for too long."""

IN_THE_WAY: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
"""Somebody else stood in the way of a unit: it is run again."""

_TRIES: Final = 5
_CLOSE_S: Final = 10.0
_REST_S: Final = 0.5
"""How long a database that could not be reached is left alone: units meanwhile are told so at once."""

# A peer that is gone without a word is noticed within half a minute, whatever the system's defaults are.
_PATIENCE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "client_encoding": "UTF8",
}

# Our locks suppose that a row that was waited for is read as it stands then. A process that is stopped in the middle of
# a unit lets go of its rows after a while. Every statement has its index: a plan that was made while a table was small
# must not be to read it whole.
_SETTINGS: Final = (
    "SET default_transaction_isolation = 'read committed'; SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '60s'; SET enable_seqscan = off; SET jit = off"
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit, who waits for it and in which context, and whether what it returns must last before he hears."""

    unit: Callable[[Any], Any]
    future: asyncio.Future[Any]
    must_last: Callable[[Any], bool]
    context: Context

    def run(self, stores: Stores) -> Any:
        """Run the unit as if it ran where it waits: what is logged in it belongs to the same request."""
        return self.context.run(self.unit, stores)


class _Connection:
    """A connection with its stores, opened when it is needed and again when it broke."""

    def __init__(self, address: str, statements: Mapping[str, str], wrapping: KeyWrapping | None) -> None:
        """Bind to a database; nothing is opened yet."""
        self._address: Final = make_conninfo(**cast("Any", _PATIENCE | conninfo_to_dict(address)))
        self._statements: Final = statements
        self._keys: Final = DataKeys(wrapping)
        self._packages: Final = PackageCache()
        self._opened: tuple[psycopg.Connection[Any], PreparedCursor, Stores] | None = None
        self._unreachable: tuple[str, float] = ("", 0.0)

    def close(self) -> None:
        """Close it, if it is open."""
        opened, self._opened = self._opened, None
        self._keys.forget_numbers()
        if opened is not None:
            with suppress(psycopg.Error):
                opened[0].close()

    def run_alone(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit in a transaction of its own; what others stood in the way of is tried again.

        Raises:
            PeerError: the database cannot be reached or refuses, or nobody knows whether it committed.
        """
        for _ in range(_TRIES):
            try:
                return cast("T", self.run_together([unit])[0])
            except IN_THE_WAY:
                continue
            except psycopg.Error as error:
                raise self.refused(error) from None
        raise PeerError("the database is too busy: others hold what is needed")

    def run_together(
        self, units: list[Callable[[Stores], Any]], must_last: Callable[[list[Any]], bool] = always
    ) -> list[Any]:
        """Run units in one transaction and return what they return, committed.

        Raises:
            PeerError: the database cannot be reached, or nobody knows whether it committed.
            Exception: whatever a unit raises; then nothing was stored.
        """
        try:
            return self._run(units, must_last)
        except LostError:
            # It broke before anything was committed: once more, on a new connection.
            try:
                return self._run(units, must_last)
            except LostError as error:
                raise PeerError(f"the database was lost: {error}") from None

    def refused(self, error: psycopg.Error) -> PeerError:
        """Return what callers are told of a database that refuses, and begin anew: another server may take over."""
        self.close()
        return PeerError(f"the database refuses: {type(error).__name__}: {error}")

    def _run(self, units: list[Callable[[Stores], Any]], must_last: Callable[[list[Any]], bool]) -> list[Any]:
        """Run units in a transaction.

        Raises:
            LostError: the connection broke before the commit, and is closed.
            PeerError: there is none, or it broke during the commit.
        """
        cursor, stores = self._open()
        is_committing = False
        try:
            results = [unit(stores) for unit in units]
            is_hurried, is_committing = not must_last(results), True
            cursor.commit(is_hurried=is_hurried)
        except LostError as error:
            self.close()
            if is_committing:
                raise PeerError(f"the database was lost during the commit: {error}") from None
            raise
        except Exception:
            self._roll_back(cursor)
            raise
        except BaseException:
            # Interrupted by the keyboard, in the middle of an answer perhaps: the server rolls back by itself.
            self.close()
            raise
        return results

    def _open(self) -> tuple[PreparedCursor, Stores]:
        """Return cursor and stores of a connection that is alive, as far as can be told.

        Raises:
            PeerError: the database cannot be reached, and could not be a moment ago.
        """
        if self._opened is not None:
            if self._opened[1].is_alive():
                return self._opened[1:]
            self.close()
        message, until = self._unreachable
        if time.monotonic() < until:
            raise PeerError(message)
        try:
            connection = psycopg.connect(self._address, autocommit=True)
            connection.execute(_SETTINGS)
        except psycopg.Error as error:
            message = f"the database cannot be reached: {error}"
            self._unreachable = (message, time.monotonic() + _REST_S)
            raise PeerError(message) from None
        cursor = PreparedCursor(connection)
        stores = Stores(cursor, self._statements, ConflictError, self._keys, self._packages)
        self._opened = (connection, cursor, stores)
        return cursor, stores

    def _roll_back(self, cursor: PreparedCursor) -> None:
        self._keys.forget_numbers()
        try:
            cursor.roll_back()
        except (PeerError, psycopg.Error):
            self.close()


class PostgresWork:
    """Implements ``services.ports.UnitOfWork`` on a PostgreSQL database."""

    def __init__(
        self, address: str, wrapping: KeyWrapping | None = None, *, connections: int = CONNECTIONS
    ) -> None:
        """Bind to a database, such as ``postgresql://openesim@/openesim?host=/run/postgresql``.

        Args:
            address: a connection string as libpq reads it.
            wrapping: the key-encryption key; without it, subscriptions can be neither added nor read.
            connections: how many units may run at a time in this process.
        """
        statements = compile_statements("postgresql")
        self._opening: Final = (address, statements, wrapping)
        self._alone: Final = _Connection(*self._opening)
        self._queue: Final[queue.SimpleQueue[_Waiting | None]] = queue.SimpleQueue()
        self._threads: Final[list[threading.Thread]] = []
        self._connections: Final = connections
        self._is_closed = False

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, once it is committed; on disk, too, if it must last.

        Raises:
            PeerError: the database cannot be reached or refuses, or nobody knows whether it committed.
        """
        if self._is_closed:
            raise PeerError("the database was closed")
        if not self._threads:
            self._start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(unit, future, must_last, copy_context()))
        return await future

    def run_now(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit without an event loop, in a transaction of its own.

        Raises:
            PeerError: the database cannot be reached or refuses, or nobody knows whether it committed.
        """
        return self._alone.run_alone(unit)

    def overwrite_what_goes(self) -> None:
        """Do nothing: PostgreSQL lets go of what was replaced when it vacuums."""

    def settle(self) -> None:
        """Do nothing: what was committed is where it belongs."""

    def close(self) -> None:
        """Run what still waits, end the threads and close the connections."""
        self._is_closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(_CLOSE_S)
        self._threads.clear()
        self._alone.close()

    def _start(self) -> None:
        for number in range(self._connections):
            thread = threading.Thread(target=self._work, name=f"database-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        """Run what waits, until told to stop."""
        connection = _Connection(*self._opening)
        while (first := self._queue.get()) is not None:
            batch, is_last = [first], False
            with suppress(queue.Empty):
                while len(batch) < MOST_UNITS:
                    waiting = self._queue.get_nowait()
                    if waiting is None:
                        is_last = True
                        break
                    batch.append(waiting)
            _run_batch(connection, batch)
            if is_last:
                break
        connection.close()


def _run_batch(connection: _Connection, batch: list[_Waiting]) -> None:
    """Run a batch and answer; if one of it fails, each runs and answers for itself."""

    def must_last(results: list[Any]) -> bool:
        return any(each.must_last(result) for each, result in zip(batch, results, strict=True))

    try:
        results = connection.run_together([each.run for each in batch], must_last)
    except PeerError as error:
        _answer([(each.future, None, error) for each in batch])
    except Exception as error:  # noqa: BLE001 (whatever it was, each unit is run again and answers for itself)
        if len(batch) == 1 and not isinstance(error, psycopg.Error):
            _answer([(batch[0].future, None, error)])
            return
        for each in batch:
            _run_one(connection, each)
    else:
        _answer([(each.future, result, None) for each, result in zip(batch, results, strict=True)])


def _run_one(connection: _Connection, waiting: _Waiting) -> None:
    """Run a unit in a transaction of its own and answer."""
    try:
        result = connection.run_alone(waiting.run)
    except Exception as error:  # noqa: BLE001 (handed to who waits)
        _answer([(waiting.future, None, error)])
    else:
        _answer([(waiting.future, result, None)])


def _answer(answers: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    """Hand results and errors to those who wait, in their loop."""
    loop = answers[0][0].get_loop()
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(_set, answers)


def _set(answers: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    for future, result, error in answers:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


def verify_address(address: str) -> None:
    """Refuse a connection string that libpq does not read.

    Raises:
        ConfigError: what is wrong, without the password.
    """
    try:
        conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise ConfigError("the address of the database is no connection string of PostgreSQL") from None
