"""How statements are written: with SQLAlchemy Core, for either dialect.

Executing a prebuilt statement through SQLAlchemy costs five times what the driver takes, and a download runs
some fifteen of them (docs/performance.md). So Core writes the SQL once a dialect, and the driver runs it. The
types in use need no conversion on the way.

Every room of rows states its statements beside the class that runs them; ``statements`` gathers and compiles them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from sqlalchemy import Table, bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.sql.expression import ClauseElement, ColumnElement

Statements = Mapping[str, ClauseElement]

# LIMIT as plain text: Core would write an OFFSET with a parameter of its own behind it on SQLite.
FIRST: Final = text("LIMIT 1")
MOST: Final = text("LIMIT :most")


def insert_row(table: Table, *, numbered: str = "", is_told: bool = True) -> ClauseElement:
    """Return an INSERT of every column; a numbered one is given by the database, and returned if it is to be told."""
    names = [column.name for column in table.columns if column.name != numbered]
    statement = insert(table).values({name: bindparam(name) for name in names})
    return statement.returning(table.c[numbered]) if numbered and is_told else statement


def update_row(table: Table, key: str, *columns: str) -> ClauseElement:
    """Return an UPDATE of the row with the key: of the named columns, or of every other one."""
    names = columns or tuple(c.name for c in table.columns if c.name != key)
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(table).where(table.c[key] == bindparam(f"key_{key}")).values(values)


def select_row(table: Table, key: str) -> Any:
    """Return a SELECT of every column of the row with the key."""
    return select(table).where(table.c[key] == bindparam(key))


def constant(value: Enum) -> Any:
    """Return a value as it stands in SQL: a constant, so that partial indexes are found."""
    return literal_column(f"'{value.value}'")


def highest_between(column: ColumnElement[Any]) -> Any:
    """Return a SELECT of the highest number of a column between two of one length, both included."""
    return (
        select(column)
        .where(column >= bindparam("least"), column <= bindparam("most"))
        .where(func.length(column) == bindparam("digits"))
        .order_by(column.desc())
        .suffix_with(FIRST)
    )
