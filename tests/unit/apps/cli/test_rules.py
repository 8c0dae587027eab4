"""``openesim rules``: list, check, show, compare, add, put in force, simulate; what is wrong is told with its line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.apps.cli.main import main
from openesim.conditions.rules.reading import parse_pack
from openesim.services.rules import shipped_packs
from tests.stores.test_rule_simulation import entry, write
from tests.support.database import WRAPPING, make_template, new_database


class Shell:
    """The command line on one data folder."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys
        monkeypatch.setenv("OPENESIM_DATA", str(data))

    def run(self, *words: str) -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        self._monkeypatch.setattr(sys, "argv", ["openesim", "rules", *words])
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

    def version(self, name: str = "2", begins: str = "2027-01-01", **changes: str) -> str:
        """Writes another version of the test pack and returns its path."""
        text = self.run("show", "test@1", "--toml")[1]
        text = text.replace('version = "1"', f'version = "{name}"').replace(
            "from = 2000-01-01", f"from = {begins}"
        )
        for old, new in changes.items():
            text = text.replace(f"{old} = 2", f"{old} = {new}")
        path = self.data.parent / f"test-{name}.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)


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


def test_packs_are_listed_with_who_is_under_which(shell: Shell) -> None:
    (shell.data / "openesim.toml").write_text(
        '[rules]\nusual = "in"\n[rules.operators]\nqinghe = "de"\n[rules.services]\n"qinghe/iot" = "cn-iot"\n',
        encoding="utf-8",
    )
    listed = shell.json("list")
    assert [each["pack"] for each in listed["packs"]] == sorted(pack.id for pack in shipped_packs())
    assert [(each["operator"], each["service"], each["pack"]) for each in listed["assignments"]] == [
        (None, None, "in"),
        ("qinghe", None, "de"),
        ("qinghe", "iot", "cn-iot"),
    ]
    code, told, _ = shell.run("list", "--lang", "zh")
    assert code == 0
    assert "中国内地物联网 eSIM" in told
    assert "configuration" in told


def test_a_pack_is_shown_with_who_says_so(shell: Shell) -> None:
    code, told, _ = shell.run("show", "cn-2025-trial", "--lang", "zh")
    assert code == 0
    for words in (
        "不构成法律意见",
        "minor  below: 16; needs: guardian  [ours]",
        "谁开卡",
        "[law, seen 2026-11-22]",
    ):
        assert words in told
    assert "asks nothing" in shell.run("show", "open")[1]
    assert shell.json("show", "in")["limits"]["nationwide"] == 9
    assert parse_pack(shell.run("show", "de", "--toml")[1]).id == "de"
    code, _, wrong = shell.run("show", "nowhere")
    assert code == 1
    assert "there is no rule pack nowhere" in wrong
    assert shell.run("show", "in", "--on", "2024-06-30")[0] == 1
    assert shell.run("show", "in", "--on", "2024-07-01")[0] == 0


def test_a_pack_is_checked_alone_and_against_those_that_are_there(shell: Shell) -> None:
    path = Path(shell.version())
    assert shell.run("check", str(path))[1].endswith(
        "test, version 2, in force from 2027-01-01 (UTC+00:00)\n"
    )
    assert shell.json("check", str(path))["version"] == "2"
    shell.run("add", str(path))
    again = shell.version("3")
    code, _, wrong = shell.run("check", again)
    assert code == 2
    assert "begin on one day" in wrong
    path.write_text(path.read_text(encoding="utf-8").replace("per_operator", "per_oprator"), encoding="utf-8")
    code, _, wrong = shell.run("check", str(path))
    assert code == 2
    assert "there is no such key; did you mean per_operator?" in wrong
    refused = shell.json("check", str(path))
    assert refused["error"]["code"] == "rules:no-pack"
    assert "line " in refused["error"]["cause"]


def test_two_packs_are_compared(shell: Shell) -> None:
    path = shell.version(per_operator="7")
    code, told, _ = shell.run("diff", "test", path)
    assert code == 0
    assert told.endswith("limits.per_operator\n  - 2\n  + 7\n")
    assert {"path": "pack.version", "before": "1", "after": "2"} in shell.json("diff", "test", path)
    assert shell.run("diff", "test", "test@1")[1] == "the same\n"
    assert "(nothing)" in shell.run("diff", "open", "in")[1]
    assert shell.run("diff", "test", "test@9")[0] == 1


def test_a_pack_is_added_and_put_in_force(shell: Shell) -> None:
    path = shell.version("2", "2020-01-01")
    assert shell.json("add", path, "--by", "Ada")["version"] == "2"
    assert shell.json("show", "test")["pack"]["version"] == "2"
    stored = shell.json("assign", "test", "--operator", "qinghe", "--service", "watch", "--by", "Ada")
    assert (stored["operator"], stored["service"], stored["pack"], stored["by"]) == (
        "qinghe",
        "watch",
        "test",
        "Ada",
    )
    assert abs(datetime.now(UTC) - datetime.fromisoformat(stored["begins"])).total_seconds() < 60
    day = shell.json("assign", "cn-2025-trial", "--from", "2037-01-01")
    assert day["begins"] == "2036-12-31T16:00:00+00:00"
    assert (
        shell.json("assign", "--none", "--operator", "x", "--from", "2037-01-01T08:00+08:00")["pack"] is None
    )
    assert [each["by"] for each in shell.json("list")["assignments"]][:2] == ["configuration", "Ada"]
    assert "2036-12-31" in shell.run("list")[1]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("assign",), "either a pack is named, or --none"),
        (("assign", "test", "--none"), "either a pack is named, or --none"),
        (("assign", "nowhere"), "there is no rule pack nowhere"),
        (("assign", "test", "--service", "spoon"), "classes are phone"),
        (("assign", "test", "--from", "tomorrow"), "neither a day"),
        (("assign", "test", "--from", "2037-01-01T08:00"), "+08:00"),
        (("assign", "test", "--from", "2020-01-01"), "in the past"),
        (("simulate", "nowhere"), "there is no rule pack nowhere"),
    ],
)
def test_what_cannot_be_is_told(shell: Shell, words: tuple[str, ...], reason: str) -> None:
    code, _, wrong = shell.run(*words)
    assert code in {1, 2}
    assert reason in wrong


def test_a_changed_pack_is_simulated_on_past_orders(shell: Shell) -> None:
    work = SqliteWork(shell.data / "openesim.db", WRAPPING)
    write(work, *(entry(number, lines=number % 3) for number in range(1, 7)), entry(9, recorded="{"))
    work.close()
    path = shell.version(per_operator="1")
    found = shell.json("simulate", path)
    assert found["decisions"] == 6
    assert found["counts"]["newly-refused"] == found["counts"]["same"] // 2 == 2
    assert found["unreadable"] == 1
    ((change),) = found["changes"]
    assert change["explained"] == "the person has 1 lines already; 1 are allowed"
    assert change["orders"] == [4, 1]
    code, told, _ = shell.run("simulate", path, "--lang", "zh")
    assert code == 0
    for words in ("按 test 2 重新判定 6 项决定", "改为拒绝", "名下已有 1 个号码", "1 条记录无法读取", "4 1"):
        assert words in told
    assert "newly refused" in shell.run("simulate", path)[1]
    assert shell.json("simulate", "open", "--under", "test")["counts"]["newly-allowed"] == 2
    assert shell.json("simulate", "open")["decisions"] == 0
    assert shell.json("simulate", "in", "--under", "all", "--operator", "qinghe")["decisions"] == 6
    assert shell.json("simulate", path, "--service", "watch", "--since", "2026-01-01")["decisions"] == 0
    assert shell.json("simulate", path, "--before", "2026-01-01")["decisions"] == 0


def test_editors_are_told_what_a_pack_may_say(shell: Shell) -> None:
    schema = json.loads(shell.run("schema")[1])
    assert schema["title"] == "OpenESIM rule pack"
    tables = schema["$defs"]["Pack"]["properties"]
    assert {"pack", "sources", "service", "person", "limits", "risk", "retention", "notices"} == set(tables)
    assert "counter" in schema["$defs"]["Channel"]["enum"]
    assert schema["$defs"]["Limits"]["additionalProperties"] is False
