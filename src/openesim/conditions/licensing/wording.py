"""Texts of people: how long they may be, and that everybody sees all of them."""

from __future__ import annotations

import unicodedata
from typing import Final

from openesim.conditions.licensing.texts import Fact, explained
from openesim.kernel.errors import DecodeError

MOST_CHARACTERS: Final = 4000
"""Of an answer, a remark or a condition."""

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of others: what is read is not what is written."""


def verify_text(text: str, field: str, *, may_be_empty: bool = False) -> str:
    """Return a text of a person, with plain ends of lines and nothing around it.

    Args:
        text: as it came.
        field: where it was written.
        may_be_empty: whether nothing may be said.

    Raises:
        DecodeError: nothing was said, too much, or with characters that hide something.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not plain and not may_be_empty:
        raise refused("text-missing", field)
    if len(plain) > MOST_CHARACTERS:
        raise refused("text-too-long", field, most=MOST_CHARACTERS)
    for character in plain:
        if character in _BIDI or (
            unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"
        ):
            raise refused("text-hidden", field, code=f"U+{ord(character):04X}")
    return plain


def refused(cause: str, field: str, **facts: Fact) -> DecodeError:
    """Return what refuses a value, at its field.

    Args:
        cause: key of ``texts.CAUSES``.
        field: where the value was written.
        facts: what the text is about.
    """
    explanation = explained(cause, **facts)
    return DecodeError(explanation.cause, (field,)).explained(explanation)
