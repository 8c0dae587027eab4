"""Test worlds that every test of this folder may look at; they are the same in every run."""

from datetime import UTC, datetime
from hashlib import shake_256

import pytest

from openesim.kernel.ambient import Entropy
from openesim.security.crypto.curves import Curve
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import Issued, make_world


def entropy_of(seed: bytes) -> Entropy:
    """Return entropy that is the same for the same seed."""
    state = bytearray(seed)

    def draw(count: int) -> bytes:
        state[:] = shake_256(bytes(state)).digest(32)
        return shake_256(bytes(state) + b"draw").digest(count)

    return draw


@pytest.fixture
def entropy() -> Entropy:
    return entropy_of(b"test")


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2027, 1, 15, 12, 30, 45, tzinfo=UTC)


@pytest.fixture(scope="session", params=list(Curve), ids=lambda curve: curve.name)
def world(request: pytest.FixtureRequest, now: datetime) -> dict[str, Issued]:
    """A world on each curve in turn."""
    return make_world(request.param, entropy_of(request.param.name.encode()), now)


@pytest.fixture(scope="session")
def p256(now: datetime) -> dict[str, Issued]:
    """A world on P-256, for tests in which the curve does not matter."""
    return make_world(Curve.P256, entropy_of(b"P256"), now)


@pytest.fixture(scope="session")
def trust(p256: dict[str, Issued]) -> TrustStore:
    """Trust in the CI of ``p256``."""
    return TrustStore([p256["ci"].certificate])
