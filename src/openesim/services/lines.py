"""Lines: the subscriptions behind an operator's own orders, without anything secret of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from openesim.kernel.errors import ConfigError, VerificationError
from openesim.kernel.ids import Imsi, Msisdn
from openesim.provisioning.smdp.orders import Order
from openesim.services.listing import Filters, Place, find_page
from openesim.services.ports import AnyWork, never


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription and the order that hands it out.

    Attributes:
        order: the order.
        imsi: of the subscription; None where its record cannot be opened now.
        msisdn: its number, where it has one.
        is_active: whether networks let it in.
    """

    order: Order
    imsi: Imsi | None
    msisdn: Msisdn | None
    is_active: bool


class Lines:
    """The lines of an operator."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to orders and subscriptions."""
        self._work: Final = work

    async def page(
        self, filters: Filters, operator: str, place: Place | None, limit: int
    ) -> tuple[list[Line], Place | None]:
        """Return the next lines of a list, and where it goes on; orders without a subscription are left out.

        Args:
            filters: of the orders.
            operator: whose.
            place: behind which order; None: from the beginning.
            limit: how many orders are looked at, at most.
        """

        def unit(stores: Any) -> tuple[list[Line], Place | None]:
            """Read a page of orders, and the subscription of each."""
            page = find_page(stores, filters, filters.window(operator, place), limit)
            return [_line(stores, order) for order in page.orders if order.is_personalised], page.next

        return await self._work.run(unit, must_last=never)


def _line(stores: Any, order: Order) -> Line:
    try:
        subscription = stores.subscription(order.iccid)
    except (ConfigError, VerificationError):
        subscription = None
    if subscription is None:
        return Line(order, None, None, is_active=False)
    return Line(order, subscription.imsi, subscription.msisdn, subscription.is_active)
