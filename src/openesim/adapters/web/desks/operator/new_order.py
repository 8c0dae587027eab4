"""A new order, one question a page: plan, chip, person where the rules ask for one, details; then all of it is checked.

The answers stand in the address, so that one can go back, and nothing is kept of an order that nobody makes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_by
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.naming import in_words, service_name
from openesim.adapters.web.desks.components.values import Code, Fact, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.order_draft import (
    FORM,
    MOST_REFERENCE,
    NEW,
    Draft,
    address_of,
    answers,
    end_of,
    read_draft,
    wish_of,
    wizard_of,
)
from openesim.adapters.web.desks.operator.plans import price_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.stock import levels_for
from openesim.adapters.web.desks.operator.views import at_least, order_path, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.accounts.roles import Permission

_WRITE = reach(Permission.ORDERS_WRITE, Tenancy.OPERATOR)
_MOST_DAYS: Final = 730
_FAR: Final = timedelta(days=_MOST_DAYS)

Operator = NamedDependency[OperatorServices]


# --- pages --------------------------------------------------------------------------------------------------------


@get(NEW, opt=_WRITE)
async def plan_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask for the plan."""
    draft = await read_draft(visit, operator)
    form = visit.blank(FORM, plan=str(draft.plan.plan_id) if draft.plan else "")
    return await _plan_page(visit, operator, draft, form)


@post(NEW, opt=_WRITE)
async def give_plan(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and ask on."""
    form = await visit.form(FORM)
    numbers = [str(each.plan_id) for each in await _offered(visit, operator)]
    chosen = form.choice("plan", numbers)
    if chosen is None:
        return await _plan_page(visit, operator, Draft(), form, http_status=422)
    return visit.go(address_of(visit, "device", plan=chosen))


async def _offered(visit: Visit, operator: OperatorServices) -> list[Plan]:
    return [each for each in await operator.plans.all(visit.operator) if each.is_offered]


async def _plan_page(
    visit: Visit, operator: OperatorServices, draft: Draft, form: Form, http_status: int = 200
) -> Response[Any]:
    offered = await _offered(visit, operator)
    levels = {each.profile_type: each for each in await levels_for(operator, visit.operator)}
    hints = {}
    for each in offered:
        level = levels.get(each.profile_type)
        left = at_least(visit, level.available, is_more=level.is_more) if level else "0"
        told = [
            service_name(visit, each.service),
            price_text(visit, each),
            say(visit, f"{FORM}.left", left=left),
        ]
        hints[str(each.plan_id)] = " · ".join(text for text in told if text)
    return visit.page(
        "operator/new_order_plan.html",
        http_status=http_status,
        wizard=wizard_of(visit, draft, "plan"),
        form=form,
        texts={str(each.plan_id): in_words(visit, each.titles) or each.name for each in offered},
        hints=hints,
        may_make_plan=visit.me.may(Permission.PLANS_WRITE),
    )


@get(f"{NEW}/device", opt=_WRITE)
async def device_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask for the chip."""
    draft = await read_draft(visit, operator)
    if draft.plan is None:
        return visit.go(NEW)
    return _device_page(visit, draft, visit.blank(FORM, eid=str(draft.eid or "")))


@post(f"{NEW}/device", opt=_WRITE)
async def give_device(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and ask on."""
    draft = await read_draft(visit, operator)
    if draft.plan is None:
        return visit.go(NEW)
    form = await visit.form(FORM)
    needs_chip = draft.expected is None or draft.expected.needs_chip
    eid = form.eid("eid", is_needed=needs_chip)
    if form.is_wrong:
        return _device_page(visit, draft, form, http_status=422)
    expected = await operator.preflight.expect(draft.plan, eid, draft.case or None)
    following = "person" if expected.needs_person else "details"
    return visit.go(address_of(visit, following, eid=str(eid or "")))


def _device_page(visit: Visit, draft: Draft, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "operator/new_order_device.html",
        http_status=http_status,
        wizard=wizard_of(visit, draft, "device"),
        form=form,
        needs_chip=draft.expected is None or draft.expected.needs_chip,
    )


@get(f"{NEW}/person", opt=_WRITE)
async def person_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show whose verification stands behind the chip, and let another one be named."""
    draft = await read_draft(visit, operator)
    if not draft.has_chip:
        return visit.go(address_of(visit, draft.first_open))
    return _person_page(visit, draft, visit.blank(FORM, case=draft.case))


@post(f"{NEW}/person", opt=_WRITE)
async def give_person(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and ask on."""
    draft = await read_draft(visit, operator)
    if draft.plan is None or not draft.has_chip:
        return visit.go(address_of(visit, draft.first_open))
    form = await visit.form(FORM)
    case = form.text("case", most=40, is_needed=False).upper()
    if case and not form.is_wrong:
        expected = await operator.preflight.expect(draft.plan, draft.eid, case)
        if expected.case is None:
            form.wrong("case", f"{FORM}.no_case")
    if form.is_wrong:
        return _person_page(visit, draft, form, http_status=422)
    return visit.go(address_of(visit, "details", case=case))


def _person_page(visit: Visit, draft: Draft, form: Form, http_status: int = 200) -> Response[Any]:
    expected = draft.expected
    return visit.page(
        "operator/new_order_person.html",
        http_status=http_status,
        wizard=wizard_of(visit, draft, "person"),
        form=form,
        case=None if expected is None or expected.case is None else case_facts(visit, expected.case),
        may_verify=visit.me.may(Permission.COUNTER_VERIFY),
    )


def case_facts(visit: Visit, case: Case) -> list[Fact]:
    """Return what is told of a verification: its number, state and age; nothing of the person."""
    state = say(visit, f"{FORM}.case_state.{case.state.value}")
    tone = Tone.GOOD if case.verified_at is not None else Tone.WAIT
    return [
        Fact(say(visit, f"{FORM}.case_is.number"), Code(case.case_id)),
        Fact(say(visit, f"{FORM}.case_is.state"), Pill(state, tone)),
        Fact(say(visit, f"{FORM}.case_is.verified"), case.verified_at),
    ]


@get(f"{NEW}/details", opt=_WRITE)
async def details_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask for what belongs to it besides."""
    draft = await read_draft(visit, operator)
    if not draft.has_chip:
        return visit.go(address_of(visit, draft.first_open))
    until = "" if draft.until is None else draft.until.isoformat()
    return _details_page(visit, draft, visit.blank(FORM, reference=draft.reference, until=until))


@post(f"{NEW}/details", opt=_WRITE)
async def give_details(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and show all answers."""
    draft = await read_draft(visit, operator)
    if not draft.has_chip:
        return visit.go(address_of(visit, draft.first_open))
    form = await visit.form(FORM)
    reference = form.text("reference", most=MOST_REFERENCE, is_needed=False)
    until = form.day("until", is_needed=False)
    if until is not None and not visit.now < end_of(visit, until) <= visit.now + _FAR:
        form.wrong("until", f"{FORM}.until_when", count=_MOST_DAYS)
    if form.is_wrong:
        return _details_page(visit, draft, form, http_status=422)
    day = "" if until is None else until.isoformat()
    return visit.go(address_of(visit, "check", reference=reference, until=day))


def _details_page(visit: Visit, draft: Draft, form: Form, http_status: int = 200) -> Response[Any]:
    wizard = wizard_of(visit, draft, "details")
    return visit.page("operator/new_order_details.html", http_status=http_status, wizard=wizard, form=form)


@get(f"{NEW}/check", opt=_WRITE)
async def check_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show all answers, and what the rules would say."""
    draft = await read_draft(visit, operator)
    if draft.first_open != "check":
        return visit.go(address_of(visit, draft.first_open))
    return _check_page(visit, draft)


@post(f"{NEW}/check", opt=_WRITE)
async def make_order(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Make the order; sent twice, it is made once."""
    draft = await read_draft(visit, operator)
    if draft.plan is None or draft.first_open != "check":
        return visit.go(address_of(visit, draft.first_open))
    form = await visit.form(FORM)
    try:
        iccid = await operator.deeds.order(
            wish_of(visit, draft, draft.plan), visit.operator, visit.me.actor, form.token
        )
    except OpenEsimError as error:
        told = explained_by(error, visit.language)
        if told is None:
            raise
        return _check_page(visit, draft, told)
    return visit.go(order_path(iccid), f"{FORM}.made")


def _check_page(visit: Visit, draft: Draft, refused: ExplainedError | None = None) -> Response[Any]:
    expected = draft.expected
    assert expected is not None  # noqa: S101 (all questions were answered)
    verdict = Verdict.ALLOW if refused else expected.verdict
    reasons = [explained_finding(visit, finding) for finding in expected.findings]
    return visit.page(
        "operator/new_order_check.html",
        http_status=409 if refused else 200,
        wizard=wizard_of(visit, draft, "check"),
        form=visit.blank(FORM),
        answers=answers(visit, draft),
        refused=refused,
        reasons=[] if refused else reasons,
        is_held=verdict is Verdict.HOLD,
        is_possible=verdict in {Verdict.ALLOW, Verdict.HOLD},
        rules=expected.pack,
        asks_something=expected.needs_chip,
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(plan_page, give_plan, device_page, give_device, person_page, give_person),
    *(details_page, give_details, check_page, make_order),
)
