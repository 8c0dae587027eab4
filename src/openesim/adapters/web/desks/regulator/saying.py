"""Texts of the catalogue as views need them: plain, in a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openesim.adapters.web.desks.visit import Visit
from openesim.messages.sgp22.explained.entries import Language


def say(visit: Visit, key: str, **values: Any) -> str:
    """Return a text of a whole key as it is: a template escapes it when it draws it."""
    return visit.say(key, **values)


def in_a_row(visit: Visit, sentences: Iterable[str]) -> str:
    """Return sentences as one text: Chinese has no blanks between."""
    return ("" if visit.language is Language.CHINESE else " ").join(sentences)
