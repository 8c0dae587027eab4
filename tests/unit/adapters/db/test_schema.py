"""The schema: migrations lead to what ``tables`` declares, files belong to their owner, queries find their indexes."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.runtime.migration import MigrationContext

from openesim.adapters.db import schema
from openesim.adapters.db.all_tables import metadata
from openesim.adapters.db.schema import HEAD, upgrade
from openesim.adapters.db.statements import compile_statements
from openesim.kernel.errors import ConfigError
from tests.support.database import read

TABLES = {
    *("packages", "orders", "sessions", "downloads", "notifications", "batches", "subscriptions"),
    *("history", "outbox", "operators", "api_keys", "webhooks", "replies", "events", "blocks", "revisions"),
    *("data_keys", "destinations", "metadata_versions"),
}
CONDITIONS = set(metadata.tables) - TABLES
"""What the fourth step made, and what comes after it."""


def describe(engine: sqlalchemy.Engine) -> dict[str, Any]:
    """Returns columns, keys, indexes and constraints of every table, as the database tells them."""
    inspector = sqlalchemy.inspect(engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            ],
            "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": [
                (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in inspector.get_foreign_keys(table)
            ],
            "unique": sorted(str(one["column_names"]) for one in inspector.get_unique_constraints(table)),
            "indexes": sorted(
                (
                    str(index["name"]),
                    str(index["column_names"]),
                    bool(index["unique"]),
                    str(index.get("dialect_options", {}).get("sqlite_where")),
                )
                for index in inspector.get_indexes(table)
            ),
            "options": inspector.get_table_options(table),
        }
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def test_migrations_lead_to_what_the_tables_declare(template: Path, tmp_path: Path) -> None:
    declared = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    migrated = sqlalchemy.create_engine(f"sqlite:///{template}")
    try:
        metadata.create_all(declared)
        assert describe(migrated) == describe(declared)
        assert set(describe(migrated)) >= TABLES
    finally:
        declared.dispose()
        migrated.dispose()


def test_partial_indexes_have_the_words_of_the_queries(template: Path) -> None:
    indexes = dict(
        read(template, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    )
    assert indexes["orders_iccid"].endswith("WHERE is_reusable IS 0")
    assert indexes["orders_outstanding"].endswith("WHERE state = 'Downloaded'")
    assert indexes["outbox_due"].endswith("WHERE is_stuck IS 0")
    assert indexes["outbox_stuck"].endswith("WHERE is_stuck IS 1")
    assert indexes["orders_available"].endswith("WHERE state = 'Available'")
    assert indexes["subscriptions_untold"].endswith("WHERE is_told IS 0")


HOT = {
    "page_of_case_fields": "PRIMARY KEY",
    "digest_key": "sqlite_autoindex_digest_keys",
    "case": "PRIMARY KEY",
    "hold_case": "PRIMARY KEY",
    "case_for": "cases_eid",
    "case_seen_for": "cases_eid",
    "newest_case_for": "cases_eid",
    "cases_of_operator": "cases_created",
    "cases_in_state": "cases_operator",
    "cases_of_person": "cases_person",
    "cases_of_person_here": "cases_person",
    "cases_of_account": "cases_account",
    "first_person_of_account": "cases_account",
    "person_of_account": "cases_",
    "cases_expiring": "cases_expiring",
    "cases_to_ask": "cases_to_ask",
    "lines_of_case": "admissions_case",
    "person": "PRIMARY KEY",
    "hold_person": "PRIMARY KEY",
    "case_field": "PRIMARY KEY",
    "case_fields_of": "case_fields_case",
    "remove_case_fields": "case_fields_case",
    "code_of_order": "PRIMARY KEY",
    "case_fields_due": "case_fields_ending",
    "case_evidence": "PRIMARY KEY",
    "case_evidence_of": "case_evidence_case",
    "case_evidence_due": "case_evidence_ending",
    "licence": "INTEGER PRIMARY KEY",
    "licences": "INTEGER PRIMARY KEY",
    "licences_of_operator": "licences_operator",
    "licences_in": "licences_state",
    "licences_ending": "licences_state",
    "licences_changed": "licences_revision",
    "licence_file": "INTEGER PRIMARY KEY",
    "files_of_licence": "licence_files_licence",
    "newest_data_key": "INTEGER PRIMARY KEY",
    "data_key": "INTEGER PRIMARY KEY",
    "page_of_data_keys": "INTEGER PRIMARY KEY",
    "page_of_batches": "INTEGER PRIMARY KEY",
    "page_of_packages": "INTEGER PRIMARY KEY",
    "page_of_downloads": "PRIMARY KEY",
    "page_of_subscriptions": "PRIMARY KEY",
    "page_of_webhooks": "sqlite_autoindex_webhooks",
    "reseal_downloads": "PRIMARY KEY",
    "waiting_orders": "orders_outstanding",
    "handed_out": "downloads_order",
    "words_told": "INTEGER PRIMARY KEY",
    "reissued": "history_order",
    "subscription_facts": "INTEGER PRIMARY KEY",
    "last_steps": "history_order",
    "newest_metadata": "metadata_versions_package",
    "metadata_version": "INTEGER PRIMARY KEY",
    "session": "PRIMARY KEY",
    "order": "INTEGER PRIMARY KEY",
    "order_with_matching_id": "orders_matching_id",
    "order_waiting_for": "orders_eid",
    "order_of_profile": "orders_iccid",
    "available_order": "orders_available",
    "download": "PRIMARY KEY",
    "last_download": "downloads_order",
    "sweep_sessions": "sessions_expires_at",
    "pending_notifications": "INTEGER PRIMARY KEY",
    "highest_iccid": "orders_iccid",
    "package_named": "sqlite_autoindex_packages",
    "batch": "sqlite_autoindex_batches",
    "subscription": "PRIMARY KEY",
    "subscription_of_imsi": "subscriptions_imsi",
    "all_subscriptions": "PRIMARY KEY",
    "subscriptions_of_batch": "subscriptions_batch",
    "save_sqn": "subscriptions_imsi",
    "set_active": "PRIMARY KEY",
    "taken_iccid": "PRIMARY KEY",
    "taken_imsi": "subscriptions_imsi",
    "taken_msisdn": "subscriptions_msisdn",
    "api_key": "sqlite_autoindex_api_keys",
    "api_keys_of_operator": "api_keys_operator",
    "reply": "PRIMARY KEY",
    "old_replies": "replies_created_at",
    "order_of_operator": "orders_iccid",
    "orders_by_time": "orders_ordered",
    "orders_by_state": "orders_state",
    "orders_by_reference": "orders_reference",
    "orders_by_eid": "orders_eid",
    "orders_by_change": "orders_changed",
    "orders_by_time_oldest": "orders_ordered",
    "orders_by_state_oldest": "orders_state",
    "orders_by_reference_oldest": "orders_reference",
    "orders_by_eid_oldest": "orders_eid",
    "orders_by_change_oldest": "orders_changed",
    "newest_steps_of_operator": "history_operator",
    "held_of_operator": "admissions_held_here",
    "batches_of_operator": "batches_operator",
    "stock_import": "INTEGER PRIMARY KEY",
    "stock_imports": "stock_imports_operator",
    "newest_recalls": "INTEGER PRIMARY KEY",
    "watched_entry": "INTEGER PRIMARY KEY",
    "newest_watched": "INTEGER PRIMARY KEY",
    "maker_of_vendor": "chip_makers_vendor",
    "recalls_lifted": "recalls_lifted",
    "terminal_import": "INTEGER PRIMARY KEY",
    "terminal_imports": "INTEGER PRIMARY KEY",
    "terminal_imports_of": "terminal_imports_vendor",
    "due_messages": "outbox_due",
    "put_behind": "outbox_due",
    "give_up_older": "outbox_due",
    "hurry_sequence": "outbox_sequence",
    "postpone_sequence": "outbox_sequence",
    "stuck_messages": "outbox_stuck",
    "stuck_messages_of": "outbox_stuck_of",
    "waiting_messages_of": "outbox_due",
    "lines_of_person_at": "lines_person",
    "sweep_stuck": "outbox_stuck",
    "destination_due": "PRIMARY KEY",
    "operator": "sqlite_autoindex_operators",
    "webhooks_of": "webhooks_operator",
    "subscribed_webhooks": "webhooks_operator",
    "discovery": "PRIMARY KEY",
    "event": "PRIMARY KEY",
    "events_of_chip": "events_eid",
    "events_before": "events_created_at",
    "block": "PRIMARY KEY",
    "blocks_of": "blocks_holding",
    "blocks_changed": "blocks_revision",
    "revision": "sqlite_autoindex_revisions",
    "take_chain": "sqlite_autoindex_revisions",
    "seal_entry": "INTEGER PRIMARY KEY",
    "chain_head": "ledger_position",
    "sealed_entries": "ledger_position",
    "sealed_entry": "ledger_position",
    "ledger_by_order": "ledger_order",
    "ledger_by_subject": "ledger_subject",
    "ledger_by_operator": "ledger_operator",
    "ledger_by_actor": "ledger_actor",
    "ledger_by_kind": "ledger_kind",
    "tallies_by_hour": "PRIMARY KEY",
    "tallies_of_value": "PRIMARY KEY",
    "tallies_by_value": "PRIMARY KEY",
    "sweep_tallies": "PRIMARY KEY",
    "take_tallies": "sqlite_autoindex_revisions",
    "count_licences_in": "licences_state",
    "count_licences_ending": "licences_state",
    "count_models_in": "models_state",
    "count_held_orders": "admissions_held",
    "count_orders_by_type": "orders_state",
    "simulation": "INTEGER PRIMARY KEY",
    "old_simulations": "simulations_begun",
}


@pytest.mark.parametrize(("statement", "index"), HOT.items())
def test_no_query_reads_a_whole_table(template: Path, statement: str, index: str) -> None:
    sql = compile_statements("sqlite")[statement]
    connection = sqlite3.connect(template)
    try:
        names = re.findall(r"(?<!:):(\w+)", sql)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, 1)).fetchall()
    finally:
        connection.close()
    steps = [str(row[3]) for row in plan]
    # What a subquery found (anon_1) may be read as a whole: it was found by an index.
    assert not [step for step in steps if step.startswith("SCAN") and "anon_" not in step], steps
    assert any(index in step for step in steps), steps


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("count_sessions", "sessions_expires_at"),
        ("count_stock", "orders_available"),
        ("count_outbox_waiting", "outbox_due"),
        ("count_outbox_stuck", "outbox_stuck"),
    ],
)
def test_what_is_counted_is_found_by_an_index(template: Path, statement: str, index: str) -> None:
    sql = compile_statements("sqlite")[statement]
    connection = sqlite3.connect(template)
    try:
        names = ("now", "most", "profile_type")
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, 1)).fetchall()
    finally:
        connection.close()
    assert any(index in str(row[3]) for row in plan), plan


def test_destinations_are_found_by_leaps_through_the_index(template: Path) -> None:
    """What waits for one that is away is not read: a probe each, not a row each."""
    sql = compile_statements("sqlite")["waiting_destinations"]
    connection = sqlite3.connect(template)
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", {"kind": "es2plus"}).fetchall()
    finally:
        connection.close()
    steps = [str(row[3]) for row in plan]
    assert {step for step in steps if step.startswith("SCAN")} == {"SCAN found"}
    probes = [step for step in steps if step.startswith("SEARCH")]
    assert len(probes) == 3
    assert all("USING INDEX outbox_due (kind=? AND destination" in step for step in probes), probes


@pytest.mark.parametrize("statement", ["unsealed_entries", "oldest_unsealed"])
def test_entries_without_a_place_are_read_from_an_index_that_holds_no_others(
    template: Path, statement: str
) -> None:
    sql = compile_statements("sqlite")[statement]
    connection = sqlite3.connect(template)
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", {"most": 1}).fetchall()
    finally:
        connection.close()
    assert [str(row[3]) for row in plan] == ["SCAN ledger USING INDEX ledger_unsealed"]


def test_every_statement_can_be_said_to_postgresql() -> None:
    compiled = compile_statements("postgresql")
    assert set(compiled) == set(compile_statements("sqlite"))
    assert "is_reusable IS false" in compiled["order_of_profile"]


def test_a_new_database_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    upgrade(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    versions = Path(schema.__file__).parent / "migrations" / "versions"
    numbers = sorted(path.name[1:5] for path in versions.glob("m*.py"))
    assert numbers[-1] == HEAD


def test_a_database_that_is_up_to_date_is_left_alone(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    path.write_bytes(template.read_bytes())
    upgrade(path)
    assert path.read_bytes() == template.read_bytes()


def test_a_database_that_is_up_to_date_needs_no_alembic(template: Path) -> None:
    """It takes a third of a second to import, on every command."""
    code: str = (
        "import sys; from pathlib import Path; from openesim.adapters.db.schema import upgrade;"
        f"upgrade(Path({str(template)!r})); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["with blank.db", "50%.db", "what?.db", "a#b.db", "ä.db"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    upgrade(path)
    assert read_any(path) == [(HEAD,)]
    assert [each.name for each in tmp_path.iterdir()] == [name]


def read_any(path: Path) -> list[Any]:
    """Returns the step that a database of any name stands at."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT version_num FROM alembic_version").fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("octets", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(octets)
    with pytest.raises(ConfigError, match=r"broken\.db"):
        upgrade(path)
    assert path.read_bytes() == octets


def test_a_database_of_a_later_release_is_left_alone(template: Path, tmp_path: Path) -> None:
    """Steps are additive: the previous release goes on while processes are replaced one by one."""
    path = tmp_path / "later.db"
    path.write_bytes(template.read_bytes())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    upgrade(path)
    assert read(path, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_two_that_meet_on_a_new_database_make_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that starts, and an import that does not wait for it."""
    path, look = tmp_path / "new.db", MigrationContext.get_current_heads
    faults: list[BaseException] = []

    def come_second() -> None:
        try:
            upgrade(path)
        except BaseException as fault:  # noqa: BLE001 (told by the test)
            faults.append(fault)

    second = threading.Thread(target=come_second)

    def look_and_dawdle(context: MigrationContext) -> tuple[str, ...]:
        found = look(context)
        if second.ident is None:
            second.start()
            second.join(0.5)  # long enough for the whole work, if it were let
        return found

    monkeypatch.setattr(MigrationContext, "get_current_heads", look_and_dawdle)
    upgrade(path)
    second.join()
    assert faults == []
    assert read(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_migration_that_is_cut_short_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "new.db", command.upgrade

    def cut_short(*arguments: Any) -> None:
        steps(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", cut_short)
        with pytest.raises(KeyboardInterrupt):
            upgrade(path)
    assert read(path, "SELECT name FROM sqlite_master") == []
    upgrade(path)
    assert read(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_orders_of_the_first_schema_are_not_personalised(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    upgrade(path)
    connection = sqlite3.connect(path)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table in CONDITIONS:
            connection.execute(f"DROP TABLE {table}")
    connection.executescript(
        "DROP TABLE subscriptions; DROP TABLE batches; DROP INDEX orders_outstanding;"
        "DROP TABLE history; DROP TABLE outbox; DROP TABLE destinations; DROP TABLE api_keys; DROP TABLE operators; DROP TABLE webhooks;"
        "DROP TABLE replies; DROP TABLE events; DROP TABLE blocks; DROP TABLE revisions; DROP TABLE data_keys;"
        "DROP INDEX orders_eid; DROP INDEX orders_ordered; DROP INDEX orders_state; DROP INDEX orders_reference;"
        "DROP INDEX orders_changed;"
        "CREATE INDEX orders_waiting ON orders (eid) WHERE is_default_smdp IS 1;"
        "DROP TABLE metadata_versions; ALTER TABLE orders DROP COLUMN metadata_version; ALTER TABLE orders DROP COLUMN is_admitted;"
        "ALTER TABLE orders DROP COLUMN ordered_at; ALTER TABLE orders DROP COLUMN redownloads; ALTER TABLE orders DROP COLUMN reference; ALTER TABLE orders DROP COLUMN changed_at;"
        "ALTER TABLE orders DROP COLUMN created_at; ALTER TABLE orders DROP COLUMN is_personalised;"
        "UPDATE alembic_version SET version_num = '0001';"
        "INSERT INTO packages VALUES (1, 'T', x'', x'', x'', x'', 2, 3, 0);"
        "INSERT INTO orders VALUES (1, '8988211000000000017', 1, 'T', NULL, 'Released', NULL, 'T-1', 0,"
        " NULL, 0, 3, 0, 10, NULL, 0, NULL, NULL, -1, NULL);"
    )
    connection.close()
    upgrade(path)
    assert read(path, "SELECT order_id, is_personalised FROM orders") == [(1, 0)]
    assert read(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
