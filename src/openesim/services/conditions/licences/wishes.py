"""What an inspector wishes to approve, as a form has it: whole days where the checklist is from, the last one included.

What a form leaves as it was asked takes nothing away, whatever the hour at which it begins or ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.licence import Scope
from openesim.conditions.licensing.scopes import Narrowing
from openesim.conditions.rules.days import day_at, midnight
from openesim.conditions.rules.words import Channel, NumberKind

_INSTANT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an inspector wishes to approve, as a form has it; days are those of the checklist.

    Attributes:
        begins: first day; None: as it was asked.
        ends: last day, that day included; None: as it was asked.
        channels: only these; what was asked, where all of it is named.
        regions: likewise.
        numbers: likewise.
        conditions: under what he approves, in words.
        text: what he says with it.
    """

    begins: date | None = None
    ends: date | None = None
    channels: frozenset[Channel] = frozenset()
    regions: frozenset[str] = frozenset()
    numbers: frozenset[NumberKind] = frozenset()
    conditions: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


def wish_of(asked: Scope, offset: str) -> Wish:
    """Return what was asked, as a form has it.

    Args:
        asked: what was applied for.
        offset: from UTC, where the checklist is from, such as ``+08:00``.
    """
    return Wish(
        begins=day_at(asked.begins, offset),
        ends=None if asked.ends is None else day_at(asked.ends - _INSTANT, offset),
        channels=asked.channels,
        regions=asked.regions,
        numbers=asked.numbers,
    )


def approval_of(asked: Scope, offset: str, wish: Wish) -> Approval:
    """Return the approval that an inspector wishes.

    Args:
        asked: what was applied for.
        offset: from UTC, where the checklist is from.
        wish: what he wishes.
    """
    known = wish_of(asked, offset)
    begins = None if wish.begins in {None, known.begins} else wish.begins
    ends = None if wish.ends in {None, known.ends} else wish.ends
    narrowing = Narrowing(
        begins=None if begins is None else midnight(begins, offset),
        ends=None if ends is None else midnight(ends + timedelta(days=1), offset),
        channels=None if wish.channels == asked.channels else wish.channels,
        regions=None if wish.regions == asked.regions else wish.regions,
        numbers=None if wish.numbers == asked.numbers else wish.numbers,
    )
    return Approval(narrowing=narrowing, conditions=wish.conditions, text=wish.text)
