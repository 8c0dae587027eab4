"""Identifiers as people type them: an EID is judged digit by digit, and where it is wrong the digit is named.

Source: SGP.29 §3; ISO/IEC 7064 (MOD 97-10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from openesim.kernel.ids import Eid, is_decimal
from openesim.messages.sgp22.explained.entries import Language

_DIGITS: Final = 32
_SIGHT: Final = {
    "O": "0",
    "o": "0",
    "Q": "0",
    "D": "0",
    "I": "1",
    "l": "1",
    "|": "1",
    "Z": "2",
    "S": "5",
    "B": "8",
}
"""Letters that look like a digit."""

_MOST_SUSPECTS: Final = 4


@dataclass(frozen=True, slots=True)
class Suspect:
    """A digit that, read as another one, makes the number right.

    Attributes:
        place: of the digit, counted from 1.
        is_: as it was typed.
        may_be: what it would have to be.
    """

    place: int
    is_: str
    may_be: str


@dataclass(frozen=True, slots=True)
class JudgedEid:
    """What was found of a text that should be an EID.

    Attributes:
        eid: it is one; None: it is not.
        fault: what is wrong: ``missing``, ``short``, ``long``, ``character``, ``digit`` or ``check``; empty: nothing.
        count: digits that there are, for a length.
        suspects: digits that may be the wrong ones.
    """

    eid: Eid | None
    fault: str = ""
    count: int = 0
    suspects: tuple[Suspect, ...] = field(default=())

    def facts(self, language: Language) -> dict[str, Any]:
        """Return what the text of the fault tells."""
        comma, join = ("、", "应为") if language is Language.CHINESE else (", ", "→")
        named = comma.join(
            f"第 {one.place} 位 {one.is_} {join} {one.may_be}"
            if language is Language.CHINESE
            else f"digit {one.place}: {one.is_} {join} {one.may_be}"
            for one in self.suspects
        )
        first = self.suspects[0] if self.suspects else Suspect(0, "", "")
        return {"count": self.count, "places": named, "place": first.place, "character": first.is_}


def judge_eid(text: str) -> JudgedEid:
    """Return what a text is, blanks and hyphens between its digits left out."""
    plain = "".join(text.split()).replace("-", "").replace("‐", "")
    if not plain:
        return JudgedEid(None, "missing")
    for place, character in enumerate(plain, 1):
        if not is_decimal(character):
            return JudgedEid(
                None, "character", len(plain), (Suspect(place, character, _SIGHT.get(character, "?")),)
            )
    if len(plain) != _DIGITS:
        return JudgedEid(None, "short" if len(plain) < _DIGITS else "long", len(plain))
    if int(plain) % 97 == 1:
        return JudgedEid(Eid(plain))
    suspects = find_suspects(plain)
    if 0 < len(suspects) <= _MOST_SUSPECTS:
        return JudgedEid(None, "digit", _DIGITS, suspects)
    return JudgedEid(None, "check", _DIGITS)


def find_suspects(digits: str) -> tuple[Suspect, ...]:
    """Return every digit that could alone be the wrong one of an EID whose check digits do not fit."""
    off = (int(digits) - 1) % 97
    weights = [pow(10, len(digits) - 1 - at, 97) for at in range(len(digits))]
    return tuple(
        Suspect(at + 1, digit, str(other))
        for at, digit in enumerate(digits)
        for other in range(10)
        if other != int(digit) and (int(digit) - other) * weights[at] % 97 == off
    )
