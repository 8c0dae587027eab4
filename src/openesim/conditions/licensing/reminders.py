"""Reminders: who has to think of a renewal, because a licence ends soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import HELD, LicenceState

DAYS: Final = (90, 30, 7)
"""So many days before the end somebody is reminded, the earliest first."""

HORIZON: Final = timedelta(days=max(DAYS))
"""Licences that end later need no look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One that is due.

    Attributes:
        licence: that ends.
        days: which reminder it is, a number of ``DAYS``.
    """

    licence: Licence
    days: int


def due_reminders(licences: Iterable[Licence], now: datetime) -> Iterator[Reminder]:
    """Yield the reminders that are due and were not written yet: the most urgent one of each licence.

    Who has an approved renewal is not reminded, nor whose licence is over or was suspended.

    Args:
        licences: all of the operators that they are of.
        now: aware UTC.
    """
    known = list(licences)
    renewed = {each.renews for each in known if each.state in HELD}
    for licence in known:
        days = stage_of(licence, now)
        if days is not None and days not in licence.reminded and licence.licence_id not in renewed:
            yield Reminder(licence=licence, days=days)


def stage_of(licence: Licence, now: datetime) -> int | None:
    """Return which reminder a licence has come to; None: it has time, or it does not run."""
    ends = licence.scope.ends
    if licence.state is not LicenceState.APPROVED or ends is None or ends < now:
        return None
    return min((days for days in DAYS if ends - now <= timedelta(days=days)), default=None)
