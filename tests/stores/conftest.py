"""Every kind of stores there is: the contract is one, the implementations are several."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from tests.support.database import WRAPPING, Cluster, make_template, new_database
from tests.support.fixtures import cluster, logs, runner
from tests.support.memory import MemoryWork
from tests.support.rig import Rig

__all__ = ["cluster", "logs", "runner"]

KINDS = ["memory", "sqlite", "postgres"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture(params=KINDS)
def reopen(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Gives the stores of each kind in turn: empty at first, and then as a new process finds them."""
    memory, opened = MemoryWork(), []
    path = new_database(template, tmp_path) if request.param == "sqlite" else tmp_path
    address = ""
    if request.param == "postgres":
        postgres: Cluster = request.getfixturevalue("cluster")
        address = postgres.new_database()

    def again() -> Any:
        if request.param == "memory":
            return memory
        opened.append(SqliteWork(path, WRAPPING) if not address else PostgresWork(address, WRAPPING))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def work(reopen: Callable[[], Any]) -> Any:
    """A unit of work on empty stores of each kind in turn."""
    return reopen()


@pytest.fixture
def rig(work: Any, runner: asyncio.Runner) -> Rig:
    """An SM-DP+ on stores of each kind in turn."""
    return Rig(work, runner)
