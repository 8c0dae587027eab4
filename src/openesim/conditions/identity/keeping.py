"""How long what of a case is kept, by the rules that held when it was made.

Pictures: as many days as the pack says, which may be none at all. The confirmation code: until the profile is installed,
30 days at most. Everything else of somebody who was verified: until his last line has ended, and then as many years as
the pack says. Of somebody who was not: 30 days, in which he may come back or complain.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from openesim.conditions.identity.case import Case, Field
from openesim.conditions.rules.pack import Pack

OPEN_FOR: Final = timedelta(days=30)
"""How long an application waits for its next step, and how long what it left is kept."""

CODE_FOR: Final = timedelta(days=30)
LOOK_AGAIN: Final = timedelta(days=30)
"""While a line runs, its end is not known: then the matter is looked at again after this time."""

VISIT: Final = timedelta(hours=4)
"""How long a verification that counts in the same visit only is good for."""


def first_end(field: Field, pack: Pack, now: datetime) -> datetime | None:
    """Return when a value goes that is stored now; None: it may not be stored at all."""
    if field is Field.IMAGE:
        days = pack.retention.document_images_days
        return now + timedelta(days=days) if days else None
    return now + (CODE_FOR if field is Field.CONFIRMATION_CODE else OPEN_FOR)


def lapse_of(pack: Pack, verified_at: datetime) -> datetime:
    """Return when a verification lapses."""
    return verified_at + (timedelta(days=pack.person.freshness_days) or VISIT)


def end_of_verified(case: Case, verified_at: datetime) -> datetime:
    """Return until when at least everything of a person is kept who was verified: lines may still begin until he lapses."""
    lapses = case.expires_at or verified_at
    return max(years_after(verified_at, case.kept_years), lapses + OPEN_FOR)


def end_now(case: Case, running: int, ended_at: datetime | None, now: datetime) -> datetime:
    """Return when what is due goes after all; what is due goes at once if that is not later than now.

    Args:
        case: whose it is.
        running: how many lines it stands behind run.
        ended_at: when the last line ended; None: none did.
        now: aware UTC.
    """
    if running:
        return now + LOOK_AGAIN
    if ended_at is None:
        return now
    return years_after(ended_at, case.kept_years)


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same moment some years later; 29 February becomes 1 March where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


ENDING_ALONE: Final = frozenset({Field.IMAGE, Field.CONFIRMATION_CODE, Field.FLOW})
"""What goes at its own time, whatever becomes of the case."""
