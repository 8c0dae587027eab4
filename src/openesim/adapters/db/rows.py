"""Statements on a driver's cursor: the same code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from openesim.kernel.errors import ConflictError, DecodeError

T = TypeVar("T")


Question = tuple[str, Callable[[Sequence[Any]], Any], Mapping[str, Any]]
"""Name of a statement, what reads a row of it, and its parameters."""


class Cursor(Protocol):
    """What is used of a driver's cursor (PEP 249)."""

    @property
    def rowcount(self) -> int:
        """Number of rows the last statement touched."""
        ...

    def execute(self, sql: str, parameters: Mapping[str, Any], /) -> Any:
        """Run a statement."""
        ...

    def fetchone(self) -> Any:
        """Return the next row or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        ...


class Rows:
    """Rows by prepared statements, inside a transaction that somebody else begins and ends."""

    def __init__(
        self, cursor: Cursor, statements: Mapping[str, str], integrity_error: type[Exception]
    ) -> None:
        """Work on a cursor.

        Args:
            cursor: of the driver.
            statements: SQL by name.
            integrity_error: what the driver raises where a row contradicts another.
        """
        self._cursor = cursor
        # A driver that can send a statement and read its answer later saves a round trip.
        self._send: Callable[[str, Mapping[str, Any]], Any] = getattr(cursor, "send", cursor.execute)
        # So does one that can ask several questions at once.
        self._execute_all: Callable[[Sequence[tuple[str, Mapping[str, Any]]]], list[list[Any]]] = getattr(
            cursor, "execute_all", self._execute_each
        )
        self._sql = statements
        self._integrity_error = integrity_error

    def _one(self, statement: str, read: Callable[[Sequence[Any]], T], /, **parameters: Any) -> T | None:
        """Return the row of a statement, read, or None."""
        if not _is_storable(parameters):
            return None  # nobody has it
        self._cursor.execute(self._sql[statement], parameters)
        row = self._cursor.fetchone()
        return None if row is None else read(row)

    def _do(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Run a statement that changes rows.

        Raises:
            ConflictError: a row with the same key exists.
            DecodeError: a text that cannot be stored.
        """
        if not _is_storable(parameters):
            raise DecodeError("a text with characters that cannot be stored")
        try:
            self._cursor.execute(self._sql[name], parameters)
        except self._integrity_error as error:
            raise ConflictError(f"{name}: a row with the same key exists") from error

    def _put(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Run a statement that changes rows and cannot contradict any; it is done when the transaction is.

        Raises:
            DecodeError: a text that cannot be stored.
        """
        if not _is_storable(parameters):
            raise DecodeError("a text with characters that cannot be stored")
        self._send(self._sql[name], parameters)

    def _new(self, name: str, parameters: Mapping[str, Any]) -> int:
        """Run an INSERT of a numbered row and return its number.

        Raises:
            ConflictError: a row with the same key exists.
        """
        self._do(name, parameters)
        return int(self._cursor.fetchone()[0])

    def _all(self, statement: str, read: Callable[[Sequence[Any]], T], /, **parameters: Any) -> list[T]:
        """Return all rows of a statement, read."""
        if not _is_storable(parameters):
            return []
        self._cursor.execute(self._sql[statement], parameters)
        return [read(row) for row in self._cursor.fetchall()]

    def _together(self, *questions: Question) -> list[list[Any]]:
        """Return the rows of several statements, each read; what they ask for is storable."""
        found = self._execute_all([(self._sql[name], parameters) for name, _, parameters in questions])
        return [[read(row) for row in rows] for (_, read, _), rows in zip(questions, found, strict=True)]

    def _execute_each(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        found = []
        for sql, parameters in asked:
            self._cursor.execute(sql, parameters)
            found.append(self._cursor.fetchall())
        return found


def _is_storable(parameters: Mapping[str, Any]) -> bool:
    """Tell whether every text can be stored: PostgreSQL keeps no NUL, and nobody half a surrogate."""
    for value in parameters.values():  # a third of what a generator costs, eighteen times a download
        if type(value) is str and ("\0" in value or not (value.isascii() or _is_unicode(value))):
            return False
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
