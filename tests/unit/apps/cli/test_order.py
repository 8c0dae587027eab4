"""``openesim order``, from the outside."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.order import app
from openesim.apps.settings import DATABASE_FILE
from openesim.kernel.errors import ConfigError, NotFoundError, StateError
from tests.support.rig import ICCID, eid_of, package_octets

ORDERS = """
[[order]]
profile = "testland.der"

[[order]]
profile = "testland.der"
matching_id = "CODE-1"
confirmation_code = "4711"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package and an order file; its data go into ``data``."""
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "orders.toml").write_text(ORDERS)
    return tmp_path


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def run_json(*arguments: object) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json"))


def test_orders_are_imported_listed_and_shown(folder: Path) -> None:
    data = folder / "data"
    made = run_json("import", folder / "orders.toml", "--data", data)
    assert [order["state"] for order in made] == ["Released", "Released"]
    assert made == run_json("list", "--data", data)
    own, coded = made
    assert own["iccid"] == ICCID
    assert own["matching_id"]
    assert (coded["matching_id"], coded["confirmation_code"]) == ("CODE-1", True)
    for name in (own["order_id"], own["iccid"], own["matching_id"]):
        assert run_json("show", name, "--data", data) == own
    assert "4711" not in run("show", "CODE-1", "--data", data)
    header, first, second = run("list", "--data", data).splitlines()
    assert header.split()[:3] == ["order", "ICCID", "state"]
    assert ICCID in first
    assert "CODE-1" in second


@pytest.mark.parametrize("command", [("list",), ("show", "1"), ("cancel", "1")])
def test_a_folder_without_orders_is_named_and_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"no orders in .*mistyped"):
        run(*command, "--data", tmp_path / "mistyped")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", ["NONE", "99", "8999999999999999999", "²"])
def test_an_order_that_is_not_there_is_named(folder: Path, which: str) -> None:
    run("import", folder / "orders.toml", "--data", folder / "data")
    with pytest.raises(NotFoundError, match=which) as refused:
        run("show", which, "--data", folder / "data")
    assert refused.value.explanation is not None
    assert "order list" in refused.value.explanation.next_step


def test_a_released_order_goes_back_to_stock(folder: Path) -> None:
    data = folder / "data"
    run("import", folder / "orders.toml", "--data", data)
    (cancelled,) = run_json("cancel", "CODE-1", "--data", data)
    assert (cancelled["state"], cancelled["matching_id"]) == ("Available", None)
    with pytest.raises(StateError, match="while the profile is Available"):
        run("cancel", cancelled["iccid"], "--data", data)


def test_a_profile_that_was_handed_out_is_only_taken_out_of_stock(folder: Path) -> None:
    data = folder / "data"
    run("import", folder / "orders.toml", "--data", data)
    connection = sqlite3.connect(data / DATABASE_FILE)
    connection.execute("UPDATE orders SET state = 'Downloaded' WHERE matching_id = 'CODE-1'")
    connection.commit()
    connection.close()
    with pytest.raises(StateError) as caught:
        run("cancel", "CODE-1", "--data", data)
    assert caught.value.explanation is not None
    assert "order cancel CODE-1 --unavailable" in caught.value.explanation.next_step
    (cancelled,) = run_json("cancel", "CODE-1", "--data", data, "--unavailable")
    assert cancelled["state"] == "Unavailable"


@pytest.mark.parametrize("name", ["Released", "released", "RELEASED"])
def test_orders_are_listed_by_their_state_in_any_case(folder: Path, name: str) -> None:
    run("import", folder / "orders.toml", "--data", folder / "data")
    assert len(run_json("list", "--data", folder / "data", "--state", name)) == 2
    assert run_json("list", "--data", folder / "data", "--state", "Installed") == []


def test_a_state_that_does_not_exist_is_refused_with_those_that_do(folder: Path) -> None:
    run("import", folder / "orders.toml", "--data", folder / "data")
    with pytest.raises(ConfigError, match=r"Nonsense; states are Available, .*Installed"):
        run("list", "--data", folder / "data", "--state", "Nonsense")


def test_what_is_wrong_with_a_row_is_said_once(folder: Path) -> None:
    run("import", folder / "orders.toml", "--data", folder / "data")
    result = CliRunner().invoke(app, ["import", str(folder / "orders.toml"), "--data", str(folder / "data")])
    assert str(result.exception) == "row 2, matching_id: another order has CODE-1; nothing was stored"
    assert result.stderr == ""


def test_an_order_is_issued_again_and_its_timeline_tells(folder: Path) -> None:
    data = folder / "data"
    run("import", folder / "orders.toml", "--data", data)
    issued = run_json("reissue", "CODE-1", "--data", data)
    assert (issued["state"], issued["warning"]) == ("Released", None)
    assert issued["matching_id"] not in {"CODE-1", None}
    told = run_json("timeline", issued["order_id"], "--data", data)
    assert told["order"]["iccid"] == issued["iccid"]
    assert [step["action"] for step in told["steps"]] == ["stock", "import", "reissue"]
    assert "4711" not in json.dumps(told)
    text = run("timeline", issued["order_id"], "--data", data, "--lang", "zh")
    assert "重新签发" in text
    with pytest.raises(ConfigError, match="exclude"):
        run("reissue", issued["order_id"], "--data", data, "--any-chip", "--eid", "8" * 32)


def test_a_profile_that_a_chip_may_have_is_given_to_another_only_with_a_warning(folder: Path) -> None:
    data, eid, other = folder / "data", str(eid_of(1)), str(eid_of(2))
    run("import", folder / "orders.toml", "--data", data)
    connection = sqlite3.connect(data / DATABASE_FILE)
    connection.execute(f"UPDATE orders SET state = 'Downloaded', eid = '{eid}' WHERE matching_id = 'CODE-1'")
    connection.execute(
        "INSERT INTO downloads SELECT x'01', order_id, 1, x'', NULL FROM orders WHERE matching_id = 'CODE-1'"
    )
    connection.commit()
    connection.close()
    with pytest.raises(StateError):
        run("reissue", "CODE-1", "--data", data, "--eid", other)
    result = CliRunner().invoke(
        app, ["reissue", "CODE-1", "--data", str(data), "--eid", other, "--force", "--json"]
    )
    assert eid in result.stderr
    issued = json.loads(result.stdout)
    assert (issued["state"], issued["eid"]) == ("Released", other)
    assert eid in issued["warning"]


def test_what_the_user_will_see_is_shown_and_changed(folder: Path) -> None:
    data = folder / "data"
    run("import", folder / "orders.toml", "--data", data)
    assert run_json("metadata", "CODE-1", "--data", data)["profile_name"]
    changed = run_json(
        "metadata", "CODE-1", "--data", data, "--profile-name", "Mine", "--rules", "ppr2", "--owner", "00101"
    )
    assert (changed["profile_name"], changed["owner"]) == ("Mine", "001-01")
    assert len(changed["policy_rules"]) == 1
    assert run_json("metadata", "CODE-1", "--data", data) == changed
    for wrong in (["--rules", "ppr9"], ["--owner", "1"], ["--icon", folder / "none.png"]):
        with pytest.raises(ConfigError, match=str(wrong[0])):
            run("metadata", "CODE-1", "--data", data, *wrong)
