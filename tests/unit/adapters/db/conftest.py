from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.fixtures import cluster, logs, runner

__all__ = ["cluster", "logs", "runner"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return new_database(template, tmp_path)


@pytest.fixture
def work(path: Path) -> Iterator[SqliteWork]:
    """A unit of work on a fresh database."""
    work = SqliteWork(path, WRAPPING)
    yield work
    work.close()
