"""What several pages of this desk show: a plan and a device as facts, the steps of the wizard, states as pills."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.naming import (
    listed,
    number_name,
    region_name,
    service_name,
    twin,
)
from openesim.adapters.web.desks.components.values import Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.rules.words import Channel, Region
from openesim.conditions.terminals.describing import Description
from openesim.conditions.terminals.models import ModelState
from openesim.conditions.terminals.texts import ABILITIES, MODEL_STATES
from openesim.services.conditions.subscriber.applications import Stage
from openesim.services.conditions.subscriber.offers import Offer

STAGE_TONES: Final = {
    Stage.VERIFY: Tone.WAIT,
    Stage.WAIT: Tone.INFO,
    Stage.ORDER: Tone.WAIT,
    Stage.HELD: Tone.INFO,
    Stage.GET: Tone.WAIT,
    Stage.DONE: Tone.GOOD,
    Stage.FAILED: Tone.BAD,
    Stage.OVER: Tone.IDLE,
}
_MODEL_TONES: Final = {
    ModelState.APPROVED: Tone.GOOD,
    ModelState.SUBMITTED: Tone.WAIT,
    ModelState.ASKED_BACK: Tone.WAIT,
}

Told = list[Fact]


def plan_title(visit: Visit, plan: Plan | None) -> str:
    """Return what people call a plan; one that is not offered any more has no name here."""
    if plan is None:
        return visit.t("subscriber.plan.gone")
    return plan.titles.get(visit.language.value) or plan.titles.get("en") or plan.name


def plan_description(visit: Visit, plan: Plan) -> str:
    """Return what people get."""
    return plan.descriptions.get(visit.language.value) or plan.descriptions.get("en", "")


def plan_price(visit: Visit, plan: Plan) -> str:
    """Return what a plan costs a month."""
    if plan.price is None:
        return visit.t("subscriber.plan.no_price")
    return visit.t("subscriber.plan.price", amount=visit.format.money(plan.price, plan.currency))


def plan_way(visit: Visit, offer: Offer) -> str:
    """Return how a plan is ordered: from a chair, or at a counter."""
    online, counter = (offer.may_be_ordered(each) for each in (Channel.ONLINE, Channel.COUNTER))
    way = "both" if online and counter else "online" if online else "counter" if counter else "none"
    return visit.t(f"subscriber.plan.way.{way}")


def plan_place(visit: Visit, offer: Offer) -> str:
    """Return where a plan may be put on a device."""
    home = offer.plan.home_region
    if offer.regions is Region.HOME_PROVINCE and home:
        return visit.t("subscriber.plan.in_home", region=region_name(visit, home))
    return visit.t(f"rules.region.{offer.regions.value}")


def plan_facts(visit: Visit, offer: Offer) -> Told:
    """Return a plan as facts."""
    say = visit.t
    facts = [
        Fact(say("subscriber.plan.operator"), offer.operator),
        Fact(say("subscriber.plan.cost"), plan_price(visit, offer.plan)),
        Fact(say("subscriber.plan.service"), service_name(visit, offer.plan.service)),
        Fact(say("subscriber.plan.number"), number_name(visit, offer.plan.number)),
        Fact(say("subscriber.plan.place"), plan_place(visit, offer)),
        Fact(say("subscriber.plan.how"), plan_way(visit, offer)),
    ]
    if offer.plan.home_region:
        facts.insert(4, Fact(say("subscriber.plan.home"), region_name(visit, offer.plan.home_region)))
    return facts


def device_facts(visit: Visit, description: Description) -> Told:
    """Return what is known of a device, as facts; what is not known says so."""
    say, unknown = visit.t, visit.t("subscriber.device.not_known")
    state, maker = description.state, description.maker
    return [
        Fact(say("subscriber.device.model"), description.model or unknown),
        Fact(say("subscriber.device.vendor"), description.vendor or unknown),
        Fact(say("subscriber.device.approval"), _model_pill(visit, state) if state else unknown),
        Fact(say("subscriber.device.approval_number"), _approval(visit, description)),
        Fact(say("subscriber.device.abilities"), _abilities(visit, description) or unknown),
        Fact(say("subscriber.device.maker"), maker or unknown),
        Fact(say("subscriber.device.recall"), _recall(visit, description)),
    ]


def _model_pill(visit: Visit, state: ModelState) -> Pill:
    return Pill(capital(twin(visit, MODEL_STATES[state.value])), _MODEL_TONES.get(state, Tone.BAD))


def _approval(visit: Visit, description: Description) -> str | None:
    if description.approval_number is None:
        return None
    if description.approved_to is None:
        return description.approval_number
    until = visit.format.day(description.approved_to.date())  # days of the register are days of UTC
    return visit.t("subscriber.device.until", number=description.approval_number, day=until)


def _abilities(visit: Visit, description: Description) -> str:
    return listed(visit, [twin(visit, ABILITIES[each.value]) for each in sorted(description.abilities or ())])


def _recall(visit: Visit, description: Description) -> object:
    if description.is_recalled:
        reason = description.recall_reason or visit.t("subscriber.device.recalled_why")
        return Pill(visit.t("subscriber.device.recalled"), Tone.BAD, reason)
    if description.is_recalled is None:
        return Pill(
            visit.t("subscriber.device.recall_none"),
            Tone.IDLE,
            visit.t("subscriber.device.recall_imei"),
        )
    return Pill(visit.t("subscriber.device.recall_none"), Tone.GOOD)


def chip_facts(visit: Visit, case: Case, change: str = "") -> Told:
    """Return chip and device of a case as facts."""
    facts = [Fact(visit.t("field.eid.label"), Identifier(str(case.eid)) if case.eid else None, change)]
    if case.imei is not None:
        facts.append(Fact(visit.t("field.imei.label"), Identifier(str(case.imei)), change))
    return facts


def stage_pill(visit: Visit, stage: Stage) -> Pill:
    """Return how far an application is."""
    return Pill.of(visit, f"subscriber.stage.{stage.value}", STAGE_TONES[stage])


def wizard(visit: Visit, number: int, *, plan_id: int | None = None, needs_person: bool = True) -> Wizard:
    """Return the steps from a plan to a line, and which of them a page is.

    Args:
        visit: who looks.
        number: of the page, counted from 1, as if everybody had to show who he is.
        plan_id: the plan, as long as it may be changed; None: an application for it has begun.
        needs_person: whether somebody has to show who he is; else that step is left out.
    """
    names = [name for name in _STEPS if needs_person or name != "who"]
    plan = "" if plan_id is None else f"/subscriber/plans/{plan_id}"
    steps = [WizardStep(visit.t(f"subscriber.step.{name}"), plan if name == "plan" else "") for name in names]
    return Wizard(steps, names.index(_STEPS[number - 1]) + 1)


_STEPS: Final = ("plan", "device", "who", "order", "get")
