"""Webhooks: event types, who wants which, and what a message says and never says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.provisioning.smdp.webhooks import (
    EVENT_TYPES,
    Webhook,
    body_of,
    event_type_of,
    message_id_of,
    parse_event_types,
)
from tests.support.rig import ICCID, NOW, eid_of

STEP = Step(
    step_id=7,
    order_id=1,
    operator="operator",
    iccid=ICCID,
    profile_type="Testland",
    at=NOW,
    action=Action.AUTHENTICATE_CLIENT,
    state=OrderState.RELEASED,
    eid=eid_of(1),
)
HOOK = Webhook(
    webhook_id="wh_1",
    operator="operator",
    address="https://hooks.example.com/",
    event_types=("order.*", "profile.installed"),
    secret=Secret(b"new"),
    created_at=NOW,
)


def test_every_action_has_an_event_type_that_is_known() -> None:
    for action in Action:
        for state in OrderState:
            for chip_state in (None, *ChipState):
                for refusal in (None, "8.2"):
                    step = replace(STEP, action=action, state=state, chip_state=chip_state, subject=refusal)
                    assert event_type_of(step) in EVENT_TYPES


@pytest.mark.parametrize(
    ("changes", "event_type"),
    [
        ({"action": Action.CONFIRM_ORDER, "state": OrderState.CONFIRMED}, "order.confirmed"),
        ({"action": Action.CONFIRM_ORDER}, "order.released"),
        ({"action": Action.GET_BOUND_PROFILE_PACKAGE}, "profile.downloaded"),
        ({"subject": "8.2.7", "reason": "3.8"}, "order.refused"),
        ({"subject": "8.2.7", "reason": "6.4", "state": OrderState.ERROR}, "order.failed"),
        ({"action": Action.CANCEL_SESSION, "state": OrderState.ERROR}, "order.failed"),
        ({"action": Action.CANCEL_SESSION}, "order.postponed"),
        ({"action": Action.INSTALLATION_RESULT, "message": "installed"}, "profile.installed"),
        (
            {"action": Action.INSTALLATION_RESULT, "message": "installation failed: 5/12"},
            "profile.installation_failed",
        ),
        ({"action": Action.CHIP_NOTIFICATION, "chip_state": ChipState.DELETED}, "profile.deleted"),
        ({"action": Action.REPAIR}, "order.changed"),
        ({"action": Action.END_HOLD, "state": OrderState.ERROR}, "order.failed"),
    ],
)
def test_steps_have_the_event_types_that_people_expect(changes: dict[str, object], event_type: str) -> None:
    assert event_type_of(replace(STEP, **changes)) == event_type  # type: ignore[arg-type]


def test_a_webhook_is_told_what_it_wants() -> None:
    assert HOOK.wants("order.failed")
    assert HOOK.wants("profile.installed")
    assert not HOOK.wants("profile.deleted")
    assert replace(HOOK, event_types=("*",)).wants("profile.deleted")


@pytest.mark.parametrize(
    "names", [(), ("order",), ("order.lost",), ("",), ("sim.*",), ("webhook.test",), ("*.*",)]
)
def test_event_types_that_nobody_is_told_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(DecodeError):
        parse_event_types(names)


def test_event_types_are_kept_once() -> None:
    assert parse_event_types(("order.*", "*", "order.*")) == ("order.*", "*")


def test_the_secret_before_signs_until_its_time_is_up() -> None:
    rotated = replace(HOOK, previous=Secret(b"old"), previous_until=NOW + timedelta(hours=1))
    assert HOOK.secrets_at(NOW) == (Secret(b"new"),)
    assert rotated.secrets_at(NOW) == (Secret(b"new"), Secret(b"old"))
    assert rotated.secrets_at(NOW + timedelta(hours=1)) == (Secret(b"new"),)


def test_a_message_names_itself_the_same_however_often_it_is_made() -> None:
    body = body_of(replace(STEP, subject="8.2.6", reason="3.8", message="no order"))
    assert body == {
        "id": "msg_7-1800016245000",
        "type": "order.refused",
        "timestamp": "2027-01-15T12:30:45.000Z",
        "data": {
            "step_id": 7,
            "order_id": 1,
            "iccid": str(ICCID),
            "eid": str(eid_of(1)),
            "profile_type": "Testland",
            "action": "authenticate_client",
            "state": "Released",
            "chip_state": None,
            "refusal": {"subject": "8.2.6", "reason": "3.8"},
            "message": "no order",
        },
    }
    assert body["id"] == message_id_of(STEP)
