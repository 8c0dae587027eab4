"""All statements, compiled for one dialect."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import Dialect

from openesim.adapters.db import downloads, history, orders, reconciliation, subscriptions
from openesim.adapters.db.sql import Statements

_ROOMS: Final[tuple[Statements, ...]] = (
    orders.STATEMENTS,
    downloads.STATEMENTS,
    subscriptions.STATEMENTS,
    history.STATEMENTS,
    reconciliation.STATEMENTS,
)


def compile_statements(dialect: Dialect) -> dict[str, str]:
    """Return every statement by name as SQL text with named parameters, for one dialect."""
    return {
        name: str(statement.compile(dialect=dialect)) for room in _ROOMS for name, statement in room.items()
    }
