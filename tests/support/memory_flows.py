"""Cases' stores alone, in a unit of work: flows of identity providers are kept there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from openesim.conditions.identity.case import Field
from tests.support.memory_cases import MemoryCases

T = TypeVar("T")


class FlowWork(MemoryCases):
    """Runs units on the stores of cases."""

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = bool) -> T:
        return unit(self)

    @property
    def flows(self) -> dict[str, Any]:
        """What is kept of flows, by case: the record, and when it goes."""
        return {case_id: kept for (case_id, field), kept in self.case_fields.items() if field is Field.FLOW}
