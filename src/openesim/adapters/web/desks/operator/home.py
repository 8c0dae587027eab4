"""The first page of the desk."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.roles import Permission


@get("/operator", opt=reach(Permission.OPERATOR_OVERVIEW, Tenancy.OPERATOR))
async def home(visit: NamedDependency[Visit]) -> Response[str]:
    """Show what there is to do."""
    return visit.page("operator/home.html")
