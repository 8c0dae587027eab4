"""Chips: what the operator's orders tell of one EID."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.order_views import OrderView
from openesim.adapters.web.api.reading import Reader
from openesim.adapters.web.api.timeline import StepView
from openesim.adapters.web.languages import language_of
from openesim.kernel.ids import Eid
from openesim.services.access import Caller, Scope
from openesim.services.chips import Chips

WhichEid = Annotated[
    str,
    PathParameter(
        description="EID of the chip, with its check digits.", pattern="^[0-9]{1,32}$", max_length=32
    ),
]


class ChipView(msgspec.Struct, frozen=True, kw_only=True):
    """A chip: your orders that are bound to it, newest first, and what it did with them, oldest first."""

    eid: str
    orders: list[OrderView]
    steps: list[StepView]


class ChipRoutes(Controller):
    """``/chips/{eid}``."""

    path = "/chips/{eid:str}"
    tags = ("Chips",)
    opt = reach(Scope.CHIPS_READ)

    @get(summary="Show a chip", responses=problems(404))
    async def show_chip(
        self,
        request: Request[Any, Any, Any],
        caller: NamedDependency[Caller],
        chips: NamedDependency[Chips],
        eid: WhichEid,
    ) -> ChipView:
        """Show what is known of a chip from your own orders."""
        reader = Reader(of_body=False)
        known = reader.read("eid", eid, Eid.parse)
        reader.end()
        history = await chips.history(Eid(known or eid), caller.operator)
        language = language_of(request.headers)
        return ChipView(
            eid=str(history.eid),
            orders=[OrderView.of(order) for order in history.orders],
            steps=[StepView.of(step, language) for step in history.steps],
        )
