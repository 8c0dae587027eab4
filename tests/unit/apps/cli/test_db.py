"""``openesim db``, from the outside."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.adapters.db.schema import HEAD
from openesim.apps.cli import stock
from openesim.apps.cli.db import app
from openesim.apps.settings import DATABASE_FILE, KEY_FILE
from openesim.kernel.errors import ConfigError, ConflictError
from tests.support.batches import COUNTED, toml
from tests.support.rig import package_octets


def run(*arguments: object, exit_code: int = 0, application: Any = app) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(application, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.stdout


def run_json(*arguments: object, exit_code: int = 0) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json", exit_code=exit_code))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a batch in stock."""
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "batch.toml").write_text(toml(COUNTED))
    run("add", tmp_path / "batch.toml", "--data", tmp_path / "data", application=stock.app)
    return tmp_path / "data"


def test_upgrade_says_what_it_did(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert f"a new database was made, at step {HEAD}" in run("upgrade", "--data", data)
    assert "nothing was done" in run("upgrade", "--data", data)
    assert run_json("upgrade", "--data", data) == {"before": HEAD, "after": HEAD}


def test_upgrade_waits_for_who_writes_as_long_as_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_FILE
    path.touch()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConfigError, match="locked"):
            run("upgrade", "--data", tmp_path, "--wait", 0.1)
        other.execute("ROLLBACK")
    assert run_json("upgrade", "--data", tmp_path) == {"before": None, "after": HEAD}


def test_a_backup_is_restored_beside_its_keys(data: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.zip", tmp_path / "other"
    assert "its keys are not in it" in run("backup", file, "--data", data)
    with pytest.raises(ConfigError, match="is there already"):
        run("backup", file, "--data", data)
    assert run_json("backup", file, "--data", data, "--force")["rows"]["subscriptions"] == 5
    (finding,) = run_json("restore", file, "--data", other)["findings"]
    assert "keys/subscriptions.key" in finding
    checked = run_json("check", "--data", other, exit_code=1)
    assert checked["findings"] == [finding]
    (other / "keys").mkdir(exist_ok=True)
    shutil.copyfile(data / KEY_FILE, other / KEY_FILE)
    checked = run_json("check", "--data", other, "--all")
    assert (checked["ok"], checked["rows"]["orders"]) == (True, 5)
    assert "everything is as it should be" in run("check", "--data", other)
    with pytest.raises(ConflictError, match="not empty"):
        run("restore", file, "--data", other)


def test_a_damaged_archive_makes_no_folder(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    run("backup", file, "--data", data)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ConfigError, match="damaged"):
        run("restore", file, "--data", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    with pytest.raises(ConfigError, match="cannot be read"):
        run("restore", tmp_path / "none.zip", "--data", tmp_path / "other")


def test_a_folder_without_a_database_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no database in"):
        run("backup", tmp_path / "backup.zip", "--data", tmp_path)
    assert not (tmp_path / "backup.zip").exists()


def test_a_record_that_does_not_open_is_found(data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE_FILE)) as connection:
        connection.execute("UPDATE packages SET octets = substr(octets, 1, 40)")
        connection.commit()
    checked = run_json("check", "--data", data, exit_code=1)
    assert [finding.split(":")[0] for finding in checked["findings"]] == ["packages"]
    assert "finding: packages" in run("check", "--data", data, exit_code=1)


def test_references_that_lead_nowhere_are_found(data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE_FILE)) as connection:
        connection.execute("DELETE FROM packages")
        connection.commit()
    checked = run_json("check", "--data", data, exit_code=1)
    assert any("orders: row" in finding for finding in checked["findings"])
