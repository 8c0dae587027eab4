"""Events: what happened to the operator's orders, read at his own pace; the same documents that webhooks are sent."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.paging import Limit
from openesim.provisioning.smdp.webhooks import body_of
from openesim.services.access import Caller, Scope
from openesim.services.event_feed import EventFeed

After = Annotated[
    int,
    QueryParameter(
        ge=0, le=2**63 - 1, required=False, description="Behind this number: `next` of the answer before."
    ),
]


class EventList(msgspec.Struct, frozen=True):
    """Events, oldest first; `next` is where to read on, and stands still where nothing is new."""

    items: list[dict[str, Any]]
    next: int


class EventRoutes(Controller):
    """``/events``."""

    path = "/events"
    tags = ("Events",)
    opt = reach(Scope.EVENTS_READ)

    @get(summary="List events", responses=problems())
    async def list_events(
        self,
        caller: NamedDependency[Caller],
        event_feed: NamedDependency[EventFeed],
        after: After = 0,
        limit: Limit = 50,
    ) -> EventList:
        """List what happened to your orders, in the order in which it did; the last three seconds come later."""
        steps = await event_feed.steps(caller.operator, after, limit)
        return EventList([body_of(step) for step in steps], steps[-1].step_id if steps else after)
