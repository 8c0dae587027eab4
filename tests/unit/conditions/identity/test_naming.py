"""One text for one person: however his number is written, and at whichever counter."""

from __future__ import annotations

import pytest

from openesim.conditions.identity.naming import person_text
from openesim.conditions.rules.words import DocumentKind


@pytest.mark.parametrize("kind", [DocumentKind.NATIONAL_ID, DocumentKind.PASSPORT, DocumentKind.VISA])
def test_hyphens_and_fillers_make_nobody_another_person(kind: DocumentKind) -> None:
    texts = {person_text(kind, number, "IND", "IN") for number in ("12345678", "1234-5678", "1234<5678")}
    assert len(texts) == 1


def test_a_chinese_number_is_one_persons_on_whichever_document_it_stands() -> None:
    kinds = (DocumentKind.RESIDENT_ID, DocumentKind.TEMPORARY_ID, DocumentKind.HOUSEHOLD_BOOK)
    assert len({person_text(kind, "11010519491231002X", None, "CN") for kind in kinds}) == 1
    assert person_text(kinds[0], "1", None, "CN") != person_text(kinds[0], "1", None, "DE")
