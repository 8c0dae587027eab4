"""What is secret is sealed, and keys are renewed beside running servers: on SQLite and PostgreSQL.

Memory keeps no octets, so there is nothing to seal in it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from openesim.adapters.db import data_keys
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.keystore.data_key import KeyFile
from openesim.adapters.keystore.key_ring import KeyRing
from openesim.kernel.errors import ConfigError, ConflictError, VerificationError
from openesim.services import keys as room
from openesim.services.keys import KeyRotation, SealedTable
from tests.support.rig import entropy_of, make_package
from tests.support.sealed import fill, leaks, make_download, read_all

KINDS = ["sqlite", "postgres"]

Open = Callable[[Any], Any]


def quiet(_: int) -> None:
    """Hears of progress."""


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    """The key file of a data folder; nothing is in it yet."""
    return KeyFile(tmp_path / "keys" / "subscriptions.key")


@pytest.fixture(params=KINDS)
def open_again(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Any:
    """Opens one and the same database with key-encryption keys, as another process does."""
    from tests.support.database import new_database

    opened: list[Any] = []
    if request.param == "sqlite":
        path = new_database(template, tmp_path)
    else:
        address = request.getfixturevalue("cluster").new_database()

    def again(wrapping: Any) -> Any:
        work = SqliteWork(path, wrapping) if request.param == "sqlite" else PostgresWork(address, wrapping)
        opened.append(work)
        return work

    again.kind = request.param  # type: ignore[attr-defined]
    again.place = path if request.param == "sqlite" else address  # type: ignore[attr-defined]
    yield again
    for each in opened:
        each.close()


def dump(open_again: Any) -> bytes:
    """Everything that the database keeps, as a copy of it would show."""
    if open_again.kind == "sqlite":
        return b"".join(each.read_bytes() for each in open_again.place.parent.iterdir() if each.is_file())
    import psycopg

    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(open_again.place))
    found = b""
    with engine.connect() as connection:
        for table in (
            "packages",
            "downloads",
            "subscriptions",
            "webhooks",
            "data_keys",
            "batches",
            "history",
            "accounts",
            "desk_sessions",
            "sign_in_attempts",
            "ledger",
        ):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found += b"".join(each if isinstance(each, bytes) else repr(each).encode() for each in row)
    engine.dispose()
    return found


# --- sealing ---


def test_a_copy_of_the_database_gives_no_secret_away(open_again: Any, file: KeyFile) -> None:
    work = open_again(file)
    fill(work)
    read_all(work)
    assert leaks(dump(open_again)) == []
    read_all(open_again(file))


def test_the_key_file_is_made_at_first_need_and_not_before(
    open_again: Any, file: KeyFile, tmp_path: Path
) -> None:
    work = open_again(file)
    assert work.run_now(lambda stores: stores.all_batches()) == []
    assert not (tmp_path / "keys").exists()
    work.run_now(lambda stores: stores.add_download(make_download()))
    assert (tmp_path / "keys" / "subscriptions.key").exists()


def test_a_key_file_that_is_lost_is_not_made_anew(open_again: Any, file: KeyFile, tmp_path: Path) -> None:
    """Else what is sealed under the old key would stay unread, and nobody would hear why."""
    fill(open_again(file))
    key = tmp_path / "keys" / "subscriptions.key"
    kept = key.read_bytes()
    key.unlink()
    other = open_again(KeyFile(key))
    with pytest.raises(ConfigError, match="cannot be read"):
        other.run_now(lambda stores: stores.add_download(make_download(9)))
    with pytest.raises(ConfigError, match="cannot be read"):
        other.run_now(lambda stores: stores.add_batch(_batch("second")))
    assert not key.exists()
    key.write_bytes(kept)
    read_all(open_again(KeyFile(key)))


def _batch(name: str) -> Any:
    from openesim.network.subscription import Batch

    return Batch(name=name, digest=bytes(32), profile_type="T", size=1)


def test_records_in_clear_are_read_and_sealed_by_reseal(open_again: Any, file: KeyFile) -> None:
    """As earlier releases left them."""
    before = open_again(None)
    download, package = make_download(), make_package(octets=b"\xa0planted Ki within a package")
    before.run_now(lambda stores: stores.add_download(download))
    before.run_now(lambda stores: stores.add_package(package, bytes(32)))
    assert leaks(dump(open_again)) != []
    work = open_again(file)
    rotation = KeyRotation(work, KeyRing(file), settle_s=0)
    assert rotation.census().records_in_clear() == 2
    assert work.run_now(lambda stores: stores.download(download.transaction_id)) == download
    work.overwrite_what_goes()
    assert rotation.reseal(quiet) == 2
    work.settle()
    assert rotation.census().records_in_clear() == 0
    assert leaks(dump(open_again)) == []
    assert work.run_now(lambda stores: stores.download(download.transaction_id)) == download
    assert rotation.reseal(quiet) == 0


def test_a_record_that_was_moved_to_another_row_does_not_open(open_again: Any, file: KeyFile) -> None:
    work = open_again(file)
    fill(work, 2)
    first, second = make_download(1), make_download(2)

    def swap(stores: Any) -> None:
        stores._cursor.execute(
            stores._sql["reseal_downloads"],
            {
                "key_transaction_id": bytes(first.transaction_id),
                "record": bytes(
                    stores._one("download", lambda row: row[3], transaction_id=bytes(second.transaction_id))
                ),
            },
        )

    work.run_now(swap)
    with pytest.raises(VerificationError):
        work.run_now(lambda stores: stores.download(first.transaction_id))
    assert work.run_now(lambda stores: stores.download(second.transaction_id)) == second
    findings = KeyRotation(work, KeyRing(file)).verify_records(quiet)
    assert [finding.split(":")[0] for finding in findings] == ["downloads"]


def test_a_data_key_made_in_a_transaction_that_was_given_up_is_not_used(
    open_again: Any, file: KeyFile
) -> None:
    """What is sealed under a key that is in no table could never be opened."""
    work = open_again(file)

    def fail(stores: Any) -> None:
        stores.add_download(make_download(1))
        raise ConflictError("the unit fails behind it")

    with pytest.raises(ConflictError):
        work.run_now(fail)
    work.run_now(lambda stores: stores.add_download(make_download(2)))
    found = open_again(file).run_now(lambda stores: stores.download(make_download(2).transaction_id))
    assert found == make_download(2)
    assert [each.number for each in work.run_now(lambda stores: stores.data_keys())] == [1] or (
        open_again.kind == "postgres"  # its sequences count what was given up, too
    )


# --- rotation ---


def test_a_new_key_encryption_key_beside_a_process_that_runs(
    open_again: Any, file: KeyFile, tmp_path: Path
) -> None:
    running, key = open_again(file), tmp_path / "keys" / "subscriptions.key"
    fill(running)
    own = KeyFile(key)
    rotation = KeyRotation(open_again(own), KeyRing(own))
    before = rotation.census()
    name = rotation.renew()
    assert rotation.is_unfinished()
    assert rotation.rewrap(quiet) == 3
    assert not rotation.is_unfinished()
    assert rotation.rewrap(quiet) == 0
    assert rotation.census().wrapping == {name: 3, next(iter(before.wrapping)): 0}
    read_all(running)
    running.run_now(lambda stores: stores.add_batch(_batch("second")))
    assert rotation.census().wrapping[name] == 4, "the process wraps under the new key"
    assert rotation.forget_old() == list(before.wrapping)
    assert len(key.read_text().split()) == 1
    read_all(running)
    read_all(open_again(KeyFile(key)))


def test_a_key_that_is_still_needed_is_not_forgotten(open_again: Any, file: KeyFile) -> None:
    fill(open_again(file))
    rotation = KeyRotation(open_again(file), KeyRing(file))
    rotation.renew()
    with pytest.raises(ConflictError, match="still stand under") as caught:
        rotation.forget_old()
    assert caught.value.explanation is not None
    assert len(rotation.census().wrapping) == 2


def test_a_key_that_was_prepared_is_accepted_before_it_wraps(
    open_again: Any, file: KeyFile, tmp_path: Path
) -> None:
    """A file on every machine: the next key is brought to all before anything stands under it."""
    fill(open_again(file))
    prepared = file.prepare()
    assert file.prepare() == prepared
    copy = tmp_path / "elsewhere" / "subscriptions.key"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / "keys" / "subscriptions.key").read_bytes())
    elsewhere = open_again(KeyFile(copy))
    rotation = KeyRotation(open_again(file), KeyRing(file))
    assert rotation.renew() == prepared
    rotation.rewrap(quiet)
    read_all(elsewhere)


def test_new_data_keys_seal_everything_again(
    open_again: Any, file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_keys, "REFRESH_S", 0.0)
    monkeypatch.setattr(room, "PAGE", 2)
    running = open_again(file)
    fill(running, 5)
    rotation = KeyRotation(open_again(file), KeyRing(file), settle_s=0)
    number = rotation.renew_data_key()
    seen: list[int] = []
    assert rotation.reseal(seen.append) == 5 * len(SealedTable)
    assert sum(seen) == 5 * len(SealedTable)
    census = rotation.census()
    assert {table: by_key for table, (_, by_key) in census.records.items()} == {
        table: {number: 5} for table in SealedTable
    }
    read_all(running, 5)
    running.run_now(lambda stores: stores.add_download(make_download(6)))
    assert rotation.census().records[SealedTable.DOWNLOADS] == (6, {number: 6})
    now = datetime.now(UTC)
    assert rotation.remove_empty_data_keys(now) == [], "a process may have been about to use it"
    assert rotation.remove_empty_data_keys(now + timedelta(hours=2)) == [number - 1]
    read_all(open_again(file), 5)


@pytest.mark.parametrize("moment", [2, 5, 8])
def test_a_rotation_that_is_interrupted_between_any_two_units_is_gone_on_with(
    open_again: Any, file: KeyFile, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAGE", 1)
    fill(open_again(file), 1)
    work = Dying(open_again(file), moment)
    rotation = KeyRotation(work, KeyRing(file), settle_s=0)
    try:
        rotation.renew()
        rotation.rewrap(quiet)
        rotation.renew_data_key()
        rotation.reseal(quiet)
    except Died:
        pass
    read_all(open_again(file), 1)
    after = KeyRotation(open_again(file), KeyRing(file), settle_s=0)
    if not after.is_unfinished():
        after.renew()
    after.rewrap(quiet)
    after.reseal(quiet)
    census = after.census()
    assert list(census.wrapping.values())[1:] == [0] * (len(census.wrapping) - 1)
    assert census.records_in_clear() == census.strangers == 0
    after.forget_old()
    read_all(open_again(file), 1)


class Died(Exception):
    """The process died."""


class Dying:
    """A unit of work that dies before so many units."""

    def __init__(self, work: Any, moment: int) -> None:
        self.work, self.left = work, moment

    def run_now(self, unit: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Died
        return self.work.run_now(unit)


def test_a_data_key_of_strangers_is_counted_and_told(open_again: Any, file: KeyFile, tmp_path: Path) -> None:
    fill(open_again(file))
    other = KeyFile(tmp_path / "other.key")
    other.make(entropy_of("other"))
    rotation = KeyRotation(open_again(other), KeyRing(other))
    assert rotation.census().strangers == 3
    with pytest.raises(VerificationError):
        rotation.rewrap(quiet)
    assert len(rotation.verify_records(quiet)) == len(SealedTable)
    read_all(open_again(file))
