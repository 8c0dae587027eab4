"""Orders of an operator that are held, as his people look at them: why, until when, and letting them go on or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.admission import codes
from openesim.conditions.admission.admission import Admission
from openesim.conditions.identity.forms import parse_reason
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained import Explained
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.gate.holds import Holds
from openesim.services.listing import ListingStores, find_own
from openesim.services.ports import AnyWork, never

Place = tuple[datetime, int]
"""Where a list goes on: until when the last order is held, and its number."""

_LOOKED_AT: Final = 10


@dataclass(frozen=True, slots=True)
class Held:
    """An order that is held.

    Attributes:
        order: the order.
        admission: what the gate said.
        explained: why, in both languages; None: the cause is not known any more.
        code: of the cause, with its facts where the history has them.
    """

    order: Order
    admission: Admission
    explained: Explained | None
    code: str


class HeldStores(ListingStores, Protocol):
    """Held orders, inside one unit of work."""

    def held_of_operator(self, operator: str, after: Place | None, limit: int) -> list[Place]:
        """Return until when orders of an operator are held, and their numbers, the first to be looked at again first."""
        ...

    def admission(self, order_id: int) -> Admission | None:
        """Return how an order was admitted."""
        ...

    def order(self, order_id: int) -> Order | None:
        """Return the order with the row number."""
        ...

    def last_steps(self, order_id: int, limit: int) -> list[Step]:
        """Return what happened to an order last, newest first."""
        ...


class HeldOrders:
    """Held orders of operators."""

    def __init__(self, work: AnyWork, holds: Holds) -> None:
        """Bind to the stores, and to what ends holds."""
        self._work: Final = work
        self._holds: Final = holds

    async def page(self, operator: str, after: Place | None, limit: int) -> tuple[list[Held], Place | None]:
        """Return held orders of an operator, and where the list goes on; None: there are no more.

        Args:
            operator: whose.
            after: behind this place; None: from the beginning.
            limit: how many at most.
        """

        def unit(stores: HeldStores) -> tuple[list[Held], Place | None]:
            """Look them up."""
            places = stores.held_of_operator(operator, after, limit + 1)
            found = [held for _, number in places[:limit] if (held := held_of(stores, number)) is not None]
            return found, places[limit - 1] if len(places) > limit else None

        return await self._work.run(unit, must_last=never)

    async def among(self, orders: Iterable[Order]) -> set[int]:
        """Return the numbers of those of some orders that are held."""
        numbers = [
            order.order_id for order in orders if order.is_admitted and order.state is OrderState.CONFIRMED
        ]

        def unit(stores: HeldStores) -> set[int]:
            """Look them up."""
            found = [stores.admission(number) for number in numbers]
            return {each.order_id for each in found if each is not None and each.held_until is not None}

        return await self._work.run(unit, must_last=never) if numbers else set()

    async def one(self, iccid: Iccid, operator: str) -> Held | None:
        """Return the operator's order of a profile if it is held; None: it is not.

        Raises:
            NotFoundError: he has no such order.
        """

        def unit(stores: HeldStores) -> Held | None:
            """Look it up."""
            return held_of(stores, find_own(stores, iccid, operator).order_id)

        return await self._work.run(unit, must_last=never)

    async def clear(self, iccid: Iccid, operator: str, actor: str, reason: str) -> Order:
        """Let a held order go on, and return it.

        Args:
            iccid: its profile.
            operator: whose.
            actor: who looked at it.
            reason: why it may go on, 10 to 200 characters; kept for good.

        Raises:
            FaultyTextError: the reason is none.
            NotFoundError: the operator has no such order, or it is not held.
            StateError: something else speaks against it now.
        """
        order_id = await self._own(iccid, operator)
        return await self._holds.clear(order_id, actor, parse_reason(reason))

    async def refuse(self, iccid: Iccid, operator: str, actor: str, reason: str) -> Order:
        """End the hold of an order that shall not go on; its line is given back. Returns the order.

        Raises:
            FaultyTextError: the reason is none.
            NotFoundError: the operator has no such order, or it is not held.
        """
        order_id = await self._own(iccid, operator)
        return await self._holds.refuse(order_id, actor, parse_reason(reason))

    async def _own(self, iccid: Iccid, operator: str) -> int:
        order: Order = await self._work.run(lambda stores: find_own(stores, iccid, operator), must_last=never)
        return order.order_id


def held_of(stores: HeldStores, order_id: int) -> Held | None:
    """Return an order that is held; None: it is not."""
    admission, order = stores.admission(order_id), stores.order(order_id)
    if admission is None or order is None or admission.held_until is None or not order.is_admitted:
        return None
    code = _code_of(stores, admission)
    return Held(order, admission, codes.explained(code), code)


def _code_of(stores: HeldStores, admission: Admission) -> str:
    """Return why an order is held: as its history tells it, with the facts; else by the cause alone."""
    alone = f"{codes.PREFIX}{admission.cause}"
    for step in stores.last_steps(admission.order_id, _LOOKED_AT):
        if step.code is not None and step.code.partition("?")[0] == alone:
            return step.code
    return alone
