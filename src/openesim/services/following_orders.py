"""What follows when an order is stored that got further: its event goes, and the line of its person follows it.

To be called in the unit of work that stores the order, wherever one is stored that may have ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openesim.conditions.admission.admission import LineState
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.announcing import withdraw
from openesim.services.ports import SmdpStores

_OVER: Final = frozenset({OrderState.ERROR, OrderState.UNAVAILABLE, OrderState.DELETED})


def follow_order(stores: SmdpStores, before: Order | None, after: Order, now: datetime) -> None:
    """Have the event of an order withdrawn where it is over, and settle its line.

    Args:
        stores: of the unit of work.
        before: the order as it was.
        after: as it is stored now.
        now: aware UTC.
    """
    withdraw(stores, before, after, now)
    settle_line(stores, before, after, now)


def settle_line(stores: SmdpStores, before: Order | None, after: Order, now: datetime) -> None:
    """Let the line of an order follow it: active with the profile on its chip, ended where the order is over.

    A code that was entered, or that nobody will enter any more, is forgotten.

    An order that was never admitted costs nothing.
    """
    if after.is_admitted:
        if after.state is OrderState.INSTALLED:
            stores.move_line(after.order_id, LineState.ACTIVE, None)
            if after.confirmation_hash is not None:
                stores.forget_code(after.order_id)
        elif after.state in _OVER:
            stores.move_line(after.order_id, LineState.ENDED, now)
    elif before is not None and before.is_admitted:
        # It went back into stock, and nothing of the old order is known any more.
        stores.move_line(before.order_id, LineState.ENDED, now)
        if before.confirmation_hash is not None:
            stores.forget_code(before.order_id)
