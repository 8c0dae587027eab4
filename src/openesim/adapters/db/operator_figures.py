"""What an operator's desk counts and lists of his own: how far orders have come, what failed last, what is held.

None of it costs more with more orders: each look is along an index, and counted up to ``most``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, false, func, or_, select
from sqlalchemy.sql.expression import literal_column

from openesim.adapters.db.conditions.tables import admissions
from openesim.adapters.db.history import read_step
from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, constant
from openesim.adapters.db.tables import downloads, history, orders, subscriptions
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.operator_figures import Standing

_NOTHING: Final[Any] = literal_column("0")

_newest: Final[Any] = (
    select(
        orders.c.order_id,
        orders.c.iccid,
        orders.c.state,
        (orders.c.download_attempts > _NOTHING).label("was_authenticated"),
    )
    .where(orders.c.operator == bindparam("operator"), orders.c.ordered_at.is_not(None))
    .where(orders.c.ordered_at >= bindparam("since"))
    .order_by(orders.c.ordered_at.desc(), orders.c.order_id.desc())
    .suffix_with(MOST)
    .subquery("newest")
)
_had_package: Final = exists().where(downloads.c.order_id == _newest.c.order_id)
_counted: Final[Any] = (
    select(
        _newest.c.state,
        _newest.c.was_authenticated,
        # Only where the state does not tell it already.
        case((_newest.c.state == constant(OrderState.ERROR), _had_package), else_=false()).label("had"),
        (func.coalesce(subscriptions.c.sqn, _NOTHING) > _NOTHING).label("is_online"),
    )
    .select_from(_newest)
    .outerjoin(subscriptions, subscriptions.c.iccid == _newest.c.iccid)
    .subquery("counted")
)

STATEMENTS: Final[Statements] = {
    "standings": select(
        _counted.c.state, _counted.c.was_authenticated, _counted.c.had, _counted.c.is_online, func.count()
    ).group_by(_counted.c.state, _counted.c.was_authenticated, _counted.c.had, _counted.c.is_online),
    "newest_steps_of_operator": select(history)
    .where(history.c.operator == bindparam("operator"), history.c.step_id < bindparam("before"))
    .order_by(history.c.step_id.desc())
    .suffix_with(MOST),
    "held_of_operator": select(admissions.c.held_until, admissions.c.order_id)
    .where(
        admissions.c.operator == bindparam("operator"),
        admissions.c.held_until.is_not(None),
        or_(
            admissions.c.held_until > bindparam("at"),
            (admissions.c.held_until == bindparam("at")) & (admissions.c.order_id > bindparam("after")),
        ),
    )
    .order_by(admissions.c.held_until, admissions.c.order_id)
    .suffix_with(MOST),
}

_FAR: Final = 2**62


class OperatorFigureRows(Rows):
    """Implements ``services.operator_figures.FigureStores`` and the list of ``services.conditions.operator.held_orders``."""

    def standings(self, operator: str, since: datetime, most: int) -> list[tuple[Standing, int]]:
        """Return how far the newest orders of an operator have come that were made since a moment, and how many each."""
        return self._all(
            "standings", _read_standing, operator=operator, since=to_milliseconds(since), most=most
        )

    def newest_steps_of_operator(self, operator: str, before: int | None, limit: int) -> list[Step]:
        """Return what happened to an operator's orders, newest first, beginning before a step."""
        before = _FAR if before is None else before
        return self._all("newest_steps_of_operator", read_step, operator=operator, before=before, most=limit)

    def held_of_operator(
        self, operator: str, after: tuple[datetime, int] | None, limit: int
    ) -> list[tuple[datetime, int]]:
        """Return until when orders of an operator are held, and their numbers, the first to be looked at again first."""
        at, order_id = (0, -1) if after is None else (to_milliseconds(after[0]), after[1])
        return self._all("held_of_operator", _read_held, operator=operator, at=at, after=order_id, most=limit)


def _read_standing(row: Row) -> tuple[Standing, int]:
    standing = Standing(
        state=OrderState(row[0]),
        was_authenticated=bool(row[1]),
        had_package=bool(row[2]),
        is_online=bool(row[3]),
    )
    return standing, int(row[4])


def _read_held(row: Row) -> tuple[datetime, int]:
    return from_milliseconds(row[0]), int(row[1])
