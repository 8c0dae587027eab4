"""``openesim subscription``, from the outside."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli import subscription as commands
from openesim.apps.keys import key_file
from openesim.apps.wiring import open_database
from openesim.kernel.errors import ConfigError, NotFoundError, OpenEsimError
from openesim.kernel.ids import Iccid
from openesim.network.exports.formats import FORMATS
from tests.support.batches import FIRST, add
from tests.support.rig import entropy_of

IMSI = "001010000000001"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two batches of five, of which one subscription is active."""
    data = tmp_path / "data"
    key_file(data).make(entropy_of("key"))
    work = open_database(data)
    add(work)
    add(work, name="second", iccid="8988211000000001001", imsi="001010000001001")
    work.run_now(lambda stores: stores.set_active(Iccid(FIRST), is_active=True))
    work.close()
    return data


def invoke(*arguments: object) -> Any:
    result = CliRunner().invoke(commands.app, [str(one) for one in arguments], catch_exceptions=False)
    if isinstance(result.exception, OpenEsimError):
        raise result.exception
    return result


def test_subscriptions_are_listed_and_shown(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_PAGE", 3)
    listed = json.loads(invoke("list", "--data", data, "--json").stdout)
    assert len(listed) == 10
    assert [each["active"] for each in listed].count(True) == 1
    assert len(json.loads(invoke("list", "--data", data, "--json", "--batch", "second").stdout)) == 5
    (active,) = json.loads(invoke("list", "--data", data, "--json", "--active-only").stdout)
    for which in (FIRST, IMSI):
        assert json.loads(invoke("show", which, "--data", data, "--json").stdout) == active
    assert FIRST in invoke("list", "--data", data).stdout
    assert IMSI in invoke("show", FIRST, "--data", data).stdout


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_its_owner_s_alone_and_says_what_it_holds(data: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    result = invoke("export", "--format", name, "--data", data, "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "10 subscriptions" in result.stderr
    assert "keys in clear" in result.stderr
    assert IMSI in out.read_text()
    assert result.stdout == ""
    only = invoke("export", "--format", name, "--data", data, "--active-only", "--batch", "first")
    assert "1 subscriptions" in only.stderr
    chosen = FORMATS[name]
    assert only.stdout.startswith(chosen.head)
    assert only.stdout.removeprefix(chosen.head).removesuffix(chosen.tail) in out.read_text()


def test_a_file_that_is_there_is_not_written_over(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        invoke("export", "--format", "pyhss", "--data", data, "--out", out)
    assert out.read_text() == "mine"


def test_an_export_that_fails_leaves_no_file(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(NotFoundError, match="no batch third"):
        invoke("export", "--format", "pyhss", "--data", data, "--out", out, "--batch", "third")
    assert not out.exists()


def test_a_format_that_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(ConfigError, match="formats are open5gs, osmo-hlr, free5gc, pyhss"):
        invoke("export", "--format", "hss", "--data", data)


def test_a_subscription_that_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(NotFoundError, match="4711"):
        invoke("show", "4711", "--data", data)
