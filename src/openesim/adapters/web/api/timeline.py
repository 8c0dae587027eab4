"""The timeline of an order: everything that reached it, what came of it, and why it was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.di import NamedDependency

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.orders import WhichIccid
from openesim.adapters.web.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from openesim.adapters.web.api.problems import Gsma, ProblemExplanation, explanation_in
from openesim.adapters.web.api.reading import Reader
from openesim.adapters.web.languages import language_of
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained.entries import Language
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.access import Caller, Scope
from openesim.services.listing import Listing, Place
from openesim.services.timeline import told


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what reached the order, the state that it left, and what went wrong.

    `what` says it for people; `code` is what the explanation is known by; a step that changed nothing is not `changed`.
    """

    at: datetime
    action: str
    what: str
    state: OrderState | None
    eid: str | None
    chip_state: ChipState | None
    changed: bool
    message: str | None
    refused: Gsma | None
    code: str | None
    explanation: ProblemExplanation | None

    @classmethod
    def of(cls, step: Step, language: Language) -> StepView:
        """Return a step as it is told."""
        entry = told(step, language)
        refused = None
        if entry.subject is not None and entry.reason is not None:
            refused = Gsma(entry.subject, entry.reason)
        return cls(
            at=entry.at,
            action=entry.action,
            what=entry.what,
            state=entry.state,
            eid=entry.eid,
            chip_state=entry.chip_state,
            changed=entry.changed,
            message=entry.message,
            refused=refused,
            code=entry.code,
            explanation=None if entry.explanation is None else explanation_in(entry.explanation, language),
        )


class Timeline(msgspec.Struct, frozen=True):
    """Steps of an order, oldest first; `next` is the cursor of those behind them."""

    items: list[StepView]
    next: str | None


class TimelineRoutes(Controller):
    """``/orders/{iccid}/timeline``."""

    path = "/orders/{iccid:str}/timeline"
    tags = ("Orders",)
    opt = reach(Scope.ORDERS_READ)

    @get(summary="Show the timeline of an order", responses=problems(404))
    async def show_timeline(
        self,
        request: Request[Any, Any, Any],
        caller: NamedDependency[Caller],
        listing: NamedDependency[Listing],
        iccid: WhichIccid,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Timeline:
        """Show everything that reached an order, oldest first; no secret is in it."""
        reader = Reader(of_body=False)
        place = reader.read("cursor", cursor, lambda text: decode_cursor(text, iccid))
        reader.end()
        after = 0 if place is None else place.order_id
        steps, goes_on = await listing.steps(Iccid(iccid), caller.operator, after, limit)
        language = language_of(request.headers)
        following = None if goes_on is None else encode_cursor(Place(None, goes_on), iccid)
        return Timeline([StepView.of(each, language) for each in steps], following)
