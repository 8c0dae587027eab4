"""Lines: the subscriptions behind the operator's orders; numbers, and whether networks let them in."""

from __future__ import annotations

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.orders import ListQuery
from openesim.adapters.web.api.paging import decode_cursor, encode_cursor
from openesim.adapters.web.api.reading import Reader
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.access import Caller, Scope
from openesim.services.lines import Line, Lines


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line. Keys, PINs and codes are never told."""

    iccid: str
    imsi: str | None
    msisdn: str | None
    is_active: bool
    profile_type: str
    eid: str | None
    reference: str | None
    order_state: OrderState
    chip_state: ChipState | None

    @classmethod
    def of(cls, line: Line) -> LineView:
        """Return a line as it is told."""
        order = line.order
        return cls(
            iccid=str(order.iccid),
            imsi=None if line.imsi is None else str(line.imsi),
            msisdn=None if line.msisdn is None else str(line.msisdn),
            is_active=line.is_active,
            profile_type=order.profile_type,
            eid=None if order.eid is None else str(order.eid),
            reference=order.reference,
            order_state=order.state,
            chip_state=order.chip_state,
        )


class LineList(msgspec.Struct, frozen=True):
    """A page of lines; `next` is the cursor of the page behind it. A page may be short while there is more."""

    items: list[LineView]
    next: str | None


class LineRoutes(Controller):
    """``/lines``."""

    path = "/lines"
    tags = ("Lines",)
    opt = reach(Scope.LINES_READ)

    @get(summary="List lines", responses=problems())
    async def list_lines(
        self,
        caller: NamedDependency[Caller],
        lines: NamedDependency[Lines],
        wanted: NamedDependency[ListQuery],
    ) -> LineList:
        """List the subscriptions behind your orders. The filters are those of the list of orders."""
        filters = wanted.filters
        reader = Reader(of_body=False)
        place = reader.read("cursor", wanted.cursor, lambda text: decode_cursor(text, filters))
        reader.end()
        found, goes_on = await lines.page(filters, caller.operator, place, wanted.limit)
        return LineList([LineView.of(line) for line in found], encode_cursor(goes_on, filters))
