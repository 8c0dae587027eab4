"""ES2+ as a service: conflicts that only the database sees, and what is stored with each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.ports import always
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, Rig

WIRE_ICCID = f"{ICCID}F"


class Racing(MemoryWork):
    """Another process takes the matching id between the look and the write."""

    race = False

    async def run(self, unit: Callable[[Any], Any], *, must_last: Callable[[Any], bool] = always) -> Any:
        assert must_last is always, "an operator relies on every answer"
        result = self.run_now(unit)
        if self.race:
            raise ConflictError("a row with the same key exists")
        return result


@pytest.fixture
def work() -> Racing:
    return Racing()


@pytest.fixture
def rig(work: Racing, runner: asyncio.Runner) -> Rig:
    return Rig(work, runner)


def test_a_matching_id_that_was_taken_meanwhile_is_in_use(rig: Rig, work: Racing) -> None:
    rig.add_order(state=OrderState.ALLOCATED, operator="operator", matching_id=None)
    work.race = True
    reply = rig.call_es2("confirmOrder", iccid=WIRE_ICCID, matchingId="TOKEN", releaseFlag=True)
    assert reply.pair == ("8.2.6", "3.3")


def test_every_answer_tells_what_is_stored(rig: Rig) -> None:
    rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair is None
    assert rig.order().state is OrderState.ALLOCATED
    token = rig.call_es2("confirmOrder", iccid=WIRE_ICCID, releaseFlag=False).members["matchingId"]
    assert (rig.order().state, rig.order().matching_id) == (OrderState.CONFIRMED, token)
    assert rig.call_es2("releaseProfile", iccid=WIRE_ICCID).pair is None
    assert rig.order().state is OrderState.RELEASED
    cancel = {"iccid": WIRE_ICCID, "finalProfileStatusIndicator": "Available"}
    assert rig.call_es2("cancelOrder", **cancel).pair is None
    assert (rig.order().state, rig.order().matching_id) == (OrderState.AVAILABLE, None)


def test_two_operators_draw_from_one_stock(rig: Rig) -> None:
    for number in range(4):
        iccid = Iccid(f"898821100000000{number:04d}")
        rig.add_order(iccid=iccid, state=OrderState.AVAILABLE, matching_id=None)
    given = []
    for operator in ("one", "two", "one", "two"):
        rig.operator = operator
        given.append(rig.call_es2("downloadOrder", profileType="Testland").members["iccid"])
    assert len(set(given)) == 4
    assert rig.call_es2("downloadOrder", profileType="Testland").pair == ("8.2.5", "3.7")


def test_the_answer_names_our_address_and_the_eid(rig: Rig) -> None:
    rig.add_order(state=OrderState.ALLOCATED, operator="operator", matching_id=None)
    eid = rig.lpa().chip.eid
    reply = rig.call_es2("confirmOrder", iccid=WIRE_ICCID, eid=eid, releaseFlag=True)
    assert reply.members["eid"] == eid
    assert reply.members["smdpAddress"] == "smdpplus.example.com"
