"""``openesim terminal``: the way of a model, ranges, chip makers, recalls, bonds, look-ups and imports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore.pem import certificate_pem
from openesim.apps.cli.main import main
from openesim.kernel.ids import luhn_check_digit
from tests.support.database import make_template, new_database
from tests.support.rig import eid_of, world_of

EID, IMEI = str(eid_of(1)), f"35290611000000{luhn_check_digit('35290611000000')}"
REASON = ("--reason", "because")


class Shell:
    """The command line on one data folder."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Returns exit code and what was printed."""
        self._monkeypatch.setattr(sys, "argv", ["openesim", "terminal", *words, "--data", str(self.data)])
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


def register(shell: Shell) -> None:
    """Registers a vendor with a model that has TACs."""
    shell.json("vendor", "add", "Qinghe", "--kind", "private", "--by", "Ada")
    shell.json(
        "model", "submit", "Q1", "--vendor", "Qinghe", "--category", "phone", "--abilities", "consumer"
    )
    shell.json("tac", "add", "1", "35290611-35290620")


def test_a_model_goes_from_its_submission_to_an_approval(shell: Shell) -> None:
    register(shell)
    assert [row["name"] for row in shell.json("model", "queue")] == ["Q1"]
    asked = shell.json("model", "review", "1", "ask-back", "--reason", "which chip?")
    assert (asked["state"], asked["remark"]) == ("asked-back", "which chip?")
    answered = shell.json("model", "answer", "1", "--text", "that one", "--name", "Q1 Pro")
    assert (answered["state"], answered["name"], answered["abilities"]) == (
        "submitted",
        "Q1 Pro",
        ["consumer"],
    )
    period = ("--from", "2020-01-01", "--to", "9999-12-31")
    approved = shell.json("model", "approve", "1", "--number", "02-1", *period)
    assert (approved["state"], approved["approval"]) == ("approved", "02-1")
    assert shell.json("model", "queue") == []
    told = shell.run("model", "list", "--vendor", "1")[1]
    assert "Q1 Pro" in told
    assert "approved" in told
    found = shell.json("lookup", "--tac", "35290615")
    assert (found["model"], found["vendor"], found["state"], found["maker"]) == (
        *("Q1 Pro", "Qinghe", "approved", None),
    )
    assert shell.json("model", "list")[0]["approved_to"] == "9999-12-31"
    expired = shell.json(
        "model", "approve", "1", "--number", "02-1", "--from", "2020-01-01", "--to", "2020-12-31"
    )
    assert expired["state"] == "expired"
    code, _, said = shell.run("model", "review", "1", "suspend", *REASON)
    assert code == 1
    assert "not possible while it is expired" in said


def test_vendors_are_registered_changed_and_moved(shell: Shell) -> None:
    code, _, said = shell.run("vendor", "add", "Far", "--kind", "foreign", "--country", "US")
    assert code == 2
    assert "agent: a foreign vendor acts through a domestic agent" in said
    vendor = shell.json("vendor", "add", "Far", "--kind", "foreign", "--country", "US", "--agent", "Haitang")
    assert (vendor["agent"], vendor["state"]) == ("Haitang", "in-force")
    changed = shell.json("vendor", "change", "1", "--name", "Near", "--kind", "state")
    assert (changed["name"], changed["agent"], changed["country"]) == ("Near", None, "CN")
    assert shell.json("vendor", "move", "1", "suspend", *REASON)["state"] == "suspended"
    assert "suspended" in shell.run("vendor", "list")[1]
    code, _, said = shell.run("vendor", "move", "9", "suspend", *REASON)
    assert (code, "there is no vendor 9" in said) == (1, True)


def test_ranges_are_added_listed_and_removed(shell: Shell) -> None:
    register(shell)
    code, _, said = shell.run("tac", "add", "1", "35290620")
    assert (code, "35290611-35290620 is registered for Q1" in said) == (1, True)
    code, _, said = shell.run("tac", "add", "1", "3529")
    assert (code, "is no TAC" in said) == (2, True)
    assert shell.json("tac", "list", "1") == [
        {"first": "35290611", "last": "35290620", "model": 1, "holds": True}
    ]
    assert shell.json("tac", "remove", "35290611")["holds"] is False
    assert shell.json("tac", "list", "1") == []
    shell.json("maker", "add", "Chips")
    shell.json("ein", "add", "1", "89049032")
    assert [row["maker"] for row in shell.json("ein", "list", "1")] == [1]
    assert shell.json("ein", "remove", "89049032")["holds"] is False


def test_a_chip_maker_is_known_by_certificate_and_build(shell: Shell, tmp_path: Path) -> None:
    eum = world_of()["eum"].certificate
    (tmp_path / "eum.pem").write_bytes(certificate_pem(eum))
    shell.json("maker", "add", "Chips")
    maker = shell.json("maker", "certificate", "1", str(tmp_path / "eum.pem"))
    assert eum.key_id is not None
    assert maker["keys"] == [eum.key_id.hex()]
    assert shell.json("maker", "build", "1", "4.2.0", "--remark", "first")["builds"] == ["4.2.0"]
    assert shell.json("lookup", "--eum", eum.key_id.hex())["maker"] == "Chips"
    assert shell.json("maker", "move", "1", "suspend", *REASON)["state"] == "suspended"
    found = shell.json("lookup", "--eum", eum.key_id.hex())
    assert (found["maker_state"], found["is_recalled"]) == ("suspended", True)
    assert [row["name"] for row in shell.json("maker", "list")] == ["Chips"]


def test_a_vendor_may_be_a_chip_maker_too(shell: Shell) -> None:
    shell.json("vendor", "add", "Qinghe", "--kind", "private")
    shell.json("maker", "add", "Chips")
    assert shell.json("maker", "assign", "1", "--vendor", "1")["vendor"] == 1
    assert shell.json("maker", "assign", "1")["vendor"] is None


def test_a_recall_is_previewed_made_and_lifted(shell: Shell) -> None:
    register(shell)
    shell.json("maker", "add", "Chips")
    preview = shell.json("recall", "preview", "--model", "1")
    assert (preview["models"], preview["orders"]) == (["Q1"], {})
    assert preview["counted"] == ["of devices that are bound to their chips"]
    made = shell.json("recall", "add", "--build", "4.2.0", "--maker", "1", "--reason", "keys leak")
    assert (made["kind"], made["maker"], made["lifted"]) == ("build", 1, None)
    shell.json("recall", "add", "--tac", "35290611", "--reason", "hot battery")
    found = shell.json("lookup", "--imei", IMEI)
    assert (found["is_recalled"], found["recall_reason"]) == (True, "hot battery")
    assert "hot battery" in shell.run("recall", "list")[1]
    assert shell.json("recall", "lift", "2", "--reason", "mended")["lifted_reason"] == "mended"
    assert [row["recall"] for row in shell.json("recall", "list")] == [1]
    assert [row["recall"] for row in shell.json("recall", "list", "--all")] == [1, 2]
    assert shell.json("lookup", "--imei", IMEI, "--firmware", "4.2.0", "--eid", EID)["is_recalled"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("recall", "add", *REASON), "one of --model"),
        (("recall", "add", "--tac", "35290611", "--model", "1", *REASON), "one of --model"),
        (("recall", "add", "--tac", "35290611", "--maker", "1", *REASON), "--maker goes with --build"),
        (("recall", "add", "--tac", "1", *REASON), "--tac: is no TAC"),
        (("lookup",), "--imei or --tac"),
        (("lookup", "--eid", EID[:-1] + "0"), "--eid: the last two digits of the EID"),
        (("bind", EID, "111111111111111"), "IMEI: the last digit"),
        (("maker", "add", "=1"), "name: begins with ="),
    ],
)
def test_wrong_words_are_refused_with_what_is_right(shell: Shell, words: tuple[str, ...], said: str) -> None:
    code, _, told = shell.run(*words)
    assert code == 2
    assert said in told


def test_chip_and_device_are_bound_and_released(shell: Shell) -> None:
    assert shell.json("bind", EID, IMEI)["imei"] == IMEI
    code, _, said = shell.run("bind", str(eid_of(2)), IMEI)
    assert (code, "bound to another chip" in said) == (1, True)
    assert shell.json("release", EID, "--reason", "repaired")["released"] is True
    assert shell.json("bind", str(eid_of(2)), IMEI)["eid"] == str(eid_of(2))


def test_a_file_is_imported_or_told_what_is_wrong_with_it(shell: Shell, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("name,kind,country,agent\n青禾,private,CN,\nFar,foreign,US,Haitang\n")
    bad.write_text("name,kind,country,agent\n=1,private,CN,\n")
    assert shell.json("import", "vendors", str(good)) == {"ok": True, "rows": 2, "stored": 2, "known": 0}
    code, told, _ = shell.run("import", "vendors", str(good))
    assert (code, told) == (0, "0 of 2 rows stored; 2 were registered before, just as they are\n")
    code, _, said = shell.run("import", "vendors", str(bad))
    assert code == 2
    assert "row 2, name: begins with =" in said
    assert "nothing was stored" in said
    wrong = shell.json("import", "vendors", str(bad), "--lang", "zh")
    assert wrong["errors"] == [
        {"row": 2, "field": "name", "message": "以 = 开头：电子表格会将其作为公式执行"}
    ]
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04")
    code, _, said = shell.run("import", "vendors", str(tmp_path / "book.csv"))
    assert (code, "save the sheet" in said) == (2, True)
