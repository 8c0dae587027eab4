"""Masked values tell two people apart and lead to neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.masking import masked


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        (Field.NAME, "王小明", "王**"),
        (Field.NAME, "王", "王*"),
        (Field.NAME, "Anna Maria Eriksson-Longlastname", "A*** M**** E****"),
        (Field.NUMBER, "11010519491231002X", "1***************2X"),
        (Field.NUMBER, "H12345678", "H******78"),
        (Field.NUMBER, "T22000", "******"),
        (Field.BORN, "1990-03-07", "****-**-**"),
        (Field.ADDRESS, "北京市朝阳区", "北京****"),
        (Field.ADDRESS, "北京市", "****"),
        (Field.CONTACT, "+8613912345678", "****78"),
        (Field.CONTACT, "12345", "****"),
        (Field.CONTACT, "anna@mail.example.com", "a****@****.com"),
        (Field.CONFIRMATION_CODE, "12345678", "****"),
        (Field.IMAGE, "aGVsbG8=", "****"),
        (Field.GUARDIAN_NAME, "", ""),
    ],
)
def test_a_value_is_masked(field: Field, text: str, shown: str) -> None:
    assert masked(field, text) == shown


@given(st.sampled_from(Field), st.text(min_size=3, max_size=40))
def test_no_value_is_shown_as_it_is(field: Field, text: str) -> None:
    shown = masked(field, text)
    assert shown != text or not text.strip("* -.@")
