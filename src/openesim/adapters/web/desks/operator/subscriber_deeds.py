"""What is done to a verification: revoked, asked for again, refused, given up; each is asked about once more."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.case_views import (
    CASES,
    case_path,
    refusal_text,
    trigger_name,
)
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.case import Field
from openesim.conditions.rules.words import Trigger
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.subscribers import CaseLook

FORM: Final = "operator.subscriber_deed"

WHY_REVOKED: Final = ("wrongly-verified", "disputed", "authority-ordered")
WHY_REFUSED: Final = (
    "clerk-refused",
    "face-differs",
    "document-invalid",
    "does-not-match",
    "authority-ordered",
)

_ONE: Final = f"{CASES}/{{case_id:str}}"
_REVOKE = reach(Permission.VERIFICATIONS_REVOKE, Tenancy.OPERATOR)
_VERIFY = reach(Permission.COUNTER_VERIFY, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


@get(f"{_ONE}/revoke", opt=_REVOKE)
async def revoke_form(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Ask why a verification shall be revoked, and say what stops with it."""
    return _page(visit, await operator.subscribers.one(visit.operator, case_id), "revoke", visit.blank(FORM))


@post(f"{_ONE}/revoke", opt=_REVOKE)
async def revoke(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Revoke it."""
    form = await visit.form(FORM)
    why = form.choice("why", WHY_REVOKED)
    if form.is_wrong or why is None:
        found = await operator.subscribers.one(visit.operator, case_id)
        return _page(visit, found, "revoke", form, http_status=422)
    await operator.subscribers.revoke(visit.operator, case_id, why, visit.me.actor)
    return visit.go(case_path(case_id), f"{FORM}.revoke.done")


@get(f"{_ONE}/again", opt=_REVOKE)
async def again_form(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Ask for the sign by which a person has to verify again."""
    return _page(visit, await operator.subscribers.one(visit.operator, case_id), "again", visit.blank(FORM))


@post(f"{_ONE}/again", opt=_REVOKE)
async def again(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Have him verify again."""
    form = await visit.form(FORM)
    sign = form.member("why", Trigger)
    if form.is_wrong or sign is None:
        found = await operator.subscribers.one(visit.operator, case_id)
        return _page(visit, found, "again", form, http_status=422)
    await operator.subscribers.trigger(visit.operator, case_id, sign, visit.me.actor)
    return visit.go(case_path(case_id), f"{FORM}.again.done")


@get(f"{_ONE}/refuse", opt=_VERIFY)
async def refuse_form(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Ask why a case shall be refused."""
    return _page(visit, await operator.subscribers.one(visit.operator, case_id), "refuse", visit.blank(FORM))


@post(f"{_ONE}/refuse", opt=_VERIFY)
async def refuse(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Refuse it."""
    form = await visit.form(FORM)
    why = form.choice("why", WHY_REFUSED)
    if form.is_wrong or why is None:
        found = await operator.subscribers.one(visit.operator, case_id)
        return _page(visit, found, "refuse", form, http_status=422)
    await operator.subscribers.refuse(visit.operator, case_id, why, visit.me.actor)
    return visit.go(case_path(case_id), f"{FORM}.refuse.done")


@get(f"{_ONE}/withdraw", opt=_VERIFY)
async def withdraw_form(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Ask whether the person gives his case up."""
    found = await operator.subscribers.one(visit.operator, case_id)
    return _page(visit, found, "withdraw", visit.blank(FORM))


@post(f"{_ONE}/withdraw", opt=_VERIFY)
async def withdraw(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Give it up."""
    await visit.form(FORM)
    await operator.subscribers.withdraw(visit.operator, case_id, visit.me.actor)
    return visit.go(case_path(case_id), f"{FORM}.withdraw.done")


def _page(visit: Visit, found: CaseLook, deed: str, form: Form, http_status: int = 200) -> Response[Any]:
    reasons = {
        "revoke": {each: refusal_text(visit, each) for each in WHY_REVOKED},
        "refuse": {each: refusal_text(visit, each) for each in WHY_REFUSED},
        "again": {each.value: trigger_name(visit, each) for each in found.triggers},
        "withdraw": {},
    }[deed]
    return visit.page(
        "operator/subscriber_deed.html",
        http_status=http_status,
        form=form,
        deed=deed,
        reasons=reasons,
        name=found.shown.get(Field.NAME, found.case.case_id),
        path=case_path(found.case.case_id),
        hit=found.on_their_way if deed == "revoke" else None,
        hit_label=say(visit, f"{FORM}.stops", count=found.on_their_way),
        is_grave=deed in {"revoke", "refuse"},
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(revoke_form, revoke, again_form, again),
    *(refuse_form, refuse, withdraw_form, withdraw),
)
