"""A new order, one question a page: plan, chip, person where the rules ask for one, details; then all of it is checked.

The answers stand in the address, so that one can go back, and nothing is kept of an order that nobody makes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_by
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.naming import in_words, last_moment, service_name
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.plans import price_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.stock import levels_for
from openesim.adapters.web.desks.operator.views import ORDERS, at_least, order_path, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.kernel.errors import DecodeError, NotFoundError, OpenEsimError
from openesim.kernel.ids import Eid
from openesim.services.conditions.preflight import Expected
from openesim.services.conditions.roles import Permission
from openesim.services.ordering import Confirmation, OrderWish, Terms

NEW: Final = f"{ORDERS}/new"
FORM: Final = "operator.new_order"

_WRITE = reach(Permission.ORDERS_WRITE, Tenancy.OPERATOR)
_MOST_REFERENCE: Final = 64
_MOST_DAYS: Final = 730
_ANSWERS: Final = ("plan", "eid", "case", "reference", "until")
_NOTHING: Final = "-"
"""In the address: the question was answered with nothing."""
_FAR: Final = timedelta(days=_MOST_DAYS)

Operator = NamedDependency[OperatorServices]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order as far as it was answered.

    Attributes:
        plan: what is ordered.
        eid: for this chip; None: whichever comes first.
        has_chip: the question for the chip was answered.
        case: number of the verification that shall stand behind it; empty: that of the chip.
        has_person: the question for the person was answered.
        reference: the operator's own name for it.
        until: last day of the download.
        has_details: the question for details was answered.
        expected: what the rules would say, once plan and chip are known.
    """

    plan: Plan | None = None
    eid: Eid | None = None
    has_chip: bool = False
    case: str = ""
    has_person: bool = False
    reference: str = ""
    until: date | None = None
    has_details: bool = False
    expected: Expected | None = None

    @property
    def asks_person(self) -> bool:
        """Whether the rules ask who is behind it."""
        return self.expected is not None and self.expected.needs_person

    @property
    def steps(self) -> tuple[str, ...]:
        """The questions, in order."""
        person = ("person",) if self.asks_person else ()
        return ("plan", "device", *person, "details", "check")

    @property
    def first_open(self) -> str:
        """The first question that was not answered; ``check``: all were."""
        answered = {
            "plan": self.plan is not None,
            "device": self.has_chip,
            "person": self.has_person,
            "details": self.has_details,
        }
        return next((step for step in self.steps if not answered.get(step, False)), "check")


async def read_draft(visit: Visit, operator: OperatorServices) -> Draft:
    """Return the order that the address tells; an answer that is none was not given."""
    plan = await _plan_of(visit, operator)
    if plan is None:
        return Draft()
    draft = Draft(plan=plan, case=_answered(visit, "case")[:40], has_person=bool(visit.asked("case")))
    expected = await operator.preflight.expect(plan, None)
    eid = _eid_of(visit.asked("eid"))
    if eid is not None or (visit.asked("eid") == _NOTHING and not expected.needs_chip):
        expected = await operator.preflight.expect(plan, eid, draft.case or None)
        draft = replace(draft, eid=eid, has_chip=True)
    return replace(
        draft,
        expected=expected,
        reference=_answered(visit, "reference")[:_MOST_REFERENCE],
        until=_day_of(visit.asked("until")),
        has_details=bool(visit.asked("reference")),
    )


def _answered(visit: Visit, name: str) -> str:
    """Return an answer; empty where nothing was given, or not yet."""
    answer = visit.asked(name)
    return "" if answer == _NOTHING else answer


async def _plan_of(visit: Visit, operator: OperatorServices) -> Plan | None:
    text = visit.asked("plan")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    try:
        plan = await operator.plans.one(int(text), visit.operator)
    except NotFoundError:
        return None
    return plan if plan.is_offered else None


def _eid_of(text: str) -> Eid | None:
    try:
        return Eid.parse(text) if text else None
    except DecodeError:
        return None


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
    return visit.go(_address(visit, "device", plan=chosen))


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
    return visit.go(_address(visit, following, eid=str(eid or "")))


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
        return visit.go(_address(visit, draft.first_open))
    return _person_page(visit, draft, visit.blank(FORM, case=draft.case))


@post(f"{NEW}/person", opt=_WRITE)
async def give_person(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and ask on."""
    draft = await read_draft(visit, operator)
    if draft.plan is None or not draft.has_chip:
        return visit.go(_address(visit, draft.first_open))
    form = await visit.form(FORM)
    case = form.text("case", most=40, is_needed=False).upper()
    if case and not form.is_wrong:
        expected = await operator.preflight.expect(draft.plan, draft.eid, case)
        if expected.case is None:
            form.wrong("case", f"{FORM}.no_case")
    if form.is_wrong:
        return _person_page(visit, draft, form, http_status=422)
    return visit.go(_address(visit, "details", case=case))


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
        return visit.go(_address(visit, draft.first_open))
    until = "" if draft.until is None else draft.until.isoformat()
    return _details_page(visit, draft, visit.blank(FORM, reference=draft.reference, until=until))


@post(f"{NEW}/details", opt=_WRITE)
async def give_details(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Take it, and show all answers."""
    draft = await read_draft(visit, operator)
    if not draft.has_chip:
        return visit.go(_address(visit, draft.first_open))
    form = await visit.form(FORM)
    reference = form.text("reference", most=_MOST_REFERENCE, is_needed=False)
    until = form.day("until", is_needed=False)
    if until is not None and not visit.now < _end_of(visit, until) <= visit.now + _FAR:
        form.wrong("until", f"{FORM}.until_when", count=_MOST_DAYS)
    if form.is_wrong:
        return _details_page(visit, draft, form, http_status=422)
    day = "" if until is None else until.isoformat()
    return visit.go(_address(visit, "check", reference=reference, until=day))


def _details_page(visit: Visit, draft: Draft, form: Form, http_status: int = 200) -> Response[Any]:
    wizard = wizard_of(visit, draft, "details")
    return visit.page("operator/new_order_details.html", http_status=http_status, wizard=wizard, form=form)


@get(f"{NEW}/check", opt=_WRITE)
async def check_page(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show all answers, and what the rules would say."""
    draft = await read_draft(visit, operator)
    if draft.first_open != "check":
        return visit.go(_address(visit, draft.first_open))
    return _check_page(visit, draft, secrets.token_urlsafe(16))


@post(f"{NEW}/check", opt=_WRITE)
async def make_order(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Make the order; sent twice, it is made once."""
    draft = await read_draft(visit, operator)
    if draft.plan is None or draft.first_open != "check":
        return visit.go(_address(visit, draft.first_open))
    form = await visit.form(FORM)
    token = form.value("token")[:60] or secrets.token_urlsafe(16)
    try:
        iccid = await operator.deeds.order(
            wish_of(visit, draft, draft.plan), visit.operator, visit.me.actor, token
        )
    except OpenEsimError as error:
        told = explained_by(error, visit.language)
        if told is None:
            raise
        return _check_page(visit, draft, secrets.token_urlsafe(16), told)
    return visit.go(order_path(iccid), f"{FORM}.made")


def wish_of(visit: Visit, draft: Draft, plan: Plan) -> OrderWish:
    """Return the order as it is made."""
    until = None if draft.until is None else _end_of(visit, draft.until)
    return OrderWish(
        profile_type=plan.profile_type,
        eid=draft.eid,
        terms=Terms(reference=draft.reference or None, expires_at=until),
        confirmation=Confirmation(eid=draft.eid, case_id=draft.case or None),
    )


def _end_of(visit: Visit, day: date) -> datetime:
    """Return the end of a day in our zone."""
    return visit.format.begin_of(day + timedelta(days=1))


def _check_page(
    visit: Visit, draft: Draft, token: str, refused: ExplainedError | None = None
) -> Response[Any]:
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
        token=token,
        refused=refused,
        reasons=[] if refused else reasons,
        is_held=verdict is Verdict.HOLD,
        is_possible=verdict in {Verdict.ALLOW, Verdict.HOLD},
        rules=expected.pack,
        asks_something=expected.needs_chip,
    )


def answers(visit: Visit, draft: Draft) -> list[Fact]:
    """Return the answers, each with the way to the page that asks for it."""
    plan, expected = draft.plan, draft.expected
    assert plan is not None  # noqa: S101 (it was answered)
    chip = say(visit, f"{FORM}.any_chip") if draft.eid is None else Identifier(str(draft.eid))
    facts = [
        _answer(visit, "plan", in_words(visit, plan.titles) or plan.name),
        _answer(visit, "device", chip),
    ]
    if draft.asks_person and expected is not None:
        none = say(visit, f"{FORM}.nobody")
        facts.append(_answer(visit, "person", Code(expected.case.case_id) if expected.case else none))
    facts.append(_answer(visit, "details", draft.reference or None, "reference"))
    until = None if draft.until is None else last_moment(_end_of(visit, draft.until))
    facts.append(_answer(visit, "details", until, "until"))
    return facts


def _answer(visit: Visit, step: str, value: Any, name: str = "") -> Fact:
    return Fact(say(visit, f"{FORM}.answer.{name or step}"), value, _address(visit, step))


def wizard_of(visit: Visit, draft: Draft, step: str) -> Wizard:
    """Return where one is among the questions."""
    steps = [WizardStep(say(visit, f"{FORM}.step.{name}"), _address(visit, name)) for name in draft.steps]
    number = draft.steps.index(step) + 1 if step in draft.steps else len(draft.steps) - 1
    return Wizard(steps, number)


def _address(visit: Visit, step: str, **answers: str) -> str:
    """Return the address of a question, with all answers so far."""
    new = {name: answer or _NOTHING for name, answer in answers.items()}
    known = {name: value for name, value in visit.query if name in _ANSWERS} | new
    path = NEW if step == "plan" else f"{NEW}/{step}"
    return f"{path}?{urlencode(known)}" if known else path


ROUTES: Final[tuple[Any, ...]] = (
    *(plan_page, give_plan, device_page, give_device, person_page, give_person),
    *(details_page, give_details, check_page, make_order),
)
