"""``openesim blocklist``: set, list, check, lift; wrong words are refused with what is right."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openesim.apps.cli.main import main
from openesim.security.pki.world import Issued
from tests.support.database import make_template, new_database
from tests.support.rig import eid_of, world_of

EID = str(eid_of(1))


class Shell:
    """The command line on one data folder."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        command = ["openesim", "blocklist", *words, "--data", str(self.data)]
        self._monkeypatch.setattr(sys, "argv", command)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def json(self, *words: str) -> Any:
        """Returns the document that a command prints."""
        return json.loads(self.run(*words, "--json")[1])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def shell(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    (tmp_path / "data").mkdir()
    new_database(template, tmp_path / "data")
    return Shell(tmp_path / "data", monkeypatch, capsys)


def test_a_block_is_set_found_and_lifted_and_stays_on_record(shell: Shell) -> None:
    block = shell.json("add", "--eid", "89049032", "--reason", "stolen from a lorry", "--by", "Ada")
    assert (block["kind"], block["first"], block["last"]) == (
        "eid",
        "89049032" + "0" * 24,
        "89049032" + "9" * 24,
    )
    assert (block["created_by"], block["reason"]) == ("Ada", "stolen from a lorry")
    code, told, _ = shell.run("check", EID)
    assert code == 1
    assert "stolen from a lorry" in told
    assert shell.run("remove", str(block["block"]), "--reason", "found again", "--by", "Bo")[0] == 0
    assert shell.run("check", EID)[0] == 0
    assert shell.json("list") == []
    (kept,) = shell.json("list", "--all")
    assert (kept["lifted_by"], kept["lifted_reason"], kept["created_by"]) == ("Bo", "found again", "Ada")


def test_a_list_says_who_set_what_and_why(shell: Shell) -> None:
    shell.run("add", "--firmware", "1.0.0-1.2.9", "--reason", "crashes", "--by", "Ada")
    told = shell.run("list")[1]
    assert all(word in told for word in ("firmware", "1.0.0-1.2.9", "crashes", "Ada"))


def test_a_manufacturer_is_named_by_his_certificate_or_his_key(shell: Shell, tmp_path: Path) -> None:
    eum: Issued = world_of()["eum"]
    path = tmp_path / "eum.der"
    path.write_bytes(eum.certificate.octets)
    key = (eum.certificate.key_id or b"").hex()
    assert shell.json("add", "--eum", str(path), "--reason", "x")["first"] == key
    assert shell.json("add", "--eum", key.upper(), "--reason", "x")["first"] == key


def test_a_block_that_was_lifted_or_never_was_is_told_as_such(shell: Shell) -> None:
    number = str(shell.json("add", "--platform", "label", "--reason", "x")["block"])
    shell.run("remove", number)
    code, _, told = shell.run("remove", number)
    assert code == 1
    assert "lifted before" in told
    assert "no block 99" in shell.run("remove", "99")[2]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "--reason", "x"),
        ("add", "--eid", EID, "--firmware", "1.2.3", "--reason", "x"),
        ("add", "--eid", "890x", "--reason", "x"),
        ("add", "--eid", "9-8", "--reason", "x"),
        ("add", "--eid", EID, "--reason", "  "),
        ("add", "--eum", "no such file", "--reason", "x"),
        ("check", "123"),
        ("check", EID[:-1] + "0"),
    ],
)
def test_what_cannot_be_understood_is_refused_and_nothing_is_stored(
    shell: Shell, words: tuple[str, ...]
) -> None:
    shell.run("add", "--platform", "first", "--reason", "x")
    code, _, told = shell.run(*words)
    assert code == 2
    assert "openesim:" in told
    assert "next step" in told
    assert len(shell.json("list")) == 1


def test_a_folder_that_is_not_there_has_no_blocks(shell: Shell) -> None:
    shell.data = shell.data / "nowhere"
    code, _, told = shell.run("list")
    assert code == 2
    assert "no blocks" in told
