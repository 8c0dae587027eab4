"""Whatever a unit of work logs stands under the request that it serves, on whichever thread and in whichever batch."""

from __future__ import annotations

import asyncio
from typing import Any

from openesim.services.request_trace import RequestTrace, begin_request, current_request, note_eid


def test_units_that_run_together_run_each_under_its_own_request(work: Any, runner: asyncio.Runner) -> None:
    async def serve(name: str) -> tuple[str, str]:
        trace = RequestTrace(name)
        begin_request(trace)

        def unit(_stores: Any) -> str:
            note_eid(f"chip of {name}")
            seen = current_request()
            return "" if seen is None else seen.request_id

        return await work.run(unit), trace.eid

    async def all_at_once() -> list[tuple[str, str]]:
        return await asyncio.gather(*(asyncio.create_task(serve(str(number))) for number in range(20)))

    told = runner.run(all_at_once())
    assert told == [(str(number), f"chip of {number}") for number in range(20)]
