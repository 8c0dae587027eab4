"""Imports begun at a desk: they outlive their page, are followed from any process, and tell what is wrong by row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Event
from typing import Any

import pytest

from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.terminals import import_runs
from openesim.services.conditions.terminals.csv_file import FileError
from openesim.services.conditions.terminals.import_runs import (
    LOST_AFTER,
    ImportState,
    TerminalImportRun,
    TerminalImports,
    Wrong,
)
from openesim.services.conditions.terminals.importing import Progress, Stage, TerminalImport
from openesim.services.conditions.terminals.terminals import register_vendor
from tests.stores.test_smdp_stores import ask
from tests.support.rig import NOW, SteppedClock

VENDORS = b"name,kind,country\nQinghe,private,CN\nYuanshan,state,CN\n"
MODELS = b"vendor,name,category\nQinghe,Q1,phone\n"
QINGHE = Vendor(name="Qinghe", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_runs, "_SAID_EVERY_S", 0.0)


def taken(work: Any, octets: bytes, kind: FormKind = FormKind.VENDORS, **named: Any) -> TerminalImportRun:
    """Returns an import at its end, as another process finds it."""

    async def story() -> TerminalImportRun:
        imports = TerminalImports(work, SteppedClock(NOW))
        begun = await imports.begin(kind, ("makers.csv", octets), "account:li", **named)
        assert begun.state is ImportState.RUNNING
        await imports.settled()
        return await TerminalImports(work, SteppedClock(NOW)).one(begun.import_id)

    return asyncio.run(story())


def test_an_import_comes_out_as_it_went_in(work: Any) -> None:
    work.run_now(lambda stores: register_vendor(stores, QINGHE, "ada", NOW))
    full = TerminalImportRun(
        vendor_id=1,
        kind=FormKind.TACS,
        name="号段.csv",
        size=7,
        state=ImportState.REFUSED,
        stage=Stage.STORING,
        begun_at=NOW,
        begun_by="account:li",
        seen_at=NOW,
        octets=5,
        rows=4,
        stored=3,
        known=1,
        wrong=(Wrong(row=2, field="tac", word="twice", values=(("row", "1"),)),),
        is_more=True,
    )
    number = work.run_now(lambda stores: stores.add_terminal_import(full))
    assert ask(work, "terminal_import", number) == replace(full, import_id=number)
    work.run_now(lambda stores: stores.save_terminal_import(replace(full, import_id=number, rows=9)))
    assert ask(work, "terminal_import", number).rows == 9
    assert ask(work, "terminal_import", number + 1) is None


def test_a_good_file_is_stored_to_its_end(work: Any) -> None:
    run = taken(work, VENDORS)
    assert (run.state, run.stored, run.known, run.wrong) == (ImportState.DONE, 2, 0, ())
    assert ask(work, "vendor_named", "Yuanshan") is not None
    again = taken(work, VENDORS)
    assert (again.state, again.stored, again.known) == (ImportState.DONE, 0, 2)


def test_what_is_wrong_is_kept_by_row_in_both_languages(work: Any) -> None:
    run = taken(work, VENDORS + b"=cmd|calc,private,CN\nQinghe,state,CN\n")
    assert (run.state, run.stored) == (ImportState.REFUSED, 0)
    assert [(each.row, each.field, each.word) for each in run.wrong] == [
        (4, "name", "formula"),
        (5, "name", "twice"),
    ]
    assert run.wrong[0].told.spoken("zh").cause == "以 = 开头：电子表格会将其作为公式执行"
    assert ask(work, "vendor_named", "Qinghe") is None


def test_a_file_that_is_none_is_told_as_such(work: Any) -> None:
    run = taken(work, b"PK\x03\x04 a workbook")
    assert run.state is ImportState.REFUSED
    assert [(each.row, each.field, each.word) for each in run.wrong] == [(0, "", "archive")]


def test_whatever_else_goes_wrong_is_told_to_who_waits(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_self: TerminalImport) -> AsyncIterator[Progress]:
        for fault in (RuntimeError("the disk is full"),):
            raise fault
        yield Progress(stage=Stage.DONE)

    monkeypatch.setattr(TerminalImport, "run", broken)
    assert taken(work, VENDORS).state is ImportState.FAILED


def test_a_vendor_sees_his_own_and_the_regulator_all(work: Any) -> None:
    first = work.run_now(lambda stores: register_vendor(stores, QINGHE, "ada", NOW))
    second = work.run_now(lambda stores: register_vendor(stores, replace(QINGHE, name="Far"), "ada", NOW))
    own = taken(work, MODELS, FormKind.MODELS, vendor=(first.vendor_id, "Qinghe"))
    assert own.state is ImportState.DONE
    everybodys = taken(work, VENDORS)

    async def story() -> None:
        imports = TerminalImports(work, SteppedClock(NOW))
        assert await imports.one(own.import_id, first.vendor_id) == own
        with pytest.raises(NotFoundError):
            await imports.one(own.import_id, second.vendor_id)
        with pytest.raises(NotFoundError):
            await imports.one(everybodys.import_id, first.vendor_id)
        assert await imports.page(None, 9) == [everybodys, own]
        assert await imports.page(everybodys.import_id, 9) == [own]
        assert await imports.page(None, 9, first.vendor_id) == [own]
        assert await imports.page(None, 9, second.vendor_id) == []
        with pytest.raises(FileError):
            await imports.begin(FormKind.VENDORS, ("x.csv", VENDORS), "li", vendor=(second.vendor_id, "Far"))

    asyncio.run(story())


def test_one_side_does_one_at_a_time_and_one_that_is_lost_does_not_count(work: Any) -> None:
    left = TerminalImportRun(
        vendor_id=None,
        kind=FormKind.TACS,
        name="left.csv",
        size=1,
        begun_at=NOW,
        begun_by="li",
        seen_at=NOW,
    )
    number = work.run_now(lambda stores: stores.add_terminal_import(left))
    with pytest.raises(ConflictError, match=r"left\.csv"):
        taken(work, VENDORS)
    clock = SteppedClock(NOW)
    clock.advance(seconds=LOST_AFTER.total_seconds() + 1)

    async def story() -> None:
        imports = TerminalImports(work, clock)
        assert (await imports.one(number)).state is ImportState.FAILED
        begun = await imports.begin(FormKind.VENDORS, ("x.csv", VENDORS), "li")
        await imports.settled()
        assert (await imports.one(begun.import_id)).state is ImportState.DONE

    asyncio.run(story())


def test_one_that_runs_is_seen_behind_many_of_others(work: Any) -> None:
    work.run_now(lambda stores: register_vendor(stores, QINGHE, "ada", NOW))
    running = TerminalImportRun(
        vendor_id=None,
        kind=FormKind.TACS,
        name="left.csv",
        size=1,
        begun_at=NOW,
        begun_by="li",
        seen_at=NOW,
    )
    others = replace(running, vendor_id=1, state=ImportState.DONE)

    def many(stores: Any) -> None:
        stores.add_terminal_import(running)
        for _ in range(12):
            stores.add_terminal_import(others)

    work.run_now(many)
    with pytest.raises(ConflictError, match=r"left\.csv"):
        taken(work, VENDORS)
    assert taken(work, MODELS, FormKind.MODELS, vendor=(1, "Qinghe")).state is ImportState.DONE


def test_whoever_begins_one_waits_for_whoever_has_just_begun_one(reopen: Callable[[], Any]) -> None:
    first, second = reopen(), reopen()
    if not isinstance(first, PostgresWork):
        return  # one unit at a time
    is_begun, is_over = Event(), Event()
    begun = TerminalImportRun(
        vendor_id=None,
        kind=FormKind.TACS,
        name="first.csv",
        size=1,
        begun_at=NOW,
        begun_by="li",
        seen_at=NOW,
    )

    def begin(stores: Any) -> None:
        import_runs._verify_alone(stores, None, NOW)
        is_begun.set()
        is_over.wait(0.5)
        stores.add_terminal_import(begun)

    def begin_too() -> None:
        is_begun.wait()
        try:
            second.run_now(lambda stores: import_runs._verify_alone(stores, None, NOW))
        finally:
            is_over.set()

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.submit(first.run_now, begin), threads.submit(begin_too)
        one.result()
        with pytest.raises(ConflictError, match=r"first\.csv"):
            other.result()


def test_who_began_one_is_in_the_ledger_with_the_digest_of_the_file(work: Any) -> None:
    from openesim.services.conditions.ledger.ledger import Query, find_page

    taken(work, VENDORS)
    page = work.run_now(lambda stores: find_page(stores, Query(subject="terminals"), None, 9))
    deeds = [kept.entry.facts["deed"] for kept in page.entries if kept.entry is not None]
    assert sorted(deeds) == ["import", "import-terminals"]
    begun = next(kept.entry for kept in page.entries if kept.entry and "file" in kept.entry.facts)
    assert begun.facts["file"] == sha256(VENDORS).hexdigest()
