"""Counts for those who watch the server; none is counted further than it is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.sql.expression import ColumnElement

from openesim.adapters.db import records
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, constant
from openesim.adapters.db.tables import notifications, orders, outbox, packages, sessions
from openesim.provisioning.smdp.orders import OrderState


def _count(*conditions: ColumnElement[bool], source: Any) -> Any:
    """Return a SELECT of how many rows meet the conditions, counted up to ``most``."""
    found: Any = (
        select(literal_column("1").label("one")).select_from(source).where(*conditions).suffix_with(MOST)
    )
    return select(func.count()).select_from(found.subquery())


_waiting: Final = select(outbox.c.created_at).where(outbox.c.is_stuck.is_(False)).suffix_with(MOST).subquery()

STATEMENTS: Final[Statements] = {
    "count_sessions": _count(sessions.c.expires_at >= bindparam("now"), source=sessions),
    "count_notifications": _count(source=notifications),
    "count_outbox_waiting": _count(outbox.c.is_stuck.is_(False), source=outbox),
    "count_outbox_stuck": _count(outbox.c.is_stuck.is_(True), source=outbox),
    "oldest_in_outbox": select(func.min(_waiting.c.created_at)),
    "profile_types": select(packages.c.name).order_by(packages.c.name).suffix_with(MOST),
    "count_stock": _count(
        orders.c.profile_type == bindparam("profile_type"),
        orders.c.state == constant(OrderState.AVAILABLE),
        source=orders,
    ),
}


class FigureRows(Rows):
    """Implements the counts of ``services.figures.FigureStores``."""

    def count_sessions(self, now: datetime, most: int) -> int:
        """Return how many sessions have not expired, at most ``most``."""
        return self._number("count_sessions", now=records.to_milliseconds(now), most=most)

    def count_notifications(self, most: int) -> int:
        """Return how many notifications wait to be read, at most ``most``."""
        return self._number("count_notifications", most=most)

    def count_outbox(self, most: int, *, is_stuck: bool) -> int:
        """Return how many messages wait to be sent, or are stuck, at most ``most``."""
        return self._number("count_outbox_stuck" if is_stuck else "count_outbox_waiting", most=most)

    def oldest_in_outbox(self, most: int) -> datetime | None:
        """Return since when the oldest message waits that is not stuck, looking at ``most`` at most."""
        since = self._one("oldest_in_outbox", lambda row: row[0], most=most)
        return None if since is None else records.from_milliseconds(since)

    def profile_types(self, most: int) -> list[str]:
        """Return the names of profile types, at most ``most``."""
        return self._all("profile_types", lambda row: str(row[0]), most=most)

    def count_stock(self, profile_type: str, most: int) -> int:
        """Return how many profiles of a type are ready and nobody's, at most ``most``."""
        return self._number("count_stock", profile_type=profile_type, most=most)

    def _number(self, statement: str, /, **parameters: Any) -> int:
        """Return the one number of a statement."""
        return self._one(statement, lambda row: int(row[0]), **parameters) or 0
