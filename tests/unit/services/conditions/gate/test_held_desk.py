"""Held orders of all operators at the regulator's desk: why and until when, and how a hold ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.conditions.admission.admission import LineState
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.faults import FormError
from openesim.kernel.errors import NotFoundError
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.gate.held_desk import HeldDesk
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.ledger.ledger import Query, find_page
from tests.support.fixtures import runner
from tests.support.gate import GatedRig, case_of, person_of
from tests.support.rig import NOW, eid_of

__all__ = ["runner"]

WHY = "asked him at the counter"


@pytest.fixture
def rig(runner: asyncio.Runner) -> GatedRig:
    """A person something is held against, with an order at each of two operators."""
    rig = GatedRig(runner)
    entry = Watched(
        kind=WatchedKind.PERSON,
        subject=person_of("Wang"),
        score=70,
        is_listed=False,
        reason="reported by two banks",
        created_at=NOW,
        created_by="account:zhou",
    )
    rig.work.run_now(lambda stores: stores.add_watched(entry))
    for chip, operator in ((1, "operator"), (2, "other")):
        rig.keep(case_of(eid_of(chip), operator=operator))
        rig.operator = operator
        rig.order_for(eid_of(chip))
    return rig


@pytest.fixture
def desk(rig: GatedRig) -> HeldDesk:
    return HeldDesk(rig.work, Holds(rig.work, rig.operators, rig.clock))


def page(rig: GatedRig, desk: HeldDesk, *arguments: Any) -> Any:
    return rig.run(desk.page(*arguments))


def test_held_orders_of_all_operators_are_told_with_why_and_until_when(rig: GatedRig, desk: HeldDesk) -> None:
    first = page(rig, desk, "", None, 1)
    second = page(rig, desk, "", first.next, 1)
    assert second.next is None
    both = [*first.held, *second.held]
    assert [held.order.operator for held in both] == ["operator", "other"]
    assert both[0].explained.code == "gate:score"
    assert "score 70" in both[0].explained.cause
    assert both[0].admission.held_until > rig.clock.now()
    assert [held.order.operator for held in page(rig, desk, "other", None, 9).held] == ["other"]
    assert page(rig, desk, "nobody", None, 9).held == ()


def test_a_hold_is_cleared_by_somebody_who_says_why(rig: GatedRig, desk: HeldDesk) -> None:
    order_id = page(rig, desk, "operator", None, 1).held[0].order.order_id
    with pytest.raises(FormError):
        rig.run(desk.clear(order_id, "account:zhou", "no"))
    order = rig.run(desk.clear(order_id, "account:zhou", WHY))
    assert order.state is OrderState.RELEASED
    with pytest.raises(NotFoundError):
        rig.run(desk.one(order_id))
    query = Query(order_id=order_id, facts={"deed": "clear-hold"})
    (kept,) = rig.work.run_now(lambda stores: find_page(stores, query, None, 9)).entries
    assert kept.entry is not None
    assert (kept.entry.actor, kept.entry.facts["reason"]) == ("account:zhou", WHY)


def test_a_hold_that_ends_gives_the_line_back(rig: GatedRig, desk: HeldDesk) -> None:
    held = page(rig, desk, "operator", None, 1).held[0]
    order_id = held.order.order_id
    assert rig.run(desk.one(order_id)) == held
    order = rig.run(desk.refuse(order_id, "account:zhou", WHY))
    assert order.state is OrderState.CONFIRMED
    assert rig.lines() == [LineState.ENDED, LineState.RESERVED]
    with pytest.raises(NotFoundError):
        rig.run(desk.refuse(order_id, "account:zhou", WHY))
