"""SQLite databases for tests: migrated once, copied for every test; and a connection that fails when it is told to."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import KeyEncryptionKey

WRAPPING = KeyEncryptionKey(Secret(bytes(range(100, 132))))
"""The key-encryption key of databases in tests."""


def make_template(folder: Path) -> Path:
    """Returns a database without rows, made by the migrations."""
    path = folder / "template.db"
    upgrade(path)
    return path


def new_database(template: Path, folder: Path, name: str = "openesim.db") -> Path:
    """Returns a fresh copy of the template."""
    path = folder / name
    shutil.copyfile(template, path)
    return path


def read(path: Path, query: str) -> list[Any]:
    """Returns rows as another process sees them: only what was committed."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return rows


class Watched:
    """A connection that calls ``before_commit`` before every commit; what that raises, the commit raises."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.before_commit: Callable[[], None] = lambda: None
        self.commits = 0

    def commit(self) -> None:
        """Commits."""
        self.before_commit()
        self._connection.commit()
        self.commits += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def watch(work: SqliteWork) -> Watched:
    """Puts a watched connection into a unit of work."""
    watched = Watched(work._connection)
    object.__setattr__(work, "_connection", watched)
    return watched
