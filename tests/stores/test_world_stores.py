"""A world is lived through on PostgreSQL as on SQLite."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openesim.adapters.db.postgres import PostgresWork
from openesim.apps.config import Config
from openesim.apps.world.filling import fill_world
from openesim.apps.world.sizes import WorldSize
from openesim.services.conditions.ledger.check import Check, check_now
from tests.support.database import WRAPPING, Cluster

SIZE = WorldSize(days=4, orders=40, vendors=4, models=24, makers=2)


@pytest.mark.slow
def test_a_world_is_whole_on_postgresql_too(cluster: Cluster) -> None:
    work = PostgresWork(cluster.new_database(), WRAPPING)
    try:
        filled = fill_world(work, Config(), SIZE)
        check, now = Check(), datetime.now(UTC)
        check_now(check, work.run_now, lambda: now, lambda _: None)
    finally:
        work.close()
    assert filled.visits > 20
    assert (check.is_done, check.breaks) == (True, [])
    assert check.entries > 100
