"""Chips as an operator knows them: his own orders of one EID, and what happened to them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import Order
from openesim.services.listing import Filters, find_page
from openesim.services.ports import AnyWork, never

MOST_ORDERS: Final = 100
MOST_STEPS: Final = 200
"""Of one order; the timeline of the order has all of them."""


@dataclass(frozen=True, slots=True)
class ChipHistory:
    """What an operator knows of a chip.

    Attributes:
        eid: the chip.
        orders: his orders that are bound to it, the newest first.
        steps: what it did with his orders, oldest first; also with those that are bound to another.
    """

    eid: Eid
    orders: list[Order]
    steps: list[Step]


class Chips:
    """Chips of an operator's orders."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to orders and history."""
        self._work: Final = work

    async def history(self, eid: Eid, operator: str) -> ChipHistory:
        """Return what an operator knows of a chip.

        Raises:
            NotFoundError: no order of his is bound to it.
        """

        def unit(stores: Any) -> ChipHistory:
            """Read the orders, and of each what this chip did."""
            filters = Filters(eid=eid)
            orders = find_page(stores, filters, filters.window(operator, None), MOST_ORDERS).orders
            if not orders:
                raise NotFoundError("no order of yours is bound to this chip")
            steps = [
                step
                for order in orders
                for step in stores.steps_of_order(order.order_id, 0, MOST_STEPS)
                if step.operator == operator and step.eid == eid
            ]
            return ChipHistory(eid, orders, sorted(steps, key=lambda step: step.step_id))

        return await self._work.run(unit, must_last=never)
