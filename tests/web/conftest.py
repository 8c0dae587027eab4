"""The desks, heard on the loopback interface, and a browser; each made once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, LiveDesks, serving_desks

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesks]:
    """The desks over a database without rows, heard."""
    folder = tmp_path_factory.mktemp("desks")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING))) as live:
        yield live


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser."""
    from tests.support.browser import a_browser

    with a_browser() as opened:
        yield opened
