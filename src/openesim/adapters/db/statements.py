"""All statements, compiled for one dialect."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import Dialect

from openesim.adapters.db import (
    access,
    blocks,
    downloads,
    events,
    figures,
    history,
    keys,
    metadata,
    operators,
    orders,
    outbox,
    reconciliation,
    sealing,
    subscriptions,
    webhooks,
)
from openesim.adapters.db.sql import Statements

_ROOMS: Final[tuple[Statements, ...]] = (
    orders.STATEMENTS,
    downloads.STATEMENTS,
    subscriptions.STATEMENTS,
    history.STATEMENTS,
    reconciliation.STATEMENTS,
    metadata.STATEMENTS,
    access.STATEMENTS,
    outbox.STATEMENTS,
    operators.STATEMENTS,
    webhooks.STATEMENTS,
    events.STATEMENTS,
    blocks.STATEMENTS,
    figures.STATEMENTS,
    sealing.STATEMENTS,
    keys.STATEMENTS,
)


def compile_statements(dialect: Dialect) -> dict[str, str]:
    """Return every statement by name as SQL text with named parameters, for one dialect."""
    return {
        name: str(statement.compile(dialect=dialect)) for room in _ROOMS for name, statement in room.items()
    }
