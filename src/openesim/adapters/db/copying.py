"""A whole database, read as it stands at one moment or filled in one transaction: SQLite and PostgreSQL alike.

Reading holds nobody up: SQLite reads beside its log, PostgreSQL in a snapshot. Filling is one transaction: whoever is
interrupted has changed nothing. What no dialect needs to know is stated once: columns by name, booleans as booleans.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Boolean, Table

from openesim.adapters.db.all_tables import metadata
from openesim.adapters.db.group_commit import connect
from openesim.kernel.errors import ConfigError, PeerError

Row = Sequence[Any]

TABLES: Final[tuple[Table, ...]] = tuple(metadata.sorted_tables)
"""In the order in which they can be filled: whoever is referred to goes first."""

_PAGE: Final = 2000


class Snapshot(Protocol):
    """A database as it stands at one moment."""

    def revision(self) -> str | None:
        """Return the step of the schema at which it stands; None where there is none of ours."""
        ...

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        ...

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table, columns in its order."""
        ...

    def findings(self) -> list[str]:
        """Return what is not as it should be with the database itself, a line each."""
        ...


class Filling(Protocol):
    """A database that is being filled; nothing counts until the end."""

    def is_empty(self, table: Table) -> bool:
        """Tell whether a table has no row."""
        ...

    def add(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows whose values stand in the order of the columns."""
        ...

    def continue_numbers(self) -> None:
        """Have new rows numbered behind those that were added."""
        ...


class Database(Protocol):
    """A database, wherever it is."""

    def snapshot(self) -> Any:
        """Give a ``Snapshot``, as a context manager."""
        ...

    def filling(self) -> Any:
        """Give a ``Filling``, as a context manager that commits at its end."""
        ...


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _numbered(table: Table) -> str | None:
    """Return the column that the database numbers, None where there is none."""
    column = table.autoincrement_column
    return None if column is None else column.name


# --- SQLite ---


class SqliteDatabase:
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path: Final = path

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        """Give the database as it stands now, whatever is written meanwhile.

        Raises:
            ConfigError: it cannot be read.
        """
        try:
            with closing(connect(self._path)) as connection:
                connection.execute("BEGIN")
                yield SqliteSnapshot(connection)
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"{self._path} cannot be read as a database: {error}") from None

    @contextmanager
    def filling(self) -> Iterator[SqliteFilling]:
        """Give a transaction that fills the database.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            with closing(connect(self._path)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield SqliteFilling(connection)
                connection.commit()
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"{self._path} cannot be filled: {error}; nothing was changed") from None


class SqliteSnapshot:
    """Implements ``Snapshot``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read within a transaction that has begun."""
        self._connection: Final = connection

    def revision(self) -> str | None:
        """Return the step of the schema at which it stands."""
        try:
            row = self._connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        return None if row is None else str(row[0])

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self._connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table; SQLite keeps booleans as numbers."""
        columns = ", ".join(f'"{name}"' for name in _names(table))
        switches = [isinstance(column.type, Boolean) for column in table.columns]
        for row in self._connection.execute(f'SELECT {columns} FROM "{table.name}"'):  # noqa: S608
            yield tuple(
                bool(value) if is_switch and value is not None else value
                for value, is_switch in zip(row, switches, strict=True)
            )

    def findings(self) -> list[str]:
        """Return what SQLite finds wrong with its file and its references."""
        found = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check")]
        findings = [f"integrity: {line}" for line in found if line != "ok"]
        orphans = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        return findings + [
            f"{row[0]}: row {row[1]} refers to a row of {row[2]} that is gone" for row in orphans
        ]


class SqliteFilling:
    """Implements ``Filling``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Write within a transaction that has begun."""
        self._connection: Final = connection

    def is_empty(self, table: Table) -> bool:
        """Tell whether a table has no row."""
        return self._connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchone() is None  # noqa: S608

    def add(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows."""
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self._connection.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', rows)  # noqa: S608

    def continue_numbers(self) -> None:
        """Do nothing: SQLite numbers behind the highest that is there."""


# --- PostgreSQL ---


class PostgresDatabase:
    """A PostgreSQL database."""

    def __init__(self, address: str) -> None:
        """Name it by a connection string."""
        self._address: Final = address

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """Give the database as it stands now, whatever is written meanwhile.

        Raises:
            PeerError: it cannot be reached.
        """
        with self._connected() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgresSnapshot(connection)
            connection.rollback()

    @contextmanager
    def filling(self) -> Iterator[PostgresFilling]:
        """Give a transaction that fills the database; others can only read meanwhile.

        Raises:
            PeerError: it cannot be reached, or refused.
        """
        with self._connected() as connection:
            names = sql.SQL(", ").join(sql.Identifier(table.name) for table in TABLES)
            connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(names))
            yield PostgresFilling(connection)
            connection.commit()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with closing(psycopg.connect(self._address)) as connection:
                yield connection
        except psycopg.Error as error:
            raise PeerError(f"the database cannot be used: {error}; nothing was changed") from None


class PostgresSnapshot:
    """Implements ``Snapshot``."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Read within a transaction."""
        self._connection: Final = connection

    def revision(self) -> str | None:
        """Return the step of the schema at which it stands."""
        found = self._one("SELECT to_regclass('alembic_version')")
        return None if found is None else str(self._one("SELECT version_num FROM alembic_version"))

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self._one(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))))

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table, a page of the server at a time."""
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, _names(table))), sql.Identifier(table.name)
        )
        with self._connection.cursor(f"all_{table.name}", binary=True) as cursor:
            cursor.itersize = _PAGE
            yield from cursor.execute(query)

    def findings(self) -> list[str]:
        """Return which numbers would be given twice; PostgreSQL itself sees to pages and references."""
        findings = []
        for table in TABLES:
            column = _numbered(table)
            sequence = None if column is None else self._sequence(table, column)
            if column is None or sequence is None:
                continue
            highest = self._one(
                sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(column), sql.Identifier(table.name))
            )
            schema, name = sequence
            last = self._one(
                sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {}").format(
                    sql.Identifier(schema, name)
                )
            )
            if highest is not None and last < highest:
                findings.append(
                    f"{table.name}: new rows would be numbered from {last + 1}, in use up to {highest}"
                )
        return findings

    def _sequence(self, table: Table, column: str) -> tuple[str, str] | None:
        row = self._connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.oid = pg_get_serial_sequence(%s, %s)::regclass",
            (table.name, column),
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def _one(self, query: Any) -> Any:
        row = self._connection.execute(query).fetchone()
        return None if row is None else row[0]


class PostgresFilling:
    """Implements ``Filling``."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Write within a transaction."""
        self._connection: Final = connection

    def is_empty(self, table: Table) -> bool:
        """Tell whether a table has no row."""
        query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table.name))
        return self._connection.execute(query).fetchone() is None

    def add(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows."""
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            for row in rows:
                copy.write_row(row)

    def continue_numbers(self) -> None:
        """Set every sequence behind the highest number that is there."""
        for table in TABLES:
            column = _numbered(table)
            if column is not None:
                query = sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({table}, {column}), greatest(max({name}), 1),"
                    " max({name}) IS NOT NULL) FROM {whole}"
                )
                self._connection.execute(
                    query.format(
                        table=sql.Literal(table.name),
                        column=sql.Literal(column),
                        name=sql.Identifier(column),
                        whole=sql.Identifier(table.name),
                    )
                )
