"""What of a personal value is shown to everybody who may see the case: enough to tell two people apart, no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openesim.conditions.identity.case import Field

STAR: Final = "*"
_STARS: Final = STAR * 4


def masked(field: Field, text: str) -> str:
    """Return a value as screens show it.

    Args:
        field: what it is.
        text: the value.
    """
    return _MASKS[field](text) if text else ""


def _name(text: str) -> str:
    """Return the first letter of every word; a Chinese name is one word, and its first character the family's."""
    return " ".join(_first(word) for word in text.split())


def _first(word: str) -> str:
    return word[0] + STAR * min(max(len(word) - 1, 1), 4)


def _number(text: str) -> str:
    """Return the first place and the last two; nothing of a number so short that little would be left to guess."""
    if len(text) < 8:
        return STAR * len(text)
    return text[0] + STAR * (len(text) - 3) + text[-2:]


def _born(text: str) -> str:
    """Return nothing of the day: the year alone leads to somebody with the rest."""
    return "****-**-**" if text else ""


def _address(text: str) -> str:
    """Return the first two characters: of a Chinese address, the province."""
    return text[:2] + _STARS if len(text) > 4 else _STARS


def _contact(text: str) -> str:
    """Return the last two digits of a telephone number, or the first letter and the domain's ending of an address."""
    if "@" not in text:
        return _STARS + text[-2:] if len(text) > 5 else _STARS
    local, _, domain = text.partition("@")
    return f"{local[:1]}{_STARS}@{_STARS}.{domain.rpartition('.')[2]}"


def _nothing(_: str) -> str:
    return _STARS


_MASKS: Final[dict[Field, Callable[[str], str]]] = {
    Field.NAME: _name,
    Field.NUMBER: _number,
    Field.BORN: _born,
    Field.ADDRESS: _address,
    Field.CONTACT: _contact,
    Field.AGENT_NAME: _name,
    Field.AGENT_NUMBER: _number,
    Field.GUARDIAN_NAME: _name,
    Field.GUARDIAN_NUMBER: _number,
    Field.CONFIRMATION_CODE: _nothing,
    Field.IMAGE: _nothing,
    Field.FLOW: _nothing,
}
