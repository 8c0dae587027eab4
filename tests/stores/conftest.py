"""Every kind of stores there is: the contract is one, the implementations are several."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.fixtures import logs, runner
from tests.support.memory import MemoryWork
from tests.support.rig import Rig

__all__ = ["logs", "runner"]

KINDS = ["memory", "sqlite"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture(params=KINDS)
def work(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Any]:
    """A unit of work on empty stores of each kind in turn."""
    if request.param == "memory":
        yield MemoryWork()
        return
    work = SqliteWork(new_database(template, tmp_path), WRAPPING)
    yield work
    work.close()


@pytest.fixture
def reopen(work: Any, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Gives the stores as a new process finds them."""
    opened: list[SqliteWork] = []

    def again() -> Any:
        if isinstance(work, MemoryWork):
            return work
        opened.append(SqliteWork(tmp_path / "openesim.db", WRAPPING))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def rig(work: Any, runner: asyncio.Runner) -> Rig:
    """An SM-DP+ on stores of each kind in turn."""
    return Rig(work, runner)
