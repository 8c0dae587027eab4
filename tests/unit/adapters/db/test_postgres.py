"""PostgreSQL under units of work: whatever breaks, nobody is told of what was not stored, and nothing is stored twice."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from openesim.adapters.db import postgres
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.db.records import order_parameters
from openesim.kernel.errors import ConflictError, DecodeError, PeerError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.ports import never
from tests.support.database import Cluster
from tests.support.rig import NOW, make_package


@pytest.fixture
def address(cluster: Cluster) -> str:
    return cluster.new_database()


@pytest.fixture
def work(address: str) -> Iterator[Any]:
    """A unit of work on an empty database."""
    work = PostgresWork(address)
    yield work
    work.close()


def order_of(number: int, **changes: Any) -> Order:
    """Returns an order that is not stored."""
    order = Order(iccid=Iccid(f"898821100000000{number:04d}"), package_id=1, profile_type="T")
    return replace(order, matching_id=f"TOKEN-{number}", state=OrderState.RELEASED, **changes)


def adding(number: int, before: Callable[[], None] = lambda: None) -> Callable[[Any], int]:
    """Returns a unit that stores an order and, just before, does something else."""

    def unit(stores: Any) -> int:
        known = stores.package_named("Testland")
        package = known[0] if known else stores.add_package(make_package(), bytes(32))
        before()
        return int(stores.add_order(order_of(number, package_id=package.package_id)).order_id)

    return unit


def stored(address: str) -> list[str]:
    """Returns the matching ids of the orders that are committed."""
    with psycopg.connect(address) as connection:
        return [
            row[0] for row in connection.execute("SELECT matching_id FROM orders ORDER BY iccid").fetchall()
        ]


def once(action: Callable[[], None]) -> Callable[[], None]:
    """Returns what does something the first time it is called, and nothing after that."""
    waiting = [action]
    return lambda: waiting.pop()() if waiting else None


# --- The connection breaks --------------------------------------------------------------------------------------


def test_a_connection_that_ended_between_two_units_is_opened_again(
    cluster: Cluster, address: str, work: Any, runner: asyncio.Runner
) -> None:
    runner.run(work.run(adding(1)))
    cluster.kill_connections(address)
    time.sleep(0.05)
    runner.run(work.run(adding(2), must_last=never))
    assert stored(address) == ["TOKEN-1", "TOKEN-2"]


def test_a_unit_whose_connection_ends_under_it_is_run_again_and_stored_once(
    cluster: Cluster, address: str, work: Any, runner: asyncio.Runner
) -> None:
    runs: list[int] = []
    cut = once(lambda: cluster.kill_connections(address))

    def before() -> None:
        runs.append(1)
        cut()

    runner.run(work.run(adding(1, before)))
    assert stored(address) == ["TOKEN-1"]
    assert len(runs) == 2


def test_a_commit_whose_connection_ends_is_told_as_unknown(
    cluster: Cluster, address: str, work: Any, runner: asyncio.Runner
) -> None:
    def at_commit(_: object) -> bool:
        cluster.kill_connections(address)
        return True

    with pytest.raises(PeerError, match="during the commit"):
        runner.run(work.run(adding(1), must_last=at_commit))
    assert stored(address) == []
    runner.run(work.run(adding(1)))
    assert stored(address) == ["TOKEN-1"]


def test_a_database_that_was_away_is_found_again(
    cluster: Cluster, address: str, work: Any, runner: asyncio.Runner
) -> None:
    runner.run(work.run(adding(1)))
    cluster.crash()
    try:
        for _ in range(3):
            with pytest.raises(PeerError, match="cannot be reached"):
                runner.run(work.run(adding(2)))
        with pytest.raises(PeerError, match="cannot be reached"):
            work.run_now(adding(2))
    finally:
        cluster.come_back()
    time.sleep(postgres._REST_S)
    runner.run(work.run(adding(3)))
    assert stored(address) == ["TOKEN-1", "TOKEN-3"]


def test_a_database_that_is_away_is_not_called_for_every_unit(
    monkeypatch: pytest.MonkeyPatch, runner: asyncio.Runner
) -> None:
    calls: list[str] = []

    def connect(address: str, **_: Any) -> Any:
        calls.append(address)
        raise psycopg.OperationalError("nobody is there")

    monkeypatch.setattr(psycopg, "connect", connect)
    work = PostgresWork("host=/nowhere", connections=1)

    async def many() -> list[Any]:
        return [await asyncio.gather(work.run(lambda _: None), return_exceptions=True) for _ in range(20)]

    answers = runner.run(many())
    work.close()
    assert all(isinstance(error, PeerError) for row in answers for error in row)
    assert len(calls) == 1
    assert "connect_timeout=5" in calls[0], "a host that does not answer is not waited for for minutes"


def test_an_interrupted_unit_stores_nothing_and_the_next_one_is_not_disturbed(
    address: str, work: Any
) -> None:
    def interrupted(stores: Any) -> None:
        adding(1)(stores)
        stores._cursor.send("SELECT 1", {})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run_now(interrupted)
    work.run_now(adding(2))
    assert stored(address) == ["TOKEN-2"]


# --- Units stand in one another's way ------------------------------------------------------------------------------


def test_a_deadlock_of_two_processes_ends_with_both_units_done(address: str, runner: asyncio.Runner) -> None:
    first, second = PostgresWork(address), PostgresWork(address)
    ids = [first.run_now(adding(number)) for number in (1, 2)]
    meeting = threading.Barrier(2, timeout=5)

    def crossing(one: int, other: int) -> Callable[[Any], None]:
        meet = once(lambda: (meeting.wait(), None)[1])

        def unit(stores: Any) -> None:
            order = stores.order(one)
            meet()
            stores.order(other)
            stores.save_progress(replace(order, download_attempts=order.download_attempts + 1))

        return unit

    async def both() -> None:
        await asyncio.gather(first.run(crossing(*ids)), second.run(crossing(*ids[::-1])))

    runner.run(both())
    orders: list[Any] = first.run_now(lambda stores: [stores.order(one) for one in ids])
    assert [order.download_attempts for order in orders] == [1, 1]
    for each in (first, second):
        each.close()


def test_rows_that_another_process_holds_are_not_waited_for_for_ever(
    address: str, monkeypatch: pytest.MonkeyPatch, runner: asyncio.Runner
) -> None:
    monkeypatch.setattr(
        postgres, "_SETTINGS", postgres._SETTINGS.replace("lock_timeout = '10s'", "lock_timeout = '20ms'")
    )
    work = PostgresWork(address)
    order_id = work.run_now(adding(1))
    with psycopg.connect(address) as frozen:
        frozen.execute("SELECT * FROM orders FOR UPDATE")
        with pytest.raises(PeerError, match="too busy"):
            runner.run(work.run(lambda stores: stores.order(order_id)))
    assert runner.run(work.run(lambda stores: stores.order(order_id))) is not None
    work.close()


@pytest.mark.parametrize("kind", ["raises", "conflicts", "conflicts late", "goes on after a conflict"])
def test_a_unit_that_fails_among_others_fails_alone(
    address: str, work: Any, runner: asyncio.Runner, kind: str
) -> None:
    work.run_now(adding(1))

    def failing(stores: Any) -> None:
        if kind == "raises":
            stores.add_order(order_of(7))
            raise ZeroDivisionError
        if kind == "conflicts late":
            stores._put("add_order", order_parameters(order_of(1)))
            return
        try:
            stores.add_order(order_of(1))
        except ConflictError:
            if kind == "conflicts":
                raise

    async def together() -> list[Any]:
        units = [adding(2), failing, adding(3)]
        return await asyncio.gather(*(work.run(unit) for unit in units), return_exceptions=True)

    results = runner.run(together())
    assert isinstance(results[1], Exception)
    assert stored(address) == ["TOKEN-1", "TOKEN-2", "TOKEN-3"]


def test_an_error_does_not_quote_the_row_that_it_is_about(work: Any) -> None:
    work.run_now(adding(1))
    try:
        work.run_now(adding(1))
    except ConflictError:
        told = traceback.format_exc()
    assert "ConflictError" in told
    assert "TOKEN-1" not in told


# --- What lasts ---------------------------------------------------------------------------------------------------


def test_only_units_that_must_last_wait_for_the_disk(address: str, work: Any, runner: asyncio.Runner) -> None:
    with psycopg.connect(address) as connection:
        # A deferred trigger runs in the commit and sees how that is done.
        connection.execute("CREATE TABLE seen (setting TEXT)")
        connection.execute(
            "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            " INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END$$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER looking AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION look()"
        )
    runner.run(work.run(adding(1), must_last=never))
    runner.run(work.run(adding(2)))
    runner.run(work.run(adding(3), must_last=never))
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT setting FROM seen").fetchall() == [("off",), ("on",), ("off",)]


def test_units_that_wait_when_it_closes_are_run_and_answered(address: str, runner: asyncio.Runner) -> None:
    work = PostgresWork(address)

    async def close_upon() -> list[Any]:
        waiting = [asyncio.ensure_future(work.run(adding(number))) for number in range(100)]
        await asyncio.sleep(0)
        work.close()
        return await asyncio.gather(*waiting)

    assert len(set(runner.run(close_upon()))) == 100
    assert len(stored(address)) == 100
    with pytest.raises(PeerError, match="closed"):
        runner.run(work.run(adding(101)))


# --- What is stored -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "half a surrogate"])
def test_text_that_cannot_be_stored_is_bad_input_and_spoils_nothing(
    address: str, work: Any, text: str
) -> None:
    def unit(stores: Any) -> None:
        adding(1)(stores)
        assert stores.order_with_matching_id(text) is None
        assert stores.steps_of_operator(text, 0, 9) == []
        with pytest.raises(DecodeError):
            stores.add_order(order_of(2, reference=text))

    work.run_now(unit)
    assert stored(address) == ["TOKEN-1"]


def test_a_number_that_no_column_holds_is_bad_input(work: Any) -> None:
    order = work.run_now(lambda stores: stores.order(adding(1)(stores)))
    with pytest.raises(DecodeError):
        work.run_now(lambda stores: stores.save_progress(replace(order, chip_sequence=1 << 70)))
    assert work.run_now(lambda stores: stores.order(order.order_id)) == order


def test_every_kind_of_value_comes_back_as_it_was(work: Any) -> None:
    order = order_of(
        1,
        is_default_smdp=True,
        confirmation_hash=bytes(range(32)),
        chip_sequence=(1 << 63) - 1,
        outcome="“ünïcödé” 一",
        created_at=NOW,
        changed_at=NOW,
        reference="",
    )

    def unit(stores: Any) -> Any:
        stores.add_package(make_package(), bytes(32))
        return stores.add_order(order)

    kept = work.run_now(unit)
    assert replace(kept, order_id=0) == order
    assert work.run_now(lambda stores: stores.order(kept.order_id)) == kept


def test_more_than_a_socket_holds_is_sent_and_received(work: Any) -> None:
    package = replace(make_package(), octets=bytes(8 << 20))
    kept = work.run_now(lambda stores: stores.add_package(package, bytes(32)))
    assert work.run_now(lambda stores: stores.package_named(kept.name)[0].octets) == package.octets


def test_a_unit_runs_in_the_context_of_who_waits(work: Any, runner: asyncio.Runner) -> None:
    from contextvars import ContextVar

    request: ContextVar[str] = ContextVar("request")

    async def ask(name: str) -> str:
        request.set(name)
        told: str = await work.run(lambda _: request.get())
        return told

    async def several() -> list[str]:
        return await asyncio.gather(*(asyncio.ensure_future(ask(str(number))) for number in range(9)))

    assert runner.run(several()) == [str(number) for number in range(9)]
