"""``openesim operator``, from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.adapters.keystore.pem import certificate_pem
from openesim.apps.cli.operator import app
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError
from tests.support.rig import world_of


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def run_json(*arguments: object) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json"))


def test_an_operator_is_kept_changed_and_shown(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    made = run_json("add", "lotus", *data, "--callback", "https://ES2.lotus.example:8443/aep/")
    assert made["callback_address"] == "es2.lotus.example:8443/aep"
    assert made["points"] == "1,2,3,4,enable=6,disable=7,delete=8", "who is called back hears of everything"
    points = "3,4,enable=101,disable=102,delete=5"
    changed = run_json(
        "set", "lotus", *data, "--points", points, "--display-name", "莲花", "--requests-per-minute", 60
    )
    assert (changed["points"], changed["display_name"], changed["requests_per_minute"]) == (
        points,
        "莲花",
        60,
    )
    assert changed["callback_address"] == made["callback_address"]
    assert run_json("show", "lotus", *data) == changed
    run("add", "northwind", *data)
    assert [each["name"] for each in run_json("list", *data)] == ["lotus", "northwind"]
    assert "es2.lotus.example:8443/aep" in run("list", *data)
    silent = run_json("set", "lotus", *data, "--callback", "", "--points", "", "--requests-per-minute", 0)
    assert (silent["callback_address"], silent["points"], silent["requests_per_minute"]) == (None, "", None)


def test_a_certificate_is_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "operator.pem"
    certificate = world_of()["dptls"].certificate
    file.write_bytes(certificate_pem(certificate))
    made = run_json("add", "lotus", "--data", tmp_path / "data", "--certificate", file)
    assert len(made["certificate_sha256"]) == 64
    file.write_bytes(certificate_pem(certificate) * 2)
    with pytest.raises(ConfigError, match="holds 2 certificates"):
        run("set", "lotus", "--data", tmp_path / "data", "--certificate", file)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "../etc"), "operator's name"),
        (("add", "lotus", "--points", "9"), "--points: '9' is no notification point"),
        (("add", "lotus", "--callback", "http://x"), "--callback: an operator is called back over https"),
        (("set", "lotus"), "nothing to change"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    run("add", "northwind", "--data", tmp_path)
    with pytest.raises(ConfigError, match=told):
        run(*arguments, "--data", tmp_path)
    assert [each["name"] for each in run_json("list", "--data", tmp_path)] == ["northwind"]


def test_nobody_is_added_twice_or_changed_before_he_is_there(tmp_path: Path) -> None:
    run("add", "lotus", "--data", tmp_path)
    with pytest.raises(ConflictError, match="lotus is kept already"):
        run("add", "lotus", "--data", tmp_path)
    for command in (("show", "orchid"), ("set", "orchid", "--points", "1")):
        with pytest.raises(NotFoundError, match="orchid"):
            run(*command, "--data", tmp_path)
