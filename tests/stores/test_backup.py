"""Backup and restore, from each kind of database into each: everything, or nothing."""

from __future__ import annotations

import errno
import os
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db import archive
from openesim.adapters.db.backup import back_up, look_at, restore, verify_archive
from openesim.adapters.db.copying import TABLES, Database, PostgresDatabase, SqliteDatabase
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.db.schema import HEAD
from openesim.kernel.errors import ConfigError, ConflictError, OpenEsimError
from tests.support.database import WRAPPING, new_database
from tests.support.rig import NOW
from tests.support.sealed import fill, leaks, make_download

KINDS = ["sqlite", "postgres"]


def quiet(_what: str, _more: int, _total: int) -> None:
    """Hears of progress."""


class Place:
    """A database of one kind, and how to work on it."""

    def __init__(self, where: Path | str) -> None:
        self.where = where

    @property
    def database(self) -> Database:
        return SqliteDatabase(self.where) if isinstance(self.where, Path) else PostgresDatabase(self.where)

    def work(self) -> Any:
        if isinstance(self.where, Path):
            return SqliteWork(self.where, WRAPPING)
        return PostgresWork(self.where, WRAPPING)

    def content(self) -> dict[str, list[Any]]:
        """Returns every row of every table."""
        with self.database.snapshot() as snapshot:
            return {table.name: sorted(map(repr, snapshot.rows(table))) for table in TABLES}


@pytest.fixture
def new_place(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Callable[[str], Place]:
    """Makes empty databases."""
    count = iter(range(9))

    def make(kind: str) -> Place:
        if kind == "sqlite":
            return Place(new_database(template, tmp_path, f"{next(count)}.db"))
        return Place(request.getfixturevalue("cluster").new_database())

    return make


NewPlace = Callable[[str], Place]


def filled(place: Place) -> Place:
    """A database with a record of every kind of secret."""
    with closing(place.work()) as work:
        fill(work)
        work.run_now(lambda stores: stores.remove_webhook("wh_2"))
    return place


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_what_was_backed_up_is_restored(
    new_place: NewPlace, tmp_path: Path, source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_BLOCK_ROWS", 2)
    before, after, file = filled(new_place(source)), new_place(target), tmp_path / "backup.zip"
    told: list[tuple[str, int, int]] = []
    manifest = back_up(before.database, file, NOW, lambda *one: told.append(one))
    assert file.stat().st_mode & 0o777 == 0o600
    assert sum(more for _, more, _ in told) == manifest.rows == told[0][2]
    assert manifest.rows == sum(map(len, before.content().values()))
    assert leaks(file.read_bytes()) == []
    assert verify_archive(file, quiet) == manifest
    assert restore(after.database, file, quiet) == manifest
    assert after.content() == before.content()
    assert look_at(after.database).findings == []
    with closing(after.work()) as work:
        read = work.run_now(lambda stores: stores.download(make_download(1).transaction_id))
        assert read == make_download(1)
        # New rows are numbered behind those that came.
        batch = work.run_now(lambda stores: stores.batch("first"))
        work.run_now(lambda stores: stores.add_data_key())
        assert batch is not None
        assert [key.number for key in work.run_now(lambda stores: stores.data_keys())] == [1, 2]


def test_a_database_with_rows_is_not_restored_into(new_place: NewPlace, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    place = filled(new_place("sqlite"))
    back_up(place.database, file, NOW, quiet)
    before = place.content()
    with pytest.raises(ConflictError, match="not empty"):
        restore(place.database, file, quiet)
    assert place.content() == before


def test_an_archive_is_not_written_over_unasked(new_place: NewPlace, tmp_path: Path) -> None:
    file, place = tmp_path / "backup.zip", new_place("sqlite")
    file.write_bytes(b"something of worth")
    with pytest.raises(ConfigError, match="is there already"):
        back_up(place.database, file, NOW, quiet)
    assert file.read_bytes() == b"something of worth"
    back_up(place.database, file, NOW, quiet, force=True)
    verify_archive(file, quiet)


# --- damage ---


@pytest.fixture
def whole(new_place: NewPlace, tmp_path: Path) -> Path:
    """A good archive."""
    file = tmp_path / "whole.zip"
    back_up(filled(new_place("sqlite")).database, file, NOW, quiet)
    return file


def test_an_archive_with_any_octet_changed_is_refused_or_restores_the_same(
    whole: Path, new_place: NewPlace, tmp_path: Path
) -> None:
    """ZIP has octets that nobody reads, such as its dates: then what comes back is what went in."""
    octets, bad = whole.read_bytes(), tmp_path / "bad.zip"
    same = new_place("sqlite")
    restore(same.database, whole, quiet)
    wanted, refused = same.content(), 0
    for offset in range(0, len(octets), max(1, len(octets) // 60)):
        bad.write_bytes(octets[:offset] + bytes([octets[offset] ^ 0x40]) + octets[offset + 1 :])
        try:
            verify_archive(bad, quiet)
        except ConfigError:
            refused += 1
            continue
        place = new_place("sqlite") if offset % 7 == 0 else None
        if place is not None:
            restore(place.database, bad, quiet)
            assert place.content() == wanted
    assert refused > 30


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_that_was_cut_short_is_refused(whole: Path, tmp_path: Path, share: float) -> None:
    octets, bad = whole.read_bytes(), tmp_path / "bad.zip"
    bad.write_bytes(octets[: int(share * len(octets))])
    with pytest.raises(ConfigError, match="damaged"):
        verify_archive(bad, quiet)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_that_shows_while_rows_are_stored_leaves_nothing_behind(
    whole: Path, new_place: NewPlace, tmp_path: Path, kind: str
) -> None:
    """As if the disk had changed its mind between the two readings."""
    place, bad = new_place(kind), tmp_path / "bad.zip"
    with zipfile.ZipFile(whole) as good, zipfile.ZipFile(bad, "w") as made:
        for name in good.namelist():
            octets = good.read(name)
            made.writestr(name, octets[:-3] + b"odd" if name == "tables/webhooks" else octets)
        made.comment = good.comment
    with pytest.raises(ConfigError, match="damaged: webhooks"):
        restore(place.database, bad, quiet)
    assert not any(place.content().values())
    restore(place.database, whole, quiet)


def _with_manifest(whole: Path, bad: Path, change: Callable[[bytes], bytes]) -> None:
    from hashlib import sha256

    with zipfile.ZipFile(whole) as good, zipfile.ZipFile(bad, "w") as made:
        for name in good.namelist():
            octets = good.read(name)
            made.writestr(name, change(octets) if name == "manifest.json" else octets)
        made.comment = sha256(change(good.read("manifest.json"))).hexdigest().encode()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'"revision": "{HEAD}"'.encode(), b'"revision": "9999"', "this release knows"),
        (b'"format": 1', b'"format": 2', "reads format 1"),
        (b'"name": "orders"', b'"name": "pg_shadow"', "no table of ours"),
        (b'"secret"', b'"drop"', "other columns"),
        (b'"name": "blocks"', b'"name": "batches"', "twice"),
    ],
)
def test_what_is_not_ours_is_refused(whole: Path, tmp_path: Path, old: bytes, new: bytes, said: str) -> None:
    bad = tmp_path / "bad.zip"
    _with_manifest(whole, bad, lambda octets: octets.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        verify_archive(bad, quiet)


@pytest.mark.parametrize("moment", [1, 3, 6])
def test_a_full_disk_leaves_no_archive_behind(
    new_place: NewPlace, tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, file = filled(new_place("sqlite")), tmp_path / "full" / "backup.zip"
    file.parent.mkdir()
    open_file, left = os.fdopen, [moment]

    def limited(descriptor: int, mode: str) -> Any:
        opened = open_file(descriptor, mode, buffering=0)
        write = opened.write

        class Full:
            def __getattr__(self, name: str) -> Any:
                return getattr(opened, name)

            def write(self, octets: bytes) -> Any:
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return write(octets)

            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None:
                opened.close()

        return Full()

    monkeypatch.setattr(os, "fdopen", limited)
    with pytest.raises(ConfigError, match="No space left") as caught:
        back_up(place.database, file, NOW, quiet)
    assert caught.value.explanation is not None
    assert list(file.parent.iterdir()) == []


# --- beside others ---


@contextmanager
def writing(place: Place) -> Iterator[list[int]]:
    """Somebody stores downloads, each with a row in two tables, as fast as he can."""
    done: list[int] = []
    stop = threading.Event()

    def write() -> None:
        with closing(place.work()) as work:
            number = 10
            while not stop.is_set() and number < 250:
                number += 1
                work.run_now(lambda stores, number=number: _add_two(stores, number))
                done.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def _add_two(stores: Any, number: int) -> None:
    stores.add_download(make_download(number))
    stores.add_notification(bytes([number]), NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_beside_writers_is_of_one_moment(new_place: NewPlace, tmp_path: Path, kind: str) -> None:
    place, file, target = filled(new_place(kind)), tmp_path / "backup.zip", new_place("sqlite")
    with writing(place) as done:
        while len(done) < 20:
            pass
        before = len(done)

        def dawdle(_what: str, _more: int, _total: int) -> None:
            reached = len(done)
            for _ in range(10_000):
                if len(done) > reached + 2:
                    break

        manifest = back_up(place.database, file, NOW, dawdle)
    rows = {table.name: table.rows for table in manifest.tables}
    assert rows["downloads"] - 3 == rows["notifications"] >= before
    restore(target.database, file, quiet)
    with closing(target.work()) as work:
        read_number = 10 + rows["notifications"]
        found = work.run_now(lambda stores: stores.download(make_download(read_number).transaction_id))
        assert found == make_download(read_number)


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_dies_during_a_restore_has_changed_nothing(
    whole: Path, new_place: NewPlace, kind: str
) -> None:
    place = new_place(kind)
    child = _fork()
    if child == 0:
        seen = 0

        def die(_what: str, more: int, _total: int) -> None:
            nonlocal seen
            seen += more
            if seen >= 9:
                os.kill(os.getpid(), 9)

        try:
            restore(place.database, whole, die)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 9
    assert not any(place.content().values())
    restore(place.database, whole, quiet)
    assert look_at(place.database).findings == []


def _fork() -> int:
    """Forks; later Pythons warn of threads, of which the runner has some."""
    with warnings.catch_warnings(action="ignore"):
        return os.fork()


# --- looking ---


def test_numbers_that_would_be_given_twice_are_found(new_place: NewPlace) -> None:
    place = new_place("postgres")
    import psycopg

    with psycopg.connect(str(place.where)) as connection:
        connection.execute("INSERT INTO data_keys VALUES (7, '', 0)")
    (finding,) = look_at(place.database).findings
    assert finding == "data_keys: new rows would be numbered from 1, in use up to 7"


def test_a_database_of_another_step_is_told_what_to_do(tmp_path: Path, new_place: NewPlace) -> None:
    place = new_place("sqlite")
    import sqlite3

    for revision, step in (("0002", "openesim db upgrade"), ("9999", "the release that brought it there")):
        with closing(sqlite3.connect(place.where)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            connection.commit()
        with pytest.raises(ConfigError) as caught:
            back_up(place.database, tmp_path / "backup.zip", NOW, quiet)
        assert caught.value.explanation is not None
        assert step in caught.value.explanation.next_step
        assert revision in look_at(place.database).findings[0]
    assert not (tmp_path / "backup.zip").exists()


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(OpenEsimError, match=r"broken\.db"):
        look_at(SqliteDatabase(path))
