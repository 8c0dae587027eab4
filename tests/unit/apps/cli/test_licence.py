"""``openesim licence``: the whole way of an application, and what is refused on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openesim.apps.cli.main import main
from tests.support.database import make_template, new_database
from tests.support.licences import PDF, TEXT


class Shell:
    """The command line on one data folder, with a short checklist beside those that are shipped."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def run(self, *words: str, group: str = "licence") -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        options = [] if words[0] == "checklist" else ["--data", str(self.data)]
        self._monkeypatch.setattr(sys, "argv", ["openesim", group, *words, *options])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def json(self, *words: str, group: str = "licence") -> Any:
        """Returns the document that a command prints."""
        return json.loads(self.run(*words, "--json", group=group)[1])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def shell(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    (tmp_path / "data").mkdir()
    new_database(template, tmp_path / "data")
    shell = Shell(tmp_path / "data", monkeypatch, capsys)
    assert shell.run("add", "qinghe", group="operator")[0] == 0
    return shell


@pytest.fixture
def answers(tmp_path: Path, shell: Shell) -> Path:
    """A file that answers every item of the shipped checklist for things."""
    lines = []
    for name, item in shell.json("checklist", "iot")["item"].items():
        lines.append(f'{name} = "{"yes" if item.get("answer") == "yes-no" else "as written"}"\n')
    path = tmp_path / "answers.toml"
    path.write_text("".join(lines), "utf-8")
    return path


def submitted(shell: Shell, answers: Path, tmp_path: Path, *options: str) -> None:
    """Applies for the internet of things, and submits."""
    words = ("apply", "--operator", "qinghe", "--service", "iot", "--by", "Li", *options)
    assert shell.json(*words)["state"] == "draft"
    finish(shell, answers, tmp_path, "1")


def finish(shell: Shell, answers: Path, tmp_path: Path, number: str) -> None:
    assert shell.run("answer", number, "--answers", str(answers), "--by", "Li")[0] == 0
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    for item in ("customer-risk", "functions", "key-management", "emergency-stop"):
        assert shell.json("attach", number, item, str(paper), "--by", "Li")["type"] == "application/pdf"
    assert shell.json("submit", number, "--by", "Li")["state"] == "submitted"


def test_an_operator_applies_and_is_approved_for_less(shell: Shell, answers: Path, tmp_path: Path) -> None:
    days = ("--from", "2040-01-01", "--to", "2040-12-31")
    submitted(shell, answers, tmp_path, "--channel", "counter", "--channel", "enterprise", *days)
    assert shell.json("review", "1", "--by", "Zhang")["state"] == "in-review"
    assert shell.json("ask", "1", "--text", "when?", "--item", "emergency-stop")["state"] == "asked-back"
    assert shell.json("comment", "1", "--text", "soon", "--as", "operator")["state"] == "asked-back"
    assert shell.json("answer", "1", "emergency-stop", "in May")["state"] == "asked-back"
    assert shell.run("submit", "1", "--text", "done")[0] == shell.run("review", "1")[0] == 0
    narrowing = ("--channel", "enterprise", "--to", "2040-06-30", "--condition", "a report every month")
    approved = shell.json("approve", "1", *narrowing, "--by", "Zhang")
    assert (approved["state"], approved["channels"], approved["conditions"]) == ("approved", "enterprise", 1)
    # Days are those of the checklist's country.
    assert (approved["begins"], approved["ends"]) == ("2039-12-31T16:00+00:00", "2040-06-30T16:00+00:00")
    shown = shell.json("show", "1")
    assert shown["asked"]["channels"] == "counter, enterprise"
    assert shown["conditions"] == ["a report every month"]
    assert shown["missing"] == []
    assert [each["event"] for each in shown["dialogue"]] == [
        *("submit", "take-up", "ask", "comment", "submit", "take-up", "approve")
    ]
    assert shell.json("suspend", "1", "--reason", "no report")["state"] == "suspended"
    assert shell.json("reinstate", "1")["state"] == "approved"
    renewal = shell.json("renew", "1", "--to", "2041-06-30")
    assert (renewal["licence"], renewal["renews"], renewal["begins"]) == (2, 1, approved["ends"])
    finish(shell, answers, tmp_path, "2")
    assert shell.run("review", "2")[0] == 0
    assert shell.json("approve", "2")["begins"] == approved["ends"]
    assert shell.json("revoke", "1", "--reason", "enough")["state"] == "revoked"
    listed = {each["licence"]: each["state"] for each in shell.json("list")}
    assert listed == {1: "revoked", 2: "revoked"}
    assert [each["licence"] for each in shell.json("list", "--state", "approved")] == []
    assert [each["licence"] for each in shell.json("list", "--operator", "qinghe")] == [1, 2]


def test_what_is_missing_is_named_item_by_item(shell: Shell) -> None:
    assert shell.run("apply", "--operator", "qinghe", "--service", "phone")[0] == 0
    code, _, told = shell.run("submit", "1")
    assert code == 1
    assert "real-name-procedure (answer); real-name-procedure (evidence)" in told
    assert "next step" in told
    missing = shell.json("show", "1")["missing"]
    assert {"item": "key-management", "lacks": "evidence"} in missing
    assert not [each for each in missing if each["item"] == "reports"]


def test_a_file_is_refused_by_content_and_name_and_comes_back_as_it_was(
    shell: Shell, answers: Path, tmp_path: Path
) -> None:
    submitted(shell, answers, tmp_path)
    assert shell.run("withdraw", "1")[0] == 0
    assert shell.run("apply", "--operator", "qinghe", "--service", "iot")[0] == 0
    program = tmp_path / "paper.pdf"
    program.write_bytes(Path(sys.executable).resolve().read_bytes()[:1000])
    code, _, told = shell.run("attach", "2", "functions", str(program))
    assert (code, "this is a program" in told) == (1, True)
    program.write_bytes(PDF)
    assert shell.run("attach", "2", "functions", str(program), "--name", "../x.pdf")[0] == 1
    assert shell.run("attach", "2", "functions", str(tmp_path / "none.pdf"))[0] == 2
    assert shell.run("attach", "2", "billing", str(program))[0] == 1
    number = str(shell.json("attach", "2", "functions", str(program))["file"])
    out = tmp_path / "out.pdf"
    assert shell.run("file", "2", number, "--out", str(out))[0] == 0
    assert out.read_bytes() == PDF
    assert shell.run("file", "2", number, "--out", str(out))[0] == 2, "nothing is overwritten"
    assert shell.run("file", "1", number, "--out", str(tmp_path / "other.pdf"))[0] == 1
    assert "removed" in shell.run("detach", "2", number)[1]
    assert shell.json("show", "2")["files"] == []


def test_checklists_are_listed_shown_and_checked(shell: Shell, tmp_path: Path) -> None:
    assert [each["checklist"] for each in shell.json("checklist")] == ["iot", "phone"]
    assert "不构成法律意见" in shell.run("checklist", "phone", "--lang", "zh")[1]
    own = tmp_path / "short.toml"
    own.write_text(TEXT, "utf-8")
    assert "Where are the keys?" in shell.run("checklist", str(own))[1]
    own.write_text(TEXT.replace("mandatory", "mandatry"), "utf-8")
    code, _, told = shell.run("checklist", str(own))
    assert (code, "item.more.mandatry: there is no such key" in told) == (2, True)
    assert "refused as a whole" in told
    assert shell.run("checklist", "none")[0] == 1


def test_a_regulators_own_checklist_takes_the_place_of_the_shipped_one(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "phone.toml").write_text(
        TEXT.replace('"short"', '"phone"').replace("2020-01-01", "2026-11-01"), "utf-8"
    )
    words = ("apply", "--operator", "qinghe", "--service", "watch", "--checklists", str(folder))
    assert shell.json(*words)["checklist"] == "phone 1"
    code, _, told = shell.run("show", "1")
    assert (code, "not on the shelf any more" in told) == (1, True)
    assert shell.run("show", "1", "--checklists", str(folder))[0] == 0
    (shell.data / "openesim.toml").write_text('[rules]\nchecklists = "../lists"\n', "utf-8")
    assert shell.run("show", "1")[0] == 0, "or the configuration says where they are"


def test_a_person_reads_a_licence_in_either_language(shell: Shell, answers: Path, tmp_path: Path) -> None:
    submitted(shell, answers, tmp_path)
    english, chinese = shell.run("show", "1")[1], shell.run("show", "1", "--lang", "zh")[1]
    assert "submitted  (Li, operator)" in english
    assert "已提交" in chinese
    assert "提交  (Li, 运营商)" in chinese
    assert "paper.pdf" in chinese
    table = shell.run("list")[1]
    assert "qinghe" in table
    assert "submitted" in table


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("apply", "--operator", "none", "--service", "iot"), 1, "operator"),
        (("apply", "--operator", "qinghe", "--service", "fridge"), 2, "vehicle"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--channel", "door"), 2, "enterprise"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--from", "soon"), 2, "neither a day"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--to", "2040-01-01T00:00"), 2, "offset"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--to", "9999-12-31"), 2, "neither a day"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--to", "2020-01-01"), 1, "ended already"),
        (("apply", "--operator", "qinghe", "--service", "iot", "--region", "=1"), 1, "region"),
        (("show", "7"), 1, "there is no licence 7"),
        (("answer", "1"), 2, "--answers"),
        (("list", "--state", "lost"), 2, "asked-back"),
        (("refuse", "7", "--reason", "x"), 1, "there is no licence 7"),
    ],
)
def test_wrong_words_are_refused_with_what_is_right(
    shell: Shell, words: tuple[str, ...], code: int, message: str
) -> None:
    ended, _, told = shell.run(*words)
    assert ended == code
    assert message in told


def test_answers_of_a_file_are_taken_together_or_not_at_all(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("apply", "--operator", "qinghe", "--service", "iot")[0] == 0
    path = tmp_path / "answers.toml"
    for text, code in (('resale = "no"\nnone = "x"\n', 1), ("resale = 3\n", 2), ("resale", 2), ("", 2)):
        path.write_text(text, "utf-8")
        assert shell.run("answer", "1", "--answers", str(path))[0] == code
    assert shell.json("show", "1")["answers"] == []


def test_what_is_applied_for_can_be_changed(shell: Shell) -> None:
    assert shell.run("apply", "--operator", "qinghe", "--service", "iot", "--channel", "online")[0] == 0
    changed = shell.json("amend", "1", "--number", "iot-13", "--region", "CN-31")
    assert (changed["channels"], changed["numbers"], changed["regions"]) == ("all", "iot-13", "CN-31")
