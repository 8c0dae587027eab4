"""No statement of ours changes what an entry of the ledger tells, or removes one: each gets its place once, and that is all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Insert, Update

from openesim.adapters.db import statements
from openesim.adapters.db.statements import compile_statements


def of_ledger(kind: Any) -> dict[str, Any]:
    """Returns the statements of a kind that are about the ledger."""
    stated = {name: each for room in statements._ROOMS for name, each in room.items()}
    return {
        name: each for name, each in stated.items() if isinstance(each, kind) and each.table.name == "ledger"
    }


def test_nothing_is_ever_deleted() -> None:
    assert of_ledger(Delete) == {}


def test_one_statement_writes_and_takes_nothing_that_is_there() -> None:
    (append,) = of_ledger(Insert).values()
    assert append._post_values_clause is None, "an entry never replaces another"


def test_one_statement_gives_a_place_where_there_is_none() -> None:
    assert set(of_ledger(Update)) == {"seal_entry"}
    sql = " ".join(compile_statements("sqlite")["seal_entry"].split())
    assert sql == (
        "UPDATE ledger SET position=:position, head=:head"
        " WHERE ledger.entry_id = :key_entry_id AND ledger.position IS NULL"
    )


def test_no_statement_names_the_ledger_in_words_of_its_own() -> None:
    """Texts of SQL would not be seen above."""
    for name, sql in compile_statements("sqlite").items():
        words = sql.lower().split()
        if "ledger" in words and name not in {"append_entry", "seal_entry"}:
            assert words[0] == "select", name
