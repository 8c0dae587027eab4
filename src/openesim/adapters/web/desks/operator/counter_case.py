"""A case at the counter: where it stands, what comes next, the line that is sold on it, and handing it over."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.naming import in_words, region_name, verifier_name
from openesim.adapters.web.desks.components.records import QrCard
from openesim.adapters.web.desks.components.values import Fact, Identifier, Masked, Pill
from openesim.adapters.web.desks.operator.case_views import (
    case_path,
    case_pill,
    document_name,
    field_name,
    missing_texts,
    refusal_text,
    who_text,
)
from openesim.adapters.web.desks.operator.counter import COUNTER, at_counter
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import order_link, order_path, say, state_pill
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.identity.cases import STANDS_BEHIND, CaseState
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.counter_desk import AtCounter
from openesim.services.conditions.operator.counter_orders import Sale

W: Final = "operator.counter_case"

_ONE: Final = f"{COUNTER}/{{case_id:str}}"
_VERIFY = reach(Permission.COUNTER_VERIFY, Tenancy.OPERATOR)
_ORDER = reach(Permission.ORDERS_WRITE, Tenancy.OPERATOR)
_EVERY_S: Final = 2.0

Operator = NamedDependency[OperatorServices]


@get(_ONE, opt=_VERIFY)
async def counter_case(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Show where a case stands, and what comes next."""
    look = await operator.counter.look(visit.operator, case_id)
    sale = await operator.sales.look(visit.operator, case_id, visit.me)
    return _page(visit, operator, look, sale)


@get(f"{_ONE}/waiting", opt=_VERIFY)
async def waiting(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Stream:
    """Tell when a verifier that was asked has answered."""
    await operator.counter.look(visit.operator, case_id)

    async def look() -> Moment:
        """Ask again if it is time, and draw how it stands."""
        case = await operator.counter.ask_again(visit.operator, case_id)
        is_over = case.ask_again_at is None
        view = {"pill": case_pill(visit, case), "is_over": is_over, "path": at_counter(case_id)}
        return Moment(visit.piece("operator/counter_waiting.html", **view), is_over)

    return live_stream(visit, look, _EVERY_S)


@post(f"{_ONE}/order", opt=_ORDER)
async def order(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Order the line."""
    form = await visit.form(W)
    plan = form.value("plan")
    plan_id = int(plan) if plan.isascii() and plan.isdigit() and len(plan) <= 18 else None
    await operator.sales.place(visit.operator, case_id, plan_id, visit.me)
    return visit.go(at_counter(case_id), f"{W}.ordered")


@post(f"{_ONE}/handover", opt=_ORDER)
async def handover(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Show the activation code and the confirmation code, once, to be handed over or printed; both looks are recorded."""
    await visit.form(W)
    sale = await operator.sales.look(visit.operator, case_id, visit.me)
    if sale.order is None or sale.code is None:
        raise NotFoundError("there is no such thing")
    code = ""
    if sale.has_confirmation_code:
        code = await operator.sales.confirmation_code(visit.operator, case_id, visit.me)
    issued = await operator.deeds.show_code(sale.order.iccid, visit.operator, visit.me.actor)
    card = QrCard(
        text=issued.text,
        title=say(visit, f"{W}.card"),
        told=say(visit, f"{W}.{'card_code' if code else 'card_told'}"),
        bound_to="" if issued.order.eid is None else str(issued.order.eid),
        expires_at=issued.order.expires_at,
        links=(
            (say(visit, f"{W}.ios"), issued.ios_link),
            (say(visit, f"{W}.android"), issued.android_link),
        ),
    )
    return visit.page(
        "operator/counter_handover.html",
        card=card,
        code=code,
        back=at_counter(case_id),
        plan="" if sale.plan is None else in_words(visit, sale.plan.titles) or sale.plan.name,
        order_path=order_path(issued.order.iccid),
    )


def _page(visit: Visit, operator: OperatorServices, look: AtCounter, sale: Sale) -> Response[Any]:
    case = look.case
    return visit.page(
        "operator/counter_case.html",
        case=case,
        path=at_counter(case.case_id),
        about=case_path(case.case_id),
        pill=case_pill(visit, case),
        facts=case_facts(visit, look),
        missing=missing_texts(visit, case.missing),
        refusal="" if case.refusal is None else refusal_text(visit, case.refusal),
        stage=_stage(look, sale),
        verifier=verifier_name(visit, case.verifier or ""),
        is_clerk=case.clerk == visit.me.actor,
        sale=None
        if case.state not in STANDS_BEHIND and sale.order is None
        else _sale(visit, operator, look, sale),
        form=visit.blank(W),
    )


def _stage(look: AtCounter, sale: Sale) -> str:
    """Return what comes next."""
    if sale.order is not None:
        return "ordered"
    if look.is_asked:
        return "asked"
    if look.awaits_papers:
        return "papers"
    if look.case.state is CaseState.FOUR_EYES:
        return "second"
    return "order" if look.case.state in STANDS_BEHIND else "over"


def case_facts(visit: Visit, look: AtCounter) -> list[Fact]:
    """Return what is known of a case at the counter."""
    case = look.case
    plan = None if look.plan is None else in_words(visit, look.plan.titles) or look.plan.name
    facts: list[tuple[str, object]] = [
        (say(visit, f"{W}.fact.plan"), plan),
        (say(visit, "field.eid.label"), None if case.eid is None else Identifier(str(case.eid))),
        (say(visit, "field.imei.label"), None if case.imei is None else Identifier(str(case.imei))),
        (say(visit, f"{W}.fact.region"), region_name(visit, case.region) if case.region else None),
        (say(visit, f"{W}.fact.document"), document_name(visit, case.document) if case.document else None),
    ]
    facts += [(field_name(visit, field), Masked(text)) for field, text in look.shown.items()]
    facts += [
        (say(visit, f"{W}.fact.clerk"), who_text(visit, look.clerk) or None),
        (say(visit, f"{W}.fact.second"), who_text(visit, look.second) or None),
        (say(visit, f"{W}.fact.case"), Identifier(case.case_id)),
    ]
    return [Fact(label, value) for label, value in facts if value is not None]


def _sale(visit: Visit, operator: OperatorServices, look: AtCounter, sale: Sale) -> dict[str, Any]:
    """Return what is shown of the line that is sold."""
    decision, made = sale.decision, sale.order
    against = None
    if decision is not None and decision.verdict is not Verdict.ALLOW and decision.findings:
        against = explained_finding(visit, decision.findings[0])
    plans = [
        each.plan
        for each in operator.counter.plans_of(visit.operator)
        if each.plan.service is look.case.service and each.is_sold_here
    ]
    state: Pill | None = None if made is None else state_pill(visit, made.state)
    return {
        "may_order": visit.me.may(Permission.ORDERS_WRITE),
        "against": against,
        "is_held": sale.is_held or (decision is not None and decision.verdict is Verdict.HOLD),
        "has_plan": sale.plan is not None,
        "plans": {str(plan.plan_id): in_words(visit, plan.titles) or plan.name for plan in plans},
        "order": None if made is None else order_link(made.iccid),
        "state": state,
        "can_hand_over": sale.code is not None and (sale.may_hand_over or not sale.has_confirmation_code),
        "is_out": sale.code is not None,
        "order_path": "" if made is None else order_path(made.iccid),
    }


ROUTES: Final[tuple[Any, ...]] = (counter_case, waiting, order, handover)
