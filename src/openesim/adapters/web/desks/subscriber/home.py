"""The first page of the desk: what somebody has applied for and how far it is, or how to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.values import Identifier, Pill
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.applications import NEXT, path_of
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.applications import OwnApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An application among others.

    Attributes:
        title: of the plan.
        operator: who offers it.
        stage: how far it is.
        chip: which it is for.
        begun_at: when, aware UTC.
        address: of its page.
        onward: where it goes on; empty: nowhere now.
        button: key of what the button says.
    """

    title: str
    operator: str
    stage: Pill
    chip: Identifier | None
    begun_at: datetime
    address: str
    onward: str
    button: str


@get("/subscriber", opt=reach(Permission.PLANS_COMPARE, Tenancy.SELF))
async def home(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show what there is to do."""
    mine = await subscriber.applications.mine(visit.me)
    names = await subscriber.offers.names_of(one.case.operator for one in mine)
    return visit.page("subscriber/home.html", cards=[_card(visit, one, names) for one in mine])


def _card(visit: Visit, one: OwnApplication, names: dict[str, str]) -> Card:
    case, page = one.case, NEXT.get(one.stage, "")
    return Card(
        title=views.plan_title(visit, one.plan),
        operator=names[case.operator],
        stage=views.stage_pill(visit, one.stage),
        chip=Identifier(str(case.eid)) if case.eid else None,
        begun_at=case.created_at,
        address=path_of(case.case_id),
        onward=path_of(case.case_id, page) if page else "",
        button=f"subscriber.application.go.{one.stage.value}",
    )
