"""Every text exists in both languages and speaks of the same things."""

from __future__ import annotations

import string

import pytest

from openesim.apps.demo.run import STORY_TEXTS as TEXTS
from openesim.apps.demo.texts import speak

NAMELESS = {"none", "comma"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(TEXTS.keys() - NAMELESS))
def test_both_languages_speak_of_the_same_things(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english
    assert fields(english) == fields(chinese)
    assert not any("\u4e00" <= character <= "\u9fff" for character in english)
    words = set("".join(chinese).split())
    is_frame = not set(chinese) - set("{}，：_ ") - set("".join(fields(chinese)))
    assert is_frame or any("\u4e00" <= character <= "\u9fff" for character in chinese), words


@pytest.mark.parametrize("key", sorted(key for key in TEXTS if f"{key}_why" in TEXTS))
def test_a_step_says_what_happens_and_why(key: str) -> None:
    for what, why in zip(TEXTS[key], TEXTS[f"{key}_why"], strict=True):
        assert len(why) > len(what)


def test_a_language_is_chosen() -> None:
    assert speak(TEXTS, "en", "online", home="Qinghe") == "Online with Qinghe"
    assert speak(TEXTS, "zh", "online", home="青禾移动") == "通过青禾移动上网"
