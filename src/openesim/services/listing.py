"""Lists of an operator's orders: filters, pages, and a place to go on from.

A list runs along one index: the one that its filters choose. What other filters leave out is passed over, and at most
``LOOKED_AT`` orders are looked at for one page: so a page costs the same whatever is asked for, and may be shorter than
wished, or empty, while there is more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Iccid
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.ports import AnyWork, never

LOOKED_AT: Final = 1000
"""Orders that are looked at for one page, at most."""


class Sort(Enum):
    """What comes first in a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED_LAST = "changed-last"
    CHANGED_FIRST = "changed-first"


class Range(Enum):
    """Along which index a list runs."""

    TIME = "time"
    STATE = "state"
    REFERENCE = "reference"
    EID = "eid"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: behind this order.

    Attributes:
        at: its time, by which the list is sorted; None: the end of all time.
        order_id: its row number.
    """

    at: datetime | None
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of one index.

    Attributes:
        operator: whose orders.
        range: the index.
        value: what it is entered by: a state, a reference, an EID; None for time and change.
        since: no older ones.
        before: only older ones.
        place: behind this order.
        is_oldest_first: the oldest, or the oldest change, comes first.
    """

    operator: str
    range: Range
    value: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    place: Place | None = None
    is_oldest_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is asked for; what is None leaves nothing out.

    Attributes:
        state: in this state.
        profile_type: of this type.
        eid: for this chip.
        iccid: this profile.
        reference: with this name of the operator's own.
        created_after: made then or later.
        created_before: made earlier.
        changed_after: changed then or later; such a list begins with the oldest change.
    """

    state: OrderState | None = None
    profile_type: str | None = None
    eid: Eid | None = None
    iccid: Iccid | None = None
    reference: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    changed_after: datetime | None = None

    def window(self, operator: str, place: Place | None, sort: Sort = Sort.NEWEST) -> Window:
        """Return the stretch that holds all orders that pass, as short as an index makes it.

        Args:
            operator: whose orders.
            place: behind this order.
            sort: what comes first. Orders of a chip or a reference are sorted by when they were made.
        """
        window = Window(
            operator=operator,
            range=Range.TIME,
            since=self.created_after,
            before=self.created_before,
            place=place,
            is_oldest_first=sort in {Sort.OLDEST, Sort.CHANGED_FIRST},
        )
        if self.eid is not None:
            return replace(window, range=Range.EID, value=str(self.eid))
        if self.reference is not None:
            return replace(window, range=Range.REFERENCE, value=self.reference)
        if self.changed_after is not None or sort in {Sort.CHANGED_LAST, Sort.CHANGED_FIRST}:
            is_oldest_first = sort is not Sort.CHANGED_LAST
            return replace(
                window,
                range=Range.CHANGE,
                since=self.changed_after,
                before=None,
                is_oldest_first=is_oldest_first,
            )
        if self.state is not None:
            return replace(window, range=Range.STATE, value=self.state.value)
        return window

    def pass_over(self, order: Order) -> bool:
        """Tell whether an order of the window is left out."""
        wished = (
            (self.state, order.state),
            (self.profile_type, order.profile_type),
            (self.eid, order.eid),
            (self.iccid, order.iccid),
            (self.reference, order.reference),
        )
        if any(wish is not None and wish != value for wish, value in wished):
            return True
        made, changed = order.ordered_at, order.changed_at
        return (
            (self.created_after is not None and (made is None or made < self.created_after))
            or (self.created_before is not None and made is not None and made >= self.created_before)
            or (self.changed_after is not None and (changed is None or changed < self.changed_after))
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders of a list.

    Attributes:
        orders: those that pass the filters.
        next: where the next page begins; None: this is the last one.
    """

    orders: list[Order]
    next: Place | None


class ListingStores(Protocol):
    """Lists of orders, inside one unit of work."""

    def order_of_operator(self, iccid: Iccid, operator: str) -> Order | None:
        """Return the order of a profile, if it is the operator's."""
        ...

    def window(self, window: Window, limit: int) -> list[Order]:
        """Return at most ``limit`` orders of a window, in its order, behind its place."""
        ...

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        """Return what happened to an order, oldest first, beginning behind ``after``."""
        ...


class Listing:
    """Orders as their operator looks at them."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the stores."""
        self._work: Final = work

    async def order(self, iccid: Iccid, operator: str) -> Order:
        """Return the operator's order of a profile.

        Raises:
            NotFoundError: he has none.
        """

        def unit(stores: ListingStores) -> Order:
            """Look them up."""
            return find_own(stores, iccid, operator)

        return await self._work.run(unit, must_last=never)

    async def page(
        self, filters: Filters, operator: str, place: Place | None, limit: int, sort: Sort = Sort.NEWEST
    ) -> Page:
        """Return the next orders of a list.

        Args:
            filters: what is left out.
            operator: whose orders.
            place: behind which order; None: from the beginning.
            limit: how many at most.
            sort: what comes first.
        """

        def unit(stores: ListingStores) -> Page:
            """Look them up."""
            return find_page(stores, filters, filters.window(operator, place, sort), limit)

        return await self._work.run(unit, must_last=never)

    async def steps(
        self, iccid: Iccid, operator: str, after: int, limit: int
    ) -> tuple[list[Step], int | None]:
        """Return what happened to the operator's order of a profile, oldest first, and behind which step it goes on.

        Args:
            iccid: the profile.
            operator: whose it is; what happened while it was nobody's, or another's, is not told.
            after: behind this step.
            limit: how many at most.

        Raises:
            NotFoundError: he has none.
        """

        def unit(stores: ListingStores) -> list[Step]:
            """Look them up."""
            order = find_own(stores, iccid, operator)
            return stores.steps_of_order(order.order_id, after, limit)

        steps = await self._work.run(unit, must_last=never)
        goes_on = steps[-1].step_id if len(steps) == limit else None
        return [step for step in steps if step.operator == operator], goes_on


def find_own(stores: ListingStores, iccid: Iccid, operator: str) -> Order:
    """Return the operator's order of a profile; another's is not there.

    Raises:
        NotFoundError: he has none.
    """
    order = stores.order_of_operator(iccid, operator)
    if order is None:
        raise NotFoundError("no order of yours has this ICCID")
    return order


def find_page(stores: ListingStores, filters: Filters, window: Window, limit: int) -> Page:
    """Return the orders of a window that pass filters, looking at so many at most."""
    if filters.iccid is not None:
        order = stores.order_of_operator(filters.iccid, window.operator)
        return Page([] if order is None or window.place or filters.pass_over(order) else [order], None)
    found: list[Order] = []
    left, wanted = LOOKED_AT, min(limit + 1, LOOKED_AT)
    while left:
        some = stores.window(window, wanted)
        for order in some:
            if filters.pass_over(order):
                continue
            if len(found) == limit:
                return Page(found, _place(found[-1], window))
            found.append(order)
        if len(some) < wanted:
            return Page(found, None)
        left -= len(some)
        wanted = min(left, LOOKED_AT // 4)
        window = replace(window, place=_place(some[-1], window))
    return Page(found, window.place)


def _place(order: Order, window: Window) -> Place:
    """Return the place behind an order, as its window is sorted."""
    at = order.changed_at if window.range is Range.CHANGE else order.ordered_at
    return Place(at or _BEGINNING, order.order_id)


_BEGINNING: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Where orders of whom nobody noted the time are sorted."""
