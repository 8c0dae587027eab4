"""A database with the orders, cases, lines, entries and models of a whole country, in a few minutes.

A small nation is made as the desks make one, in a database that is thrown away; its rows are copied by SQL as often as
asked for, each copy with numbers of its own, an order every few seconds up to the present. On top of it the same nation is
made again: it is what the pages show first.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

import psycopg
from sqlalchemy import Boolean, Integer, Table

from openesim.adapters.db.all_tables import metadata
from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.ambient import Ambient
from openesim.services.conditions.accounts.roles import Role
from tests.support.database import WRAPPING, make_template
from tests.support.desk_nation import Nation
from tests.support.desk_registers import make_registers, make_vendor
from tests.support.desks import DeskSite
from tests.support.hostile_words import MarkedWords
from tests.support.rig import SteppedClock

STEP_MS: Final = 2_592
"""From an order to the next: a million in thirty days."""

TODAY: Final = 10_000
"""The newest orders, all of the operator who looks: his day is the same, however long he is there."""

OPERATORS: Final = ("qinghe", "yuanshan", "haitang")
_VENDORS, _MODELS, _MAKERS, _RECALLS, _OTHER_OPERATORS, _OTHERS = 2_000, 50_000, 300, 300, 60, 1_000
"""What a country has, however many orders there are."""

_HOURS: Final = 60 * 24
_REGIONS: Final = tuple(f"CN-{number}" for number in range(11, 45))
_CAUSES: Final = ("not-verified", "too-many-lines", "recalled", "no-licence", "listed", "score", "other")
_MEASURES: Final = ("decisions", "issued", "refused", "held", "stopped")
_COUNTED: Final = {
    "all": ("",),
    "operator": OPERATORS,
    "region": _REGIONS,
    "cause": _CAUSES,
    "service": ("phone",),
}


class Sql(Protocol):
    """A database that is filled."""

    def run(self, sql: str) -> Sequence[Any]:
        """Run a statement and return its rows, none where it has none."""
        ...

    def put(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, values by column."""
        ...

    def indexes(self, table: str) -> list[tuple[str, str]]:
        """Return names and definitions of the indexes of a table, but for its keys."""
        ...


class SqliteSql:
    """A file of SQLite."""

    def __init__(self, path: Path) -> None:
        """Open it; nothing of it is durable before it is closed."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.create_function("lpad", 3, lambda text, size, fill: text.rjust(size, fill))
        self._connection.create_function("digest_of", 1, lambda number: sha256(b"%d" % number).digest())
        self._connection.execute("BEGIN")

    def run(self, sql: str) -> Sequence[Any]:
        """Run a statement and return its rows, none where it has none."""
        return self._connection.execute(sql).fetchall()

    def put(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, values by column."""
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(row.values()) for row in rows]
        self._connection.executemany(f"INSERT INTO {table} ({_names(rows[0])}) VALUES ({marks})", values)

    def indexes(self, table: str) -> list[tuple[str, str]]:
        """Return names and definitions of the indexes of a table, but for its keys."""
        found = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL"
        return [(str(name), str(sql)) for name, sql in self.run(found)]

    def close(self) -> None:
        """Write everything."""
        self._connection.execute("COMMIT")
        self._connection.close()


class PostgresSql:
    """A database of PostgreSQL."""

    def __init__(self, address: str) -> None:
        """Connect."""
        self._connection = psycopg.connect(address, autocommit=True)
        self.run("SET maintenance_work_mem = '512MB'")
        self.run("SET synchronous_commit = off")
        self.run(
            "CREATE OR REPLACE FUNCTION digest_of(bigint) RETURNS bytea LANGUAGE SQL IMMUTABLE"
            " AS 'SELECT sha256($1::text::bytea)'"
        )

    def run(self, sql: str) -> Sequence[Any]:
        """Run a statement and return its rows, none where it has none."""
        cursor = self._connection.execute(sql.encode())
        return [] if cursor.description is None else cursor.fetchall()

    def put(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, values by column."""
        marks = ", ".join(["%s"] * len(rows[0]))
        values = [tuple(row.values()) for row in rows]
        with self._connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({_names(rows[0])}) VALUES ({marks})".encode(), values)

    def indexes(self, table: str) -> list[tuple[str, str]]:
        """Return names and definitions of the indexes of a table, but for its keys."""
        found = (
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' AND indexname NOT IN"
            f" (SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass)"
        )
        return [(str(name), str(sql)) for name, sql in self.run(found)]

    def close(self) -> None:
        """Let the database know what it holds."""
        for table in metadata.tables.values():
            (column,) = list(table.primary_key.columns)[:1]
            if isinstance(column.type, Integer) and column.autoincrement is not False:
                self.run(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                    f" (SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
                    f" WHERE pg_get_serial_sequence('{table.name}', '{column.name}') IS NOT NULL"
                )
        self.run("VACUUM ANALYZE")
        self._connection.close()


class Filling:
    """Copies rows of a small nation as often as asked for."""

    def __init__(self, sql: Sql, rows: Mapping[str, list[dict[str, Any]]], count: int, now: datetime) -> None:
        """Take the database and the rows.

        Args:
            sql: the database, with its tables.
            rows: by table.
            count: orders that there will be, and as many cases, lines and entries.
            now: the present, aware UTC.
        """
        self._sql = sql
        self._rows = rows
        self._count = count
        self._now_ms = int(now.timestamp() * 1000)
        first, second, third = OPERATORS
        self._operator: Final = f"CASE WHEN n % 10 < 6 OR n > {count - TODAY} THEN '{first}' WHEN n % 10 < 9 THEN '{second}' ELSE '{third}' END"

    def run(self) -> None:
        """Fill it."""
        self._sql.run("CREATE TABLE many (n BIGINT PRIMARY KEY)")
        self._sql.run(
            "INSERT INTO many WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted"
            f" WHERE n < {max(self._count, 60_000)}) SELECT n FROM counted"
        )
        self._originals()
        at = f"{self._now_ms} - CAST({self._count} - n + 1 AS BIGINT) * {STEP_MS}"
        self._orders(at)
        self._people(at)
        self._ledger(at)
        self._terminals()
        self._others(at)
        self._sql.run("DROP TABLE many")

    def _originals(self) -> None:
        """Keep the packages and batches that copies of orders name."""
        for table in ("packages", "batches"):
            row = {**self._rows[table][0], "name": "many"}
            self._sql.put(table, [self._values(metadata.tables[table], row)])

    def _orders(self, at: str) -> None:
        rows = self._rows["orders"]
        ordered = [row for row in rows if row["ordered_at"] is not None]
        chosen = ordered + [row for row in rows if row["state"] == "Available"][: len(ordered) // 2]
        iccid, eid = (
            "'8985' || lpad(CAST(n AS TEXT), 15, '0')",
            "'89049032' || lpad(CAST(n / 2 AS TEXT), 24, '0')",
        )
        when = f"CASE WHEN m.ordered_at IS NULL THEN NULL ELSE {at} END"
        own = {"order_id": "n", "iccid": iccid, "package_id": "1", "changed_at": at, "created_at": at}
        own |= {"ordered_at": when, "metadata_version": "0", "operator": self._operator}
        own |= {"matching_id": "CASE WHEN m.matching_id IS NULL THEN NULL ELSE 'MANY-' || n END"}
        own |= {"eid": f"CASE WHEN m.eid IS NULL THEN NULL ELSE {eid} END"}
        own |= {"reference": "CASE WHEN m.reference IS NULL THEN NULL ELSE 'many ' || n END"}
        self._copy("orders", chosen, own)
        last = {row["order_id"]: row for row in self._rows["history"]}
        steps = [last.get(row["order_id"], self._rows["history"][0]) for row in chosen]
        self._copy("history", steps, {"step_id": "n", "order_id": "n", "at": at, "operator": self._operator})
        number = {"imsi": "'46000' || lpad(CAST(n AS TEXT), 10, '0')", "batch_id": "1", "msisdn": "NULL"}
        self._copy(
            "subscriptions", self._rows["subscriptions"][:1], {"iccid": iccid, "is_told": "(1 = 1)"} | number
        )
        held = f"CASE WHEN n % 100 = 0 THEN {self._now_ms} + n ELSE NULL END"
        own = {
            "order_id": "n",
            "person": "digest_of(n / 3)",
            "case_id": "'M' || lpad(CAST(n AS TEXT), 15, '0')",
        }
        own |= {"operator": self._operator, "eid": eid, "held_until": held, "decided_at": at}
        self._copy("admissions", self._rows["admissions"][:1], own)

    def _people(self, at: str) -> None:
        case, person = "'M' || lpad(CAST(n AS TEXT), 15, '0')", "digest_of(n / 3)"
        self._copy("persons", self._rows["persons"][:1], {"person": "digest_of(n)"}, self._count // 3 + 1)
        iccid, eid = (
            "'8985' || lpad(CAST(n AS TEXT), 15, '0')",
            "'89049032' || lpad(CAST(n / 2 AS TEXT), 24, '0')",
        )
        own = {"order_id": "n", "person": person, "operator": self._operator, "iccid": iccid, "begun_at": at}
        self._copy("lines", self._rows["lines"][:1], own)
        own = {"case_id": case, "operator": self._operator, "person": person, "eid": eid, "account": "NULL"}
        own |= {"evidence": "digest_of(n)", "created_at": at, "changed_at": at, "verified_at": at}
        self._copy("cases", self._rows["cases"], own)
        # Sealed values are bound to their place, and no copy of one opens: they are there, and no page asks for them.
        own = {"case_id": "'X' || lpad(CAST(n AS TEXT), 15, '0')", "place": "'X' || n"}
        self._copy("case_fields", self._rows["case_fields"][:1], own)
        self._copy(
            "bindings",
            self._rows["bindings"][:1],
            {"eid": eid.replace("n / 2", "n"), "imei": iccid, "bound_at": at},
        )

    def _ledger(self, at: str) -> None:
        own = {"entry_id": "n", "at": at, "position": "n", "head": "digest_of(n)", "order_id": "n"}
        own |= {"operator": self._operator}
        own["subject"] = (
            "CASE WHEN m.subject IS NULL THEN NULL ELSE 'case:M' || lpad(CAST(n AS TEXT), 15, '0') END"
        )
        self._copy("ledger", self._rows["ledger"], own)
        self._tallies()
        self._sql.run(f"INSERT INTO revisions (name, number) VALUES ('tallies', {self._count})")

    def _tallies(self) -> None:
        """Count sixty days by hour, and by day."""
        names = _names(("measure", "dimension", "hours", "hour", "value", "number"))
        first = (self._now_ms // 3_600_000 - _HOURS) // 24 * 24
        for dimension, values in _COUNTED.items():
            for measure, value, hours in product(_MEASURES, values, (1, 24)):
                self._sql.run(
                    f"INSERT INTO tallies ({names}) SELECT '{measure}', '{dimension}', {hours},"
                    f" {first} + {hours} * (n - 1), '{value}', {hours} * (1 + n % 1000)"
                    f" FROM many WHERE n <= {_HOURS // hours}"
                )

    def _terminals(self) -> None:
        own = {"vendor_id": "n", "name": "'vendor ' || n"}
        self._copy("vendors", self._rows["vendors"][:1], own, _VENDORS)
        of = f"1 + n % {_VENDORS}"
        self._copy(
            "models",
            self._rows["models"],
            {"model_id": "n", "vendor_id": of, "name": "'model ' || n"},
            _MODELS,
        )
        own = {"first": "40000000 + n * 100", "last": "40000000 + n * 100 + 79", "model_id": "n"}
        self._copy("tac_ranges", self._rows["tac_ranges"][:1], own, _MODELS)
        own = {"maker_id": "n", "name": "'maker ' || n", "vendor_id": "n"}
        self._copy("chip_makers", self._rows["chip_makers"][:1], own, _MAKERS)
        own = {"first": "CAST(n AS TEXT)", "last": "CAST(n AS TEXT)", "kind": "'tac'"}
        own |= dict.fromkeys(("first", "last"), "lpad(CAST(30000000 + n AS TEXT), 8, '0')")
        self._copy("recalls", self._rows["recalls"][:1], own | {"recall_id": "n"}, _RECALLS)

    def _others(self, at: str) -> None:
        own = {"name": "'operator-' || n", "display_name": "'Operator ' || n"}
        self._copy("operators", self._rows["operators"][:1], own, _OTHER_OPERATORS)
        self._copy(
            "watch_list", self._rows["watch_list"][:1], {"entry_id": "n", "subject": "digest_of(n)"}, _OTHERS
        )
        own = {"account_id": "'a_' || lpad(CAST(n AS TEXT), 24, '0')", "login": "digest_of(n)"}
        self._copy("accounts", self._rows["accounts"][:1], own, max(self._count // 10, 1))
        self._copy(
            "stock_imports", self._rows["stock_imports"][:1], {"import_id": "n", "begun_at": at}, _OTHERS
        )
        self._copy(
            "terminal_imports",
            self._rows["terminal_imports"][:1],
            {"import_id": "n", "vendor_id": "1"},
            _OTHERS,
        )

    def _copy(
        self, table: str, chosen: Sequence[dict[str, Any]], own: Mapping[str, str], count: int | None = None
    ) -> None:
        """Copy rows in turn, and say what each copy has of its own, in SQL over its number ``n``."""
        shape = metadata.tables[table]
        self._sql.run(f"CREATE TABLE model_rows AS SELECT {table}.*, 0 AS t FROM {table} WHERE 1 = 0")
        self._sql.put("model_rows", [{**self._values(shape, row), "t": at} for at, row in enumerate(chosen)])
        self._sql.run("CREATE UNIQUE INDEX model_rows_t ON model_rows (t)")
        indexes = self._sql.indexes(table)
        for name, _ in indexes:
            self._sql.run(f'DROP INDEX "{name}"')
        columns = [column.name for column in shape.columns]
        told = ", ".join(own.get(name, f'm."{name}"') for name in columns)
        self._sql.run(
            f"INSERT INTO {table} ({_names(columns)}) SELECT {told} FROM many CROSS JOIN model_rows AS m"
            f" WHERE m.t = n % {len(chosen)} AND n <= {count or self._count}"
        )
        for _, definition in indexes:
            self._sql.run(definition)
        self._sql.run("DROP TABLE model_rows")

    def _values(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a row; SQLite kept truth as numbers."""
        return {
            column.name: bool(row[column.name]) if isinstance(column.type, Boolean) else row[column.name]
            for column in table.columns
        }


def _names(columns: Iterable[str]) -> str:
    """Return names of columns as SQL lists them."""
    return ", ".join(f'"{name}"' for name in columns)


def make_nation(nation: Nation, people: Sequence[Any]) -> dict[str, Any]:
    """Make the nation that the pages show first; returns its operators' worlds and what stands in addresses."""
    words = {name: MarkedWords(name) for name in OPERATORS}
    worlds = {name: nation.operator(name, words[name]) for name in OPERATORS}
    things = nation.works(worlds["qinghe"], words["qinghe"], 101, list(people))
    return {
        "worlds": worlds,
        "operator": things,
        "vendor": make_vendor(nation, MarkedWords("vendor"), 35_290_611),
        "regulator": make_registers(nation, MarkedWords("regulator")),
    }


def rows_of_a_nation(people: Sequence[Any], run: Callable[[Any], Any]) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a small nation, by table."""
    with TemporaryDirectory() as folder:
        path = make_template(Path(folder))
        work = SqliteWork(path, WRAPPING)
        site = DeskSite(work, ambient=Ambient(SteppedClock(), os.urandom))
        run(site.add("somebody", Role.SUBSCRIBER))
        make_nation(Nation(site), people)
        work.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return {
                name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
                for name in metadata.tables
            }
