"""Where a person has to be verified in the visit of his order, an order that was held meanwhile is of that visit still."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.kernel.errors import StateError
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.gate.holds import Holds
from tests.support.gate import PACK, GatedRig, books_of, case_of, person_of
from tests.support.rig import NOW

IN_THIS_VISIT = PACK.replace("freshness_days = 30", "freshness_days = 0")


@pytest.fixture
def counter(runner: asyncio.Runner) -> GatedRig:
    """A counter at which people are verified in the visit of their order, and one of whom something is held against."""
    counter = GatedRig(runner, books_of(IN_THIS_VISIT))
    entry = Watched(
        kind=WatchedKind.PERSON,
        subject=person_of("Wang"),
        score=70,
        is_listed=False,
        reason="a test",
        created_at=NOW,
        created_by="a test",
    )
    counter.work.run_now(lambda stores: stores.add_watched(entry))
    return counter


def holds(counter: GatedRig) -> Holds:
    return Holds(counter.work, counter.operators, counter.clock)


def test_an_order_that_was_held_for_a_day_goes_on_when_somebody_has_looked(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    assert counter.state(iccid) is OrderState.CONFIRMED
    counter.clock.advance(hours=20)
    order = counter.run(holds(counter).clear(counter.of(iccid).order_id, "inspector", "asked him"))
    assert order.state is OrderState.RELEASED


def test_whoever_comes_a_day_later_is_to_verify_again(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid, name="Li"))
    counter.clock.advance(hours=20)
    _, reply = counter.order_for()
    assert reply.pair is not None
    assert "the same visit" in str(reply.members)


def test_a_verification_that_was_revoked_while_the_order_was_held_ends_it(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    revoked: Any = replace(case, state=type(case.state).REVOKED)
    counter.work.run_now(lambda stores: stores.save_case(revoked))
    with pytest.raises(StateError, match="cannot be released"):
        counter.run(holds(counter).clear(counter.of(iccid).order_id, "inspector", "asked him"))
