"""The desk of subscribers in a world of its own: operators, plans, stock, devices, verifiers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import LiveDesks, serving_desks
from tests.support.subscriber_world import furnish, make_site


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesks]:
    """Desks with something to buy."""
    folder = tmp_path_factory.mktemp("market")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: make_site(SqliteWork(path, WRAPPING), folder)) as live:
        live.run(furnish(live.site))
        yield live
