"""What is asked and what is granted: an approval may be for less in every way, and never for more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openesim.conditions.licensing.licence import Scope
from openesim.conditions.licensing.wording import refused
from openesim.conditions.rules.words import Channel, NumberKind
from openesim.kernel.records import changed

MOST_REGIONS: Final = 400

_REGION: Final = re.compile(r"\w(?:[\w -]{0,38}\w)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What an approval takes away from what was asked; None: nothing.

    Attributes:
        begins: a later first moment, aware UTC.
        ends: an earlier last moment.
        channels: only these.
        regions: only these.
        numbers: only these.
    """

    begins: datetime | None = None
    ends: datetime | None = None
    channels: frozenset[Channel] | None = None
    regions: frozenset[str] | None = None
    numbers: frozenset[NumberKind] | None = None


NOTHING_LESS: Final = Narrowing()
"""What was asked is granted."""


def verify_scope(scope: Scope, now: datetime) -> Scope:
    """Return what is asked, found possible; whoever asks for ``any`` number asks for all.

    Raises:
        DecodeError: it has ended, ends before it begins, or names what cannot be a region.
    """
    for field in ("begins", "ends"):
        moment = getattr(scope, field)
        if moment is not None and moment.tzinfo is None:
            raise refused("no-zone", field)
    if scope.ends is not None and scope.ends <= max(scope.begins, now):
        raise refused("ends-before", "ends")
    if len(scope.regions) > MOST_REGIONS:
        raise refused("too-many", "regions", most=MOST_REGIONS)
    if not all(_REGION.fullmatch(region) for region in scope.regions):
        raise refused("region-name", "regions")
    numbers = frozenset() if NumberKind.ANY in scope.numbers else scope.numbers
    return Scope(
        begins=scope.begins, ends=scope.ends, channels=scope.channels, regions=scope.regions, numbers=numbers
    )


def narrowed(asked: Scope, narrowing: Narrowing, now: datetime) -> Scope:
    """Return what is granted.

    Args:
        asked: what was applied for.
        narrowing: what is taken away from it.
        now: aware UTC; nothing is granted for the time before.

    Raises:
        DecodeError: it would be wider than what was asked, or nothing would be left.
    """
    granted = Scope(
        begins=asked.begins if narrowing.begins is None else narrowing.begins,
        ends=asked.ends if narrowing.ends is None else narrowing.ends,
        channels=asked.channels if narrowing.channels is None else narrowing.channels,
        regions=asked.regions if narrowing.regions is None else narrowing.regions,
        numbers=asked.numbers if narrowing.numbers is None else narrowing.numbers,
    )
    granted = verify_scope(granted, now)
    for field in wider(granted, asked):
        raise refused("wider", field, what=_FIELDS[field])
    return changed(granted, begins=max(granted.begins, now))


_FIELDS: Final = {
    "begins": ("first day", "开始日期"),
    "ends": ("last day", "结束日期"),
    "channels": ("channels", "渠道"),
    "regions": ("regions", "地区"),
    "numbers": ("numbers", "号码类型"),
}


def wider(granted: Scope, asked: Scope) -> Iterator[str]:
    """Yield the fields in which one scope lets do more than another."""
    if granted.begins < asked.begins:
        yield "begins"
    if asked.ends is not None and (granted.ends is None or granted.ends > asked.ends):
        yield "ends"
    for field in ("channels", "regions", "numbers"):
        if not _is_part(getattr(granted, field), getattr(asked, field)):
            yield field


def _is_part(granted: frozenset[Any], asked: frozenset[Any]) -> bool:
    """Tell whether one set is part of another; an empty one is everything."""
    return not asked or (bool(granted) and granted <= asked)
