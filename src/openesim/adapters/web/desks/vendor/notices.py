"""What the regulator did: recalls that hit the vendor's things, how he stands, and the decisions on his models."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.home import decisions_table
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import hit_view, standing_pill
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.vendors import Standing
from openesim.services.conditions.accounts.roles import Permission

_W: Final = "vendor.notices"


@get("/vendor/notices", opt=reach(Permission.NOTICES_READ, Tenancy.VENDOR))
async def notices(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Show what was done to what is the vendor's."""
    found = await vendor.desk.notices(visit.vendor_id)
    parties = [(found.vendor.name, found.vendor.state, found.vendor.remark)]
    if found.maker is not None:
        parties.append((found.maker.name, found.maker.state, found.maker.remark))
    return visit.page(
        "vendor/notices.html",
        hits=[hit_view(visit, hit) for hit in found.hits],
        lifted=[hit_view(visit, hit) for hit in found.lifted],
        parties=[
            (name, standing_pill(visit, state), remark)
            for name, state, remark in parties
            if state is not Standing.IN_FORCE or remark
        ],
        decided=decisions_table(visit, visit.say(f"{_W}.decided"), found.decided),
    )
