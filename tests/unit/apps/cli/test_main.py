"""``openesim`` without a command."""

from __future__ import annotations

from importlib.metadata import version

from typer.testing import CliRunner

from openesim.apps.cli.main import app


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"openesim {version('openesim')}\n"


def test_without_a_command_the_help_is_shown() -> None:
    told = CliRunner().invoke(app, [])
    assert told.exit_code == 2
    assert "SM-DP+" in told.output
    assert "--version" in told.output
