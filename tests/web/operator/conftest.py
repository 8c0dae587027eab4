"""The desk of operators in a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
