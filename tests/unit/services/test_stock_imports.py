"""Imports that outlive their page: what is stored of them, and what is on disk, whatever happens to their thread."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import NotFoundError
from openesim.services import stock_import_run
from openesim.services.batch_file import BatchPlanError
from openesim.services.stock_import_state import Asked, Stage, asked_of
from openesim.services.stock_imports import StockImports, UnderWayError
from tests.support.batches import FIRST
from tests.support.memory import MemoryWork
from tests.support.rig import SteppedClock, entropy_of, package_octets

TABLE = {
    "name": "operator/spring",
    "profile": "sea-5g.der",
    "count": 250,
    "iccid": FIRST,
    "imsi": "001010000000001",
    "operator": "operator",
}


class OwnWork:
    """The same stores, for a thread; may be broken."""

    def __init__(self, work: MemoryWork, most: int = 10_000) -> None:
        self._work = work
        self._left = most

    def run_now(self, unit: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            raise OSError("the disk is gone")
        return self._work.run_now(unit)

    def close(self) -> None:
        """Nothing has to be closed."""


def imports(work: MemoryWork, clock: SteppedClock, most: int = 10_000) -> StockImports:
    return StockImports(work, lambda: OwnWork(work, most), Ambient(clock, entropy_of("imports")))


def spring() -> Asked:
    return asked_of(TABLE, package=package_octets())


def await_thread() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("import "):
            thread.join(30)


def test_an_import_goes_on_by_itself_and_says_what_is_on_disk(runner: asyncio.Runner) -> None:
    work, clock = MemoryWork(), SteppedClock()
    service = imports(work, clock)
    begun = runner.run(service.begin(spring(), "operator", "account:a_1"))
    assert (begun.stage, begun.size) == (Stage.JUDGING, 250)
    await_thread()
    followed = runner.run(service.one(begun.import_id, "operator"))
    assert (followed.found.stage, followed.on_disk) == (Stage.DONE, 250)
    assert followed.found.profile_type == "sea-5g"
    with pytest.raises(NotFoundError):
        runner.run(service.one(begun.import_id, "other"))
    deeds = work.run_now(lambda stores: [kept.entry for kept in stores.ledger_rows.values()])
    assert [(entry.actor, entry.facts["deed"]) for entry in deeds] == [("account:a_1", "import-stock")]
    assert [batch.name for _, batch in runner.run(service.batches("operator", None, 9))] == [
        "operator/spring"
    ]
    assert runner.run(service.batches("other", None, 9)) == []
    assert [one.on_disk for one in runner.run(service.page("operator", None, 9))] == [250]


def test_one_import_at_a_time_until_it_is_lost(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda _self: None)
    work, clock = MemoryWork(), SteppedClock()
    service = imports(work, clock)
    runner.run(service.begin(spring(), "operator", "account:a_1"))
    with pytest.raises(UnderWayError):
        runner.run(service.begin(spring(), "operator", "account:a_1"))
    runner.run(service.begin(spring(), "other", "account:a_2"))
    clock.advance(minutes=2)
    again = runner.run(service.begin(spring(), "operator", "account:a_1"))
    assert again.import_id == 3


def test_an_import_that_breaks_leaves_whole_chunks_and_goes_on_later(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_import_run, "CHUNK_ROWS", 100)
    work, clock = MemoryWork(), SteppedClock()
    # Judged, begun, one chunk stored; the second one fails.
    broken = imports(work, clock, most=7)
    begun = runner.run(broken.begin(spring(), "operator", "account:a_1"))
    await_thread()
    followed = runner.run(broken.one(begun.import_id, "operator"))
    assert followed.on_disk in {0, 100, 200}
    assert followed.found.stage in {Stage.FAILED, Stage.STORING}
    clock.advance(minutes=2)
    service = imports(work, clock)
    again = runner.run(service.begin(spring(), "operator", "account:a_1"))
    await_thread()
    followed = runner.run(service.one(again.import_id, "operator"))
    assert (followed.found.stage, followed.on_disk) == (Stage.DONE, 250)
    assert work.run_now(lambda stores: len(stores.orders)) == 250


def test_rows_that_are_wrong_are_kept_to_be_shown_as_far_as_that_helps(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_import_run, "MOST_SHOWN", 3)
    work, clock = MemoryWork(), SteppedClock()
    service = imports(work, clock)
    rows = "iccid,imsi\n" + "no,no\n" * 5
    table = {name: TABLE[name] for name in ("name", "profile", "operator")} | {"csv": "rows.csv"}
    asked = asked_of(table, rows.encode(), package_octets())
    begun = runner.run(service.begin(asked, "operator", "account:a_1"))
    await_thread()
    found = runner.run(service.one(begun.import_id, "operator")).found
    assert (found.stage, found.fault, len(found.errors), found.is_more) == (Stage.REFUSED, "rows", 3, True)
    assert found.errors[0].fault == "iccid-form"
    assert not found.is_lost(clock.now() + timedelta(days=1))


def test_the_same_fields_and_files_are_the_same_batch() -> None:
    assert spring().plan == spring().plan
    digests = {
        asked_of(TABLE | changes, csv).plan.digest
        for changes, csv in (({}, b""), ({"count": 251}, b""), ({}, b"x"), ({"imsi": "001010000000002"}, b""))
    }
    assert len(digests) == 4
    with pytest.raises(BatchPlanError) as refused:
        asked_of({"name": "x", "count": 1})
    assert [name for name, _ in refused.value.wrong] == ["profile", "iccid", "imsi"]
    assert "rows.csv" not in repr(spring())
