"""Operators, and who listens to what happens to their orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import operators
from openesim.adapters.db.webhooks import WebhookRows
from openesim.provisioning.smdp.listeners import Listeners
from openesim.provisioning.smdp.operators import Operator, format_points, parse_points

STATEMENTS: Final[Statements] = {
    "operator": select_row(operators, "name"),
    "operators": select(operators).order_by(operators.c.name),
    "add_operator": insert_row(operators),
    "save_operator": update_row(operators, "name"),
}

FRESH: Final = timedelta(seconds=2)
"""How long what was read of an operator is used again: what is set holds everywhere after that."""

_MOST_CACHED: Final = 10_000


class ListenerCache:
    """Who listens, by operator, as it was read a moment ago: nobody listens to most, and every step asks."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.read: Final[dict[str, tuple[datetime, Listeners | None]]] = {}

    def forget(self) -> None:
        """Read everything anew."""
        self.read.clear()


class OperatorRows(WebhookRows, Rows):
    """Implements ``services.telling.OperatorStores``."""

    _listeners: ListenerCache

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        return self._one("operator", _read, name=name)

    def operators(self) -> list[Operator]:
        """Return all operators of whom something is kept, by name."""
        return self._all("operators", _read)

    def add_operator(self, operator: Operator) -> None:
        """Keep a new operator.

        Raises:
            ConflictError: the name is taken.
        """
        self._do("add_operator", _parameters(operator))
        self._listeners.forget()

    def save_operator(self, operator: Operator) -> None:
        """Store an operator that changed."""
        parameters = _parameters(operator)
        self._do("save_operator", parameters | {"key_name": parameters.pop("name")})
        self._listeners.forget()

    def _forget_listeners(self) -> None:
        """Read anew who listens."""
        self._listeners.forget()

    def listeners(self, operator: str, now: datetime) -> Listeners | None:
        """Return who listens to the orders of an operator, as it stood at most two seconds ago; None: nobody."""
        found = self._listeners.read.get(operator)
        if found is not None and found[0] <= now < found[0] + FRESH:
            return found[1]
        if len(self._listeners.read) >= _MOST_CACHED:
            self._listeners.forget()
        listeners = Listeners.of(self.operator(operator), self.subscribed_webhooks(operator))
        self._listeners.read[operator] = (now, listeners)
        return listeners


def _parameters(operator: Operator) -> dict[str, Any]:
    """Return the columns of an operator."""
    return {
        "name": operator.name,
        "display_name": operator.display_name,
        "created_at": to_milliseconds(operator.created_at),
        "certificate": operator.certificate,
        "callback_address": operator.callback_address,
        "callback_points": format_points(operator.points),
        "requests_per_minute": operator.requests_per_minute,
    }


def _read(row: Row) -> Operator:
    """Return the operator of a row of ``operators``."""
    return Operator(
        name=row[0],
        display_name=row[1],
        created_at=from_milliseconds(row[2]),
        certificate=None if row[3] is None else bytes(row[3]),
        callback_address=row[4],
        points=parse_points(row[5]),
        requests_per_minute=row[6],
    )
