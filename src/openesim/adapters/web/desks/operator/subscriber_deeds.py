"""What is done to a verification: revoked, asked for again, refused, given up; each is asked about once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
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
from openesim.services.conditions.operator.subscribers import CaseLook, Subscribers

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


Do = Callable[[Subscribers, str, str, str, str], Awaitable[object]]
"""Does something: cases, operator, case, why, actor."""


def _routes(deed: str, opt: dict[str, Any], whys: Collection[str], do: Do) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then.

    Args:
        deed: name of the deed, and the end of the path.
        opt: whom the routes are for.
        whys: reasons of which one has to be given; none: none is asked for.
        do: does it.
    """

    @get(f"{_ONE}/{deed}", opt=opt, name=f"operator.subscriber.{deed}_page")
    async def page(
        visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
    ) -> Response[Any]:
        """Ask once more."""
        found = await operator.subscribers.one(visit.operator, case_id)
        return _page(visit, found, deed, visit.blank(FORM))

    @post(f"{_ONE}/{deed}", opt=opt, name=f"operator.subscriber.{deed}")
    async def answer(
        visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
    ) -> Response[Any]:
        """Do it."""
        form = await visit.form(FORM)
        why = form.choice("why", whys) if whys else ""
        if why is None:
            found = await operator.subscribers.one(visit.operator, case_id)
            return _page(visit, found, deed, form, http_status=422)
        await do(operator.subscribers, visit.operator, case_id, why, visit.me.actor)
        return visit.go(case_path(case_id), f"{FORM}.{deed}.done")

    return page, answer


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
    *_routes("revoke", _REVOKE, WHY_REVOKED, lambda cases, *wish: cases.revoke(*wish)),
    *_routes(
        "again",
        _REVOKE,
        tuple(Trigger),
        lambda cases, operator, case_id, sign, actor: cases.trigger(operator, case_id, Trigger(sign), actor),
    ),
    *_routes("refuse", _VERIFY, WHY_REFUSED, lambda cases, *wish: cases.refuse(*wish)),
    *_routes(
        "withdraw",
        _VERIFY,
        (),
        lambda cases, operator, case_id, _why, actor: cases.withdraw(operator, case_id, actor),
    ),
)
