"""The history of an order: one step for every message that reached it, whatever came of it.

A step is the one account of what happened. The timeline shows it, ES2+ progress and webhooks tell it to the operator,
reconciliation reads it. It holds no secret: no matching id, no code, no key.

Source: SGP.22 v2.5 §5.3.6 (notification points), §3.1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState


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
    REPAIR = "repair"


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

    @property
    def is_refused(self) -> bool:
        """Whether the message was answered with a refusal."""
        return self.subject is not None


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
    )
