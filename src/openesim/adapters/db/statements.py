"""All statements, compiled for one dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Final, Literal

from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Dialect

from openesim.adapters.db import (
    access,
    blocks,
    downloads,
    events,
    figures,
    history,
    keys,
    listing,
    metadata,
    operator_figures,
    operators,
    orders,
    outbox,
    reconciliation,
    sealing,
    stock_imports,
    subscriptions,
    webhooks,
)
from openesim.adapters.db.conditions.rooms import ROOMS as CONDITIONS
from openesim.adapters.db.sql import Statements

_DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {
    "sqlite": partial(sqlite.dialect, paramstyle="named"),
    "postgresql": psycopg.dialect,
}

_ROOMS: Final[tuple[Statements, ...]] = (
    orders.STATEMENTS,
    downloads.STATEMENTS,
    subscriptions.STATEMENTS,
    history.STATEMENTS,
    metadata.STATEMENTS,
    access.STATEMENTS,
    listing.STATEMENTS,
    outbox.STATEMENTS,
    operators.STATEMENTS,
    webhooks.STATEMENTS,
    events.STATEMENTS,
    blocks.STATEMENTS,
    figures.STATEMENTS,
    sealing.STATEMENTS,
    keys.STATEMENTS,
    reconciliation.STATEMENTS,
    operator_figures.STATEMENTS,
    stock_imports.STATEMENTS,
    *CONDITIONS,
)


@cache
def compile_statements(kind: Literal["sqlite", "postgresql"]) -> Mapping[str, str]:
    """Return every statement by name as SQL text with named parameters, for one kind of database; compiled once.

    Raises:
        ValueError: two rooms gave one name to different statements.
    """
    dialect: Dialect = _DIALECTS[kind]()
    compiled: dict[str, str] = {}
    for name, statement in (each for room in _ROOMS for each in room.items()):
        if name in compiled:
            raise ValueError(f"two statements are called {name}")
        compiled[name] = str(statement.compile(dialect=dialect))
    return MappingProxyType(compiled)
