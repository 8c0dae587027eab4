"""What is kept of me, how long, and who looked at it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.naming import listed
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.applications import path_of
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.texts import FIELD_TEXTS, STATE_TEXTS
from openesim.services.conditions.own_applications import OwnApplication
from openesim.services.conditions.own_cases import is_open
from openesim.services.conditions.own_lines import OwnData, OwnLook
from openesim.services.conditions.roles import Permission


@get("/subscriber/rights", opt=reach(Permission.OWN_ACCOUNT, Tenancy.SELF))
async def rights(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show what is kept, until when, and who looked."""
    kept = await subscriber.records.kept(visit.me)
    names = await subscriber.offers.names_of(
        [each.case.operator for each in kept]
        + [look.tenant for each in kept for look in each.looks if look.tenant]
    )
    applications = {each.case.case_id: each for each in await subscriber.applications.mine(visit.me)}
    return visit.page(
        "subscriber/rights.html",
        cases=[_told(visit, each, names, applications.get(each.case.case_id)) for each in kept],
    )


def _told(visit: Visit, data: OwnData, names: dict[str, str], one: OwnApplication | None) -> dict[str, Any]:
    """Return one case as the page shows it."""
    case, language = data.case, visit.language.value
    may_withdraw = is_open(case) and (one is None or one.order is None)
    return {
        "title": views.plan_title(visit, one.plan if one else None),
        "operator": names[case.operator],
        "number": case.case_id,
        "state": STATE_TEXTS[case.state][language],
        "years": case.kept_years if case.evidence is not None else 0,
        "kept": kept_table(visit, data),
        "looks": looks_table(visit, data, names),
        "address": path_of(case.case_id),
        "withdraw": path_of(case.case_id, "withdraw") if may_withdraw else "",
    }


def kept_table(visit: Visit, data: OwnData) -> Table:
    """Return what is kept, masked, and until when."""
    language = visit.language.value
    columns = [
        Column(str(visit.t("subscriber.rights.what"))),
        Column(str(visit.t("subscriber.rights.shown"))),
        Column(str(visit.t("subscriber.rights.until"))),
    ]
    rows = [
        Row((FIELD_TEXTS[field][language], text, ends or str(visit.t("subscriber.rights.open"))))
        for field, text, ends in data.kept
    ]
    return plain_table(str(visit.t("subscriber.rights.kept")), columns, rows)


def looks_table(visit: Visit, data: OwnData, names: dict[str, str]) -> Table:
    """Return who looked, when, at what, and why."""
    columns = [
        Column(str(visit.t("subscriber.rights.when"))),
        Column(str(visit.t("subscriber.rights.who"))),
        Column(str(visit.t("subscriber.rights.what"))),
        Column(str(visit.t("subscriber.rights.why"))),
    ]
    rows = [
        Row((look.at, _who(visit, look, names), _fields(visit, look), _why(visit, look)))
        for look in data.looks
    ]
    return plain_table(str(visit.t("subscriber.rights.looks")), columns, rows)


def _who(visit: Visit, look: OwnLook, names: dict[str, str]) -> str:
    name = names.get(look.tenant, look.tenant)
    return str(visit.t(f"subscriber.rights.by.{look.who.value}", name=name))


def _fields(visit: Visit, look: OwnLook) -> str:
    known = {field.value: FIELD_TEXTS[field][visit.language.value] for field in Field}
    return listed(visit, [known.get(each, each) for each in look.fields])


def _why(visit: Visit, look: OwnLook) -> str:
    key = f"subscriber.rights.reason.{look.reason}"
    return str(visit.t(key)) if key in visit.pages.wording else look.reason
