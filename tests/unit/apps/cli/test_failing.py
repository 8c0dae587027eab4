"""Errors as programs get them: one object on standard output, whatever the command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer import Typer

from openesim.apps.cli.failing import error_values, explanation_of
from openesim.apps.cli.main import COMMANDS, main
from openesim.kernel.errors import ConfigError, FunctionError, NotFoundError, PeerError, StateError
from openesim.messages.sgp22.explained import explain_status

MEMBERS = {"subject", "reason", "code", "message", "cause", "owner", "next_step"}


def fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Runs a command that fails: exit code, standard output, standard error."""
    monkeypatch.setattr("sys.argv", ["openesim", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("order list --data nowhere", 2),
        ("order show 1 --data nowhere", 2),
        ("order cancel 1 --data nowhere", 2),
        ("order import empty.csv --data data", 2),
        ("euicc show nowhere", 1),
        ("euicc show empty.csv", 1),
        ("profile show nowhere.der", 2),
        ("profile show empty.csv", 1),
        ("profile diff empty.csv empty.csv", 1),
        ("profile check nowhere.der", 2),
        ("profile check travel --data nowhere", 2),
        ("profile build nowhere.toml out.der", 2),
        ("profile build empty.csv out.der", 1),
        ("stock add empty.csv --data data", 2),
        ("stock list --data nowhere", 2),
        ("stock show 8999901000000000021 --data nowhere", 2),
        ("stock show 1 --data nowhere", 2),
        ("subscription list --data nowhere", 2),
        ("subscription show 1 --data nowhere", 2),
        ("auc vector 001010000000001 --data nowhere", 2),
        ("auc vector none --data nowhere", 2),
        ("demo --keep .", 2),
        ("lpa list", 2),
        ("lpa --card nowhere list", 1),
    ],
)
def test_a_command_that_fails_gives_programs_an_object_and_people_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: str,
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").touch()
    ended, out, err = fails(monkeypatch, capsys, *arguments.split(), "--json")
    document = json.loads(out)
    assert (ended, document["ok"]) == (code, False)
    assert set(document["error"]) == MEMBERS
    assert all(document["error"][name] for name in ("message", "cause", "owner", "next_step"))
    assert document["error"]["message"] in " ".join(err.split()).replace("/ ", "/")
    plain_code, plain_out, _ = fails(monkeypatch, capsys, *arguments.split())
    assert (plain_code, plain_out) == (code, "")


def test_an_argument_that_is_no_text_is_a_matter_of_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "openesim.db").touch()
    code, _, err = fails(monkeypatch, capsys, "order", "show", "\udcff\udcfe", "--data", str(tmp_path))
    assert code == 2
    assert "UTF-8" in err


def test_a_refusal_is_told_by_its_codes_and_a_plain_error_by_its_message() -> None:
    refused = error_values(FunctionError("8.2.6", "3.8", None), explain_status("8.2.6", "3.8"))
    assert (refused["subject"], refused["reason"], refused["code"]) == ("8.2.6", "3.8", "status:8.2.6/3.8")
    assert error_values(ConfigError("no"), None) == dict.fromkeys(MEMBERS) | {"message": "no"}


def test_load_writes_an_error_where_its_report_would_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("load", "--url", "http://localhost", "--fqdn", "a.example", "--matching-ids", "nowhere")
    code, out, _ = fails(monkeypatch, capsys, *arguments, "--json", "-")
    assert (code, json.loads(out)["ok"]) == (2, False)
    code, out, err = fails(monkeypatch, capsys, *arguments, "--json", "report.json")
    written = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert (code, out) == (2, "")
    assert written["error"]["message"] in err


@pytest.mark.parametrize("kind", [ConfigError, NotFoundError, PeerError, StateError])
def test_an_error_without_words_of_its_own_is_told_with_owner_and_next_step(kind: type[ConfigError]) -> None:
    told = explanation_of(kind("no such thing"))
    assert told.cause == "no such thing"
    assert told.owner
    assert told.next_step


def test_a_new_description_is_not_begun_with_options_that_do_not_fit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for option, value in (("--mcc", "1"), ("--mnc", "1"), ("--operator", "")):
        code, _, err = fails(monkeypatch, capsys, "profile", "new", "travel.toml", option, value)
        assert (code, list(tmp_path.iterdir())) == (2, [])
        assert f"{option}: must have" in err


def test_every_command_with_json_tells_its_errors_in_json() -> None:
    told = [each for each in every_command() if takes_json(each[1])]
    assert len(told) > 20
    assert [name for name, command in told if not tells_errors(command)] == []


def every_command() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command with its name."""
    for name in COMMANDS:
        module = import_module(f"openesim.apps.cli.{name.replace('-', '_')}")
        if hasattr(module, "app"):
            yield from commands(module.app, name)
        else:
            yield name, getattr(module, name)


def commands(of: Typer, path: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command of a group with its name."""
    for one in of.registered_commands:
        if one.callback is not None:
            yield f"{path} {one.name}", one.callback
    for group in of.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{path} {group.name}")


def takes_json(command: Callable[..., Any]) -> bool:
    return "as_json" in signature(command).parameters


def tells_errors(command: Callable[..., Any]) -> bool:
    """Commands of the LPA have a screen for it, which tells them in the user's language."""
    return hasattr(command, "__wrapped__") or command.__module__.startswith("openesim.apps.cli.lpa")
