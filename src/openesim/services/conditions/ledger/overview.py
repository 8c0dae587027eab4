"""What the regulator looks at first: what was issued and refused, what waits for him, what ends soon.

Nothing here grows with orders or the ledger. What the gate decided comes from counts that are kept by hour (``tallies``);
what waits is counted to ``MOST`` and no further; recalls are known by heart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol

from openesim.conditions.licensing.reminders import HORIZON
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.terminals.models import REVIEW_QUEUE, ModelState
from openesim.kernel.ambient import Clock
from openesim.services.conditions.ledger.tallies import (
    Dimension,
    Measure,
    TallyStores,
    by_hour,
    by_value,
    hour_of,
    moment_of,
)
from openesim.services.ports import AnyWork, never

MOST: Final = 1000
"""Nothing that waits is counted further: who has that many waiting knows enough."""

DAYS: Final = 30

_PENDING: Final = (LicenceState.SUBMITTED, LicenceState.IN_REVIEW, LicenceState.ASKED_BACK)
_TOLD: Final = (Measure.ISSUED, Measure.REFUSED, Measure.STOPPED, Measure.HELD)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A count that ends somewhere.

    Attributes:
        number: how many were counted.
        is_more: there may be more.
    """

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What was counted, by day.

    Attributes:
        days: counts, the oldest first; the last one is today.
    """

    days: tuple[tuple[date, int], ...]

    @property
    def today(self) -> int:
        """The count of today."""
        return self.days[-1][1] if self.days else 0

    @property
    def total(self) -> int:
        """The sum of all days."""
        return sum(number for _, number in self.days)


@dataclass(frozen=True, slots=True)
class Share:
    """What was counted of one value.

    Attributes:
        value: region, operator or cause; empty: not known.
        numbers: by measure.
    """

    value: str
    numbers: Mapping[Measure, int]

    def of(self, *measures: Measure) -> int:
        """Return the sum of measures."""
        return sum(self.numbers.get(measure, 0) for measure in measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that the first page shows.

    Attributes:
        courses: what was counted, by measure.
        causes: refusals by cause, the most frequent first.
        regions: by region, the one with the most orders first.
        operators: by operator, likewise.
        applications: that nobody has decided, by state.
        ending: licences that end within ninety days.
        models: that wait for review.
        recalls: in force.
        held: orders that wait.
        behind: entries of the ledger that are not counted yet.
    """

    courses: Mapping[Measure, Course]
    causes: tuple[Share, ...]
    regions: tuple[Share, ...]
    operators: tuple[Share, ...]
    applications: Mapping[LicenceState, AtLeast]
    ending: AtLeast
    models: AtLeast
    recalls: int
    held: AtLeast
    behind: int

    @property
    def is_empty(self) -> bool:
        """Whether the gate has decided nothing in this time."""
        return not any(course.total for course in self.courses.values())


class OverviewStores(TallyStores, Protocol):
    """Counts, inside one unit of work."""

    def count_licences_in(self, state: LicenceState, most: int) -> int:
        """Return how many licences are in a state, at most ``most``."""
        ...

    def count_licences_ending(self, since: datetime, before: datetime, most: int) -> int:
        """Return how many approved and suspended licences end between two moments, at most ``most``."""
        ...

    def count_models_in(self, state: ModelState, most: int) -> int:
        """Return how many models are stored in a state, at most ``most``."""
        ...

    def count_held_orders(self, most: int) -> int:
        """Return how many orders are held, at most ``most``."""
        ...


class Recalls(Protocol):
    """What knows the recalls by heart: the book of terminals."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many there are of each kind."""
        ...


class Overviews:
    """Puts the first page together."""

    def __init__(self, work: AnyWork, clock: Clock, terminals: Recalls, zone: tzinfo) -> None:
        """Bind to the database, and to the zone whose days are counted."""
        self._work: Final = work
        self._clock: Final = clock
        self._terminals: Final = terminals
        self._zone: Final = zone

    async def now(self, days: int = DAYS) -> Overview:
        """Return what there is to see now.

        Args:
            days: that are told of, today included.
        """
        now, recalls = self._clock.now(), self._terminals.sizes["recalls"]
        return await self._work.run(
            lambda stores: overview_of(stores, now, self._zone, days, recalls), must_last=never
        )

    async def of_operator(self, operator: str, days: int = DAYS) -> dict[Measure, Course]:
        """Return what was counted of one operator, by measure.

        Args:
            operator: by name.
            days: that are told of, today included.
        """
        since, before = _span(self._clock.now(), self._zone, days)

        def unit(stores: TallyStores) -> dict[Measure, Course]:
            """Read it."""
            return {
                measure: _course_of(
                    stores.tallies_of_value(measure, Dimension.OPERATOR, operator, since, before),
                    since,
                    before,
                    self._zone,
                )
                for measure in _TOLD
            }

        return await self._work.run(unit, must_last=never)


def _span(now: datetime, zone: tzinfo, days: int) -> tuple[int, int]:
    """Return the first hour of some days up to now, and the one after the last."""
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return hour_of(datetime.combine(first, time(), zone)), hour_of(now) + 1


def overview_of(stores: OverviewStores, now: datetime, zone: tzinfo, days: int, recalls: int) -> Overview:
    """Return what there is to see.

    Args:
        stores: of the unit of work.
        now: aware UTC.
        zone: whose days these are.
        days: that are told of, today included.
        recalls: in force.
    """
    since, before = _span(now, zone, days)
    return Overview(
        courses={
            measure: _course_of(stores.tallies_by_hour(measure, since, before), since, before, zone)
            for measure in _TOLD
        },
        causes=_shares(stores, Dimension.CAUSE, since, before, (Measure.REFUSED, Measure.STOPPED)),
        regions=_shares(stores, Dimension.REGION, since, before, _TOLD[:3]),
        operators=_shares(stores, Dimension.OPERATOR, since, before, _TOLD[:3]),
        applications={state: _at_least(stores.count_licences_in(state, MOST)) for state in _PENDING},
        ending=_at_least(stores.count_licences_ending(now, now + HORIZON, MOST)),
        models=_at_least(sum(stores.count_models_in(state, MOST) for state in REVIEW_QUEUE)),
        recalls=recalls,
        held=_at_least(stores.count_held_orders(MOST)),
        behind=max(stores.last_place() - stores.tallied_place(), 0),
    )


def _at_least(number: int) -> AtLeast:
    return AtLeast(number, number >= MOST)


def _course_of(hours: Sequence[tuple[int, int]], since: int, before: int, zone: tzinfo) -> Course:
    """Return the counts of days; an hour belongs to the day in which it begins."""
    days: dict[date, int] = {}
    for place, number in enumerate(by_hour(hours, since, before), start=since):
        day = moment_of(place).astimezone(zone).date()
        days[day] = days.get(day, 0) + number
    return Course(tuple(sorted(days.items())))


def _shares(
    stores: TallyStores, dimension: Dimension, since: int, before: int, measures: tuple[Measure, ...]
) -> tuple[Share, ...]:
    """Return what was counted of each value, the greatest first."""
    found: dict[str, dict[Measure, int]] = {}
    for measure in measures:
        for value, number in by_value(stores, measure, dimension, since, before).items():
            found.setdefault(value, {})[measure] = number
    shares = [Share(value, numbers) for value, numbers in found.items()]
    return tuple(sorted(shares, key=lambda share: (-sum(share.numbers.values()), share.value)))
