"""Forms: every field is read, everything that is wrong is told at once, nothing hostile gets through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from markupsafe import Markup, escape

from openesim.adapters.web.desks.forms import Form, Upload, _plain_name
from openesim.kernel.ids import Eid, Tac
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.accounts.roles import Desk

EID = str(Eid.with_check_digits("890440450000000000000000000012"))


class Reader:
    """Tells keys in the place of texts."""

    language = Language.ENGLISH

    def t(self, key: str, **values: Any) -> Markup:
        """Returns the key, with its values."""
        told = ",".join(f"{name}={value}" for name, value in sorted(values.items()) if name != "label")
        return escape(f"{key}({told})" if told else key)


def form(files: dict[str, list[Upload]] | None = None, **values: str) -> Form:
    return Form(Reader(), "page", {name: (value,) for name, value in values.items()}, files)


def test_everything_that_is_wrong_is_told_at_once_in_order() -> None:
    sent = form(name="", count="many", day="30.2.2026", kind="none")
    sent.text("name")
    sent.number("count", 1, 5)
    sent.day("day")
    sent.choice("kind", ["a", "b"])
    sent.flag("agreed", is_needed=True)
    assert sent.errors == {
        "name": "form.missing",
        "count": "form.number",
        "day": "form.day",
        "kind": "form.choose",
        "agreed": "form.tick",
    }
    assert sent.is_wrong


def test_what_is_right_is_returned_and_nothing_noted() -> None:
    sent = form(
        name="  A  B ", count="1,200", day="2026-11-29", desk="vendor", eid=EID, tac="86012305", agreed="yes"
    )
    assert sent.text("name") == "A B"
    assert sent.number("count", 1, 2000) == 1200
    assert sent.day("day") == date(2026, 11, 29)
    assert sent.member("desk", Desk) is Desk.VENDOR
    assert sent.eid("eid") == EID
    assert sent.parsed("tac", Tac.parse, "page.tac") == "86012305"
    assert sent.flag("agreed") is True
    assert not sent.is_wrong


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("x" * 201, "form.too_long(count=200)"),
        ("a\x00b", "form.unprintable"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}exe", "form.unprintable"),
        ("\N{ZERO WIDTH SPACE}", "form.unprintable"),
    ],
)
def test_text_that_no_page_can_show_is_refused(value: str, error: str) -> None:
    sent = form(name=value)
    sent.text("name")
    assert sent.errors == {"name": error}


def test_blanks_of_any_kind_may_stand_in_a_text_of_several_lines() -> None:
    """Chinese paragraphs begin with two wide blanks; what comes from a table has tabs."""
    sent = form(
        reason="\N{IDEOGRAPHIC SPACE}\N{IDEOGRAPHIC SPACE}情况说明：\r\n\N{IDEOGRAPHIC SPACE}一\t二\N{NO-BREAK SPACE}三 \r四"
    )
    assert sent.lines("reason") == "情况说明：\n 一 二 三 \n四"
    assert not sent.is_wrong


@pytest.mark.parametrize("value", ["-1", "+1", "1e3", "１２", "9" * 30, "0x1"])
def test_a_number_is_digits_and_nothing_else(value: str) -> None:
    sent = form(count=value)
    assert sent.number("count", 0, 10**6) is None
    assert sent.errors == {"count": "form.number"}


def test_an_eid_that_was_mistyped_names_the_digit() -> None:
    wrong = EID[:10] + str((int(EID[10]) + 1) % 10) + EID[11:]
    sent = form(eid=wrong)
    assert sent.eid("eid") is None
    assert f"digit 11: {wrong[10]} → {EID[10]}" in sent.errors["eid"]


def test_what_may_be_left_out_is_not_missed() -> None:
    sent = form()
    assert sent.text("a", is_needed=False) == ""
    assert sent.number("b", 1, 2, is_needed=False) is None
    assert sent.day("c", is_needed=False) is None
    assert sent.eid("d", is_needed=False) is None
    assert sent.choice("e", ["x"], is_needed=False) is None
    assert sent.file("f", most=1, is_needed=False) is None
    assert not sent.is_wrong


def test_files_are_judged_by_size_and_kind() -> None:
    files = {
        "empty": [Upload("a", "text/csv", b"")],
        "large": [Upload("b", "text/csv", bytes(11))],
        "kind": [Upload("c", "text/html", b"x")],
        "good": [Upload("d", "text/csv", b"x")],
    }
    sent = form(files)
    for name in ("none", *files):
        sent.file(name, most=10, kinds={"text/csv"})
    assert list(sent.errors) == ["none", "empty", "large", "kind"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\a\报告.pdf", "报告.pdf"),
        ("a\x00\nb.pdf", "ab.pdf"),
        ("x" * 500, "x" * 120),
    ],
)
def test_the_name_of_a_file_is_no_path(name: str, plain: str) -> None:
    assert _plain_name(name) == plain


def test_the_first_thing_that_is_wrong_with_a_field_stays() -> None:
    sent = form(name="")
    sent.text("name")
    sent.refuse("name", "later <b>")
    sent.refuse("other", "<b>")
    assert sent.errors == {"name": "form.missing", "other": "&lt;b&gt;"}
