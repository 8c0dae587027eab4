"""Packages in files, and commands run as a person runs them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from openesim.apps.cli.profile import app
from tests.support.rig import package_octets

Run = Callable[..., Result]


@pytest.fixture
def package_file(tmp_path: Path) -> Path:
    path = tmp_path / "testland.der"
    path.write_bytes(package_octets())
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; errors of ours come through."""
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=stdin, catch_exceptions=False)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
