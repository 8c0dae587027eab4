import asyncio

import pytest

from tests.support.discovery import SmdsRig
from tests.support.fixtures import logs, runner
from tests.support.memory import MemoryWork

__all__ = ["logs", "runner"]


@pytest.fixture
def smds(runner: asyncio.Runner) -> SmdsRig:
    """A root SM-DS on stores in memory."""
    return SmdsRig(MemoryWork(), runner)
