"""What the ledger tells, counted by hour: pages show sums of a month in the same time, however long the ledger is.

A task follows the chain behind the sealer and counts each entry once: the sums and the last place that was counted are
written in one unit. So the numbers lag behind by seconds, and can be made again from the ledger at any time. An order
whose rules ask nothing leaves no decision, and is in none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from openesim.conditions.admission.texts import CAUSES
from openesim.conditions.rules.words import ServiceClass
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

INTERVAL_S: Final = 2.0
"""How often a process looks whether there is anything to count."""

COUNTED_AT_ONCE: Final = 200
"""Entries that are counted in one unit."""

KEPT_HOURS: Final = 400 * 24
"""Hours that counts are kept for; the ledger itself is kept."""

DAY: Final = 24
"""Hours: what is told by a dimension is counted by day as well, so that sums of a month read a day at once."""

OTHER: Final = "other"
"""A cause or a region that is none we know the form of."""

_HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REGION: Final = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")


class Measure(StrEnum):
    """What is counted."""

    DECISIONS = "decisions"
    """Every word of the gate."""
    ISSUED = "issued"
    """Orders whose package was handed out, each once."""
    REFUSED = "refused"
    """An operator was told no, or to ask for more, when he confirmed an order."""
    HELD = "held"
    """An order was made to wait."""
    STOPPED = "stopped"
    """A chip came and got nothing, since what was allowed did not hold any more."""


class Dimension(StrEnum):
    """What a count is told by."""

    ALL = "all"
    OPERATOR = "operator"
    SERVICE = "service"
    REGION = "region"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class Tally:
    """One count.

    Attributes:
        measure: what was counted.
        dimension: what it is told by.
        hour: in which, counted from 1970 in UTC.
        value: of the dimension; empty for ``ALL``, and where nobody knows.
        hours: how many hours it counts: 1, or ``DAY``; then it begins at midnight in UTC.
    """

    measure: Measure
    dimension: Dimension
    hour: int
    value: str
    hours: int = 1


class TallyStores(Protocol):
    """Counts and the ledger, inside one unit of work."""

    def take_tallies(self) -> int | None:
        """Hold the counts until the unit ends, and return the last place that was counted; None: another one holds them."""
        ...

    def tallied_place(self) -> int:
        """Return the last place that was counted; 0 before the first."""
        ...

    def note_tallied(self, position: int) -> None:
        """Store the last place that was counted."""
        ...

    def add_tally(self, tally: Tally, number: int) -> None:
        """Add to a count."""
        ...

    def tallies_by_hour(self, measure: Measure, since: int, before: int) -> list[tuple[int, int]]:
        """Return hours and counts of everything, oldest first."""
        ...

    def tallies_of_value(
        self, measure: Measure, dimension: Dimension, value: str, since: int, before: int
    ) -> list[tuple[int, int]]:
        """Return hours and counts of one value, oldest first."""
        ...

    def tallies_by_value(
        self, measure: Measure, dimension: Dimension, hours: int, since: int, before: int
    ) -> list[tuple[str, int]]:
        """Return values and the sums of their counts of 1 hour or of ``DAY``, in no order."""
        ...

    def sweep_tallies(self, measure: Measure, dimension: Dimension, before: int) -> None:
        """Forget counts that begin before an hour."""
        ...

    def last_place(self) -> int:
        """Return the last place of the chain that was given; 0 before the first."""
        ...

    def sealed_entries(self, after: int, limit: int) -> list[Kept]:
        """Return entries that have a place, in the order of places, beginning behind ``after``."""
        ...


def hour_of(moment: datetime) -> int:
    """Return the hour of a moment, counted from 1970 in UTC."""
    return (moment - _EPOCH) // _HOUR


def moment_of(hour: int) -> datetime:
    """Return when an hour begins, aware UTC."""
    return _EPOCH + hour * _HOUR


# --- Counting -----------------------------------------------------------------------------------------------------


def tally_some(stores: TallyStores, limit: int = COUNTED_AT_ONCE) -> int:
    """Count the next entries of the chain, and return how many there were; 0: none, or another process is at it."""
    last = stores.take_tallies()
    if last is None:
        return 0
    page = stores.sealed_entries(last, limit)
    if not page:
        return 0
    sums: Counter[Tally] = Counter()
    for kept in page:
        if kept.entry is not None and kept.entry.kind is EntryKind.DECISION:
            sums.update(_tallies_of(kept.entry))
    for tally, number in [*sums.items()]:
        if tally.dimension is not Dimension.ALL:
            sums[replace(tally, hour=tally.hour // DAY * DAY, hours=DAY)] += number
    for tally, number in sorted(sums.items(), key=lambda each: _key(each[0])):
        stores.add_tally(tally, number)
    stores.note_tallied(_place_of(page[-1]))
    return len(page)


def tally_all(stores: TallyStores) -> None:
    """Count everything that has a place, in one unit; for tests and small ledgers."""
    while tally_some(stores):
        pass


class Tallying:
    """Counts what is new; any number of processes may have one."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the database."""
        self._work: Final = work

    async def step(self) -> int:
        """Count a page of entries, and return how many there were."""
        if not await self._work.run(_has_more, must_last=never):
            return 0
        return await self._work.run(tally_some, must_last=bool)

    async def sweep(self, now: datetime) -> None:
        """Forget counts of long ago."""
        before = hour_of(now) - KEPT_HOURS

        def unit(stores: TallyStores) -> None:
            """Forget them, by each beginning of the key."""
            for measure in Measure:
                for dimension in Dimension:
                    stores.sweep_tallies(measure, dimension, before)

        await self._work.run(unit)


def _has_more(stores: TallyStores) -> bool:
    return stores.tallied_place() < stores.last_place()


def _tallies_of(entry: Entry) -> Iterator[Tally]:
    """Yield what a decision counts as."""
    hour, operator = hour_of(entry.at), entry.operator or ""
    yield Tally(Measure.DECISIONS, Dimension.ALL, hour, "")
    yield Tally(Measure.DECISIONS, Dimension.OPERATOR, hour, operator)
    measure = measure_of(entry)
    if measure is None or "again" in entry.facts:
        return  # a download that is begun again is no second one
    yield Tally(measure, Dimension.ALL, hour, "")
    yield Tally(measure, Dimension.OPERATOR, hour, operator)
    yield Tally(measure, Dimension.SERVICE, hour, _service(str(entry.facts.get("service", ""))))
    yield Tally(measure, Dimension.REGION, hour, _region(str(entry.facts.get("region", ""))))
    if measure is not Measure.ISSUED:
        yield Tally(measure, Dimension.CAUSE, hour, cause_of(entry))


def measure_of(entry: Entry) -> Measure | None:
    """Return what a decision is counted as besides; None: an order that may go on."""
    verdict, gate = entry.facts.get("verdict"), entry.facts.get("gate")
    if gate == "delivery" and verdict == "allow":
        return Measure.ISSUED
    if verdict == "allow":
        return None
    if gate != "confirmation":
        return Measure.STOPPED
    return Measure.HELD if verdict == "hold" else Measure.REFUSED


def cause_of(entry: Entry) -> str:
    """Return the cause that decided, by the words of ``admission.texts``."""
    cause = str(entry.facts.get("causes", "")).partition(",")[0]
    return cause if cause in CAUSES else OTHER


def _service(text: str) -> str:
    """Return for what kind of device it was; empty where this release knows none of the name."""
    return text if text in set(ServiceClass) else ""


def _region(text: str) -> str:
    """Return where the number belongs, or else where it is written."""
    return text if not text or _REGION.fullmatch(text) else OTHER


def _place_of(kept: Kept) -> int:
    return 0 if kept.head is None else kept.head.position


def _key(tally: Tally) -> tuple[str, str, int, int, str]:
    """Return the order in which rows are held: two processes never wait for each other in a circle."""
    return tally.measure, tally.dimension, tally.hours, tally.hour, tally.value


# --- Reading ------------------------------------------------------------------------------------------------------


def by_value(
    stores: TallyStores, measure: Measure, dimension: Dimension, since: int, before: int
) -> dict[str, int]:
    """Return what was counted of each value between two hours: whole days at once, and the hours around them.

    Args:
        stores: of the unit of work.
        measure: what was counted.
        dimension: what it is told by; not ``ALL``.
        since: first hour.
        before: hour after the last one.
    """
    first, last = -(-since // DAY) * DAY, before // DAY * DAY
    spans = (
        ((1, since, first), (DAY, first, last), (1, last, before)) if first < last else ((1, since, before),)
    )
    sums: Counter[str] = Counter()
    for hours, begin, end in spans:
        if begin < end:
            sums.update(dict(stores.tallies_by_value(measure, dimension, hours, begin, end)))
    return dict(sums)


def by_hour(hours: Sequence[tuple[int, int]], since: int, before: int) -> list[int]:
    """Return a count for each hour from ``since`` on, 0 where nothing was counted."""
    found = dict(hours)
    return [found.get(hour, 0) for hour in range(since, before)]
