"""What happens in a world happens in order, at its moments, and what is planned for later does not happen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.apps.conditions import build_conditions
from openesim.apps.config import Config
from openesim.apps.world.simulation import Simulation, WorldClock
from openesim.kernel.ambient import Ambient
from tests.support.database import WRAPPING, make_template

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    """A world in which nothing is planned."""
    work, clock = SqliteWork(make_template(tmp_path), WRAPPING), WorldClock(BEGIN)
    conditions = build_conditions(Config(), work, Ambient(clock, bytes))
    with asyncio.Runner() as runner:
        runner.run(conditions.following.load())
        yield Simulation(work, clock, conditions, runner)
    work.close()


def test_deeds_happen_one_after_the_other_at_their_moments(simulation: Simulation) -> None:
    happened: list[tuple[str, datetime]] = []

    def note(name: str) -> Any:
        return lambda _stores: happened.append((name, simulation.clock.now()))

    def first(stores: Any) -> None:
        note("first")(stores)
        simulation.plan(BEGIN + timedelta(hours=2), note("planned by the first"))

    async def apart() -> None:
        happened.append(("apart", simulation.clock.now()))

    simulation.plan(BEGIN + timedelta(hours=3), note("last"))
    simulation.plan(BEGIN + timedelta(hours=1), first)
    simulation.plan_apart(BEGIN + timedelta(hours=1, minutes=30), apart)
    simulation.plan(BEGIN + timedelta(days=2), note("never"))
    told: list[datetime] = []
    simulation.run(BEGIN + timedelta(days=1), told.append)
    assert [name for name, _ in happened] == ["first", "apart", "planned by the first", "last"]
    assert [moment for _, moment in happened] == [BEGIN + timedelta(hours=each) for each in (1, 1.5, 2, 3)]
    assert told == sorted(told)


def test_moments_are_kept_to_the_millisecond() -> None:
    clock = WorldClock(BEGIN)
    clock.set(BEGIN + timedelta(microseconds=1234))
    assert clock.now() == BEGIN + timedelta(milliseconds=1)
