"""A scratch table: keys and values of one run, on disk where they are many, gone with the process.

It lies in a file of SQLite's own that nobody else sees, whatever database the orders are in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

_PAGE: Final = 500


class Scratch:
    """Implements ``services.reconciliation.Notebook``."""

    def __init__(self) -> None:
        """Begin an empty one."""
        self._connection: Final = sqlite3.connect("", isolation_level=None)
        self._connection.execute(
            "CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT, is_seen INTEGER) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def note(self, key: str, value: str) -> bool:
        """Keep a value; tell whether the key is new. The first value stays."""
        cursor = self._connection.execute(
            "INSERT INTO notes VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (key, value)
        )
        return cursor.rowcount > 0

    def look_up(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the values of those keys that are noted, and remember that they were asked for."""
        found: dict[str, str] = {}
        for start in range(0, len(keys), _PAGE):
            some = keys[start : start + _PAGE]
            marks = ",".join("?" * len(some))
            rows = self._connection.execute(f"SELECT key, value FROM notes WHERE key IN ({marks})", some)  # noqa: S608 (question marks only)
            found |= dict(rows.fetchall())
            self._connection.execute(f"UPDATE notes SET is_seen = 1 WHERE key IN ({marks})", some)  # noqa: S608
        return found

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Yield what nobody asked for, by key."""
        yield from self._connection.execute("SELECT key, value FROM notes WHERE is_seen = 0 ORDER BY key")

    def close(self) -> None:
        """Forget everything; safe to repeat."""
        self._connection.close()
