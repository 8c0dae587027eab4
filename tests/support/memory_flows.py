"""Flows of identity providers in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from openesim.kernel.secret import Secret

T = TypeVar("T")


class MemoryFlows:
    """Implements ``FlowStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.flows: dict[str, tuple[Secret[bytes], datetime]] = {}

    def put_flow(self, case_id: str, record: Secret[bytes], delete_after: datetime) -> None:
        self.flows[case_id] = (record, delete_after)

    def flow(self, case_id: str) -> Secret[bytes] | None:
        kept = self.flows.get(case_id)
        return None if kept is None else kept[0]

    def remove_flow(self, case_id: str) -> bool:
        return self.flows.pop(case_id, None) is not None


class FlowWork(MemoryFlows):
    """Runs units on flows alone."""

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = bool) -> T:
        return unit(self)
