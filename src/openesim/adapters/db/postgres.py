"""PostgreSQL: a few connections a process, many units of work a commit, any number of processes.

Each connection has a thread of its own, since the driver waits for every statement. A thread takes all units that wait,
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
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.dialects.postgresql import psycopg as postgresql_dialect

from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.orders import PackageCache
from openesim.adapters.db.statements import compile_statements
from openesim.adapters.db.stores import Stores
from openesim.kernel.ambient import KeyWrapping
from openesim.kernel.errors import ConfigError, PeerError
from openesim.services.ports import always

T = TypeVar("T")

CONNECTIONS: Final = 2
"""While one waits for the disk, the other runs what has come in meanwhile."""

MOST_UNITS: Final = 32
"""Units in one transaction: more would hold their rows for too long."""

_TRIES: Final = 5
_CLOSE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit, who waits for it and in which loop, and whether what it returns must last before he hears."""

    unit: Callable[[Any], Any]
    future: asyncio.Future[Any]
    must_last: Callable[[Any], bool]


class _Connection:
    """A connection with its stores, opened when it is needed and again when it broke."""

    def __init__(self, address: str, statements: dict[str, str], wrapping: KeyWrapping | None) -> None:
        """Bind to a database; nothing is opened yet."""
        self._address: Final = address
        self._statements: Final = statements
        self._keys: Final = DataKeys(wrapping)
        self._packages: Final = PackageCache()
        self._connection: psycopg.Connection[Any] | None = None
        self._stores: Stores | None = None

    def close(self) -> None:
        """Close it, if it is open."""
        connection, self._connection, self._stores = self._connection, None, None
        self._keys.forget_numbers()
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def run_alone(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit in a transaction of its own; what others stood in the way of is tried again.

        Raises:
            PeerError: the database cannot be reached, or nobody knows whether it committed.
        """
        for left in reversed(range(_TRIES)):
            try:
                return cast("T", self.run_together([unit])[0])
            except (errors.DeadlockDetected, errors.SerializationFailure):
                if not left:
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def run_together(
        self, units: list[Callable[[Stores], Any]], must_last: Callable[[list[Any]], bool] = always
    ) -> list[Any]:
        """Run units in one transaction and return what they return, committed.

        Raises:
            PeerError: the database cannot be reached, or nobody knows whether it committed.
            Exception: whatever a unit raises; then nothing was stored.
        """
        try:
            connection, results = self._run(units)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
                self._roll_back()
                raise
            # It broke before anything was committed: once more, on a new connection.
            self.close()
            connection, results = self._run_again(units)
        except BaseException:
            self._roll_back()
            raise
        self._commit(connection, is_hurried=not must_last(results))
        return results

    def _run_again(self, units: list[Callable[[Stores], Any]]) -> tuple[psycopg.Connection[Any], list[Any]]:
        try:
            return self._run(units)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise PeerError(f"the database cannot be reached: {error}") from error
        except BaseException:
            self._roll_back()
            raise

    def _run(self, units: list[Callable[[Stores], Any]]) -> tuple[psycopg.Connection[Any], list[Any]]:
        """Run units in an open transaction."""
        if self._connection is None or self._stores is None:
            self._connection = psycopg.connect(self._address)
            cursor = self._connection.cursor(binary=True)
            self._stores = Stores(
                cast("Any", cursor), self._statements, psycopg.IntegrityError, self._keys, self._packages
            )
        stores = self._stores
        return self._connection, [unit(stores) for unit in units]

    def _commit(self, connection: psycopg.Connection[Any], *, is_hurried: bool) -> None:
        try:
            if is_hurried:
                connection.execute("SET LOCAL synchronous_commit = off")
            connection.commit()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise PeerError(f"the database was lost during the commit: {error}") from error

    def _roll_back(self) -> None:
        self._keys.forget_numbers()
        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
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
        statements = compile_statements(postgresql_dialect.dialect())  # type: ignore[no-untyped-call]
        self._opening: Final = (address, statements, wrapping)
        self._alone: Final = _Connection(*self._opening)
        self._queue: Final[queue.SimpleQueue[_Waiting | None]] = queue.SimpleQueue()
        self._threads: Final[list[threading.Thread]] = []
        self._connections: Final = connections

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, once it is committed; on disk, too, if it must last.

        Raises:
            PeerError: the database cannot be reached.
        """
        if not self._threads:
            self._start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(unit, future, must_last))
        return await future

    def run_now(self, unit: Callable[[Stores], T]) -> T:
        """Run one unit without an event loop, in a transaction of its own.

        Raises:
            PeerError: the database cannot be reached.
        """
        return self._alone.run_alone(unit)

    def close(self) -> None:
        """End the threads and close the connections; to be called when nobody waits any more."""
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
        results = connection.run_together([each.unit for each in batch], must_last)
    except PeerError as error:
        _answer([(each.future, None, error) for each in batch])
        return
    except Exception as error:  # noqa: BLE001 (whatever it was, each unit is run again and answers for itself)
        if len(batch) == 1 and not isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
            _answer([(batch[0].future, None, error)])
            return
        for each in batch:
            try:
                _answer([(each.future, connection.run_alone(each.unit), None)])
            except Exception as fault:  # noqa: BLE001 (handed to who waits)
                _answer([(each.future, None, fault)])
        return
    _answer([(each.future, result, None) for each, result in zip(batch, results, strict=True)])


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
