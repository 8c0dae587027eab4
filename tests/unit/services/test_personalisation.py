"""Orders meet subscriptions: the chip gets the subscriber's own package, and its word switches him on and off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError, VerificationError
from openesim.kernel.ids import Iccid, Imsi
from openesim.kernel.secret import Secret
from openesim.messages.saip.personalise import with_subscriber
from openesim.network.subscription import Batch, CardSecrets, Subscription
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.personalisation import (
    UnreadableSubscriptionError,
    find_subscriber,
    switch_subscription,
)
from tests.support.chip import DELETE, ENABLE
from tests.support.rig import ICCID, Rig, make_chip, make_package

OWN = Iccid("8988211000000000041")
K, OPC = b"a key of 16 octs", b"an OPc of 16 oct"
SUBSCRIPTION = Subscription(
    iccid=OWN,
    imsi=Imsi("001010000000042"),
    k=Secret(K),
    opc=Secret(OPC),
    card=CardSecrets(pins={1: b"9021\xff\xff\xff\xff"}, puks={1: b"86420135"}),
)
BATCH = Batch(name="first", digest=bytes(32), profile_type="Testland", size=1)
NOT_PERSONALISED = ("8.8", "4.2")


def add_subscription(rig: Rig) -> None:
    def unit(stores: Any) -> None:
        stores.add_batch(BATCH)
        stores.add_subscription(SUBSCRIPTION, "first")

    rig.work.run_now(unit)


def add_order(rig: Rig, **changes: Any) -> Order:
    return rig.add_order(iccid=OWN, is_personalised=True, **changes)


def is_active(rig: Rig) -> bool:
    found: Subscription = rig.work.run_now(lambda stores: stores.subscription(OWN))
    return found.is_active


def break_subscriptions(rig: Rig, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(_: Iccid) -> None:
        raise error

    monkeypatch.setattr(rig.work.stores, "subscription", fail)  # type: ignore[attr-defined]


def test_the_chip_gets_the_subscriber_s_own_package(rig: Rig) -> None:
    add_subscription(rig)
    add_order(rig)
    lpa = rig.lpa()
    assert lpa.download("TEST-1").http_status == 204
    installed = lpa.chip.profiles[OWN].package
    stored = make_package()
    assert installed == with_subscriber(stored.octets, stored.points, SUBSCRIPTION.subscriber)
    assert K in installed
    assert OPC in installed


def test_a_retry_gets_the_same_octets_from_another_process(rig: Rig) -> None:
    add_subscription(rig)
    add_order(rig)
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    ready = lpa.ready()
    first = lpa.get_package_with(ready).octets("boundProfilePackage")
    rig.service._prepared.clear()
    assert lpa.get_package_with(ready).octets("boundProfilePackage") == first


def test_an_order_that_is_not_personalised_asks_for_no_subscription(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_subscriptions(rig, monkeypatch, AssertionError("asked for a subscription"))
    rig.add_order()
    assert rig.lpa().download("TEST-1").http_status == 204


@pytest.mark.parametrize("error", [None, VerificationError("cannot be opened"), ConfigError("no key")])
def test_an_order_whose_keys_cannot_be_read_is_refused_and_stays_as_it_is(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    order = add_order(rig, code="1234")
    if error is not None:
        add_subscription(rig)
        break_subscriptions(rig, monkeypatch, error)
    lpa = rig.lpa()
    assert lpa.announce("TEST-1").pair == NOT_PERSONALISED
    assert rig.order(order.order_id) == order, "no attempt is used up"
    monkeypatch.undo()
    if error is None:
        add_subscription(rig)
    assert lpa.download("TEST-1", "1234").http_status == 204


def test_keys_that_are_lost_between_two_calls_refuse_the_second(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_subscription(rig)
    order = add_order(rig)
    lpa = rig.lpa()
    assert lpa.announce("TEST-1").pair is None
    admitted = rig.order(order.order_id)
    rig.service._prepared.clear()
    break_subscriptions(rig, monkeypatch, VerificationError("cannot be opened"))
    assert lpa.get_package().pair == NOT_PERSONALISED
    assert rig.order(order.order_id) == admitted
    monkeypatch.undo()
    assert lpa.get_package().pair is None


def test_a_package_without_a_place_for_the_keys_is_refused(rig: Rig) -> None:
    add_subscription(rig)
    points = replace(make_package().points, pins={})
    add_order(rig, package=rig.add_package(name="Other", points=points))
    assert rig.lpa().announce("TEST-1").pair == NOT_PERSONALISED


ES2PLUS: list[tuple[OrderState, str, Callable[[Rig], Any]]] = [
    (OrderState.AVAILABLE, "order", lambda rig: rig.call_es2("downloadOrder", profileType="Testland")),
    (
        OrderState.ALLOCATED,
        "confirm",
        lambda rig: rig.call_es2("confirmOrder", iccid=f"{OWN}F", releaseFlag=True),
    ),
    (OrderState.CONFIRMED, "release", lambda rig: rig.call_es2("releaseProfile", iccid=f"{OWN}F")),
]


@pytest.mark.parametrize(("state", "_name", "call"), ES2PLUS)
def test_an_operator_is_promised_only_what_can_be_personalised(
    rig: Rig, state: OrderState, _name: str, call: Callable[[Rig], Any]
) -> None:
    operator = None if state is OrderState.AVAILABLE else "operator"
    order = add_order(rig, state=state, operator=operator, matching_id=None)
    assert call(rig).pair == NOT_PERSONALISED
    assert rig.order(order.order_id) == order
    add_subscription(rig)
    assert call(rig).pair is None


def test_no_log_and_no_answer_holds_a_secret(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    add_subscription(rig)
    add_order(rig)
    told = [rig.lpa().announce("TEST-1").body]
    rig.service._prepared.clear()
    points = replace(make_package().points, pins={})
    monkeypatch.setattr(rig.work.stores, "package", lambda _: make_package(points=points))  # type: ignore[attr-defined]
    told.append(rig.lpa().announce("TEST-1").body)
    assert [event["event"] for event in logs] == ["profile not personalised", "refused"]
    text = repr(logs).encode() + b"".join(told)
    for secret in (K, OPC, b"86420135", b"9021\xff"):
        assert secret not in text
        assert secret.hex().encode() not in text.lower()


# --- The chip switches the subscription ------------------------------------------------------------------------


def test_an_installation_lets_the_subscription_in_and_a_deletion_keeps_it_out(rig: Rig) -> None:
    add_subscription(rig)
    add_order(rig)
    lpa = rig.lpa(make_chip())
    lpa.download("TEST-1")
    assert not is_active(rig), "acknowledged is not yet read"
    rig.process()
    assert is_active(rig)
    lpa.deliver(lpa.chip.change(OWN, ENABLE))
    rig.process()
    assert is_active(rig)
    lpa.deliver(lpa.chip.change(OWN, DELETE))
    rig.process()
    assert not is_active(rig)


def test_news_that_come_in_the_wrong_order_leave_it_as_the_chip_has_it(rig: Rig) -> None:
    add_subscription(rig)
    add_order(rig)
    lpa = rig.lpa(make_chip())
    lpa.fetch("TEST-1")
    installed = lpa.install()
    enabled = lpa.chip.change(OWN, ENABLE)
    deleted = lpa.chip.change(OWN, DELETE)
    for notification in (deleted, installed, enabled, deleted):
        lpa.deliver(notification)
        rig.process()
        assert not is_active(rig)


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.INSTALLED, OrderState.DELETED}))
def test_no_other_state_switches_anything(rig: Rig, state: OrderState) -> None:
    add_subscription(rig)
    order = add_order(rig, state=state)
    for before in (True, False):
        rig.work.run_now(lambda stores, before=before: stores.set_active(OWN, is_active=before))  # type: ignore[misc]
        rig.work.run_now(lambda stores: switch_subscription(stores, order))
        assert is_active(rig) is before


def test_what_cannot_be_read_is_told_with_its_cause(rig: Rig) -> None:
    order = add_order(rig)
    with pytest.raises(UnreadableSubscriptionError, match=OWN):
        rig.work.run_now(lambda stores: find_subscriber(stores, order))
    plain = replace(order, iccid=ICCID, is_personalised=False)
    assert rig.work.run_now(lambda stores: find_subscriber(stores, plain)) is None
