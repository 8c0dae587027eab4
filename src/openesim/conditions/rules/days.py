"""Days of a country: when one begins, and which one a moment is in.

Whoever asks whether something holds today asks here: a day is that of the rules, of the checklist or of the register, by their
offset from UTC, and never that of the machine.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache


@lru_cache(maxsize=1024)
def midnight(day: date, offset: str) -> datetime:
    """Return the moment at which a day begins, aware UTC.

    Args:
        day: any day.
        offset: where, from UTC, such as ``+08:00``.
    """
    try:
        return datetime.combine(day, time(), _zone(offset)).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(), UTC)  # the first and the last day there are


def day_at(moment: datetime, offset: str) -> date:
    """Return the day that a moment is in.

    Args:
        moment: aware.
        offset: where, from UTC, such as ``+08:00``.
    """
    return moment.astimezone(_zone(offset)).date()


def _zone(offset: str) -> timezone:
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
