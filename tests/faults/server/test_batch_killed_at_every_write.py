"""A batch is being added, and the process dies: before a statement, before a commit, after a commit.

What stands in the files at that moment is copied, and the batch is added again to the copy, by another process with
other randomness. It must end complete, and a key that was on disk must still be that key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.ids import Iccid
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch
from openesim.provisioning.smdp.orders import OrderState
from openesim.services import batch_checks, stock
from openesim.services.batch_file import parse_batch
from tests.faults.server.test_killed_at_every_write import Tap
from tests.support.batches import COUNTED, FIRST, FROM_FILE, importer, toml
from tests.support.database import WRAPPING, new_database
from tests.support.rig import entropy_of

MOST_WRITES = 200
CSV = (
    "iccid,imsi,k\n"
    f"{FIRST},001010000000009,{'0A' * 16}\n"
    "8988211000000000029,001010000000001,\n"
    "8988211000000000037,001010000000007,\n"
)
KINDS = {"counted": (COUNTED, None, 5), "from a file": (FROM_FILE, CSV, 3)}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "CHUNK", 2)
    monkeypatch.setattr(batch_checks, "CHUNK", 2)


@contextmanager
def process(database: Path) -> Iterator[SqliteWork]:
    """Gives a process's work on a database."""
    work = SqliteWork(database, WRAPPING)
    try:
        yield work
    finally:
        work.close()


def add(work: SqliteWork, kind: str, seed: str) -> Batch:
    """Adds the batch with the randomness of one process."""
    fields, csv, _ = KINDS[kind]
    by = importer(work, csv, entropy_of(seed))
    return by.store(by.prepare(parse_batch(toml(fields))))


def keys_of(work: SqliteWork) -> dict[Iccid, Secret[bytes]]:
    """Returns the key of every subscription."""
    found = work.run_now(lambda stores: stores.subscriptions("", 99))
    return {each.iccid: each.k for each in found}


@pytest.mark.parametrize("kind", KINDS)
def test_whenever_the_process_dies_the_batch_can_be_completed(
    template: Path, tmp_path: Path, kind: str
) -> None:
    for moment in range(1, MOST_WRITES):
        folder = tmp_path / str(moment)
        folder.mkdir()
        database = new_database(template, folder)
        with process(database) as work:
            tap = Tap(work, database, moment)
            add(work, kind, "first")
        if tap.copy is None:
            break
        with process(tap.copy) as work:
            _verify_after_death(work)
            _complete(work, kind)
    assert tap.copy is None, "there are moments behind those that were tried"
    assert moment > 20


def _verify_after_death(work: SqliteWork) -> None:
    """What is told of the batch is what is there."""
    batch = work.run_now(lambda stores: stores.batch("first"))
    keys = keys_of(work)
    orders = work.run_now(lambda stores: stores.orders(0, 99))
    assert len(keys) == len(orders) == (0 if batch is None else batch.done)


def _complete(work: SqliteWork, kind: str) -> None:
    """The batch is added again, and once more."""
    size, before = KINDS[kind][2], keys_of(work)
    for seed in ("second", "third"):
        batch = add(work, kind, seed)
        assert (batch.done, batch.size) == (size, size)
    after: Any = keys_of(work)
    assert len(after) == size
    assert before.items() <= after.items(), "a key that was drawn stays what it is"
    orders = work.run_now(lambda stores: stores.orders(0, 99))
    assert {order.iccid for order in orders} == set(after)
    assert {order.state for order in orders} == {OrderState.AVAILABLE}
