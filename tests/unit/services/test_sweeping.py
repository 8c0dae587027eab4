from __future__ import annotations

import asyncio
import itertools
from typing import Any

from openesim.services.sweeping import keep_swept


def sweep_for(seconds: float, results: list[int | Exception], interval_s: float) -> list[float]:
    """Sweeps for a while and returns when the steps began; behind the last result nothing more is found."""
    begun: list[float] = []

    async def step() -> int:
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.005)
        result = results.pop(0) if results else 0
        if isinstance(result, Exception):
            raise result
        return result

    async def run() -> None:
        task = asyncio.create_task(keep_swept(step, interval_s))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    return begun


def test_sweeping_goes_on_while_there_is_something_and_rests_between_steps() -> None:
    begun = sweep_for(0.4, [10, 10, 10], interval_s=60)
    assert len(begun) == 4, "three steps that found something and one that did not"
    rests = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert min(rests) > 3 * 0.005, "most of the time is left to others"


def test_sweeping_outlives_storage_that_fails(logs: list[Any]) -> None:
    begun = sweep_for(0.3, [OSError("disk full"), 10], interval_s=0.02)
    assert len(begun) > 2
    assert [event["event"] for event in logs] == ["not swept"]
