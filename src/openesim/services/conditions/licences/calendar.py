"""What time does to licences: those whose last day is over expire, and operators are reminded before that.

The gate looks at the dates itself: nothing waits for this. It is for lists and for people. In every process it runs now and
then; what one has done the others find done.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openesim.conditions.licensing.deeds import Move, moved
from openesim.conditions.licensing.licence import By, Licence
from openesim.conditions.licensing.reminders import HORIZON, Reminder, due_reminders
from openesim.conditions.licensing.states import HELD, Event, Party
from openesim.kernel.ambient import Clock
from openesim.kernel.records import changed
from openesim.services.conditions.licences.keeping import LicenceStores, all_of, keep
from openesim.services.ports import AnyWork

CALENDAR: Final = "calendar"
"""The actor of what nobody's hand did."""

_PAGE: Final = 50


class LicenceCalendar:
    """Expires licences and writes reminders."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the database."""
        self._work: Final = work
        self._clock: Final = clock

    async def step(self) -> int:
        """Do what is due, and return how much that was."""
        now = self._clock.now()
        done = await self._work.run(lambda stores: expire_licences(stores, now), must_last=bool)
        after = 0
        while page := await self._work.run(lambda stores: remind(stores, now, after), must_last=_has_news):  # noqa: B023
            after, count = page
            done += count
        return done


def _has_news(page: tuple[int, int] | None) -> bool:
    return page is not None and page[1] > 0


def expire_licences(stores: LicenceStores, now: datetime, limit: int = _PAGE) -> int:
    """Write down that licences are over, and return how many.

    Args:
        stores: of the unit of work.
        now: aware UTC.
        limit: at most so many.
    """
    by = By(actor=CALENDAR, party=Party.CALENDAR, now=now)
    ended = stores.licences_ending(now, 0, limit)
    # Held one after the other before anything is stored; meanwhile somebody may have moved one.
    held = [stores.licence(each.licence_id) for each in ended]
    due = [each for each in held if each is not None and each.state in HELD]
    for licence in due:
        keep(stores, moved(licence, Move(Event.EXPIRE), by), Event.EXPIRE, by, {})
    return len(due)


def remind(stores: LicenceStores, now: datetime, after: int, limit: int = _PAGE) -> tuple[int, int] | None:
    """Write the reminders that are due, each once, for a page of licences that end soon.

    Args:
        stores: of the unit of work.
        now: aware UTC.
        after: number of the last licence of the page before; 0: the first page.
        limit: licences a page.

    Returns:
        Number of the last licence of the page, and how many reminders were written; None behind the last page.
    """
    page = stores.licences_ending(now + HORIZON, after, limit)
    if not page:
        return None
    due = _due(stores, page, now)
    held = [(stores.licence(each.licence.licence_id), each.days) for each in due]
    count = 0
    for licence, days in held:
        if licence is None or days in licence.reminded or licence.state not in HELD:
            continue
        by = By(actor=CALENDAR, party=Party.CALENDAR, now=now)
        reminded = changed(licence, reminded=(*licence.reminded, days))
        keep(stores, reminded, "remind", by, {"days": str(days)})
        count += 1
    return page[-1].licence_id, count


def _due(stores: LicenceStores, page: list[Licence], now: datetime) -> list[Reminder]:
    """Return what is due of a page: an operator's other licences say whether one is renewed already."""
    numbers = {each.licence_id for each in page}
    operators = sorted({each.operator for each in page})
    found = [each for operator in operators for each in due_reminders(all_of(stores, operator), now)]
    return [each for each in found if each.licence.licence_id in numbers]
