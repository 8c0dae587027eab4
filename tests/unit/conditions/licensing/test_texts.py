"""What is refused is explained in both languages; texts of people hide nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import openesim
from openesim.conditions.licensing.texts import CAUSES, EVENTS, PARTIES, STATES
from openesim.conditions.licensing.wording import MOST_CHARACTERS, verify_text
from openesim.kernel.errors import DecodeError

_BRACES = re.compile(r"\{(\w+)\}")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_has_its_twin_with_the_same_facts(cause: str) -> None:
    entry = CAUSES[cause]
    for english, chinese in zip(entry.en, entry.zh, strict=True):
        assert _HAN.search(chinese)
        assert not _HAN.search(english)
    in_english = {name for text in entry.en for name in _BRACES.findall(text)}
    in_chinese = {name for text in entry.zh for name in _BRACES.findall(text)}
    assert in_chinese == in_english


def test_names_have_their_twins() -> None:
    for english, chinese in (*STATES.values(), *EVENTS.values(), *PARTIES.values()):
        assert _HAN.search(chinese)
        assert not _HAN.search(english)


def test_every_cause_is_named_somewhere() -> None:
    root = Path(openesim.__file__).parent
    folders = (root / "conditions" / "licensing", root / "services" / "conditions")
    sources = "".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    for cause in CAUSES:
        assert re.search(rf'\(\s*"{cause}"', sources), f"nobody says {cause}"


def test_ends_of_lines_are_plain() -> None:
    assert verify_text("  one\r\ntwo\rthree \n", "text") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "text", ["", " \n ", "x" * (MOST_CHARACTERS + 1), "a\0b", "a\x1b[2Jb", "a\u202eb", "\ud800"]
)
def test_a_text_that_says_nothing_too_much_or_hides_something_is_refused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        verify_text(text, "text")
    assert caught.value.path == ("text",)


@given(st.text())
def test_what_is_taken_can_be_stored_and_shown(text: str) -> None:
    try:
        taken = verify_text(text, "text", may_be_empty=True)
    except DecodeError:
        return
    taken.encode()
    assert "\0" not in taken
    assert verify_text(taken, "text", may_be_empty=True) == taken
