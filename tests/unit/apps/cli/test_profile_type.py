"""``openesim profile-type``, from the outside."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.main import app
from openesim.kernel.errors import DecodeError, NotFoundError
from tests.support.rig import package_octets


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "orders.toml").write_text('[[order]]\nprofile = "testland.der"\n')
    run("order", "import", tmp_path / "orders.toml", "--data", tmp_path / "data")
    return tmp_path / "data"


def told(data: Path, *arguments: object) -> Any:
    return json.loads(run("profile-type", *arguments, "--data", data, "--json"))


def test_types_are_listed_and_changed(data: Path, tmp_path: Path) -> None:
    (before,) = told(data, "list")
    assert before["name"] == "testland"
    icon = tmp_path / "icon.png"
    icon.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(92))
    after = told(data, "metadata", "testland", "--service-provider-name", "New", "--icon", icon)
    assert (after["service_provider_name"], after["icon"]) == ("New", "100 octets")
    assert told(data, "list") == [{"name": "testland"} | after]
    assert told(data, "metadata", "testland", "--icon", "-")["icon"] is None
    assert "New" in run("profile-type", "list", "--data", data)
    assert "New" in run("profile-type", "metadata", "testland", "--data", data)


def test_what_cannot_be_is_refused(data: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        told(data, "metadata", "nowhere", "--profile-name", "x")
    with pytest.raises(DecodeError, match="32"):
        told(data, "metadata", "testland", "--service-provider-name", "x" * 33)
    with pytest.raises(DecodeError, match="owner"):
        told(data, "metadata", "testland", "--rules", "ppr1")
