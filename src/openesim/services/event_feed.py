"""What happened to an operator's orders, as a feed that he reads at his own pace.

Steps are numbered as they are stored; of two that are stored at the same moment by two processes the later number may be
seen first. So the feed ends a little before the present: whoever reads on behind the last number misses nothing.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import Any, Final

from openesim.kernel.ambient import Clock
from openesim.provisioning.smdp.history import Step
from openesim.services.ports import AnyWork, never

SETTLED: Final = timedelta(seconds=3)
"""Units of work take less, with a good margin: then no lower number can come any more."""


class EventFeed:
    """Steps of an operator's orders, in order."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the history."""
        self._work: Final = work
        self._clock: Final = clock

    async def steps(self, operator: str, after: int, limit: int) -> list[Step]:
        """Return the next steps behind a number, oldest first; none where nothing new has settled."""
        until = self._clock.now() - SETTLED

        def unit(stores: Any) -> list[Step]:
            """Read them."""
            found: list[Step] = stores.steps_of_operator(operator, after, limit)
            return found

        found = await self._work.run(unit, must_last=never)
        return list(takewhile(lambda step: step.at <= until, found))
