"""A database that is filled in haste keeps what it is given, and is read by others afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openesim.adapters.db.group_commit import SqliteWork
from openesim.provisioning.smdp.operators import Operator
from tests.support.database import WRAPPING, make_template


def test_what_is_stored_in_haste_is_there_for_the_next_process(tmp_path: Path) -> None:
    path = make_template(tmp_path)
    work = SqliteWork(path, WRAPPING)
    work.make_haste()
    kept = Operator(name="qinghe", display_name="Qinghe Mobile", created_at=datetime(2026, 11, 1, tzinfo=UTC))
    work.run_now(lambda stores: stores.add_operator(kept))
    work.close()
    again = SqliteWork(path, WRAPPING)
    assert again.run_now(lambda stores: stores.operator("qinghe")) == kept
    again.close()
