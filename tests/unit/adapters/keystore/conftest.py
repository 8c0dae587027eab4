"""A PKI folder on disk, made once, and a copy of it for those who change it."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.keystore.files import init_pki


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2027, 1, 15, 12, 30, 45, tzinfo=UTC)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Path:
    """A fresh test world; to be looked at only."""
    path = tmp_path_factory.mktemp("keystore") / "pki"
    init_pki(path, os.urandom, now)
    return path


@pytest.fixture
def pki(made: Path, tmp_path: Path) -> Path:
    """A copy of the world, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "pki"))
