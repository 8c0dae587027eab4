"""Sweeping of what is over: in small steps, never for more than a part of the time, in every process.

A step takes a bounded number of rows and passes over those that another process is at, so that any number of processes
may sweep at once and nobody waits for a sweeper.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

SWEEP_INTERVAL_S: Final = 60.0

_SHARE: Final = 0.2
"""The part of the time that sweeping may take while there is much to sweep."""

_log = structlog.get_logger(__name__)


async def keep_swept(step: Callable[[], Awaitable[int]], interval_s: float = SWEEP_INTERVAL_S) -> None:
    """Run a step now and then, and on and on while it finds something; runs until cancelled.

    Args:
        step: removes at most so many rows and returns how many went.
        interval_s: how long to rest where nothing was found, about.
    """
    while True:
        begun = time.monotonic()
        try:
            removed = await step()
        except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
            _log.error("not swept", fault=repr(fault))
            removed = 0
        # Processes that were started together need not sweep together.
        pause_s = (time.monotonic() - begun) * (1 / _SHARE - 1) if removed else interval_s
        await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))  # noqa: S311 (no secret)
