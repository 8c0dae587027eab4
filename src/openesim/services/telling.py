"""What happened to an order is stored, with the moment, and told to those who want to hear of it.

On disk with the state that it tells: the step, and every message that it is told by.
"""

from __future__ import annotations

from datetime import datetime

from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.history import MOST_IDLE, Action, Step, is_repeated, step_of
from openesim.provisioning.smdp.orders import Order
from openesim.services.ports import SmdpStores


def stamped(order: Order, now: datetime) -> Order:
    """Return an order that changed with the moment at which it did."""
    return changed(order, changed_at=now)


def tell(stores: SmdpStores, step: Step) -> None:
    """Store a step, inside the unit of work of what it tells; one that changed nothing only as long as it is news."""
    if step.is_idle and is_repeated(step, stores.last_steps(step.order_id, MOST_IDLE)):
        return
    stores.add_step(step)


def tell_answer(
    stores: SmdpStores,
    action: Action,
    order: Order | None,
    now: datetime,
    answer: object = None,
    eid: Eid | None = None,
) -> None:
    """Store the step that a function led to, if it reached an order.

    Args:
        stores: of the unit of work.
        action: the function.
        order: as it stands afterwards; None: the message reached none.
        now: aware UTC.
        answer: what the function answered.
        eid: the chip that acted.
    """
    if order is not None:
        tell(stores, step_of(action, order, now, answer, eid))
