"""``openesim case``: a person is verified at a counter without a desk; what is wrong is told, and never the person."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openesim.apps.cli.case_form import SHAPE, parse_form
from openesim.apps.cli.main import main
from openesim.kernel.errors import ConfigError
from tests.support.database import make_template, new_database
from tests.support.people import ADDRESS, CONTACT, GROWN, NAME, NUMBER

FORM = f"""
group = "national"
document = "resident-id"
number = "{NUMBER}"
name = "{NAME}"
address = "{ADDRESS}"
contact = "{CONTACT}"
seen = ["document", "chip-or-scan", "face", "in-person"]
"""
AGENT = f"""
brought = ["written-authority"]
[agent]
document = "resident-id"
number = "{GROWN}"
name = "王大明"
"""
CHINESE = '[rules]\nusual = "cn-2025-trial"\n'


class Shell:
    """The command line on one data folder."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def run(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        stdin = io.TextIOWrapper(io.BytesIO(typed.encode()))
        self._monkeypatch.setattr(sys, "stdin", stdin)
        command = ["openesim", "case", *words]
        self._monkeypatch.setattr(
            sys, "argv", [*command, *([] if words == ("form",) else ["--data", str(self.data)])]
        )
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def json(self, *words: str, typed: str = "") -> Any:
        """Returns the document that a command prints."""
        return json.loads(self.run(*words, "--json", typed=typed)[1])

    def begin(self, *words: str) -> str:
        """Begins a case and returns its name."""
        return str(self.json("apply", "--operator", "qinghe", *words)["case"])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def shell(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    new_database(template, tmp_path)
    (tmp_path / "openesim.toml").write_text(CHINESE)
    return Shell(tmp_path, monkeypatch, capsys)


VERIFY = ("--form", "-", "--notice", "risk", "--by", "li")


def test_a_person_is_verified_looked_at_and_revoked(shell: Shell) -> None:
    case = shell.begin("--eid", "89049032123451234512345678901235", "--region", "11", "--in-country")
    told = shell.json("verify", case, *VERIFY, typed=FORM)
    assert (told["state"], told["clerk"], told["verifier"]) == ("verified", "li", "counter")
    assert told["pack"] == "cn-2025-trial 2025-10-13"
    shown = shell.json("show", case)
    assert (shown["person: name"], shown["person: contact"]) == ("欧***", "****78")
    for personal in (NAME, NUMBER, ADDRESS, CONTACT):
        assert personal not in json.dumps(shown, ensure_ascii=False)
    code, out, _ = shell.run("look", case, "--field", "name", "--reason", "the customer asks what is on file")
    assert (code, out.strip()) == (0, NAME)
    evidence = shell.json("evidence", case)
    assert evidence["sha256"] == told["evidence"]
    assert evidence["clerk"] == "li"
    revoked = shell.json("revoke", case, "--because", "wrongly-verified")
    assert (revoked["state"], revoked["refusal"]) == ("revoked", "the verification turned out wrong")


def test_a_form_with_faults_is_told_field_by_field_in_either_language(shell: Shell) -> None:
    case = shell.begin()
    wrong = FORM.replace(NUMBER, NUMBER[:-2] + "00").replace(NAME, "Rm -rf 3")
    code, out, err = shell.run("verify", case, *VERIFY, "--lang", "zh", typed=wrong)
    assert code == 1
    assert "校验码不符" in err
    assert "姓名只能包含文字" in err
    assert "尚未保存任何内容" in err
    assert NUMBER[:10] not in out + err
    assert shell.json("show", case)["state"] == "applied"


def test_four_eyes_are_two_clerks(shell: Shell) -> None:
    case = shell.begin()
    assert shell.json("verify", case, *VERIFY, "--four-eyes", typed=FORM)["state"] == "four-eyes"
    code, _, err = shell.run("agree", case, "--by", "li")
    assert (code, "two clerks" in err) == (1, True)
    told = shell.json("agree", case, "--by", "wu")
    assert (told["state"], told["second"]) == ("verified", "wu")


def test_agents_come_with_their_documents(shell: Shell) -> None:
    case = shell.begin()
    told = shell.json("verify", case, *VERIFY, typed=FORM + AGENT)
    assert told["state"] == "verified"
    assert shell.json("show", case)["person: agent-name"] == "王**"


def test_a_sign_has_a_person_verify_again(shell: Shell) -> None:
    case = shell.begin()
    shell.run("verify", case, *VERIFY, typed=FORM)
    told = shell.json("trigger", case, "--sign", "fraud-flag")
    assert told["state"] == "re-verify"
    code, _, err = shell.run("trigger", case, "--sign", "bad-mood")
    assert (code, "fraud-flag" in err) == (2, True)
    code, _, err = shell.run("trigger", case, "--sign", "device-changed")
    assert (code, "ask nobody to verify again" in err) == (1, True)


def test_cases_are_listed_by_operator_and_state(shell: Shell) -> None:
    cases = [shell.begin() for _ in range(3)]
    shell.run("verify", cases[0], *VERIFY, typed=FORM)
    shell.run("withdraw", cases[1])
    listed = shell.json("list", "--operator", "qinghe")
    assert {each["case"] for each in listed} == set(cases)
    assert [
        each["case"] for each in shell.json("list", "--operator", "qinghe", "--state", "verified")
    ] == cases[:1]
    assert shell.json("list", "--operator", "another") == []
    assert len(shell.json("list", "--operator", "qinghe", "--most", "2")) == 2
    code, out, _ = shell.run("list", "--operator", "qinghe", "--lang", "zh")
    assert code == 0
    assert NAME not in out


def test_what_cannot_be_done_is_explained(shell: Shell) -> None:
    case = shell.begin()
    code, _, err = shell.run("revoke", case, "--because", "wrongly-verified", "--lang", "zh")
    assert (code, "当前状态" in err) == (1, True)
    code, _, err = shell.run("refuse", case, "--because", "because")
    assert (code, "clerk-refused" in err) == (1, True)
    assert shell.json("refuse", case, "--because", "clerk-refused")["state"] == "refused"
    code, _, err = shell.run("show", "NOBODY")
    assert (code, "no such case" in err) == (1, True)
    code, _, err = shell.run("evidence", case)
    assert (code, "nobody was verified" in err) == (1, True)
    code, _, err = shell.run("look", case, "--field", "name", "--reason", "x")
    assert (code, "reason" in err) == (1, True)
    code, _, err = shell.run("apply", "--operator", "qinghe", "--eid", "89049032123451234512345678901236")
    assert code == 2
    code, _, err = shell.run("apply", "--operator", "qinghe", "--by", "a\x07b")
    assert (code, "--by" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("number = ", "not TOML"),
        ("x" * 100, "not TOML"),
        (FORM.replace('"national"', '"martian"'), "group may be national"),
        (FORM.replace('"resident-id"', f'"{NUMBER}"'), "document may be resident-id"),
        (FORM.replace('"face"', '"magic"'), "seen may name"),
        (FORM.replace("contact =", "telephone ="), "unknown field `telephone`"),
        (FORM.replace(f'"{NUMBER}"', "17"), "Expected `str`"),
    ],
)
def test_a_form_that_is_none_is_refused_without_its_content(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        parse_form(text)
    assert NUMBER not in str(caught.value)
    assert NAME not in str(caught.value)


def test_an_empty_form_is_a_form_once_it_is_filled_in(shell: Shell) -> None:
    code, out, _ = shell.run("form")
    assert (code, out) == (0, SHAPE)
    whole = "\n".join(line.removeprefix("# ") for line in SHAPE.splitlines())
    assert parse_form(whole).papers.guardian is not None
    assert NAME not in repr(parse_form(FORM + AGENT))


def test_a_form_that_cannot_be_read_is_told(shell: Shell, tmp_path: Path) -> None:
    case = shell.begin()
    code, _, err = shell.run("verify", case, "--form", str(tmp_path / "none.toml"))
    assert (code, "No such file" in err) == (2, True)
    (tmp_path / "form.toml").write_bytes(b"\xff\xfe")
    code, _, err = shell.run("verify", case, "--form", str(tmp_path / "form.toml"))
    assert (code, "UTF-8" in err) == (2, True)
    code, _, err = shell.run("verify", case, *VERIFY, typed="#" * 90_000)
    assert (code, "too long" in err) == (2, True)
