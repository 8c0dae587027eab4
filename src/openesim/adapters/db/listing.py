"""Lists of an operator's orders, a page at a time: what a page costs does not depend on how many orders there are.

Whoever lists, changes nothing: no row is held.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select, tuple_

from openesim.adapters.db.records import read_order, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, constant
from openesim.adapters.db.tables import orders
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.listing import Place, Window

_MINE: Final = orders.c.operator == bindparam("operator")

_ALL_NEWEST_FIRST: Final[Any] = (
    select(orders)
    .where(orders.c.ordered_at >= bindparam("since"))
    .where(tuple_(orders.c.ordered_at, orders.c.order_id) < tuple_(bindparam("at"), bindparam("place")))
    .order_by(orders.c.ordered_at.desc(), orders.c.order_id.desc())
)

_NEWEST_FIRST: Final = _ALL_NEWEST_FIRST.where(_MINE)

_ALL_OLDEST_FIRST: Final[Any] = (
    select(orders)
    .where(orders.c.ordered_at >= bindparam("at"))
    .where(tuple_(orders.c.ordered_at, orders.c.order_id) > tuple_(bindparam("at"), bindparam("place")))
    .order_by(orders.c.ordered_at, orders.c.order_id)
)

_OLDEST_FIRST: Final = _ALL_OLDEST_FIRST.where(_MINE)

# A chip has a handful of orders, an operator millions: the query is written so that it begins at the chip.
_MINE_AFTERWARDS: Final = func.coalesce(orders.c.operator, literal_column("''")) == bindparam("operator")

STATEMENTS: Final[Statements] = {
    "order_of_operator": select(orders)
    .where(orders.c.iccid == bindparam("iccid"), orders.c.is_reusable.is_(False))
    .where(_MINE, orders.c.ordered_at.is_not(None)),
    "orders_by_time": _NEWEST_FIRST.suffix_with(MOST),
    "orders_by_state": _NEWEST_FIRST.where(orders.c.state == bindparam("state")).suffix_with(MOST),
    "orders_by_reference": _NEWEST_FIRST.where(orders.c.reference == bindparam("reference")).suffix_with(
        MOST
    ),
    "orders_by_eid": _ALL_NEWEST_FIRST.where(_MINE_AFTERWARDS, orders.c.eid == bindparam("eid")).suffix_with(
        MOST
    ),
    "orders_by_time_oldest": _OLDEST_FIRST.suffix_with(MOST),
    "orders_by_state_oldest": _OLDEST_FIRST.where(orders.c.state == bindparam("state")).suffix_with(MOST),
    "orders_by_reference_oldest": _OLDEST_FIRST.where(
        orders.c.reference == bindparam("reference")
    ).suffix_with(MOST),
    "orders_by_eid_oldest": _ALL_OLDEST_FIRST.where(
        _MINE_AFTERWARDS, orders.c.eid == bindparam("eid")
    ).suffix_with(MOST),
    "orders_by_change": select(orders)
    .where(_MINE, orders.c.ordered_at.is_not(None), orders.c.changed_at >= bindparam("since"))
    .where(tuple_(orders.c.changed_at, orders.c.order_id) < tuple_(bindparam("at"), bindparam("place")))
    .order_by(orders.c.changed_at.desc(), orders.c.order_id.desc())
    .suffix_with(MOST),
    "orders_by_change_oldest": select(orders)
    .where(_MINE, orders.c.ordered_at.is_not(None), orders.c.changed_at >= bindparam("at"))
    .where(tuple_(orders.c.changed_at, orders.c.order_id) > tuple_(bindparam("at"), bindparam("place")))
    .order_by(orders.c.changed_at, orders.c.order_id)
    .suffix_with(MOST),
    "count_available": select(func.count()).select_from(
        select(orders.c.order_id)
        .where(orders.c.profile_type == bindparam("profile_type"))
        .where(orders.c.state == constant(OrderState.AVAILABLE))
        .where(orders.c.is_reusable.is_(False))
        .where(orders.c.operator.is_(None) | _MINE)
        .suffix_with(MOST)
        .subquery("some")
    ),
}

_FAR: Final = 2**62


class ListingRows(Rows):
    """Implements ``services.listing.ListingStores``."""

    def order_of_operator(self, iccid: Iccid, operator: str) -> Order | None:
        """Return the order of a profile, if it is the operator's."""
        return self._one("order_of_operator", read_order, iccid=str(iccid), operator=operator)

    def window(self, window: Window, limit: int) -> list[Order]:
        """Return at most ``limit`` orders of a window, in its order, behind its place."""
        name = f"orders_by_{window.range.value}" + ("_oldest" if window.is_oldest_first else "")
        bounds: dict[str, Any] = {"operator": window.operator, "most": limit}
        if window.value is not None:
            bounds[window.range.value] = window.value
        if window.is_oldest_first:
            place = window.place or Place(window.since, -1)
            bounds |= {"at": _milliseconds(place.at), "place": place.order_id}
            found = self._all(name, read_order, **bounds)
            return found if window.before is None else list(takewhile(_made_before(window.before), found))
        place = window.place or Place(window.before, -1)
        bounds |= {
            "since": _milliseconds(window.since),
            "at": _FAR if place.at is None else to_milliseconds(place.at),
            "place": place.order_id,
        }
        return self._all(name, read_order, **bounds)

    def count_available(self, profile_type: str, operator: str, most: int) -> int:
        """Return how many profiles of a type are available to an operator, counted up to ``most``."""
        counted = self._one(
            "count_available",
            lambda row: int(row[0]),
            profile_type=profile_type,
            operator=operator,
            most=most,
        )
        return counted or 0


def _made_before(moment: datetime) -> Callable[[Order], bool]:
    """Return what tells whether an order was made before a moment.

    Said in SQL, it would lure SQLite into the index of all orders, away from those of a state or a reference.
    """
    return lambda order: order.ordered_at is not None and order.ordered_at < moment


def _milliseconds(moment: datetime | None) -> int:
    """Return milliseconds since 1970; 0 where no moment bounds the list."""
    return 0 if moment is None else to_milliseconds(moment)
