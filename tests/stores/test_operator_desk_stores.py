"""What an operator's desk counts and lists, on every kind of stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.network.subscription import Batch
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import OrderState
from openesim.services import operator_figures
from openesim.services.conditions.operator.held_orders import HeldOrders
from openesim.services.operator_figures import Stage, find_failures, funnel_of
from openesim.services.order_lines import RowError
from openesim.services.stock_import_state import Stage as At
from openesim.services.stock_import_state import StockImport
from tests.support.operator_world import OperatorWorld
from tests.support.rig import NOW, eid_of

DAY = NOW.replace(hour=0, minute=0, second=0)


@pytest.fixture
def world(work: Any) -> OperatorWorld:
    """An operator with stock."""
    world = OperatorWorld(work, NOW)
    world.stock(20)
    return world


def funnel(world: OperatorWorld, operator: str = "qinghe", most: int = 1000) -> dict[str, int]:
    standings = world.work.run_now(lambda stores: stores.standings(operator, DAY, most))
    return {stage.value: count for stage, count in funnel_of(standings).stages.items()}


def test_orders_of_a_day_are_counted_by_how_far_they_have_come(world: OperatorWorld) -> None:
    world.order(OrderState.CONFIRMED)
    world.order(OrderState.RELEASED)
    world.order(OrderState.RELEASED, download_attempts=1)
    world.order(OrderState.DOWNLOADED)
    world.order(OrderState.ERROR, download_attempts=1)
    world.handed_out(world.order(OrderState.ERROR, download_attempts=2))
    world.order(OrderState.INSTALLED)
    world.go_online(world.order(OrderState.INSTALLED))
    world.order(OrderState.INSTALLED, ago=timedelta(days=1))
    assert funnel(world) == {
        "ordered": 8,
        "code": 7,
        "authenticated": 6,
        "downloaded": 4,
        "installed": 2,
        "online": 1,
    }
    assert funnel(world, "yuanshan")["ordered"] == 0
    assert funnel(world, most=3)["ordered"] == 3, "the newest three"


def test_a_day_with_more_orders_than_are_looked_at_says_so(
    world: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_figures, "MOST_ORDERS", 2)
    for _ in range(3):
        world.order(OrderState.ERROR)
    standings = world.work.run_now(lambda stores: stores.standings("qinghe", DAY, 2))
    day = funnel_of(standings)
    assert (day.stages[Stage.ORDERED], day.failed, day.is_more) == (2, 2, True)


def test_failures_are_gathered_by_cause_from_the_newest_on(
    world: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = world.order(), world.order()
    for order, number in ((first, 0), (first, 1), (second, 1)):
        world.refused(order, number, Action.AUTHENTICATE_CLIENT)
    found = world.work.run_now(lambda stores: find_failures(stores, "qinghe", DAY))
    assert [(each.code, each.count) for each in found.causes] == [
        ("gate:too-many-lines", 2),
        ("gate:not-verified", 1),
    ]
    assert found.causes[0].newest.iccid == second.iccid
    assert (found.count, found.is_more) == (3, False)
    assert not world.work.run_now(lambda stores: find_failures(stores, "yuanshan", DAY)).causes
    late = NOW + timedelta(seconds=1)
    assert not world.work.run_now(lambda stores: find_failures(stores, "qinghe", late)).causes
    monkeypatch.setattr(operator_figures, "MOST_STEPS", 2)
    monkeypatch.setattr(operator_figures, "_PAGE", 1)
    bounded = world.work.run_now(lambda stores: find_failures(stores, "qinghe", DAY))
    assert (bounded.count, bounded.is_more) == (2, True)


def test_held_orders_are_listed_by_when_they_are_looked_at_again(world: OperatorWorld, runner: Any) -> None:
    orders = [world.held(hours, eid=eid_of(hours)) for hours in (30, 10, 20)]
    numbers = [orders[at].order_id for at in (1, 2, 0)]
    held = HeldOrders(_Running(world.work), None)  # type: ignore[arg-type]
    page, following = runner.run(held.page("qinghe", None, 2))
    assert [each.order.order_id for each in page] == numbers[:2]
    assert page[0].explained is not None
    assert "score 72" in page[0].explained.cause
    rest, end = runner.run(held.page("qinghe", following, 2))
    assert [each.order.order_id for each in rest] == numbers[2:]
    assert end is None
    assert runner.run(held.page("yuanshan", None, 2)) == ([], None)
    assert runner.run(held.among([*orders, world.order(OrderState.CONFIRMED)])) == set(numbers)
    assert runner.run(held.one(orders[0].iccid, "qinghe")) is not None


class _Running:
    """Runs units at once."""

    def __init__(self, work: Any) -> None:
        self._work = work

    async def run(self, unit: Any, **_: Any) -> Any:
        return self._work.run_now(unit)


def test_an_import_is_kept_with_everything_that_is_wrong(work: Any) -> None:
    errors = (RowError(3, "iccid", "is in use", "taken", {"number": "8986"}),)
    new = StockImport(
        operator="qinghe",
        batch="qinghe/spring",
        profile_type="5g",
        begun_at=NOW,
        begun_by="account:a_1",
        seen_at=NOW,
        size=7,
    )
    first = work.run_now(lambda stores: stores.add_stock_import(new))
    second = work.run_now(lambda stores: stores.add_stock_import(new))
    kept = work.run_now(lambda stores: stores.stock_import(first))
    assert (kept.import_id, kept.batch, kept.size) == (first, "qinghe/spring", 7)

    over = replace(kept, stage=At.REFUSED, errors=errors, fault="rows", facts={"line": "3"}, is_more=True)
    work.run_now(lambda stores: stores.save_stock_import(over))
    again = work.run_now(lambda stores: stores.stock_import(first))
    assert again == over
    assert again.errors[0].facts == {"number": "8986"}
    listed = work.run_now(lambda stores: stores.stock_imports("qinghe", None, 10))
    assert [one.import_id for one in listed] == [second, first]
    assert [
        one.import_id for one in work.run_now(lambda stores: stores.stock_imports("qinghe", second, 10))
    ] == [first]
    assert work.run_now(lambda stores: stores.stock_imports("yuanshan", None, 10)) == []
    assert again.is_lost(NOW + timedelta(hours=1)) is False
    assert kept.is_lost(NOW + timedelta(hours=1)) is True


def test_batches_are_their_operators(work: Any) -> None:
    for name, operator in (("a", "qinghe"), ("b", "yuanshan"), ("c", "qinghe"), ("d", None)):
        batch = Batch(name=name, digest=bytes(32), profile_type="5g", size=1, operator=operator)
        work.run_now(lambda stores, batch=batch: stores.add_batch(batch))
    listed = work.run_now(lambda stores: stores.batches_of_operator("qinghe", None, 10))
    assert [batch.name for _, batch in listed] == ["c", "a"]
    assert [
        batch.name for _, batch in work.run_now(lambda s: s.batches_of_operator("qinghe", listed[0][0], 10))
    ] == ["a"]
    assert work.run_now(lambda stores: stores.batch("d")).operator is None
