"""Decisions for one cause, however rare: the counts by hour tell in which hours to look.

Without them a page would go through every decision in between. What was recorded since the last count is looked through
as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from openesim.services.conditions.ledger.ledger import LOOKED_AT, Cursor, LedgerStores, Page, Query, find_page
from openesim.services.conditions.ledger.tallies import KEPT_HOURS, Dimension, Measure, hour_of, moment_of
from openesim.transparency.chain import Kept

LOOKED_THROUGH: Final = 5 * LOOKED_AT
"""Entries that are looked at for one page, about."""

_MEASURES: Final = (Measure.REFUSED, Measure.HELD, Measure.STOPPED)
_HOUR: Final = timedelta(hours=1)
_SOME_HOURS: Final = 31 * 24


class SearchStores(LedgerStores, Protocol):
    """The ledger and its counts, inside one unit of work."""

    def tallied_place(self) -> int:
        """Return the last place that was counted; 0 before the first."""
        ...

    def tallies_of_value(
        self, measure: Measure, dimension: Dimension, value: str, since: int, before: int
    ) -> list[tuple[int, int]]:
        """Return hours and counts of one value, oldest first."""
        ...


def find_for_cause(
    stores: SearchStores, query: Query, after: Cursor | None, limit: int, now: datetime
) -> Page:
    """Return the next decisions for a cause, newest first.

    Args:
        stores: of the unit of work.
        query: with the cause in it.
        after: behind which entry; None: from the newest on.
        limit: how many at most.
        now: aware UTC.
    """
    found: list[Kept] = []
    left = LOOKED_THROUGH
    for hour in _hours(stores, query, after, now):
        some, cursor = _of_hour(query, hour), after
        while True:
            page = find_page(stores, some, cursor, limit - len(found))
            found += page.entries
            left -= LOOKED_AT if page.next is not None else len(page.entries)
            if len(found) >= limit:
                return Page(found, Cursor(found[-1].at, found[-1].entry_id))
            if page.next is None:
                break
            cursor = page.next
            if left <= 0:
                return Page(found, cursor)
        if left <= 0:
            return Page(found, Cursor(moment_of(hour), 0))
    return Page(found, None)


def _of_hour(query: Query, hour: int) -> Query:
    """Return what is asked of one hour."""
    begins = moment_of(hour)
    since = begins if query.since is None else max(begins, query.since)
    before = begins + _HOUR if query.before is None else min(begins + _HOUR, query.before)
    return replace(query, since=since, before=before)


def _hours(stores: SearchStores, query: Query, after: Cursor | None, now: datetime) -> Iterator[int]:
    """Yield the hours that may have decisions for the cause, the newest first."""
    newest = hour_of(now)
    oldest = newest - KEPT_HOURS if query.since is None else hour_of(query.since)
    uncounted = _uncounted(stores, newest)
    end = newest + 1
    for moment in (query.before, None if after is None else after.at):
        end = end if moment is None else min(end, hour_of(moment) + 1)
    while end > oldest:
        begin = max(end - _SOME_HOURS, oldest)
        hours = {*range(max(begin, uncounted), end)}
        for measure in _MEASURES:
            counts = stores.tallies_of_value(measure, Dimension.CAUSE, query.cause or "", begin, end)
            hours |= {hour for hour, _ in counts}
        yield from sorted(hours, reverse=True)
        end = begin


def _uncounted(stores: SearchStores, newest: int) -> int:
    """Return the first hour of which something may not be counted yet."""
    waiting = stores.sealed_entries(stores.tallied_place(), 1)
    return hour_of(waiting[0].at) if waiting else newest - 1
