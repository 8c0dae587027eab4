"""The page before all desks."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit


@get("/", opt=reach(None, Tenancy.NOBODY))
async def front(visit: NamedDependency[Visit]) -> Response[Any]:
    """Send whoever is signed in to his desk, and tell everybody else what there is."""
    if visit.account is not None:
        return visit.go(visit.home)
    return visit.page("account/front.html")
