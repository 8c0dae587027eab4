"""What is done to an order on the server itself leaves its trace, and is all or nothing."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import ConflictError, StateError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import OrderEvent, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.orders import cancel_order, issue_again
from tests.support.rig import NOW, Rig, eid_of


def test_an_order_that_is_taken_back_says_of_which_chip_it_was(rig: Rig) -> None:
    order = rig.add_order(eid=eid_of(1), operator="operator")
    after = rig.work.run_now(lambda stores: cancel_order(stores, order, OrderEvent.CANCEL_AVAILABLE, NOW))
    assert (after, after.state, after.changed_at) == (rig.order(), OrderState.AVAILABLE, NOW)
    (step,) = rig.work.run_now(lambda stores: stores.steps_of_order(order.order_id))
    assert (step.action, step.eid, step.operator) == (Action.CANCEL_ORDER, eid_of(1), "operator")


def test_what_a_chip_was_handed_does_not_go_back_to_stock(rig: Rig) -> None:
    rig.add_order()
    rig.lpa().fetch("TEST-1")
    before, steps = rig.order(), len(rig.work.run_now(lambda stores: stores.steps_of_order(1)))
    with pytest.raises(StateError):
        rig.work.run_now(lambda stores: cancel_order(stores, before, OrderEvent.CANCEL_AVAILABLE, NOW))
    assert rig.order() == before
    assert len(rig.work.run_now(lambda stores: stores.steps_of_order(1))) == steps


def test_a_new_matching_id_is_nobody_elses(rig: Rig) -> None:
    order = rig.add_order()
    rig.add_order(iccid=Iccid("8988211000000000025"), matching_id="TAKEN")
    with pytest.raises(ConflictError):
        rig.work.run_now(lambda stores: issue_again(stores, order, Wish(), "TAKEN", NOW))
    assert rig.order(order.order_id) == order


def test_what_came_of_insisting_is_noted(rig: Rig) -> None:
    rig.add_order()
    rig.lpa().fetch("TEST-1")
    wish = Wish(eid=eid_of(2), is_forced=True)
    issued = rig.work.run_now(lambda stores: issue_again(stores, rig.order(), wish, "NEW", NOW))
    step = rig.work.run_now(lambda stores: stores.last_steps(issued.order.order_id, 1))[0]
    assert (step.action, step.message, step.eid) == (Action.REISSUE, issued.warning, eid_of(2))


def events_told(rig: Rig) -> list[tuple[str, ...]]:
    """Returns which event ids the messages to the SM-DS name, oldest first."""
    messages = rig.work.run_now(lambda stores: stores.messages(0, 9))
    assert {message.destination for message in messages} <= {"smds.example.com"}
    return [
        tuple(name for name in ("TEST-1", "NEW") if name.encode() in message.payload) for message in messages
    ]


def test_a_chip_that_an_sm_ds_told_is_told_of_the_new_code_there(rig: Rig) -> None:
    """The old event names the old matching id: phones would ask for it in vain."""
    order = rig.add_order(eid=eid_of(1), smds_address="smds.example.com")
    issued = rig.work.run_now(lambda stores: issue_again(stores, order, Wish(), "NEW", NOW)).order
    assert issued.smds_address == "smds.example.com"
    assert events_told(rig) == [("TEST-1",), ("NEW",)]
    rig.work.run_now(lambda stores: cancel_order(stores, issued, OrderEvent.CANCEL_AVAILABLE, NOW))
    assert events_told(rig) == [("TEST-1",), ("NEW",), ("NEW",)]


def test_another_chip_gets_the_code_from_its_operator(rig: Rig) -> None:
    order = rig.add_order(eid=eid_of(1), smds_address="smds.example.com")
    wish = Wish(eid=eid_of(2), is_forced=True)
    issued = rig.work.run_now(lambda stores: issue_again(stores, order, wish, "NEW", NOW)).order
    assert issued.smds_address is None
    assert events_told(rig) == [("TEST-1",)]
