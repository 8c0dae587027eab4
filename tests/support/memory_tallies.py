"""Counts of the ledger, and of what waits, in memory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from openesim.conditions.licensing.states import HELD, LicenceState
from openesim.conditions.terminals.models import ModelState
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.ledger.tallies import Dimension, Measure, Tally


class MemoryTallies:
    """Implements the counts of ``TallyStores`` and ``OverviewStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.tallies: Counter[Tally] = Counter()
        self.tallied = 0

    def take_tallies(self) -> int | None:
        return self.tallied

    def tallied_place(self) -> int:
        return self.tallied

    def note_tallied(self, position: int) -> None:
        self.tallied = position

    def add_tally(self, tally: Tally, number: int) -> None:
        self.tallies[tally] += number

    def _found(
        self, measure: Measure, dimension: Dimension, since: int, before: int, hours: int = 1
    ) -> list[tuple[Tally, int]]:
        return [
            (tally, number)
            for tally, number in self.tallies.items()
            if (tally.measure, tally.dimension, tally.hours) == (measure, dimension, hours)
            and since <= tally.hour < before
        ]

    def tallies_by_hour(self, measure: Measure, since: int, before: int) -> list[tuple[int, int]]:
        found = self._found(measure, Dimension.ALL, since, before)
        return sorted((tally.hour, number) for tally, number in found)

    def tallies_of_value(
        self, measure: Measure, dimension: Dimension, value: str, since: int, before: int
    ) -> list[tuple[int, int]]:
        found = self._found(measure, dimension, since, before)
        return sorted((tally.hour, number) for tally, number in found if tally.value == value)

    def tallies_by_value(
        self, measure: Measure, dimension: Dimension, hours: int, since: int, before: int
    ) -> list[tuple[str, int]]:
        sums: Counter[str] = Counter()
        for tally, number in self._found(measure, dimension, since, before, hours):
            sums[tally.value] += number
        return list(sums.items())

    def sweep_tallies(self, measure: Measure, dimension: Dimension, before: int) -> None:
        for tally in list(self.tallies):
            if (tally.measure, tally.dimension) == (measure, dimension) and tally.hour < before:
                del self.tallies[tally]

    def count_licences_in(self: Any, state: LicenceState, most: int) -> int:
        return min(most, sum(bool(each.state is state) for each in self.all_licences.values()))

    def count_licences_ending(self: Any, since: datetime, before: datetime, most: int) -> int:
        ends = [each.scope.ends for each in self.all_licences.values() if each.state in HELD]
        return min(most, sum(bool(end is not None and since <= end < before) for end in ends))

    def count_models_in(self: Any, state: ModelState, most: int) -> int:
        return min(most, sum(each.state is state for each in self.model_rows.values()))

    def count_held_orders(self: Any, most: int) -> int:
        held = [each for each in self.admissions.values() if each.held_until is not None]
        return min(most, len(held))

    def count_orders_by_type(self: Any, operator: str, state: OrderState, most: int) -> dict[str, int]:
        found = [
            each.profile_type
            for each in self.orders.values()
            if each.operator == operator and each.state is state and each.ordered_at is not None
        ]
        return dict(Counter(found[:most]))
