"""``openesim stock``, from the outside."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.stock import app
from openesim.apps.settings import DATABASE_FILE, KEY_FILE
from openesim.kernel.errors import ConfigError, NotFoundError, VerificationError
from openesim.services.batch_checks import BatchRefusedError
from tests.support.batches import COUNTED, FIRST, FROM_FILE, toml
from tests.support.rig import package_octets

K = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
CSV = f"iccid,imsi,k,pin1,puk1\n{FIRST},001010000000001,{K},4711,13572468\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package and two batches; its data go into ``data``."""
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "counted.toml").write_text(toml({**COUNTED, "low_stock": 6}))
    (tmp_path / "file.toml").write_text(toml(FROM_FILE))
    (tmp_path / "keys.csv").write_text(CSV)
    return tmp_path


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def run_json(*arguments: object) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json"))


def test_a_batch_is_added_listed_and_shown(folder: Path) -> None:
    data = folder / "data"
    assert run("add", folder / "counted.toml", "--data", data) == (
        "batch first: 5 profiles of type testland added, 5 in all\n"
    )
    assert "complete already" in run("add", folder / "counted.toml", "--data", data)
    listed = run_json("list", "--data", data)
    assert listed["types"] == [{"profile_type": "testland", "available": 5, "low_stock": 6, "is_low": True}]
    assert [batch["done"] for batch in listed["batches"]] == [5]
    assert "LOW" in run("list", "--data", data)
    shown = run_json("show", FIRST, "--data", data)
    assert (shown["imsi"], shown["order_state"], shown["k"]) == ("001010000000001", "Available", "<secret>")


def test_low_stock_is_an_exit_code_where_it_is_asked_for(folder: Path) -> None:
    run("add", folder / "counted.toml", "--data", folder / "data")
    asked = ["list", "--data", str(folder / "data")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert CliRunner().invoke(app, [*asked, "--check"]).exit_code == 1


def test_secrets_are_masked_unless_asked_for_and_not_in_the_files(folder: Path) -> None:
    data = folder / "data"
    run("add", folder / "file.toml", "--data", data)
    masked = run("show", FIRST, "--data", data)
    revealed = run_json("show", FIRST, "--data", data, "--reveal")
    assert (revealed["k"], revealed["pin_01"], revealed["puk_01"]) == (K, "4711", "13572468")
    on_disk = b"".join(path.read_bytes() for path in data.glob(f"{DATABASE_FILE}*"))
    for secret in (K, "4711", "13572468"):
        assert secret not in masked
    for octets in (bytes.fromhex(K), K.encode(), K.upper().encode(), b"4711\xff", b"13572468"):
        assert octets not in on_disk
    assert stat.S_IMODE((data / KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("has_folder", [False, True])
def test_a_dry_run_stores_nothing(folder: Path, has_folder: bool) -> None:
    data = folder / "data"
    if has_folder:
        run("add", folder / "counted.toml", "--data", data)
        (folder / "counted.toml").write_text(
            toml({**COUNTED, "name": "second", "iccid": "8988211000000001001", "imsi": "001010000001001"})
        )
    told = run("add", folder / "counted.toml", "--data", data, "--dry-run")
    assert "is good: 5 profiles would be added" in told
    assert data.exists() is has_folder
    if has_folder:
        assert len(run_json("list", "--data", data)["batches"]) == 1


def test_every_wrong_row_is_told(folder: Path) -> None:
    (folder / "keys.csv").write_text(CSV + f"{FIRST},001010000000002,xyz,,\n")
    runner = CliRunner()
    arguments = ["add", str(folder / "file.toml"), "--data", str(folder / "data")]
    result = runner.invoke(app, arguments)
    assert isinstance(result.exception, BatchRefusedError)
    assert result.stderr.splitlines() == [
        "row 2, k: has 3 characters: write 32 or 64 hexadecimal digits",
    ]
    assert run_json("list", "--data", folder / "data") == {"types": [], "batches": []}


@pytest.mark.parametrize(("name", "batch"), [("counted.toml", "counted.toml"), ("keys.csv", "file.toml")])
def test_a_file_that_is_no_text_is_told(folder: Path, name: str, batch: str) -> None:
    (folder / name).write_bytes(b"iccid,imsi\n\xff\xfe")
    with pytest.raises(ConfigError, match=f"{name} is not text"):
        run("add", folder / batch, "--data", folder / "data")


def test_a_folder_without_stock_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no batches in"):
        run("list", "--data", tmp_path / "mistyped")
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_is_not_there_is_named(folder: Path) -> None:
    run("add", folder / "counted.toml", "--data", folder / "data")
    with pytest.raises(NotFoundError, match="8988211000000000904"):
        run("show", "8988211000000000904", "--data", folder / "data")


def test_a_key_that_is_missing_or_another_is_told(folder: Path) -> None:
    data = folder / "data"
    run("add", folder / "counted.toml", "--data", data)
    kept = (data / KEY_FILE).read_bytes()
    (data / KEY_FILE).write_bytes(b"00" * 32)
    with pytest.raises(VerificationError):
        run("show", FIRST, "--data", data)
    (data / KEY_FILE).unlink()
    with pytest.raises(ConfigError, match=r"subscriptions\.key: cannot be read"):
        run("show", FIRST, "--data", data)
    (folder / "counted.toml").write_text(
        toml({**COUNTED, "name": "second", "iccid": "8988211000000001001", "imsi": "001010000001001"})
    )
    with pytest.raises(ConfigError, match=r"subscriptions\.key: cannot be read"):
        run("add", folder / "counted.toml", "--data", data)
    assert not (data / KEY_FILE).exists(), "a new key would hide that the old one is missing"
    (data / KEY_FILE).write_bytes(kept)
    assert "5 in all" in run("add", folder / "counted.toml", "--data", data)
