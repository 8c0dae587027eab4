"""What reconciliation reads: everything about a stretch of orders in a few statements, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.sql.expression import ColumnElement

from openesim.adapters.db import records
from openesim.adapters.db.history import read_step
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, constant
from openesim.adapters.db.tables import downloads, events, history, orders, outbox, subscriptions
from openesim.kernel.ids import Eid, Iccid, Imsi
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.reconciliation import HandedOut, Stuck, SubscriptionFacts, last_words

_first: Final[ColumnElement[Any]] = bindparam("first")
_last: Final[ColumnElement[Any]] = bindparam("last")
_TOLD: Final = [
    constant(action) for action in (Action.INSTALLATION_RESULT, Action.CHIP_NOTIFICATION, Action.REISSUE)
]

_newest_download = (
    select(downloads.c.order_id, func.max(downloads.c.created_at).label("created_at"))
    .where(downloads.c.order_id.between(_first, _last))
    .group_by(downloads.c.order_id)
    .subquery()
)
_last_step = (
    select(func.max(history.c.step_id).label("step_id"))
    .where(history.c.order_id.between(_first, _last), history.c.action.in_(_TOLD))
    .group_by(history.c.order_id)
    .subquery()
)

STATEMENTS: Final[Statements] = {
    # By the index of what waits for a result; two of one moment are told apart by their number.
    "waiting_orders": select(orders)
    .where(orders.c.state == constant(OrderState.DOWNLOADED))
    .where(orders.c.changed_at >= bindparam("moment"))
    .where(
        or_(
            orders.c.changed_at > bindparam("moment"),
            and_(orders.c.changed_at == bindparam("moment"), orders.c.order_id > bindparam("after")),
        )
    )
    .order_by(orders.c.changed_at, orders.c.order_id)
    .suffix_with(MOST),
    "handed_out": select(downloads.c.order_id, downloads.c.created_at, downloads.c.result).where(
        downloads.c.order_id.between(_first, _last),
        tuple_(downloads.c.order_id, downloads.c.created_at).in_(
            select(_newest_download.c.order_id, _newest_download.c.created_at)
        ),
    ),
    "words_told": select(history).where(history.c.step_id.in_(select(_last_step.c.step_id))),
    "reissued": select(history.c.order_id)
    .where(history.c.order_id.between(_first, _last), history.c.action == constant(Action.REISSUE))
    .distinct(),
    "subscription_facts": select(
        orders.c.order_id, subscriptions.c.imsi, subscriptions.c.is_active, subscriptions.c.is_told
    )
    .join(subscriptions, subscriptions.c.iccid == orders.c.iccid)
    .where(orders.c.order_id.between(_first, _last), orders.c.is_personalised.is_(True)),
    "announced": select(orders.c.order_id)
    .join(events, events.c.event_id == orders.c.matching_id)
    .where(orders.c.order_id.between(_first, _last), events.c.eid == orders.c.eid),
    "stuck_by_profile": select(
        outbox.c.sequence_key, outbox.c.kind, outbox.c.destination, outbox.c.last_fault
    )
    .where(outbox.c.is_stuck.is_(True))
    .order_by(outbox.c.sequence_key)
    .suffix_with(MOST),
    "tell_again": update(subscriptions)
    .where(subscriptions.c.iccid == bindparam("key_iccid"))
    .values(is_told=bindparam("is_told")),
}

_MOST_STEPS = 1000


class ReconciliationRows(Rows):
    """Implements ``services.reconciliation.ReconciliationStores`` beside orders and history."""

    def every_order(self, after: int, limit: int) -> list[Order]:
        """Return orders by row number, beginning behind ``after``."""
        return self._all("all_orders", records.read_order, after=after, most=limit)

    def waiting_orders(self, moment: datetime | None, after: int, limit: int) -> list[Order]:
        """Return orders whose package is out, those that changed longest ago first, behind a moment and row number."""
        return self._all(
            "waiting_orders",
            records.read_order,
            moment=0 if moment is None else records.to_milliseconds(moment),
            after=after,
            most=limit,
        )

    def handed_out(self, first: int, last: int) -> dict[int, HandedOut]:
        """Return what was last handed out for the orders of a stretch of row numbers, both included."""
        return dict(
            self._all(
                "handed_out",
                lambda row: (int(row[0]), HandedOut(records.from_milliseconds(row[1]), row[2])),
                first=first,
                last=last,
            )
        )

    def words(self, first: int, last: int) -> dict[int, dict[Eid | None, Step]]:
        """Return what chips told last of the orders of a stretch.

        Of an order that was issued again, every chip's last word.
        """
        found = {step.order_id: last_words(iter([step])) for step in self._told(first, last)}
        for order_id in self._all("reissued", lambda row: int(row[0]), first=first, last=last):
            steps = self._all("last_steps", read_step, order_id=order_id, most=_MOST_STEPS)
            found[order_id] = last_words(reversed(steps))
        return found

    def _told(self, first: int, last: int) -> list[Step]:
        return self._all("words_told", read_step, first=first, last=last)

    def subscription_facts(self, first: int, last: int) -> dict[int, SubscriptionFacts]:
        """Return the subscriptions of the personalised orders of a stretch."""
        return dict(
            self._all(
                "subscription_facts",
                lambda row: (int(row[0]), SubscriptionFacts(Imsi(row[1]), bool(row[2]), bool(row[3]))),
                first=first,
                last=last,
            )
        )

    def announced(self, first: int, last: int) -> set[int]:
        """Return which orders of a stretch the SM-DS of this database has an event of."""
        return set(self._all("announced", lambda row: int(row[0]), first=first, last=last))

    def stuck_by_profile(self, limit: int) -> dict[str, tuple[Stuck, ...]]:
        """Return messages that nobody tries to deliver any more, by the profile they are about; at most ``limit``."""
        rows = self._all(
            "stuck_by_profile", lambda row: (str(row[0]), Stuck(row[1], row[2], row[3])), most=limit
        )
        return {key: tuple(stuck for _, stuck in group) for key, group in _by_key(rows)}

    def tell_again(self, iccid: Iccid) -> None:
        """Have networks outside told once more whether a subscription is let in."""
        self._do("tell_again", {"key_iccid": str(iccid), "is_told": False})


def _by_key(rows: list[tuple[str, Stuck]]) -> Iterator[tuple[str, Iterator[tuple[str, Stuck]]]]:
    """Group rows that are in the order of their key."""
    return groupby(rows, key=lambda row: row[0])
