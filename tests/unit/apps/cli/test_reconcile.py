"""``openesim reconcile``, from the outside."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.main import app
from openesim.apps.settings import DATABASE_FILE
from openesim.kernel.errors import ConfigError
from tests.support.rig import ICCID, package_octets


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with three orders: one that the chip has and the order denies, one that waits, one in order."""
    (tmp_path / "t.der").write_bytes(package_octets())
    (tmp_path / "orders.toml").write_text(
        "".join(f'[[order]]\nprofile = "t.der"\nmatching_id = "T-{n}"\n' for n in range(3))
    )
    run("order", "import", tmp_path / "orders.toml", "--data", tmp_path / "data")
    connection = sqlite3.connect(tmp_path / "data" / DATABASE_FILE)
    connection.execute(
        "UPDATE orders SET state = 'Error', chip_state = 'enabled', eid = '8' WHERE matching_id = 'T-0'"
    )
    connection.execute("UPDATE orders SET state = 'Downloaded', eid = '8' WHERE matching_id = 'T-1'")
    connection.execute(
        "INSERT INTO downloads SELECT x'01', order_id, 1, x'', NULL FROM orders WHERE matching_id = 'T-1'"
    )
    connection.commit()
    connection.close()
    return tmp_path / "data"


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def run_json(*arguments: object) -> Any:
    return json.loads(run("reconcile", *arguments, "--json"))


def test_what_disagrees_is_told_with_what_to_do(data: Path) -> None:
    told = run_json("--data", data)
    assert told["counts"] == {"on-chip-not-installed": 1, "no-result": 1}
    assert (told["orders"], told["complete"]) == (3, True)
    first, second = told["findings"]
    assert (first["iccid"], first["repair"], first["repaired"]) == (
        ICCID,
        "the order becomes Installed",
        False,
    )
    assert second["next_step"]
    text = run("reconcile", "--data", data, "--lang", "zh")
    assert "3 orders compared, 2 disagreements" in text
    assert "with --apply" in text
    assert "芯片" in text


def test_what_is_safe_is_repaired_and_stays_repaired(data: Path) -> None:
    told = run_json("--data", data, "--apply")
    assert [finding["repaired"] for finding in told["findings"]] == [True, True]
    assert json.loads(run("order", "show", ICCID, "--data", data, "--json"))["state"] == "Installed"
    assert run_json("--data", data)["counts"] == {"no-result": 1}, (
        "a chip that is late is late until it tells"
    )


def test_only_what_waits_is_looked_at_where_that_is_asked_for(data: Path) -> None:
    told = run_json("--data", data, "--waiting-only")
    assert (told["orders"], told["counts"]) == (1, {"no-result": 1})


def test_lists_of_operator_and_network_are_compared(data: Path) -> None:
    beliefs, network = data / "list.csv", data / "network.csv"
    beliefs.write_text(f"iccid,state\n{ICCID},failed\n8988211000000009999,free\n")
    network.write_text("imsi,state\n001010000000001,on\n")
    counts = run_json("--data", data, "--operator-file", beliefs, "--network", network)["counts"]
    assert counts["operator-knows-more"] == 1
    assert counts["operator-knows-less"] == 2


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["--after", "soon"], ConfigError, "24h"),
        (["--network", "nowhere"], ConfigError, "osmo-hlr:HOST:PORT"),
        (["--network", "osmo-hlr:nowhere"], ConfigError, "HOST:PORT"),
    ],
)
def test_what_is_wrong_is_said(data: Path, arguments: list[str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        run("reconcile", "--data", data, *arguments)


def test_a_folder_without_orders_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no orders"):
        run("reconcile", "--data", tmp_path / "none")
