"""The desk of operators in a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support import counter_world
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import LiveDesks, serving_desks
from tests.support.operator_desk import ASKED, FREE, OperatorDesk, make_site


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesks]:
    """Desks of several operators."""
    folder = tmp_path_factory.mktemp("offices")
    with serving_desks(lambda: make_site(folder)) as live:
        yield live


@pytest.fixture
def free(offices: LiveDesks) -> OperatorDesk:
    """An operator whom the rules ask nothing."""
    return OperatorDesk(offices, FREE)


@pytest.fixture
def asked(offices: LiveDesks) -> OperatorDesk:
    """An operator whom the rules ask for a licence, a person and a chip."""
    return OperatorDesk(offices, ASKED)


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesks]:
    """Desks under rules that ask for much, with two operators, plans, stock and an authority."""
    folder = tmp_path_factory.mktemp("harbour")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: counter_world.make_site(SqliteWork(path, WRAPPING), folder)) as live:
        live.run(counter_world.furnish(live.site))
        yield live
