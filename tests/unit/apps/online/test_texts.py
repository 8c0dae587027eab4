"""Every text exists in both languages, speaks of the same things, and every step says why."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import openesim.apps.online as package
from openesim.apps.demo.texts import TEXTS as DEMO_TEXTS
from openesim.apps.online.texts import TEXTS

SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path(package.__path__[0]).glob("*.py"))
FOUND = re.findall(r'begin\("([a-z_]+)"|"((?:check|login)_[a-z_]+)"', SOURCES)
KEYS = {step or told for step, told in FOUND}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_both_languages_speak_of_the_same_things(key: str) -> None:
    english, chinese = TEXTS[key]
    assert fields(english) == fields(chinese)
    assert not any("\u4e00" <= character <= "\u9fff" for character in english)
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


@pytest.mark.parametrize("key", sorted(key for key in TEXTS if f"{key}_why" in TEXTS))
def test_a_step_says_what_happens_and_why(key: str) -> None:
    for what, why in zip(TEXTS[key], TEXTS[f"{key}_why"], strict=True):
        assert len(why) > len(what)


def test_whatever_is_told_has_a_text() -> None:
    assert len(KEYS) > 20
    assert DEMO_TEXTS.keys() | TEXTS.keys() >= KEYS
