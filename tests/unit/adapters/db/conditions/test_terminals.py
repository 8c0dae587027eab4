"""No statement about terminals reads a whole table, however large the register is."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from openesim.adapters.db.conditions.terminals import STATEMENTS
from openesim.adapters.db.statements import compile_statements
from tests.support.database import make_template

INDEXES = {
    "vendor_named": "sqlite_autoindex_vendors",
    "vendors": "INTEGER PRIMARY KEY",
    "vendors_changed": "vendors_revision",
    "model_named": "models_vendor",
    "models": "INTEGER PRIMARY KEY",
    "models_of": "models_vendor",
    "models_in": "models_state",
    "models_changed": "models_revision",
    "tac_range_before": "PRIMARY KEY",
    "tac_ranges_of": "tac_ranges_model",
    "tac_spans": "PRIMARY KEY",
    "tac_ranges_changed": "tac_ranges_revision",
    "maker_named": "sqlite_autoindex_chip_makers",
    "makers": "INTEGER PRIMARY KEY",
    "makers_changed": "chip_makers_revision",
    "ein_range_before": "PRIMARY KEY",
    "ein_ranges_of": "ein_ranges_maker",
    "ein_spans": "PRIMARY KEY",
    "ein_ranges_changed": "ein_ranges_revision",
    "remove_binding": "PRIMARY KEY",
    "binding_of_chip": "PRIMARY KEY",
    "binding_of_device": "bindings_imei",
    "bindings_between": "bindings_imei",
    "recalls": "INTEGER PRIMARY KEY",
    "recalls_changed": "recalls_revision",
    "recalls_lifted": "recalls_lifted",
    "maker_of_vendor": "chip_makers_vendor",
    "orders_of_chips": "orders_eid",
    "orders_of_devices": "bindings_imei",
    "lines_of_chips": "orders_eid",
    "lines_of_devices": "bindings_imei",
}
WRITES = {
    "add_vendor",
    "add_model",
    "add_maker",
    "add_recall",
    "add_binding",
    "put_tac_range",
    "put_ein_range",
}
"""They look for nothing."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.mark.parametrize("statement", sorted(set(STATEMENTS) - WRITES))
def test_a_statement_finds_its_rows_by_an_index(template: Path, statement: str) -> None:
    sql = compile_statements("sqlite")[statement]
    connection = sqlite3.connect(template)
    try:
        names = re.findall(r"(?<!:):(\w+)", sql)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, 1)).fetchall()
    finally:
        connection.close()
    steps = [str(row[3]) for row in plan]
    assert not [step for step in steps if step.startswith("SCAN") and "anon_" not in step], steps
    index = INDEXES.get(statement, "PRIMARY KEY")
    assert any(index in step for step in steps) or not steps, steps
    assert not [step for step in steps if "ORDER BY" in step], "rows come in the order of the index"
