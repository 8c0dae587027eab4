"""What is told reaches a person as text and a program as steps and checks."""

from __future__ import annotations

import pytest
import segno

from openesim.apps.demo.run import STORY_TEXTS
from openesim.apps.demo.telling import CheckFailedError, Teller, draw_qr

CODE = "LPA:1$smdp.example.com$AAAA-BBBB-CCCC-DDDD"


def modules(drawn: str) -> list[list[bool]]:
    """Returns the dark modules of a drawn code, row by row: what is not drawn light is dark."""
    upper = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    rows = []
    for line in drawn.splitlines():
        pairs = [upper[character] for character in line]
        rows += [[above for above, _ in pairs], [below for _, below in pairs]]
    return rows


def test_a_qr_code_is_drawn_module_by_module_within_a_light_margin() -> None:
    drawn = modules(draw_qr(CODE).plain)
    made = [[bool(module) for module in row] for row in segno.make(CODE, error="L", boost_error=False).matrix]
    size = len(made)
    assert [row[2 : 2 + size] for row in drawn[2 : 2 + size]] == made
    margin = drawn[:2] + drawn[2 + size :] + [row[:2] + row[2 + size :] for row in drawn]
    assert not any(module for row in margin for module in row)


def test_a_step_is_told_with_its_number_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller("en", STORY_TEXTS, count=14)
    teller.begin("agreement")
    teller.check(True, "check_agree")
    told = capsys.readouterr().out
    assert "1/14  The books, before and after" in told
    assert "What counts in the end" in told
    assert "  ✓ orders and chip agree" in told
    assert teller.checks == 1


def test_without_a_terminal_no_control_character_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller("zh", STORY_TEXTS, count=1)
    teller.begin("agreement")
    teller.pictures([("one", CODE), ("two", CODE)])
    teller.table(("ICCID", "state"), [("8999", "x")])
    teller.facts([("a", "b"), ("长的名字", "d")])
    told = capsys.readouterr().out
    assert "█▀" in told
    assert all(character.isprintable() or character == "\n" for character in told)


def test_a_check_that_does_not_hold_ends_the_step_and_is_remembered() -> None:
    teller = Teller("en", STORY_TEXTS, is_json=True)
    teller.begin("agreement")
    with pytest.raises(CheckFailedError, match="orders and chip agree"):
        teller.check(False, "check_agree")
    (step,) = teller.steps
    assert [check["ok"] for check in step["checks"]] == [False]
    assert teller.checks == 0


def test_a_program_hears_nothing_in_between(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller("en", STORY_TEXTS, is_json=True, count=1)
    teller.title("folder", folder="x")
    teller.begin("agreement")
    teller.say("code_wrong")
    teller.end("all_held", checks=0, steps=1, seconds=0.0)
    assert capsys.readouterr() == ("", "")


def test_codes_stand_below_one_another_where_the_terminal_is_narrow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns, side_by_side in (("80", True), ("60", False)):
        monkeypatch.setenv("COLUMNS", columns)
        Teller("en").pictures([("one", CODE), ("two", CODE)])
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= int(columns)
        assert any("one" in line and "two" in line for line in lines) is side_by_side
