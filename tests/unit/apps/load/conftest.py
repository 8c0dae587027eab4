from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import make_template, new_database
from tests.support.fixtures import logs
from tests.support.live import Live, serving
from tests.support.rig import Rig, new_runner

__all__ = ["logs"]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A server on the loopback interface, plain HTTP, with one laboratory order, TEST-1."""
    path = make_template(tmp_path)
    work = SqliteWork(path)
    with new_runner() as runner:
        Rig(work, runner).add_order(is_reusable=True)
    work.close()
    (tmp_path / "live").mkdir()
    with serving(new_database(path, tmp_path / "live")) as server:
        yield server
