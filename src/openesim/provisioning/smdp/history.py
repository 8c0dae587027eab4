"""The history of an order: one step for every message that reached it, whatever came of it.

A step is the one account of what happened. The timeline shows it, ES2+ progress and webhooks tell it to the operator,
reconciliation reads it. It holds no secret: no matching id, no code, no key.

Source: SGP.22 v2.5 §5.3.6 (notification points), §3.1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState

MOST_IDLE: Final = 20
"""So many steps that changed nothing are noted one after the other, and no more."""

IDLE_AGAIN: Final = timedelta(hours=1)
"""After so long, what was noted already is noted again."""


class Action(StrEnum):
    """What reached the order: a function, by its name, or something of our own."""

    IMPORT = "import"
    DOWNLOAD_ORDER = "download_order"
    CONFIRM_ORDER = "confirm_order"
    RELEASE_PROFILE = "release_profile"
    CANCEL_ORDER = "cancel_order"
    AUTHENTICATE_CLIENT = "authenticate_client"
    GET_BOUND_PROFILE_PACKAGE = "get_bound_profile_package"
    CANCEL_SESSION = "cancel_session"
    INSTALLATION_RESULT = "installation_result"
    CHIP_NOTIFICATION = "chip_notification"
    REISSUE = "reissue"
    CHANGE_METADATA = "change_metadata"
    REPAIR = "repair"
    END_HOLD = "end_hold"


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an order.

    Attributes:
        step_id: row number, rising with time; 0 until stored.
        order_id: the order.
        operator: whose it was at that moment; None for orders made on the server itself.
        iccid: its profile.
        profile_type: of that profile.
        at: when, aware UTC.
        action: what reached it.
        state: the order's state afterwards.
        eid: the chip that acted, or that the order is for.
        subject: subject code of a refusal; None where nothing was refused.
        reason: reason code of a refusal.
        message: what was refused or told, for people.
        chip_state: what the chip told of the profile.
        code: what the catalogue of explanations knows it by, beyond subject and reason: ``installation:5/12``.
        result_data: the final result of an installation as the chip told it, A2 with what is in it; None elsewhere.
        is_idle: it changed nothing: a refusal, a repetition, news that came too late.
    """

    step_id: int = 0
    order_id: int
    operator: str | None
    iccid: Iccid
    profile_type: str
    at: datetime
    action: Action
    state: OrderState
    eid: Eid | None = None
    subject: str | None = None
    reason: str | None = None
    message: str | None = None
    chip_state: ChipState | None = None
    code: str | None = None
    result_data: bytes | None = None
    is_idle: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether the message was answered with a refusal."""
        return self.subject is not None


def is_repeated(step: Step, last: Sequence[Step]) -> bool:
    """Tell whether an idle step need not be noted: it stands there already, or nothing but idle ones came of late.

    Whoever knows an activation code, or keeps an old notification, can send it for ever; the history does not grow by
    that: at most ``MOST_IDLE`` idle steps stand between two that changed something.

    Args:
        step: what would be noted.
        last: the last ``MOST_IDLE`` steps of its order.
    """
    if len(last) >= MOST_IDLE and all(each.is_idle for each in last):
        return True
    return any(_likeness(each) == _likeness(step) and step.at - each.at < IDLE_AGAIN for each in last)


def _likeness(step: Step) -> tuple[object, ...]:
    """Return what two steps have in common that tell the same."""
    return step.action, step.state, step.eid, step.subject, step.reason, step.message, step.code


def step_of(
    action: Action, order: Order, now: datetime, answer: object = None, eid: Eid | None = None
) -> Step:
    """Return the step that a function led to.

    Args:
        action: the function.
        order: as it stands afterwards.
        now: aware UTC.
        answer: what the function answered; a ``Status`` is a refusal.
        eid: the chip that acted, if one did; else the order's.
    """
    status = answer if isinstance(answer, Status) else None
    return Step(
        order_id=order.order_id,
        operator=order.operator,
        iccid=order.iccid,
        profile_type=order.profile_type,
        at=now,
        action=action,
        state=order.state,
        eid=eid or order.eid,
        subject=None if status is None else status.subject.value,
        reason=None if status is None else status.reason.value,
        message=None if status is None else status.message,
        code=None if status is None else status.code,
    )
