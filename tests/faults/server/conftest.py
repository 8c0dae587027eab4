import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.fixtures import logs, runner
from tests.support.rig import Rig

__all__ = ["logs", "runner"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return new_database(template, tmp_path)


@pytest.fixture
def work(path: Path) -> Iterator[SqliteWork]:
    work = SqliteWork(path, WRAPPING)
    yield work
    work.close()


@pytest.fixture
def rig(work: SqliteWork, runner: asyncio.Runner) -> Rig:
    """An SM-DP+ on SQLite."""
    return Rig(work, runner)
