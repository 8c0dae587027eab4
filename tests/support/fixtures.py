"""Fixtures that several folders share; their ``conftest.py`` names those it wants."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog

from tests.support.database import Cluster
from tests.support.memory import MemoryWork
from tests.support.rig import Rig, new_runner


@contextmanager
def captured_logs() -> Iterator[list[Any]]:
    """Gives everything that is logged meanwhile, tracebacks as text."""
    events: list[Any] = []

    def capture(_logger: Any, _method: str, event: Any) -> Any:
        if event.pop("exc_info", None):
            event["traceback"] = traceback.format_exc()
        events.append(event)
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]
    before = processors.copy()
    processors[:] = [capture]
    try:
        yield events
    finally:
        processors[:] = before


FAULTS = {"request failed", "notification not processed"}


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """Everything that was logged; a fault inside a function fails the test, whatever it asserts."""
    with captured_logs() as events:
        yield events
    for event in events:
        assert event["event"] not in FAULTS, event.get("traceback", event)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, started when a test first asks for it."""
    # Its socket lives in the folder, and the path of a socket is short.
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        yield cluster
        cluster.stop()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """An event loop that lives as long as the test."""
    with new_runner() as runner:
        yield runner


@pytest.fixture
def rig(runner: asyncio.Runner) -> Rig:
    """An SM-DP+ on stores in memory."""
    return Rig(MemoryWork(), runner)
