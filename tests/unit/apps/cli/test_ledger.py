"""``openesim ledger``: verify, note, search, show, export; and a stranger verifies the export with nothing of ours."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.apps.cli.main import main
from openesim.transparency.entries import GATE, Entry, EntryKind
from tests.support.database import make_template, new_database

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
STRANGER = Path(__file__).resolve().parents[4] / "examples" / "verify_ledger.py"


class Shell:
    """The command line on one data folder."""

    def __init__(
        self, database: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.database, self._monkeypatch, self._capfd = database, monkeypatch, capfd

    def run(self, *words: str) -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        command = ["openesim", "ledger", *words, "--data", str(self.database.parent)]
        self._monkeypatch.setattr(sys, "argv", command)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        told = self._capfd.readouterr()
        return code, told.out, told.err

    def json(self, *words: str) -> Any:
        """Returns the document that a command prints."""
        return json.loads(self.run(*words, "--json")[1])

    def put(self, *numbers: int) -> None:
        """Stores entries."""
        with closing(SqliteWork(self.database)) as work:
            for number in numbers:
                work.run_now(lambda stores, number=number: stores.append_entry(entry(number)))  # type: ignore[misc]

    def spoil(self, query: str) -> None:
        """Changes rows behind our back."""
        with closing(sqlite3.connect(self.database)) as connection:
            for name in ("ledger_is_not_changed", "ledger_is_not_shortened"):
                connection.execute(f"DROP TRIGGER IF EXISTS {name}")
            connection.execute(query)
            connection.commit()


def entry(number: int) -> Entry:
    return Entry(
        kind=EntryKind.LOOK if number % 2 else EntryKind.DECISION,
        at=NOW + timedelta(seconds=number),
        actor="acc_7" if number % 2 else GATE,
        operator="青禾",
        subject=f"case:{number}",
        order_id=None if number % 2 else number,
        facts={"reason": f"协查函 {number}\t\u2028\x1b[2J", "empty": ""},
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def shell(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shell:
    (tmp_path / "data").mkdir()
    shell = Shell(new_database(template, tmp_path / "data"), monkeypatch, capfd)
    shell.put(*range(1, 8))
    return shell


def test_a_whole_ledger_is_verified_and_its_head_is_noted(shell: Shell, tmp_path: Path) -> None:
    noted = str(tmp_path / "heads.txt")
    code, out, _ = shell.run("verify", "--noted", noted, "--note")
    assert (code, out.splitlines()[0]) == (0, "7 entries checked: all hold")
    assert shell.run("verify", "--lang", "zh")[1].startswith("已核对 7 条记录：全部一致\n链头: 7:")
    shell.put(8, 9)
    told = shell.json("verify", "--noted", noted, "--resume", "--note")
    assert (told["holds"], told["entries"], told["position"]) == (True, 3, 9)
    told = shell.json("head", "--note", noted)
    assert Path(noted).read_text(encoding="utf-8").count("\n") == 2
    assert shell.run("verify", "--head", f"9:{told['head']}", "--from", f"9:{told['head']}")[0] == 0
    assert shell.run("head")[1].strip() == f"9:{told['head']}"


def test_what_was_changed_is_told_in_both_languages_with_exit_code_1(shell: Shell) -> None:
    shell.run("head")
    shell.spoil("UPDATE ledger SET actor = 'acc_8' WHERE position = 3")
    code, out, _ = shell.run("verify")
    assert code == 1
    assert "changed: what entry 3 tells was changed after it was written" in out
    assert "7 entries checked, 1 breaks found" in out
    code, out, _ = shell.run("verify", "--lang", "zh")
    assert code == 1
    assert "第 3 条记录写入后内容被改动" in out
    told = shell.json("verify")
    assert [(each["reason"], each["position"]) for each in told["breaks"]] == [("changed", 3)]
    assert shell.run("show", "3")[0] == 1
    assert shell.json("show", "3")["holds"] is False
    assert shell.run("show", "4")[0] == 0


def test_what_was_removed_at_the_end_is_found_by_a_head_that_was_noted(shell: Shell, tmp_path: Path) -> None:
    noted = tmp_path / "heads.txt"
    shell.run("head", "--note", str(noted))
    shell.spoil("DELETE FROM ledger WHERE position > 5")
    shell.spoil("UPDATE revisions SET number = 5 WHERE name = 'ledger'")
    assert shell.run("verify")[0] == 0, "whoever holds the whole database can do that"
    code, out, _ = shell.run("verify", "--noted", str(noted), "--note")
    assert code == 1
    assert "entries 6 to 7 were removed" in out
    assert noted.read_text(encoding="utf-8").count("\n") == 1, "a broken chain is not noted"


def test_wrong_words_are_refused(shell: Shell, tmp_path: Path) -> None:
    noted = tmp_path / "heads.txt"
    noted.write_text(f"# heads\n\n7:{'ab' * 32}  yesterday\n8:xyz\n", encoding="utf-8")
    for words, told in (
        (("verify", "--noted", str(noted)), f"{noted}, line 4"),
        (("verify", "--head", "7"), "a head is a place, a colon"),
        (("verify", "--resume"), "--noted FILE"),
        (("verify", "--note"), "--noted FILE"),
        (("search", "--after", "nonsense"), "no place to go on from"),
        (("show", "99"), "no entry at place 99"),
        (("export", "--out", str(noted)), "cannot be written"),
    ):
        code, _, err = shell.run(*words)
        assert code in {1, 2}
        assert told in err
        assert "next step" in err


def test_entries_are_searched_page_by_page_and_shown(shell: Shell) -> None:
    first = shell.json("search", "--limit", "4")
    assert [each["subject"] for each in first["entries"]] == ["case:7", "case:6", "case:5", "case:4"]
    second = shell.json("search", "--limit", "4", "--after", first["next"])
    assert [each["subject"] for each in second["entries"]] == ["case:3", "case:2", "case:1"]
    assert second["next"] is None
    for words, expected in (
        (("--kind", "decision"), [6, 4, 2]),
        (("--order", "4"), [4]),
        (("--subject", "case:5"), [5]),
        (("--actor", "acc_7"), [7, 5, 3, 1]),
        (("--operator", "青禾", "--since", "2026-11-29T12:00:06"), [7, 6]),
        (("--before", "2026-11-29T12:00:02"), [1]),
        (("--operator", "haitang"), []),
    ):
        found = shell.json("search", *words)["entries"]
        assert [each["subject"] for each in found] == [f"case:{number}" for number in expected], words
    code, out, _ = shell.run("search", "--limit", "2")
    assert code == 0
    assert "more: --after 2026-11-29T12:00:06.000+00:00/6" in out
    assert "\x1b" not in out
    shell.run("head")
    code, out, _ = shell.run("show", "7")
    assert code == 0
    assert "协查函 7" in out
    assert "\x1b" not in out


def stranger(export: str, *heads: str) -> tuple[int, list[str]]:
    """Returns what a stranger finds: Python without our packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(STRANGER), *heads],
        input=export.encode(),
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode().splitlines()


def test_a_stranger_verifies_the_export(shell: Shell, tmp_path: Path) -> None:
    head = shell.run("head")[1].strip()
    export = shell.run("export")[1]
    assert stranger(export, head) == (0, [f"reached {head}"])
    shell.put(8, 9)
    out = tmp_path / "rest.jsonl"
    assert shell.run("export", "--from", head, "--out", str(out))[0] == 0
    rest = out.read_text(encoding="utf-8")
    assert rest.count("\n") == 3
    code, told = stranger(rest, head)
    assert (code, told[0][:10]) == (0, "reached 9:")
    assert stranger(rest)[0] == 1, "it begins behind a head that nobody noted"
    assert stranger(export, told[0].removeprefix("reached "))[0] == 1, "it ends before a head that was noted"


def test_a_stranger_sees_what_was_changed_removed_or_moved(shell: Shell) -> None:
    head = shell.run("head")[1].strip()
    first, *lines = shell.run("export")[1].encode().splitlines(keepends=True)
    spoilt = {
        "changed": [*lines[:2], lines[2].replace(b"acc_7", b"acc_8"), *lines[3:]],
        "removed": [*lines[:2], *lines[3:]],
        "removed at the end": lines[:-1],
        "moved": [lines[1], lines[0], *lines[2:]],
        "put in": [*lines[:2], lines[1], *lines[2:]],
        "begun anew": [*lines[:2], first, *lines[2:]],
    }
    for name, changed in spoilt.items():
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(STRANGER), head],
            input=b"".join([first, *changed]),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, name
