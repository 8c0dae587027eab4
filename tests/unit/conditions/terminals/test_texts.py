"""Every text has its twin in the other language, with the same braces."""

from __future__ import annotations

import re
from collections.abc import Sized
from enum import StrEnum

import pytest

from openesim.conditions.terminals import texts
from openesim.conditions.terminals.models import Ability, ModelEvent, ModelState
from openesim.conditions.terminals.recalls import RecallKind
from openesim.conditions.terminals.vendors import Standing, StandingEvent, VendorKind
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, StateError

PAIRS = {**texts._FIELDS, **texts._FILES, **{word: row[1] for word, row in texts._REFUSALS.items()}}


def braces(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("word", PAIRS)
def test_no_text_lacks_its_twin(word: str) -> None:
    english, chinese = PAIRS[word]
    assert braces(english) == braces(chinese)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("word", PAIRS)
def test_a_text_is_spoken_in_either_language(word: str) -> None:
    values = dict.fromkeys(braces(PAIRS[word][0]), "7")
    said = texts.told(word, **values)
    assert said.cause == said.spoken("en").cause == said.spoken("fr").cause
    chinese = said.spoken("zh")
    assert chinese.cause != said.cause
    assert "{" not in said.cause + said.next_step + chinese.cause + chinese.next_step + chinese.owner


def test_a_word_stands_in_one_list_only() -> None:
    lists: tuple[Sized, ...] = (texts._FIELDS, texts._FILES, texts._REFUSALS)
    assert sum(len(each) for each in lists) == len(PAIRS)


def test_what_others_wrote_is_shortened_and_shown_without_what_cannot_be_seen() -> None:
    said = texts.told("no-such-name", name="a\x1b[2Jb" + "x" * 100)
    assert "\x1b" not in said.cause
    assert len(said.cause) < 100


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (ModelState, texts.MODEL_STATES),
        (ModelEvent, texts.MODEL_EVENTS),
        (Standing, texts.STANDINGS),
        (StandingEvent, texts.STANDING_EVENTS),
        (VendorKind, texts.VENDOR_KINDS),
        (Ability, texts.ABILITIES),
        (RecallKind, texts.RECALL_KINDS),
    ],
)
def test_every_word_is_said_in_both_languages(words: type[StrEnum], said: dict[str, texts.Pair]) -> None:
    assert set(said) == {each.value for each in words}
    for english, chinese in said.values():
        assert english != chinese
        assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_errors_have_the_kind_that_their_cause_has() -> None:
    for error, kind in (
        (texts.mistake("missing"), DecodeError),
        (texts.conflict("reason-missing"), ConflictError),
        (texts.not_found("no-such-vendor", name=7), NotFoundError),
        (texts.not_possible("approve", "revoked"), StateError),
    ):
        assert isinstance(error, kind)
        assert isinstance(error.explanation, texts.Told)
        assert str(error) == error.explanation.cause


def test_states_and_events_in_a_text_are_said_in_its_language() -> None:
    said = texts.told("not-possible", event="strike-off", state="struck-off")
    assert said.cause == "strike-off: not possible while it is struck-off"
    assert said.spoken("zh").cause == "当前状态为已除名，不能执行：除名"
