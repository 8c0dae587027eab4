"""Statements on a connection to PostgreSQL: prepared once, sent together, each answer read when it is needed.

A round trip costs both sides a sleep and a waking, so a transaction has as few as it can: BEGIN goes with the first
statement, what need not be answered at once (``send``) with the next one that must, COMMIT with the last. The driver's
own cursor would ask the server for each of them, and costs three times as much (docs/performance.md).
"""

from __future__ import annotations

import re
import select
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Transformer

from openesim.kernel.errors import ConflictError, DecodeError, PeerError

_PARAMETER: Final = re.compile(r"%\((\w+)\)s|%%")
_TEXT, _BINARY = 0, 1
_DONE: Final = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
# The classes of SQLSTATE in which the server says goodbye: it shuts down, or never let us in.
_GOODBYE: Final = ("57P", "08")


class LostError(PeerError):
    """The connection broke; what was asked for last may have been done or not."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement that the server knows by a name, and its parameters in order."""

    name: bytes
    parameters: tuple[str, ...]


class PreparedCursor:
    """Implements ``rows.Cursor`` on a connection of its own; begins a transaction with the first statement."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Take over a connection on which nothing runs."""
        self._pg: Final = connection.pgconn
        self._pg.enter_pipeline_mode()
        self._loader: Final = Transformer(connection)
        self._socket: Final = select.poll()
        self._socket.register(self._pg.socket, select.POLLIN)
        self._statements: Final[dict[str, _Prepared]] = {}
        # What was sent and not answered: the text of a statement that is being prepared, None for anything else.
        self._awaited: Final[deque[str | None]] = deque()
        self._names: Final = count()
        self._is_begun = False
        self._result: pq.abc.PGresult | None = None
        self._row = 0

    # --- transactions ---

    def is_alive(self) -> bool:
        """Tell whether the server is still there, as far as can be seen without asking it."""
        try:
            while self._socket.poll(0):
                # Between transactions it has nothing to say but a notice, or goodbye.
                self._pg.consume_input()
        except (psycopg.Error, OSError):
            return False
        return self._pg.status == pq.ConnStatus.OK

    def commit(self, *, is_hurried: bool = False) -> None:
        """End the transaction; a hurried one is not waited for until it is on disk.

        Raises:
            LostError: the connection broke, and nobody knows whether it was committed.
            ConflictError: a row with the same key exists; nothing was stored.
            psycopg.Error: nothing was stored.
        """
        if not self._is_begun:
            return
        if is_hurried:
            self._send_text(b"SET LOCAL synchronous_commit = off")
        self._send_text(b"COMMIT")
        result = self._receive()
        self._is_begun = False
        # A transaction in which a statement failed is rolled back by COMMIT, and that is no error to the server.
        if result is None or result.command_status != b"COMMIT":
            raise errors.InFailedSqlTransaction("a statement of the transaction failed, and its unit went on")

    def roll_back(self) -> None:
        """Give the transaction up.

        Raises:
            LostError: the connection broke; the server gives it up then, too.
        """
        if self._awaited:
            # Behind a statement that failed the server passes over everything that was sent with it.
            with suppress(psycopg.Error, ConflictError, DecodeError):
                self._receive()
        if self._is_begun:
            self._send_text(b"ROLLBACK")
            self._receive()
            self._is_begun = False

    # --- statements ---

    def execute(self, sql: str, parameters: Mapping[str, Any], /) -> None:
        """Run a statement; its rows can be fetched.

        Raises:
            LostError: the connection broke.
            ConflictError: a row with the same key exists.
            psycopg.Error: the server refused.
        """
        self.send(sql, parameters)
        self._result, self._row = self._receive(), 0

    def execute_all(self, asked: Sequence[tuple[str, Mapping[str, Any]]], /) -> list[list[Any]]:
        """Run statements in one round trip and return the rows of each.

        Raises:
            LostError: the connection broke.
            psycopg.Error: the server refused.
        """
        if not asked:
            return []
        for sql, parameters in asked:
            self.send(sql, parameters)
        found = []
        for result in self._receive_all()[-len(asked) :]:
            self._loader.set_pgresult(result)
            found.append(self._loader.load_rows(0, result.ntuples, tuple))
        return found

    def send(self, sql: str, parameters: Mapping[str, Any], /) -> None:
        """Run a statement without waiting for its answer: a failure is raised by the next one that waits, or by COMMIT.

        Raises:
            LostError: the connection broke.
        """
        if not self._is_begun:
            self._is_begun = True
            self._send_text(b"BEGIN")
        statement = self._statements.get(sql) or self._prepare(sql)
        values: list[bytes | None] = []
        formats: list[int] = []
        for name in statement.parameters:
            value = parameters[name]
            formats.append(_BINARY if isinstance(value, bytes) else _TEXT)
            values.append(value if value is None or isinstance(value, bytes) else _text_of(value))
        try:
            self._pg.send_query_prepared(statement.name, values, formats, _BINARY)
        except psycopg.OperationalError as error:
            raise LostError(str(error)) from None
        self._awaited.append(None)

    @property
    def rowcount(self) -> int:
        """Number of rows that the last statement touched."""
        if self._result is None or self._result.command_tuples is None:
            return -1
        return self._result.command_tuples

    def fetchone(self) -> Any:
        """Return the next row or None."""
        if self._result is None or self._row >= self._result.ntuples:
            return None
        self._loader.set_pgresult(self._result)
        self._row += 1
        return self._loader.load_row(self._row - 1, tuple)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        if self._result is None:
            return []
        self._loader.set_pgresult(self._result)
        first, self._row = self._row, self._result.ntuples
        return self._loader.load_rows(first, self._row, tuple)

    # --- what goes over the line ---

    def _prepare(self, sql: str) -> _Prepared:
        """Name a statement; its parameters become numbers."""
        parameters: list[str] = []

        def number(found: re.Match[str]) -> str:
            if found[1] is None:
                return "%"
            if found[1] not in parameters:
                parameters.append(found[1])
            return f"${parameters.index(found[1]) + 1}"

        text = _PARAMETER.sub(number, sql)
        statement = _Prepared(b"openesim_%d" % next(self._names), tuple(parameters))
        try:
            self._pg.send_prepare(statement.name, text.encode())
        except psycopg.OperationalError as error:
            raise LostError(str(error)) from None
        self._awaited.append(sql)
        self._statements[sql] = statement
        return statement

    def _send_text(self, sql: bytes) -> None:
        try:
            self._pg.send_query_params(sql, [])
        except psycopg.OperationalError as error:
            raise LostError(str(error)) from None
        self._awaited.append(None)

    def _receive(self) -> pq.abc.PGresult | None:
        """Return the last of the answers that are awaited, once all are there."""
        answers = self._receive_all()
        return answers[-1] if answers else None

    def _receive_all(self) -> list[pq.abc.PGresult]:
        """Return the answers that are awaited, once all are there; that a statement was prepared is none."""
        fault: pq.abc.PGresult | None = None
        answers: list[pq.abc.PGresult] = []
        try:
            self._pg.pipeline_sync()
            self._flush()
            while self._awaited:
                result = self._next()
                prepared = self._awaited.popleft()
                if result is not None and result.status in _DONE:
                    if prepared is None:
                        answers.append(result)
                else:
                    fault = fault or result
                    if prepared is not None:
                        self._statements.pop(prepared, None)
                self._next()  # nothing: the end of this answer
            self._next()  # the end of all
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self._awaited.clear()
            raise LostError(str(error)) from None
        if fault is not None:
            raise self._error_of(fault)
        return answers

    def _next(self) -> pq.abc.PGresult | None:
        while self._pg.is_busy():
            self._socket.poll()
            self._pg.consume_input()
        return self._pg.get_result()

    def _flush(self) -> None:
        """Send what did not fit into the socket at once; the server may have to be read from before it reads on."""
        if not self._pg.flush():
            return
        self._socket.modify(self._pg.socket, select.POLLIN | select.POLLOUT)
        try:
            while self._pg.flush():
                if any(event & select.POLLIN for _, event in self._socket.poll()):
                    self._pg.consume_input()
        finally:
            self._socket.modify(self._pg.socket, select.POLLIN)

    def _error_of(self, result: pq.abc.PGresult) -> Exception:
        """Return what is to be raised for a refusal: without its details, which quote rows."""
        code = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="replace")
        if code.startswith(_GOODBYE) or self._pg.status != pq.ConnStatus.OK:
            return LostError(message or "the connection is gone")
        if code.startswith("23"):
            return ConflictError("a row with the same key exists, or one that is referred to does not")
        if code.startswith("22"):
            return DecodeError("a value that cannot be stored")
        return (
            errors.lookup(code)(message)
            if code in errors.__dict__["_sqlcodes"]
            else psycopg.DatabaseError(message)
        )


def _text_of(value: Any) -> bytes:
    """Return a value as PostgreSQL reads it."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, float):
        return repr(value).encode()
    raise TypeError(f"{type(value).__name__} is no type of a column")
