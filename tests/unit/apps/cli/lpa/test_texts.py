"""Every text exists in both languages and speaks of the same things."""

from __future__ import annotations

import string

import pytest

from openesim.apps.cli.lpa.screen import Screen
from openesim.apps.cli.lpa.texts import TEXTS
from openesim.provisioning.lpa.effects import Stage


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_speak_of_the_same_things(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english
    assert english != chinese
    assert fields(english) == fields(chinese)
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_a_text(stage: Stage) -> None:
    assert Screen("zh").text(stage.value) != Screen("en").text(stage.value)
