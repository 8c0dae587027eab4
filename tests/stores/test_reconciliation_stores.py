"""The contract of ``ReconciliationStores``: stretches of orders with all that is known of them, on every kind of stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, Imsi, TransactionId
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.binding import Binding, Download
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.reconciliation import HandedOut, SubscriptionFacts
from openesim.provisioning.smds.events import Event
from openesim.security.crypto.curves import Curve
from tests.support.rig import NOW, Rig, eid_of

S = OrderState


def iccid_of(number: int) -> Iccid:
    return Iccid(f"898821100000000{number:04d}")


def ask(work: Any, method: str, *arguments: Any, **named: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments, **named))


def download_of(order: Order, number: int, minutes: int, result: str | None = None) -> Download:
    return Download(
        transaction_id=TransactionId(bytes([order.order_id % 256, number])),
        order_id=order.order_id,
        eid=eid_of(1),
        euicc_key=b"key",
        identity=b"i" * 20,
        address="x",
        binding=Binding(curve=Curve.P256, euicc_otpk=b"p" * 65, smdp_otsk=b"s" * 32),
        created_at=NOW + timedelta(minutes=minutes),
        result=result,
    )


@pytest.fixture
def orders(rig: Rig) -> list[Order]:
    """Five orders of two operators; the third has a subscription."""
    made = []
    for number in range(5):
        changes: dict[str, Any] = {
            "iccid": iccid_of(number),
            "matching_id": f"T-{number}",
            "operator": "even" if number % 2 == 0 else "odd",
            "state": S.DOWNLOADED if number < 4 else S.RELEASED,
            "changed_at": NOW + timedelta(minutes=-number // 2),
            "is_personalised": number == 2,
        }
        made.append(rig.add_order(**changes))

    def subscribe(stores: Any) -> None:
        stores.add_batch(Batch(name="b", digest=bytes(32), profile_type="T", size=1))
        subscription = Subscription(
            iccid=iccid_of(2), imsi=Imsi("001010000000002"), k=Secret(b"k" * 16), opc=Secret(b"o" * 16)
        )
        stores.add_subscription(subscription, "b")

    rig.work.run_now(subscribe)
    return made


def test_orders_come_page_by_page(work: Any, orders: list[Order]) -> None:
    assert ask(work, "every_order", 0, 9) == orders
    assert ask(work, "every_order", orders[1].order_id, 2) == orders[2:4]


def test_what_waits_comes_by_age_and_each_once(work: Any, orders: list[Order]) -> None:
    """Two orders changed in the same moment."""
    found: list[Order] = []
    while page := ask(
        work, "waiting_orders", found[-1].changed_at if found else None, found[-1].order_id if found else 0, 1
    ):
        found += page
    assert [order.order_id for order in found] == [orders[n].order_id for n in (3, 1, 2, 0)]


def test_of_every_order_the_last_download_counts(work: Any, orders: list[Order]) -> None:
    first, second, third, *_ = orders
    for one in (
        download_of(first, 1, 0, "installed"),
        download_of(first, 2, 5),
        download_of(second, 1, 3),
    ):
        ask(work, "add_download", one)
        ask(work, "save_download_result", one)
    ask(work, "add_download", download_of(third, 1, 1))
    found = ask(work, "handed_out", first.order_id, second.order_id)
    assert found == {
        first.order_id: HandedOut(NOW + timedelta(minutes=5), None),
        second.order_id: HandedOut(NOW + timedelta(minutes=3), None),
    }
    assert ask(work, "handed_out", orders[3].order_id, orders[4].order_id) == {}


def told(order: Order, action: Action, chip: int, chip_state: ChipState | None) -> Step:
    return replace(step_of(action, order, NOW, eid=eid_of(chip)), chip_state=chip_state)


def test_of_every_order_the_last_word_counts_and_of_one_issued_again_every_chips(
    work: Any, orders: list[Order]
) -> None:
    first, second, third, *_ = orders
    enabled, gone = ChipState.ENABLED, ChipState.DELETED
    for step in (
        told(first, Action.CHIP_NOTIFICATION, 1, enabled),
        told(first, Action.CHIP_NOTIFICATION, 1, gone),
        told(first, Action.AUTHENTICATE_CLIENT, 2, None),
        told(second, Action.INSTALLATION_RESULT, 1, enabled),
        told(second, Action.REISSUE, 2, None),
        told(second, Action.CHIP_NOTIFICATION, 2, gone),
        told(third, Action.CHIP_NOTIFICATION, 1, enabled),
    ):
        ask(work, "add_step", step)
    found = ask(work, "words", first.order_id, second.order_id)
    assert set(found) == {first.order_id, second.order_id}
    assert {eid: word.chip_state for eid, word in found[first.order_id].items()} == {eid_of(1): gone}
    assert {eid: word.chip_state for eid, word in found[second.order_id].items()} == {
        eid_of(1): enabled,
        eid_of(2): gone,
        None: None,
    }


def test_subscriptions_are_those_of_personalised_orders_and_are_told_again(
    work: Any, orders: list[Order]
) -> None:
    first, last = orders[0].order_id, orders[-1].order_id
    third, imsi = orders[2].order_id, Imsi("001010000000002")
    before = ask(work, "subscription_facts", first, last)
    assert (set(before), before[third].imsi, before[third].is_active) == ({third}, imsi, False)
    ask(work, "set_active", iccid_of(2), is_active=True)
    ask(work, "set_told", iccid_of(2), is_active=True)
    assert ask(work, "subscription_facts", first, last) == {third: SubscriptionFacts(imsi, True, True)}
    ask(work, "tell_again", iccid_of(2))
    assert ask(work, "subscription_facts", third, third) == {third: SubscriptionFacts(imsi, True, False)}
    assert [each.imsi for each in ask(work, "untold_subscriptions", 9)] == [imsi]
    assert ask(work, "subscription_facts", last, last) == {}


def test_what_our_own_discovery_server_announces_is_known(work: Any, rig: Rig) -> None:
    order = rig.add_order(matching_id="T-9", eid=eid_of(1))
    other = rig.add_order(iccid=iccid_of(8), matching_id="T-8", eid=eid_of(1))
    assert ask(work, "announced", order.order_id, other.order_id) == set()
    if hasattr(work, "stores"):
        work.stores.announced_ids.add("T-9")
    else:
        event = Event(
            event_id="T-9",
            eid=eid_of(1),
            rsp_server_address="smdp.example.com",
            registrant="us",
            created_at=NOW,
        )
        ask(work, "add_event", event)
    assert ask(work, "announced", order.order_id, other.order_id) == {order.order_id}


def test_nothing_is_stuck_at_first(work: Any) -> None:
    assert ask(work, "stuck_by_profile", 9) == {}


def test_the_last_steps_of_an_order_come_newest_first(work: Any, orders: list[Order]) -> None:
    for number in range(4):
        ask(work, "add_step", told(orders[0], Action.CHIP_NOTIFICATION, number + 1, None))
    ask(work, "add_step", told(orders[1], Action.CHIP_NOTIFICATION, 9, None))
    last = ask(work, "last_steps", orders[0].order_id, 3)
    assert [step.eid for step in last] == [eid_of(4), eid_of(3), eid_of(2)]


def test_everything_of_a_step_comes_back(work: Any, orders: list[Order]) -> None:
    step = replace(
        told(orders[0], Action.INSTALLATION_RESULT, 1, ChipState.DISABLED),
        subject="8.1",
        reason="4.2",
        message="m",
        code="installation:5/12",
        result_data=b"\xa2\x00",
        is_idle=True,
    )
    stored = ask(work, "add_step", step)
    assert ask(work, "steps_of_order", orders[0].order_id) == [stored]
    assert replace(stored, step_id=0) == step


def test_how_often_a_profile_was_fetched_again_is_kept(work: Any, orders: list[Order]) -> None:
    ask(work, "save_progress", replace(orders[0], redownloads=3))
    assert ask(work, "order", orders[0].order_id).redownloads == 3
