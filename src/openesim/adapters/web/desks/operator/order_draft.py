"""An order that is being made at a desk: its answers stand in the address, and nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.naming import in_words, last_moment
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import ORDERS, say
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.catalogue.plans import Plan
from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.kernel.ids import Eid
from openesim.services.conditions.gate.preflight import Expected
from openesim.services.ordering import Confirmation, OrderWish, Terms

NEW: Final = f"{ORDERS}/new"
FORM: Final = "operator.new_order"
MOST_REFERENCE: Final = 64

_ANSWERS: Final = ("plan", "eid", "case", "reference", "until")
_NOTHING: Final = "-"
"""In the address: the question was answered with nothing."""


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
        reference=_answered(visit, "reference")[:MOST_REFERENCE],
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


def wish_of(visit: Visit, draft: Draft, plan: Plan) -> OrderWish:
    """Return the order as it is made."""
    until = None if draft.until is None else end_of(visit, draft.until)
    return OrderWish(
        profile_type=plan.profile_type,
        eid=draft.eid,
        terms=Terms(reference=draft.reference or None, expires_at=until),
        confirmation=Confirmation(eid=draft.eid, case_id=draft.case or None),
    )


def end_of(visit: Visit, day: date) -> datetime:
    """Return the end of a day in our zone."""
    return visit.format.begin_of(day + timedelta(days=1))


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
    until = None if draft.until is None else last_moment(end_of(visit, draft.until))
    facts.append(_answer(visit, "details", until, "until"))
    return facts


def _answer(visit: Visit, step: str, value: Any, name: str = "") -> Fact:
    return Fact(say(visit, f"{FORM}.answer.{name or step}"), value, address_of(visit, step))


def wizard_of(visit: Visit, draft: Draft, step: str) -> Wizard:
    """Return where one is among the questions."""
    steps = [WizardStep(say(visit, f"{FORM}.step.{name}"), address_of(visit, name)) for name in draft.steps]
    number = draft.steps.index(step) + 1 if step in draft.steps else len(draft.steps) - 1
    return Wizard(steps, number)


def address_of(visit: Visit, step: str, **answers: str) -> str:
    """Return the address of a question, with all answers so far."""
    new = {name: answer or _NOTHING for name, answer in answers.items()}
    known = {name: value for name, value in visit.query if name in _ANSWERS} | new
    path = NEW if step == "plan" else f"{NEW}/{step}"
    return f"{path}?{urlencode(known)}" if known else path
