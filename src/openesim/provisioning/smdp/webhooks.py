"""Webhooks: what happens to an operator's orders, told to a program of his over plain HTTPS.

The words *event type* are those of webhooks everywhere; they have nothing to do with the events of an SM-DS. A message
never carries a matching id, an activation code or a confirmation code: it is made of a step, which holds none.

Source: Standard Webhooks 1.0.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.provisioning.smdp.progress import INSTALLATION_FAILED, call_identifier

TEST: Final = "webhook.test"
"""Event type of the message by which a webhook is tried out."""

EVENT_TYPES: Final = (
    "order.imported",
    "order.allocated",
    "order.confirmed",
    "order.released",
    "order.cancelled",
    "order.admitted",
    "order.refused",
    "order.postponed",
    "order.failed",
    "order.changed",
    "profile.downloaded",
    "profile.installed",
    "profile.installation_failed",
    "profile.enabled",
    "profile.disabled",
    "profile.deleted",
)
"""What a webhook can be told. ``order.changed``: something that has no name of its own yet."""

_BY_ACTION: Final = {
    Action.IMPORT: "order.imported",
    Action.DOWNLOAD_ORDER: "order.allocated",
    Action.RELEASE_PROFILE: "order.released",
    Action.CANCEL_ORDER: "order.cancelled",
    Action.AUTHENTICATE_CLIENT: "order.admitted",
    Action.GET_BOUND_PROFILE_PACKAGE: "profile.downloaded",
    Action.CANCEL_SESSION: "order.postponed",
    Action.INSTALLATION_RESULT: "profile.installed",
}
_BY_CHIP_STATE: Final = {
    ChipState.ENABLED: "profile.enabled",
    ChipState.DISABLED: "profile.disabled",
    ChipState.DELETED: "profile.deleted",
}
_INSTALLED: Final = "installed"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A webhook that is told things, as far as whoever tells needs to know it: without its secret.

    Attributes:
        webhook_id: names it.
        event_types: what it is told: names, ``order.*``, ``profile.*`` or ``*``.
    """

    webhook_id: str
    event_types: tuple[str, ...]

    def wants(self, event_type: str) -> bool:
        """Tell whether it is told events of a type."""
        room = event_type.partition(".")[0]
        return any(each in {"*", f"{room}.*", event_type} for each in self.event_types)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where an operator wants to be told what happens to his orders.

    Attributes:
        webhook_id: names it.
        operator: whose it is.
        address: URL.
        event_types: what it is told: names, ``order.*``, ``profile.*`` or ``*``.
        secret: signs what it is told.
        previous: the secret before, which signs beside it until ``previous_until``.
        previous_until: aware UTC.
        created_at: aware UTC.
        is_active: whether it is told anything.
        disabled_at: when it was given up, aware UTC.
        disabled_reason: why, for people.
    """

    webhook_id: str
    operator: str
    address: str
    event_types: tuple[str, ...]
    secret: Secret[bytes]
    created_at: datetime
    previous: Secret[bytes] | None = None
    previous_until: datetime | None = None
    is_active: bool = True
    disabled_at: datetime | None = None
    disabled_reason: str | None = None

    def secrets_at(self, now: datetime) -> tuple[Secret[bytes], ...]:
        """Return the secrets that sign at a moment, the newest first."""
        if self.previous is None or self.previous_until is None or now >= self.previous_until:
            return (self.secret,)
        return self.secret, self.previous

    def wants(self, event_type: str) -> bool:
        """Tell whether it is told events of a type."""
        return Subscribed(self.webhook_id, self.event_types).wants(event_type)


def parse_event_types(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a webhook wants to be told, each once.

    Raises:
        DecodeError: none, or one that nobody is ever told.
    """
    if not names:
        raise DecodeError("a webhook is told at least one event type")
    rooms = {name.partition(".")[0] for name in EVENT_TYPES}
    for name in names:
        if name not in EVENT_TYPES and name != "*" and name not in {f"{room}.*" for room in rooms}:
            known = ", ".join(("*", *(f"{room}.*" for room in sorted(rooms)), *EVENT_TYPES))
            raise DecodeError(f"{name!r} is no event type; known are {known}")
    return tuple(dict.fromkeys(names))


def event_type_of(step: Step) -> str:
    """Return the event type of a step."""
    if step.is_refused:
        return "order.failed" if step.state is OrderState.ERROR else "order.refused"
    match step.action:
        case Action.CONFIRM_ORDER:
            return "order.released" if step.state is OrderState.RELEASED else "order.confirmed"
        case Action.CANCEL_SESSION | Action.END_HOLD if step.state is OrderState.ERROR:
            return "order.failed"
        case Action.INSTALLATION_RESULT if (step.message or "").startswith(INSTALLATION_FAILED):
            return "profile.installation_failed"
        case Action.CHIP_NOTIFICATION if step.message == _INSTALLED:
            return "profile.installed"
        case Action.CHIP_NOTIFICATION if step.chip_state is not None:
            return _BY_CHIP_STATE[step.chip_state]
        case action:
            return _BY_ACTION.get(action, "order.changed")


def message_id_of(step: Step) -> str:
    """Return the header ``webhook-id`` of what tells a step: the same however often, and to whomever, it is sent."""
    return f"msg_{call_identifier(step)}"


def body_of(step: Step) -> dict[str, Any]:
    """Return the JSON object that tells a step."""
    refusal = None
    if step.is_refused:
        refusal = {"subject": step.subject, "reason": step.reason}
    return {
        "id": message_id_of(step),
        "type": event_type_of(step),
        "timestamp": format_moment(step.at),
        "data": {
            "step_id": step.step_id,
            "order_id": step.order_id,
            "iccid": str(step.iccid),
            "eid": None if step.eid is None else str(step.eid),
            "profile_type": step.profile_type,
            "action": step.action.value,
            "state": step.state.value,
            "chip_state": None if step.chip_state is None else step.chip_state.value,
            "refusal": refusal,
            "message": step.message,
        },
    }


def format_moment(moment: datetime) -> str:
    """Return a moment in UTC with milliseconds, as RFC 3339 has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
