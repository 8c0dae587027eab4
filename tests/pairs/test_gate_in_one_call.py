"""An order that is made in one call and refused by the gate: the profile goes back into stock, the refusal stays on record."""

from __future__ import annotations

import asyncio

import pytest

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import FunctionError
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.es2plus import Es2PlusService
from openesim.services.ordering import Confirmation, Ordering, OrderWish
from openesim.transparency.entries import EntryKind
from tests.support.gate import GatedRig, case_of, gate_of
from tests.support.rig import SteppedClock, entropy_of


@pytest.fixture
def counter(runner: asyncio.Runner) -> GatedRig:
    return GatedRig(runner)


def make(counter: GatedRig) -> object:
    """Orders a profile for the chip of the rig, as the REST API does; returns what came of it."""
    iccid = counter.stock()
    gate = gate_of(counter.books)
    ambient = Ambient(SteppedClock(), entropy_of("orders"))
    functions = Es2PlusService(counter.work, ambient, "smdp.example.com", gate=gate)
    wish = OrderWish(iccid=iccid, eid=counter.eid, confirmation=Confirmation(eid=counter.eid))
    outcome: object = counter.work.run_now(
        lambda stores: Ordering(functions, ambient, gate).create(stores, wish, "operator")
    )
    return outcome


def causes(counter: GatedRig) -> list[str]:
    """Returns why the gate refused, oldest first."""
    entries = counter.work.run_now(lambda stores: [kept.entry for kept in stores.ledger_rows.values()])
    return [each.facts.get("causes", "") for each in entries if each.kind is EntryKind.DECISION]


def test_what_the_gate_refuses_is_undone_and_still_recorded(counter: GatedRig) -> None:
    outcome = make(counter)
    assert isinstance(outcome, FunctionError)
    assert "nobody was verified" in str(outcome)
    assert causes(counter) == ["not-verified"]
    (order,) = counter.work.run_now(lambda stores: list(stores.orders.values()))
    assert (order.state, order.eid, order.matching_id) == (OrderState.AVAILABLE, None, None)
    assert counter.lines() == []


def test_what_it_admits_is_released_in_the_same_call(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    outcome = make(counter)
    assert isinstance(outcome, Order)
    assert outcome.state is OrderState.RELEASED
    assert causes(counter) == [""]
