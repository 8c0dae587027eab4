"""What is kept of me, how long, and who looked at it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from markupsafe import Markup

from openesim.adapters.web.desks.components.naming import listed, verifier_title
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.applications import path_of
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.texts import FIELD_TEXTS, STATE_TEXTS
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.applications import OwnApplication
from openesim.services.conditions.subscriber.cases import is_open
from openesim.services.conditions.subscriber.lines import OwnData, OwnLook, Who


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
        "state": capital(STATE_TEXTS[case.state][language]),
        "years": case.kept_years if case.evidence is not None else 0,
        "kept": kept_facts(visit, data),
        "looks": look_texts(visit, data, names),
        "address": path_of(case.case_id),
        "withdraw": path_of(case.case_id, "withdraw") if may_withdraw else "",
    }


def kept_facts(visit: Visit, data: OwnData) -> list[Fact]:
    """Return what is kept, masked, and until when."""
    return [
        Fact(
            capital(FIELD_TEXTS[field][visit.language.value]),
            visit.t("subscriber.rights.until", value=text, day=visit.format.day(ends))
            if ends is not None
            else visit.t("subscriber.rights.open", value=text),
        )
        for field, text, ends in data.kept
    ]


def look_texts(visit: Visit, data: OwnData, names: dict[str, str]) -> list[Markup]:
    """Return who looked, when, at what, and why, in a sentence each."""
    return [
        visit.t(
            "subscriber.rights.look",
            moment=visit.format.moment(look.at),
            who=_who(visit, look, names),
            what=_fields(visit, look),
            why=_why(visit, look),
        )
        for look in data.looks
    ]


def _who(visit: Visit, look: OwnLook, names: dict[str, str]) -> str:
    is_verifier = look.who is Who.VERIFIER
    name = verifier_title(visit, look.tenant) if is_verifier else names.get(look.tenant, look.tenant)
    return visit.t(f"subscriber.rights.by.{look.who.value}", name=name)


def _fields(visit: Visit, look: OwnLook) -> str:
    known = {field.value: FIELD_TEXTS[field][visit.language.value] for field in Field}
    return listed(visit, [known.get(each, each) for each in look.fields])


def _why(visit: Visit, look: OwnLook) -> str:
    key = f"subscriber.rights.reason.{look.reason}"
    return visit.t(key) if key in visit.pages.wording else look.reason
