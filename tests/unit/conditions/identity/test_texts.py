"""Every word of a case has words for people, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from openesim.conditions.identity import texts
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import CaseEvent, CaseState, CaseStateError
from openesim.conditions.identity.findings import Doubt
from openesim.conditions.identity.judging import AGE, DOCUMENT, GROUP_NOT_SERVED, NO_AGENTS, NOTICES
from openesim.conditions.identity.masking import masked
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass, Trigger
from openesim.services.rules import shipped_packs

TABLES: list[tuple[Mapping[Any, Any], type[StrEnum]]] = [
    (texts.STATE_TEXTS, CaseState),
    (texts.NEXT_TEXTS, CaseState),
    (texts.EVENT_TEXTS, CaseEvent),
    (texts.DOUBT_TEXTS, Doubt),
    (texts.FIELD_TEXTS, Field),
    (texts.DOCUMENT_TEXTS, DocumentKind),
    (texts.GROUP_TEXTS, Group),
    (texts.CHANNEL_TEXTS, Channel),
    (texts.SERVICE_TEXTS, ServiceClass),
    (texts.TRIGGER_TEXTS, Trigger),
]


@pytest.mark.parametrize(("table", "words"), TABLES)
def test_no_word_lacks_its_text(table: Mapping[Any, Any], words: type[StrEnum]) -> None:
    assert set(table) == set(words)


@pytest.mark.parametrize("table", [*(table for table, _ in TABLES), texts.REFUSAL_TEXTS, texts.MISSING_TEXTS])
def test_no_text_lacks_its_twin(table: Mapping[Any, Any]) -> None:
    for word, text in table.items():
        assert set(text) == {"en", "zh"}, word
        assert text["en"].isascii(), word
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text["zh"]), word


def test_whatever_can_be_missing_or_refused_has_words() -> None:
    brought = {
        word for pack in shipped_packs() for word in (*pack.person.agent.needs, *pack.person.minor.needs)
    }
    missing = {DOCUMENT, AGE, NOTICES, *brought, *(each.value for each in (*Assurance, *Doubt))}
    assert missing <= set(texts.MISSING_TEXTS)
    assert {GROUP_NOT_SERVED, NO_AGENTS, *(each.value for each in Doubt)} <= set(texts.REFUSAL_TEXTS)


def test_what_cannot_happen_is_explained_in_both_languages() -> None:
    error = CaseStateError(CaseState.REFUSED, CaseEvent.PRESENT)
    assert "refused" in texts.explain(error, "en").cause
    assert "未通过" in texts.explain(error, "zh").cause
    assert texts.explain(error, "zh").next_step == texts.NEXT_TEXTS[CaseState.REFUSED]["zh"]


def test_a_word_of_a_pack_of_ones_own_stays_as_it_is() -> None:
    assert texts.said(texts.MISSING_TEXTS, "school-report", "zh") == "school-report"
    assert texts.said(texts.MISSING_TEXTS, "guardian", "zh") == "监护人及其证件"
    assert texts.said(texts.MISSING_TEXTS, "guardian", "fr") == texts.MISSING_TEXTS["guardian"]["en"]


def test_every_field_can_be_masked() -> None:
    assert all(masked(field, "a value to hide") != "a value to hide" for field in Field)
