"""Every statement of a download goes to one shard, as docs/adr/0010 has it: by the key of its table, or by a name that is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.operators import eq

from openesim.adapters.db import statements
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.rows import Rows
from tests.support.chip import ENABLE
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.rig import ICCID, Rig, make_chip, new_runner

ADR = Path(__file__).parents[2] / "docs" / "adr" / "0010-distribution.md"

KEYS = {
    "orders": "order_id",
    "history": "order_id",
    "downloads": "order_id",
    "sessions": "transaction_id",
    "notifications": "notification_id",
    "subscriptions": "iccid",
}
GROUPS = {"orders": "order", "history": "order", "downloads": "order", "subscriptions": "subscription"}
LOOKED_UP = {
    "orders": {"matching_id", "iccid", "eid"},
    "downloads": {"transaction_id"},
    "subscriptions": {"imsi"},
}
EVERYWHERE = {
    "metadata_versions",
    "packages",
    "operators",
    "webhooks",
    "batches",
    "data_keys",
    "revisions",
    "blocks",
    "destinations",
}


def stated() -> dict[str, Any]:
    """Returns all statements by name."""
    return {name: statement for room in statements._ROOMS for name, statement in room.items()}


def tables_of(statement: Any) -> set[str]:
    """Returns the tables that a statement is about."""
    if isinstance(statement, Select):
        return {source.name for source in statement.get_final_froms() if hasattr(source, "name")}
    return {statement.table.name}


def columns_given(statement: Any) -> set[str]:
    """Returns the columns that are given a value each: by the condition, or by the row that is inserted."""
    if isinstance(statement, Insert):
        return {column.name for column in statement.table.columns}
    found = set()
    for clause in visitors.iterate(statement.whereclause) if statement.whereclause is not None else ():
        if (
            isinstance(clause, BinaryExpression)
            and clause.operator is eq
            and isinstance(clause.right, BindParameter)
        ):
            found.add(str(clause.left.name))
    return found


class Noted:
    """Which statements ran, by the function that they ran for."""

    def __init__(self) -> None:
        self.function = "nothing"
        self.ran: dict[str, set[str]] = {}

    def note(self, name: str) -> None:
        self.ran.setdefault(self.function, set()).add(name)


@contextmanager
def noting() -> Iterator[Noted]:
    """Gives what notes every statement."""
    noted = Noted()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("_one", "_all", "_do", "_put"):
            honest = getattr(Rows, method)

            def watched(*given: Any, _honest: Any = honest, **more: Any) -> Any:
                noted.note(given[1])
                return _honest(*given, **more)

            patch.setattr(Rows, method, watched)
        yield noted


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The statements of a download that is interrupted once, and of what the chip tells afterwards."""
    folder = tmp_path_factory.mktemp("database")
    work = SqliteWork(new_database(make_template(folder), folder), WRAPPING)
    with new_runner() as runner, noting() as noted:
        rig = Rig(work, runner)
        rig.add_order(operator="operator")
        lpa = rig.lpa(make_chip())
        # Whatever is read once a process is read now.
        rig.lpa(make_chip(2)).announce("NOBODYS")
        noted.ran.clear()
        for _ in range(2):
            noted.function = "InitiateAuthentication"
            lpa.initiate()
            noted.function = "AuthenticateClient"
            assert lpa.authenticate("TEST-1").pair is None
            noted.function = "GetBoundProfilePackage"
            assert lpa.get_package().pair is None
        noted.function = "HandleNotification"
        for notification in (lpa.install(), lpa.chip.change(ICCID, ENABLE)):
            lpa.deliver(notification)
        noted.function = "reading of a notification"
        assert rig.process() == 2
    work.close()
    return noted.ran


def test_every_statement_of_a_download_names_a_key_or_a_name_that_is_looked_up(
    ran: dict[str, set[str]],
) -> None:
    known, astray = stated(), []
    for name in sorted(set().union(*ran.values()) - {"pending_notifications"}):
        statement = known[name]
        tables = tables_of(statement) - EVERYWHERE
        if not tables:
            continue
        (table,) = tables
        names = columns_given(statement)
        is_write = isinstance(statement, Insert | Update | Delete)
        allowed = {KEYS[table]} if is_write else {KEYS[table]} | LOOKED_UP.get(table, set())
        if not names & allowed:
            astray.append(f"{name}: {table} by {sorted(names)}")
    assert astray == []


@pytest.mark.parametrize(
    ("function", "groups"),
    [
        ("InitiateAuthentication", {"sessions"}),
        ("AuthenticateClient", {"sessions", "order"}),
        ("GetBoundProfilePackage", {"order"}),
        ("HandleNotification", {"notifications"}),
        ("reading of a notification", {"notifications", "order"}),
    ],
)
def test_what_a_function_writes_lies_where_the_adr_says(
    ran: dict[str, set[str]], function: str, groups: set[str]
) -> None:
    known = stated()
    written = [known[name] for name in ran[function] if isinstance(known[name], Insert | Update | Delete)]
    tables = set().union(*map(tables_of, written))
    assert {GROUPS.get(table, table) for table in tables} == groups
    assert f"| {function} |" in ADR.read_text(encoding="utf-8")


def test_the_adr_names_every_table_and_the_keys_that_are_tested() -> None:
    from openesim.adapters.db.all_tables import metadata

    text = ADR.read_text(encoding="utf-8")
    for table, key in KEYS.items():
        assert re.search(rf"^\| `{table}` \| `{key}` \|", text, re.MULTILINE), table
    missing = [name for name in metadata.tables if f"`{name}`" not in text]
    assert missing == [], "say where the rows of these tables lie"
