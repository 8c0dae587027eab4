"""The desks, heard on the loopback interface, and a browser; each made once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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


@pytest.fixture(scope="session")
def _beside() -> Iterator[ThreadPoolExecutor]:
    """A thread for the browser: what drives it leaves an event loop running wherever it was begun."""
    with ThreadPoolExecutor(1, "browser") as thread:
        yield thread


@pytest.fixture(scope="session")
def browser(_beside: ThreadPoolExecutor) -> Iterator[Browser]:
    """A browser, begun once; tests that look with it run in its thread."""
    from tests.support.browser import a_browser

    with ExitStack() as stack:
        yield _beside.submit(stack.enter_context, a_browser()).result()
        _beside.submit(stack.close).result()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that looks with the browser in its thread."""
    if "browser" not in pyfuncitem.fixturenames:
        return None
    thread = pyfuncitem.funcargs["_beside"]
    assert isinstance(thread, ThreadPoolExecutor)
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    thread.submit(pyfuncitem.obj, **arguments).result()
    return True
