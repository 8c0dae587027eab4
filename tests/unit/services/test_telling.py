"""What is told to whom, in the transaction of what it tells: operators by notification points, webhooks by event types."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.operators import USUAL_IDS, Operator, Point
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.webhooks import Webhook
from openesim.services.outgoing import Message
from tests.support.chip import DELETE, DISABLE, ENABLE
from tests.support.rig import ICCID, NOW, Rig, eid_of

OPERATOR = Operator(
    name="operator",
    display_name="Operator",
    created_at=NOW,
    callback_address="es2.example.com",
    points=USUAL_IDS,
)
HOOK = Webhook(
    webhook_id="wh_1",
    operator="operator",
    address="https://hooks.example.com/",
    event_types=("*",),
    secret=Secret(b"s" * 32),
    created_at=NOW,
)


def keep(rig: Rig, *listeners: Operator | Webhook) -> None:
    def unit(stores: Any) -> None:
        for each in listeners:
            if isinstance(each, Operator):
                stores.add_operator(each)
            else:
                stores.add_webhook(each)

    rig.work.run_now(unit)


def sent(rig: Rig, kind: str = "es2plus") -> list[Message]:
    found = rig.work.run_now(lambda stores: stores.messages(0, 100))
    return [message for message in found if message.kind == kind]


def points(rig: Rig) -> list[tuple[int, str]]:
    """Returns point and status of everything the operator will be told."""
    told = []
    for message in sent(rig):
        assert (message.destination, message.sequence_key) == ("operator", str(ICCID))
        body = json.loads(message.payload)
        told.append((body["notificationPointId"], body["notificationPointStatus"]["status"]))
    return told


def download(rig: Rig, *, code: str | None = None) -> Any:
    """Downloads and installs; a code is mistyped once."""
    lpa = rig.lpa()
    assert lpa.announce("TEST-1").pair is None
    if code is not None:
        assert lpa.get_package("0000").pair == ("8.2.7", "3.8")
    assert lpa.get_package(code).pair is None
    lpa.deliver(lpa.install())
    rig.process()
    return lpa


def test_the_operator_hears_of_a_download_from_first_to_last(rig: Rig) -> None:
    keep(rig, OPERATOR)
    rig.add_order(operator="operator", code="1234")
    lpa = download(rig, code="1234")
    for change in (ENABLE, DISABLE, DELETE):
        lpa.deliver(lpa.chip.change(ICCID, change))
    rig.process()
    success = "Executed-Success"
    assert points(rig) == [
        (1, success),
        (2, "Failed"),
        (3, success),
        (4, success),
        (6, success),
        (7, success),
        (8, success),
    ]
    bodies = [json.loads(message.payload) for message in sent(rig)]
    assert {body["eid"] for body in bodies} == {str(eid_of(1))}
    result = [body.get("resultData") for body in bodies]
    assert [each is not None for each in result] == [False, False, False, True, False, False, False]
    assert base64.b64decode(result[3])[:2] == b"\xbf\x27"
    calls = [body["header"]["functionCallIdentifier"] for body in bodies]
    assert len(set(calls)) == len(calls)


def test_a_rejection_is_told_and_a_postponement_is_not(rig: Rig) -> None:
    keep(rig, OPERATOR)
    rig.add_order(operator="operator")
    for reason in (1, 0):
        lpa = rig.lpa()
        assert lpa.announce("TEST-1").pair is None
        assert lpa.cancel(reason).pair is None
    assert points(rig) == [(1, "Executed-Success"), (1, "Executed-Success"), (3, "Failed")]
    assert rig.order().state is OrderState.ERROR


def test_attempts_that_are_used_up_are_told(rig: Rig) -> None:
    keep(rig, OPERATOR)
    rig.add_order(operator="operator", max_attempts=1)
    assert rig.lpa().announce("TEST-1").pair is None
    assert rig.lpa().announce("TEST-1").pair == ("8.8.5", "6.4")
    assert points(rig) == [(1, "Executed-Success"), (1, "Failed")]


def test_strangers_make_no_messages(rig: Rig) -> None:
    keep(rig, OPERATOR)
    rig.add_order(operator="operator", eid=eid_of(9))
    assert rig.lpa().announce("TEST-1").pair == ("8.1.1", "3.8")
    assert rig.lpa().announce("NO-SUCH").pair == ("8.2.6", "3.8")
    assert points(rig) == []


def test_only_points_that_the_operator_wants_are_kept(rig: Rig) -> None:
    keep(rig, replace(OPERATOR, points={Point.INSTALLATION: 4, Point.ENABLE: 101}))
    rig.add_order(operator="operator")
    lpa = download(rig)
    lpa.deliver(lpa.chip.change(ICCID, ENABLE))
    rig.process()
    assert points(rig) == [(4, "Executed-Success"), (101, "Executed-Success")]


@pytest.mark.parametrize("operator", [None, "another"])
def test_orders_of_others_are_not_told(rig: Rig, operator: str | None) -> None:
    keep(rig, OPERATOR, HOOK)
    rig.add_order(operator=operator)
    download(rig)
    assert (sent(rig), sent(rig, "webhook")) == ([], [])


def test_a_webhook_hears_what_it_wants_without_any_code(rig: Rig) -> None:
    keep(rig, HOOK, replace(HOOK, webhook_id="wh_2", event_types=("profile.installed",)))
    keep(rig, replace(HOOK, webhook_id="wh_3", is_active=False))
    rig.add_package()
    rig.add_order(state=OrderState.AVAILABLE, matching_id=None, operator=None)
    assert rig.call_es2("downloadOrder", iccid=str(ICCID)).pair is None
    confirmed = rig.call_es2(
        "confirmOrder", iccid=str(ICCID), matchingId="TEST-1", confirmationCode="7531", releaseFlag=True
    )
    assert confirmed.pair is None
    download(rig, code="7531")
    told = [(message.destination, json.loads(message.payload)["type"]) for message in sent(rig, "webhook")]
    assert told == [
        ("wh_1", "order.allocated"),
        ("wh_1", "order.released"),
        ("wh_1", "order.admitted"),
        ("wh_1", "order.refused"),
        ("wh_1", "profile.downloaded"),
        ("wh_1", "profile.installed"),
        ("wh_2", "profile.installed"),
    ]
    kept = b"".join(message.payload for message in rig.work.run_now(lambda s: s.messages(0, 100)))
    assert b"TEST-1" not in kept
    assert b"7531" not in kept
