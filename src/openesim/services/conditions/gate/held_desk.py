"""Held orders of all operators, as the regulator looks at them: why, until when, and letting them go on or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from openesim.conditions.admission.admission import Admission
from openesim.conditions.identity.faults import FaultyTextError, FormError
from openesim.conditions.identity.forms import parse_reason
from openesim.kernel.errors import NotFoundError
from openesim.provisioning.smdp.orders import Order
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.operator.held_orders import Held, HeldStores, Place, held_of
from openesim.services.ports import AnyWork, never

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class NationStores(HeldStores, Protocol):
    """Held orders of all operators, inside one unit of work."""

    def held_admissions(self, after: tuple[int, int], limit: int) -> list[Admission]:
        """Return orders that are held, by when they are looked at again, beginning behind (milliseconds, order)."""
        ...


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Some held orders, those first that are looked at again first.

    Attributes:
        held: the orders.
        next: where the next page begins; None: this is the last one.
    """

    held: tuple[Held, ...]
    next: Place | None


class HeldDesk:
    """Held orders, for pages of the regulator."""

    def __init__(self, work: AnyWork, holds: Holds) -> None:
        """Bind to the database, and to what ends holds."""
        self._work: Final = work
        self._holds: Final = holds

    async def page(self, operator: str, after: Place | None, limit: int) -> HeldPage:
        """Return some held orders.

        Args:
            operator: of this operator; empty: of all.
            after: behind this place; None: from the beginning.
            limit: how many at most.
        """

        def unit(stores: NationStores) -> HeldPage:
            """Look them up."""
            places = _places(stores, operator, after, limit + 1)
            held = [one for _, number in places[:limit] if (one := held_of(stores, number)) is not None]
            return HeldPage(tuple(held), places[limit - 1] if len(places) > limit else None)

        return await self._work.run(unit, must_last=never)

    async def one(self, order_id: int) -> Held:
        """Return a held order.

        Raises:
            NotFoundError: no such order is held.
        """

        def unit(stores: NationStores) -> Held | None:
            """Look it up."""
            return held_of(stores, order_id)

        held = await self._work.run(unit, must_last=never)
        if held is None:
            raise NotFoundError(f"order {order_id} is not held")
        return held

    async def clear(self, order_id: int, actor: str, reason: str) -> Order:
        """Let a held order go on, and return it.

        Raises:
            FormError: the reason is none.
            NotFoundError: no such order is held.
            StateError: something else speaks against it now.
        """
        return await self._holds.clear(order_id, actor, _read(reason))

    async def refuse(self, order_id: int, actor: str, reason: str) -> Order:
        """End the hold of an order that shall not go on; its line is given back. Returns the order.

        Raises:
            FormError: the reason is none.
            NotFoundError: no such order is held.
        """
        return await self._holds.refuse(order_id, actor, _read(reason))


def _places(stores: NationStores, operator: str, after: Place | None, limit: int) -> list[Place]:
    if operator:
        return stores.held_of_operator(operator, after, limit)
    behind = (0, 0) if after is None else ((after[0] - _EPOCH) // _MILLISECOND, after[1])
    found = stores.held_admissions(behind, limit)
    return [(each.held_until, each.order_id) for each in found if each.held_until is not None]


def _read(reason: str) -> str:
    try:
        return parse_reason(reason)
    except FaultyTextError as error:
        raise FormError({"reason": error.fault}) from None
