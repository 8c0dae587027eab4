"""Who the operators are: the folder's and those that are kept, as of a moment ago."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from openesim.provisioning.smdp.operators import Operator
from openesim.services import operator_directory
from openesim.services.operator_directory import OperatorDirectory
from tests.support.memory import MemoryWork
from tests.support.rig import NOW

LOTUS = Operator(
    name="lotus", display_name="Lotus", created_at=NOW, certificate=b"lotus", requests_per_minute=60
)


def test_certificates_are_known_from_both_places_and_the_folder_goes_first(runner: asyncio.Runner) -> None:
    work = MemoryWork()
    directory = OperatorDirectory(work, {b"folder": "northwind"})
    heard: list[bytes] = []
    directory.tell_certificates(heard.append)
    assert heard == [b"folder"]
    work.stores.add_operator(LOTUS)
    work.stores.add_operator(Operator(name="thief", display_name="T", created_at=NOW, certificate=b"folder"))
    runner.run(directory.load())
    runner.run(directory.load())
    assert heard == [b"folder", b"lotus"], "each once"
    assert [directory.name_of(each) for each in (b"folder", b"lotus", b"other")] == [
        "northwind",
        "lotus",
        None,
    ]
    assert (directory.rate_of("lotus"), directory.rate_of("northwind")) == (60, None)
    late: list[bytes] = []
    directory.tell_certificates(late.append)
    assert sorted(late) == [b"folder", b"lotus"]
    work.stores.save_operator(replace(LOTUS, certificate=b"new", requests_per_minute=None))
    runner.run(directory.load())
    assert [directory.name_of(each) for each in (b"lotus", b"new")] == [None, "lotus"], (
        "the old one is nobody's"
    )
    assert directory.rate_of("lotus") is None


def test_what_is_known_stays_in_force_while_the_database_is_away(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    monkeypatch.setattr(operator_directory, "INTERVAL_S", 0.001)
    work = MemoryWork()
    work.stores.add_operator(LOTUS)
    directory = OperatorDirectory(work, {})
    runner.run(directory.load())
    monkeypatch.setattr(work, "run", None)

    async def follow_a_moment() -> None:
        task = asyncio.create_task(directory.follow())
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    runner.run(follow_a_moment())
    assert directory.name_of(b"lotus") == "lotus"
    assert "operators not read" in {event["event"] for event in logs}
