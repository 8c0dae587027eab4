"""``openesim order bulk``, from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from openesim.apps.cli.order import app
from openesim.kernel.errors import ConfigError
from tests.support.rig import package_octets

STOCK = '[[order]]\nprofile = "testland.der"\nrelease = false\n' * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose data have three profiles of the type ``testland`` in stock."""
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "stock.toml").write_text(STOCK)
    assert run("import", tmp_path / "stock.toml", "--data", tmp_path / "data").exit_code == 0
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def bulk(folder: Path, text: str, *more: object, name: str = "orders.csv") -> Result:
    (folder / name).write_text(text, encoding="utf-8")
    return run("bulk", folder / name, "--data", folder / "data", "--operator", "op", *more)


def states(folder: Path) -> list[Any]:
    orders = json.loads(run("list", "--data", folder / "data", "--json").stdout)
    return sorted(order["state"] for order in orders)


def test_rows_become_orders_and_refusals_are_told(folder: Path) -> None:
    told = bulk(folder, "profile_type,reference\ntestland,a\nnowhere,b\ntestland,c\n")
    assert told.exit_code == 1
    assert "2 of 3 orders made, 1 refused" in told.stdout
    assert "row 2: no profile has this type" in told.stderr
    assert states(folder) == ["Available", "Released", "Released"]


def test_a_result_has_a_line_for_every_row(folder: Path) -> None:
    result = folder / "result.ndjson"
    told = bulk(
        folder, '{"profile_type": "testland"}\n{"x": 1}\n', "--result", result, "--json", name="o.ndjson"
    )
    assert json.loads(told.stdout) == {"rows": 2, "made": 1, "refused": 1}
    first, second = map(json.loads, result.read_text().splitlines())
    assert (first["status"], first["order"]["state"]) == (201, "Released")
    assert second["problem"]["errors"]


def test_a_call_is_repeated_under_its_key(folder: Path) -> None:
    text = "profile_type\ntestland\ntestland\n"
    for _ in range(2):
        assert bulk(folder, text, "--key", "week-48").exit_code == 0
    assert states(folder) == ["Available", "Released", "Released"]


def test_a_rehearsal_changes_nothing(folder: Path) -> None:
    told = bulk(folder, "profile_type\ntestland\n", "--dry-run")
    assert "1 of 1 orders could be made" in told.stdout
    assert states(folder) == ["Available"] * 3


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("orders.txt", "profile_type\ntestland\n", "must end in"),
        ("orders.csv", "nonsense\n1\n", "nothing was done"),
        ("orders.csv", "", "header"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_matter_of_usage(
    folder: Path, name: str, text: str, message: str
) -> None:
    told = bulk(folder, text, name=name)
    assert isinstance(told.exception, ConfigError)
    assert message in str(told.exception)
    assert states(folder) == ["Available"] * 3
