"""The contract of the ledger: what was written comes out as it was, gets one place, and every change of it shows."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openesim.adapters.db.backup import back_up, restore
from openesim.adapters.db.copying import Database, PostgresDatabase, SqliteDatabase
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.db.statements import compile_statements
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid
from openesim.services.conditions.ledger.check import Check, check_all, check_now
from openesim.services.conditions.ledger.ledger import Cursor, Ledger, Query, Sealer, seal_all, seal_some
from openesim.transparency.chain import START, Head, Reason
from openesim.transparency.entries import GATE, Entry, EntryKind
from tests.stores.test_smdp_stores import ask
from tests.support.database import WRAPPING, Cluster, new_database

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


def entry(number: int = 1, **changes: Any) -> Entry:
    """Returns an entry unlike every other one."""
    whole = Entry(
        kind=EntryKind.DECISION,
        at=NOW + timedelta(seconds=number),
        actor=GATE,
        operator="qinghe",
        subject=f"case:{number}",
        order_id=number,
        facts={"verdict": "allow", "number": str(number)},
    )
    return replace(whole, **changes)


def append(given_entry: Entry, stores: Any) -> None:
    """Stores an entry: a unit, once the entry is given."""
    stores.append_entry(given_entry)


def put(work: Any, *entries: Entry) -> None:
    """Stores entries, each in a unit of its own."""
    for each in entries:
        work.run_now(partial(append, each))


def checked(work: Any, begin: Head = START, noted: tuple[Head, ...] = (), page: int = 3) -> Check:
    """Returns a check that was done."""
    check = Check(begin, noted, page)
    check_now(check, work.run_now, lambda: LATER, lambda _check: None)
    return check


def reasons(check: Check) -> list[tuple[Reason, int]]:
    """Returns what was found, and where."""
    return [(each.reason, each.position) for each in check.breaks]


# --- entries ---


@pytest.mark.parametrize(
    "given_entry",
    [
        entry(),
        entry(operator=None, subject=None, order_id=None, facts={}),
        entry(kind=EntryKind.LOOK, actor="acc_1", facts={"reason": "协查函 2026/17", "": '\0\x1f"\\/é𐀀'}),
        entry(at=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        entry(at=datetime(2026, 11, 29, 20, 0, 1, 1_999, tzinfo=UTC).astimezone()),
        entry(facts={"eid": Eid("89049032000000000000000000000018")}),
        entry(facts={"count": 5, "is_new": True, "cause": None, "models": ["a", "b"], "share": 0.25}),
    ],
    ids=["whole", "bare", "look", "before 1970", "microseconds", "identifiers", "no texts"],
)
def test_what_is_read_back_has_the_digest_that_was_written(work: Any, given_entry: Entry) -> None:
    put(work, given_entry)
    head = seal_all(work.run_now)
    (kept,) = ask(work, "sealed_entries", 0, 10)
    assert kept.entry.digest == kept.digest == given_entry.digest
    assert kept.entry.facts == given_entry.facts
    assert kept.head == head == START.followed_by(given_entry.digest)
    assert timedelta() <= given_entry.at - kept.at < timedelta(milliseconds=1)
    assert checked(work).breaks == []


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_an_entry_that_no_database_keeps_is_refused_with_its_unit(work: Any, text: str) -> None:
    with pytest.raises(DecodeError):
        put(work, entry(actor=text))
    assert not ask(work, "has_unsealed")


def test_an_entry_is_kept_with_its_unit_or_not_at_all(work: Any) -> None:
    def fail(stores: Any) -> None:
        stores.append_entry(entry())
        raise KeyError

    with pytest.raises(KeyError):
        work.run_now(fail)
    assert not ask(work, "has_unsealed")


# --- places ---


def test_entries_get_places_in_their_order_and_a_head_each(work: Any) -> None:
    put(work, *map(entry, range(1, 8)))
    assert ask(work, "has_unsealed")
    assert ask(work, "oldest_unsealed") == entry(1).at
    assert work.run_now(lambda stores: seal_some(stores, 3)).count == 3
    assert ask(work, "last_place") == 3
    put(work, entry(8))
    head = seal_all(work.run_now)
    assert not ask(work, "has_unsealed")
    expected = START
    for number, kept in enumerate(ask(work, "sealed_entries", 0, 100), start=1):
        expected = expected.followed_by(entry(number).digest)
        assert (kept.head, kept.entry) == (expected, entry(number))
    assert head == expected == ask(work, "chain_head")
    assert ask(work, "sealed_entry", 5).entry == entry(5)
    assert ask(work, "sealed_entry", 9) is None
    assert [kept.entry for kept in ask(work, "sealed_entries", 6, 1)] == [entry(7)]


def test_a_ledger_without_entries_holds(work: Any) -> None:
    assert seal_all(work.run_now) == START
    check = checked(work)
    assert (check.breaks, check.head, check.entries) == ([], START, 0)


def test_a_sealer_seals_what_comes_within_half_a_second(work: Any, runner: asyncio.Runner) -> None:
    async def follow() -> float:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(Sealer(work, loop.time).keep_sealed())
        await work.run(lambda stores: stores.append_entry(entry()))
        begun = loop.time()
        while await work.run(lambda stores: stores.has_unsealed()):  # noqa: ASYNC110 (another process would look, too)
            await asyncio.sleep(0.02)
        task.cancel()
        return loop.time() - begun

    assert runner.run(follow()) < 2.0  # half a second, and what a busy machine takes
    assert checked(work).entries == 1


# --- lists ---


def found(work: Any, query: Query, limit: int = 3) -> list[int]:
    """Returns the order ids of a list, page by page."""
    numbers: list[int] = []
    after: Cursor | None = None
    ledger = Ledger(work)
    with asyncio.Runner() as runner:
        while True:
            page = runner.run(ledger.page(query, after, limit))
            numbers += [kept.entry.order_id or 0 for kept in page.entries if kept.entry]
            assert len(page.entries) <= limit
            if page.next is None:
                return numbers
            after = Cursor.parse(str(page.next))


def test_lists_are_found_by_every_name_newest_first_page_by_page(work: Any) -> None:
    put(
        work,
        *(entry(n, operator=("qinghe", "yuanshan")[n % 2], subject=f"case:{n % 3}") for n in range(1, 8)),
        entry(8, kind=EntryKind.LOOK, actor="acc_1", operator="qinghe"),
        entry(9, kind=EntryKind.DEED, actor="acc_1", operator=None),
        entry(10, kind=EntryKind.DEED, actor="acc_2", operator="qinghe"),
        entry(11, at=entry(3).at, subject="case:0"),
    )
    assert found(work, Query()) == [10, 9, 8, 7, 6, 5, 4, 11, 3, 2, 1]
    assert found(work, Query(kind=EntryKind.DECISION)) == [7, 6, 5, 4, 11, 3, 2, 1]
    assert found(work, Query(operator="qinghe")) == [10, 8, 6, 4, 11, 2]
    assert found(work, Query(operator="qinghe", kind=EntryKind.LOOK)) == [8]
    assert found(work, Query(subject="case:0")) == [6, 11, 3]
    assert found(work, Query(subject="case:0", operator="yuanshan")) == [3]
    assert found(work, Query(order_id=5)) == [5]
    assert found(work, Query(order_id=5, operator="qinghe")) == []
    assert found(work, Query(actor="acc_1")) == [9, 8]
    assert found(work, Query(actor="acc_1", operator="qinghe")) == [8]
    assert found(work, Query(actor=GATE, operator="yuanshan")) == [7, 5, 3, 1]
    assert found(work, Query(since=entry(4).at, before=entry(7).at)) == [6, 5, 4]
    assert found(work, Query(operator="haitang")) == []


def test_a_list_that_leaves_much_out_goes_on_behind_what_was_looked_at(
    work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openesim.services.conditions.ledger import ledger

    monkeypatch.setattr(ledger, "LOOKED_AT", 8)
    put(work, *(entry(n, actor="acc_1", operator="a" if n == 1 else "b") for n in range(1, 30)))
    page = work.run_now(lambda stores: ledger.find_page(stores, Query(actor="acc_1", operator="a"), None, 5))
    assert page.entries == []
    assert page.next is not None
    assert found(work, Query(actor="acc_1", operator="a"), 5) == [1]


# --- checks ---


def test_a_check_goes_on_behind_a_head_that_was_noted(work: Any) -> None:
    put(work, *map(entry, range(1, 6)))
    noted = seal_all(work.run_now)
    assert noted is not None
    put(work, *map(entry, range(6, 9)))
    head = seal_all(work.run_now)
    check = checked(work, noted)
    assert (check.breaks, check.entries, check.head) == ([], 4, head)
    assert checked(work, START, (noted,)).breaks == []
    assert reasons(checked(work, replace(noted, octets=bytes(32)))) == [(Reason.NOTED, 5)]
    assert reasons(checked(work, START, (Head(2, bytes(32)),))) == [(Reason.NOTED, 2)]
    assert reasons(checked(work, Head(20, bytes(32)))) == [(Reason.SHORT, 9)]
    assert reasons(checked(work, START, (Head(10, bytes(32)),))) == [(Reason.SHORT, 9)]


def test_entries_that_nobody_seals_are_found_after_a_minute(work: Any) -> None:
    put(work, entry())
    check = Check()
    check_now(check, work.run_now, lambda: entry().at + timedelta(seconds=59), lambda _: None)
    assert check.breaks == []
    assert reasons(checked(work)) == [(Reason.WAITING, 1)]


def test_a_check_can_be_watched(work: Any, runner: asyncio.Runner) -> None:
    put(work, *map(entry, range(1, 8)))
    seal_all(work.run_now)

    async def watch() -> list[int]:
        return [check.entries async for check in check_all(Check(page=3), work, lambda: LATER)]

    assert runner.run(watch()) == [3, 6, 7]


# --- behind our back: rows of real databases, changed by SQL ---


class Behind:
    """A database whose triggers somebody took away who may."""

    def __init__(self, where: Path | str) -> None:
        self.where = where
        self.work: Any = (
            SqliteWork(where, WRAPPING) if isinstance(where, Path) else PostgresWork(where, WRAPPING)
        )

    def run(self, *queries: str) -> None:
        if isinstance(self.where, Path):
            with closing(sqlite3.connect(self.where)) as connection:
                for query in queries:
                    connection.execute(query)
                connection.commit()
        else:
            with psycopg.connect(self.where) as connection:
                for query in queries:
                    connection.execute(query.encode())

    def disarm(self) -> None:
        on_table = "" if isinstance(self.where, Path) else " ON ledger"
        self.run(
            f"DROP TRIGGER ledger_is_not_changed{on_table}", f"DROP TRIGGER ledger_is_not_shortened{on_table}"
        )


@pytest.fixture(params=["sqlite", "postgres"])
def behind(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Any:
    """Eight sealed entries."""
    where: Path | str = tmp_path
    if request.param == "sqlite":
        where = new_database(template, tmp_path)
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        where = cluster.new_database()
    behind = Behind(where)
    put(behind.work, *map(entry, range(1, 9)))
    seal_all(behind.work.run_now)
    yield behind
    behind.work.close()


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE ledger SET actor = 'nobody' WHERE entry_id = 3",
        "UPDATE ledger SET operator = NULL WHERE entry_id = 3",
        "UPDATE ledger SET at = at + 1 WHERE entry_id = 9",
        "UPDATE ledger SET position = 99 WHERE entry_id = 3",
        "UPDATE ledger SET position = NULL, head = NULL WHERE entry_id = 3",
        "UPDATE ledger SET position = 9 WHERE entry_id = 9",
        "DELETE FROM ledger WHERE entry_id = 9",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
    ],
)
def test_the_database_refuses_what_changes_or_removes_entries(behind: Behind, query: str) -> None:
    if isinstance(behind.where, Path) and query.startswith("TRUNCATE"):
        return
    put(behind.work, entry(9))
    with pytest.raises((sqlite3.IntegrityError, psycopg.Error), match="append-only"):
        behind.run(query)
    assert seal_all(behind.work.run_now) is not None
    assert (checked(behind.work).breaks, checked(behind.work).entries) == ([], 9)


PUT_IN = (
    "INSERT INTO ledger (kind, at, actor, record, digest, position, head)"
    " SELECT kind, at, actor, record, digest, {}, head FROM ledger WHERE position = 8"
)

BROKEN: list[tuple[list[str], list[tuple[Reason, int]]]] = [
    (["UPDATE ledger SET actor = 'nobody' WHERE position = 3"], [(Reason.CHANGED, 3)]),
    (["UPDATE ledger SET at = at + 1 WHERE position = 8"], [(Reason.CHANGED, 8)]),
    (["UPDATE ledger SET order_id = NULL WHERE position = 3"], [(Reason.CHANGED, 3)]),
    (["UPDATE ledger SET kind = 'nonsense' WHERE position = 1"], [(Reason.CHANGED, 1)]),
    (["UPDATE ledger SET record = head WHERE position = 1"], [(Reason.CHANGED, 1)]),
    (["DELETE FROM ledger WHERE position = 1"], [(Reason.MISSING, 1)]),
    (["DELETE FROM ledger WHERE position IN (4, 5)"], [(Reason.MISSING, 4)]),
    (["DELETE FROM ledger WHERE position > 6"], [(Reason.SHORT, 7)]),
    (["DELETE FROM ledger"], [(Reason.SHORT, 1)]),
    (
        [
            "UPDATE ledger SET position = -4 WHERE position = 4",
            "UPDATE ledger SET position = 4 WHERE position = 5",
            "UPDATE ledger SET position = 5 WHERE position = -4",
        ],
        [(Reason.MOVED, 4), (Reason.MOVED, 5), (Reason.MOVED, 6)],
    ),
    (
        [
            "DELETE FROM ledger WHERE position = 4",
            "UPDATE ledger SET position = 4 WHERE position = 8",
        ],
        [(Reason.MOVED, 4), (Reason.MOVED, 5), (Reason.SHORT, 8)],
    ),
    (
        [PUT_IN.format(9)],
        [(Reason.CHANGED, 9), (Reason.MOVED, 9), (Reason.LONG, 9)],
    ),
    (
        [PUT_IN.format(0)],
        [(Reason.CHANGED, 0), (Reason.MOVED, 0)],
    ),
]


@pytest.mark.parametrize(("queries", "expected"), BROKEN, ids=[" ".join(q)[:60] for q, _ in BROKEN])
def test_what_is_done_to_rows_behind_our_back_is_found_where_it_was_done(
    behind: Behind, queries: list[str], expected: list[tuple[Reason, int]]
) -> None:
    behind.disarm()
    behind.run(*queries)
    assert reasons(checked(behind.work)) == expected


def test_a_chain_that_was_made_anew_does_not_fit_a_head_that_was_noted(behind: Behind) -> None:
    noted = behind.work.run_now(lambda stores: stores.chain_head())
    behind.disarm()
    behind.run(
        "DELETE FROM ledger WHERE position = 4",
        "UPDATE ledger SET position = NULL, head = NULL",
        "DELETE FROM revisions",
    )
    put(behind.work, entry(9))
    seal_all(behind.work.run_now)
    assert checked(behind.work).breaks == [], "whoever holds the whole database can do that"
    assert reasons(checked(behind.work, START, (noted,))) == [(Reason.NOTED, 8)]
    assert reasons(checked(behind.work, noted)) == [(Reason.NOTED, 8)]


def test_places_of_entries_that_were_removed_at_the_end_stay_empty(behind: Behind) -> None:
    behind.disarm()
    behind.run("DELETE FROM ledger WHERE position > 6")
    put(behind.work, entry(9), entry(10))
    head = seal_all(behind.work.run_now)
    assert head is not None
    assert head.position == 10
    assert reasons(checked(behind.work)) == [(Reason.MISSING, 7)]


# --- backup ---


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_ledger_is_backed_up_with_its_chain_and_is_protected_where_it_is_restored(
    behind: Behind, target: str, request: pytest.FixtureRequest, template: Path, tmp_path: Path
) -> None:
    put(behind.work, entry(9))
    noted = behind.work.run_now(lambda stores: stores.chain_head())
    back_up(database_at(behind.where), tmp_path / "backup.zip", NOW, lambda *_: None)
    where: Path | str = tmp_path
    if target == "sqlite":
        where = new_database(template, tmp_path, "restored.db")
    else:
        where = request.getfixturevalue("cluster").new_database()
    restore(database_at(where), tmp_path / "backup.zip", lambda *_: None)
    restored = Behind(where)
    with closing(restored.work) as work:
        put(work, entry(10))
        seal_all(work.run_now)
        check = checked(work, START, (noted,))
        assert (check.breaks, check.entries) == ([], 10)
        assert [kept.entry for kept in ask(work, "sealed_entries", 8, 9)] == [entry(9), entry(10)]
        with pytest.raises((sqlite3.IntegrityError, psycopg.Error), match="append-only"):
            restored.run("DELETE FROM ledger")


def database_at(where: Path | str) -> Database:
    """Returns a database as backups see it."""
    return SqliteDatabase(where) if isinstance(where, Path) else PostgresDatabase(where)


# --- several at once, on PostgreSQL ---


def test_lists_and_places_run_along_their_indexes_on_postgresql(cluster: Cluster) -> None:
    address = cluster.new_database()
    indexes = {
        "unsealed_entries": "ledger_unsealed",
        "oldest_unsealed": "ledger_unsealed",
        "chain_head": "ledger_position",
        "sealed_entries": "ledger_position",
        "sealed_entry": "ledger_position",
        "ledger_by_order": "ledger_order",
        "ledger_by_subject": "ledger_subject",
        "ledger_by_operator": "ledger_operator",
        "ledger_by_actor": "ledger_actor",
        "ledger_by_kind": "ledger_kind",
    }
    values = {"since": 0, "at": 2**62, "place": -1, "most": 50, "after": 10, "position": 10}
    names = {"ledger_by_order": 7, "ledger_by_subject": "case:7", "ledger_by_operator": "operator 7"}
    statements = compile_statements("postgresql")
    with psycopg.connect(address) as connection:
        connection.execute(
            "INSERT INTO ledger (kind, at, actor, operator, subject, order_id, record, digest, position, head)"
            " SELECT 'decision', n, CASE n % 3 WHEN 0 THEN 'gate' ELSE 'acc' END, 'operator ' || n % 20, 'case:' || n % 99, n, '', '',"
            " nullif(n, 20000), '' FROM generate_series(1, 20000) AS n"
        )
        connection.execute("ANALYZE ledger")
        connection.execute("SET enable_seqscan = off")
        for name, index in indexes.items():
            found = values | {"value": names.get(name, "acc"), "kind": "decision"}
            plan = "\n".join(
                row[0] for row in connection.execute(f"EXPLAIN {statements[name]}".encode(), found)
            )
            assert index in plan, plan
            assert "Seq Scan" not in plan, plan
            assert "Sort" not in plan, plan


def test_an_entry_that_is_committed_late_gets_a_later_place(cluster: Cluster) -> None:
    """Its number is lower than that of others which are sealed already."""
    address = cluster.new_database()
    with closing(PostgresWork(address)) as work, psycopg.connect(address) as late:
        late.execute(
            "INSERT INTO ledger (kind, at, actor, record, digest) VALUES ('deed', %s, 'a', '\\x80', %s)",
            (
                int(NOW.timestamp() * 1000),
                entry(
                    kind=EntryKind.DEED,
                    at=NOW,
                    actor="a",
                    operator=None,
                    subject=None,
                    order_id=None,
                    facts={},
                ).digest,
            ),
        )
        put(work, entry(2), entry(3))
        first = seal_all(work.run_now)
        assert first is not None
        assert first.position == 2
        late.commit()
        second = seal_all(work.run_now)
        assert second is not None
        assert second.position == 3
        check = checked(work, START, (first,))
        assert (check.breaks, check.entries) == ([], 3)
        assert [kept.entry_id for kept in ask(work, "sealed_entries", 0, 9)] == [2, 3, 1]


def test_sealers_of_several_processes_give_every_entry_one_place(cluster: Cluster) -> None:
    address = cluster.new_database()
    works = [PostgresWork(address) for _ in range(3)]

    async def write(work: PostgresWork, begin: int) -> None:
        for number in range(begin, begin + 100):
            await work.run(partial(append, entry(number)))

    async def all_at_once() -> None:
        loop = asyncio.get_running_loop()
        sealers = [Sealer(work, loop.time) for work in works]
        writers = [asyncio.create_task(write(work, n * 100 + 1)) for n, work in enumerate(works)]
        while any(not task.done() for task in writers):
            await asyncio.gather(*(sealer.seal() for sealer in sealers))
        await asyncio.gather(*writers, *(sealer.seal() for sealer in sealers))

    try:
        asyncio.run(all_at_once())
        seal_all(works[0].run_now)
        check = checked(works[0], page=1000)
        assert (check.breaks, check.entries, check.last) == ([], 300, 300)
    finally:
        for work in works:
            work.close()
