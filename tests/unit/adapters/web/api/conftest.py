import pytest

from tests.support.api import Api
from tests.support.fixtures import logs, rig, runner
from tests.support.rig import Rig

__all__ = ["logs", "rig", "runner"]


@pytest.fixture
def api(rig: Rig) -> Api:
    """The REST API over stores in memory."""
    return Api(rig)
