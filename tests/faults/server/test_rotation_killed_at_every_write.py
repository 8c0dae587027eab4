"""Keys are being rotated, and the process dies: before a statement, before a commit, after a commit.

What stands in the files at that moment is opened by another process. Everything must read, and the rotation must come to
its end.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.keystore.data_key import KeyFile
from openesim.adapters.keystore.key_ring import KeyRing
from openesim.services import keys as room
from openesim.services.keys import KeyRotation
from tests.faults.server.test_killed_at_every_write import Tap
from tests.support.database import new_database
from tests.support.sealed import fill, leaks, read_all

MOST_WRITES = 200


def process(database: Path, key: Path) -> SqliteWork:
    """Returns a process's work; it need not wait for the disk, since what is copied is what it wrote."""
    work = SqliteWork(database, KeyFile(key))
    work._connection.execute("PRAGMA synchronous=OFF")
    return work


def rotate(work: SqliteWork, keys: KeyFile) -> None:
    """Renews everything that can be renewed, or goes on with it."""
    rotation = KeyRotation(work, KeyRing(keys), settle_s=0)
    if not rotation.is_unfinished():
        rotation.renew()
    rotation.rewrap(lambda _: None)
    rotation.renew_data_key()
    rotation.reseal(lambda _: None)


def test_whenever_the_process_dies_everything_reads_and_the_rotation_can_be_ended(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAGE", 2)
    filled, first = new_database(template, tmp_path), tmp_path / "first.key"
    with closing(process(filled, first)) as work:
        fill(work, 1)
    for moment in range(1, MOST_WRITES, 2):
        folder = tmp_path / str(moment)
        folder.mkdir()
        database, key = new_database(filled, folder), folder / "subscriptions.key"
        shutil.copyfile(first, key)
        with closing(process(database, key)) as work:
            tap = Tap(work, database, moment)
            rotate(work, KeyFile(key))
        if tap.copy is None:
            break
        # The key file is as it was at the end: a key that was made goes nowhere when its maker dies.
        with closing(process(tap.copy, key)) as work:
            read_all(work, 1)
            rotate(work, KeyFile(key))
            read_all(work, 1)
            census = KeyRotation(work, KeyRing(KeyFile(key))).census()
            kept = work.run_now(lambda stores: stores.count_wrapped_keys())
        assert [count for count in census.wrapping.values() if count] == [kept]
        assert (census.strangers, census.records_in_clear()) == (0, 0)
        assert leaks(tap.copy.read_bytes()) == []
    assert tap.copy is None, "there are moments behind those that were tried"
    assert moment > 20
