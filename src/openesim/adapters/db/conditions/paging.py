"""Statements that read a table page by page: by key, or by revision and key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, and_, bindparam, or_, select

from openesim.adapters.db.sql import MOST


def changes(table: Table, key: str) -> Any:
    """Return a SELECT of what changed, by revision and key, beginning behind a revision and a key."""
    revision, number = table.c.revision, table.c[key]
    behind = or_(
        revision > bindparam("revision"), and_(revision == bindparam("revision"), number > bindparam("after"))
    )
    return (
        select(table)
        .where(revision >= bindparam("revision"), behind)
        .order_by(revision, number)
        .suffix_with(MOST)
    )


def page(table: Table, key: str) -> Any:
    """Return a SELECT of rows by key, beginning behind one."""
    return select(table).where(table.c[key] > bindparam("after")).order_by(table.c[key]).suffix_with(MOST)
