from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import make_template, new_database
from tests.support.fixtures import logs, rig, runner
from tests.support.live import Live, serving
from tests.support.rig import Rig, new_runner

__all__ = ["logs", "rig", "runner"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one released order, TEST-1."""
    path = make_template(tmp_path_factory.mktemp("database"))
    work = SqliteWork(path)
    with new_runner() as runner:
        Rig(work, runner).add_order()
    work.close()
    return path


@pytest.fixture(scope="module")
def live(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on the loopback interface, plain HTTP."""
    with serving(new_database(template, tmp_path_factory.mktemp("live"))) as server:
        yield server
