"""The counter: what is under way there, and how a case begins: a plan, and the device it is for."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.naming import in_words, region_name, service_name
from openesim.adapters.web.desks.components.table import plain_table
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.case_views import case_columns, case_row
from openesim.adapters.web.desks.operator.plans import parse_region, price_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.ids import Imei
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.counter_desk import PlanAtCounter

COUNTER: Final = "/operator/counter"
STEPS: Final = ("plan", "device", "document", "papers", "done", "along", "notices", "check")
"""Pages of the wizard; who comes alone is not asked about companions, and without notices there is no page of them."""

_W: Final = "operator.counter"
_NEW: Final = "operator.counter_plan"
_DEVICE: Final = "operator.counter_device"
_VERIFY = reach(Permission.COUNTER_VERIFY, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


def at_counter(case_id: str) -> str:
    """Return the path of the page about a case at the counter."""
    return f"{COUNTER}/{case_id}"


def wizard(visit: Visit, names: tuple[str, ...], now: str, addresses: dict[str, str] | None = None) -> Wizard:
    """Return where somebody is among the questions.

    Args:
        visit: who reads.
        names: of the pages that are asked.
        now: the page.
        addresses: of those that can be gone back to by a link.
    """
    known = addresses or {}
    steps = [WizardStep(say(visit, f"{_W}.step.{name}"), known.get(name, "")) for name in names]
    return Wizard(steps, names.index(now) + 1)


@get(COUNTER, opt=_VERIFY)
async def counter(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show what is under way at the counter."""
    wanted = visit.asked("q").strip()[:100]
    if wanted:
        found = await operator.subscribers.find(visit.operator, wanted)
        if found:
            return visit.go(at_counter(found[0].case.case_id))
    cases = await operator.counter.under_way(visit.operator)
    waiting, _ = await operator.counter.waiting(visit.operator, "", 20)
    rows = [case_row(visit, each, at_counter(each.case.case_id)) for each in cases]
    return visit.page(
        "operator/counter.html",
        table=plain_table(say(visit, f"{_W}.under_way"), case_columns(visit), rows),
        waiting=len(waiting),
        searched=wanted,
        form=visit.blank(_W, q=wanted),
    )


@get(f"{COUNTER}/new", opt=_VERIFY)
async def new(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask for the plan."""
    chosen, sold = visit.asked("plan"), _plans(visit, operator)
    if not chosen and len(sold) == 1:
        chosen = next(iter(sold))
    return _plan_page(visit, operator, visit.blank(_NEW, plan=chosen) if chosen else visit.blank(_NEW))


@post(f"{COUNTER}/new", opt=_VERIFY)
async def choose_plan(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Go on with it."""
    form = await visit.form(_NEW)
    plan = form.choice("plan", _plans(visit, operator))
    if form.is_wrong or plan is None:
        return _plan_page(visit, operator, form, http_status=422)
    return visit.go(f"{COUNTER}/device?plan={plan}")


@get(f"{COUNTER}/device", opt=_VERIFY)
async def device(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask for the device."""
    chosen = operator.counter.plan_of(visit.operator, _number(visit.asked("plan")))
    return _device_page(visit, chosen, visit.blank(_DEVICE, plan=str(chosen.plan.plan_id)))


@post(f"{COUNTER}/device", opt=_VERIFY)
async def begin(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Begin the case."""
    form = await visit.form(_DEVICE)
    chosen = operator.counter.plan_of(visit.operator, _number(form.value("plan")))
    eid = form.eid("eid")
    imei = form.parsed("imei", _imei, f"{_DEVICE}.imei_form", is_needed=chosen.asks_imei)
    region = None
    if chosen.asks_region:
        region = form.parsed("region", parse_region, f"{_DEVICE}.region_form")
    if form.is_wrong or eid is None:
        return _device_page(visit, chosen, form, http_status=422)
    case = await operator.counter.begin(
        visit.operator, chosen.plan.plan_id, (eid, imei), region, visit.me.actor
    )
    return visit.go(f"{at_counter(case.case_id)}/papers")


def _plans(visit: Visit, operator: OperatorServices) -> dict[str, PlanAtCounter]:
    """Return the plans that may be sold here, by number."""
    return {
        str(each.plan.plan_id): each
        for each in operator.counter.plans_of(visit.operator)
        if each.is_sold_here and not each.asks_nothing
    }


def _plan_page(visit: Visit, operator: OperatorServices, form: Form, http_status: int = 200) -> Response[Any]:
    sold = _plans(visit, operator)
    others = [
        each for each in operator.counter.plans_of(visit.operator) if str(each.plan.plan_id) not in sold
    ]
    return visit.page(
        "operator/counter_plan.html",
        http_status=http_status,
        form=form,
        plans={number: in_words(visit, each.plan.titles) or each.plan.name for number, each in sold.items()},
        hints={number: _hint(visit, each) for number, each in sold.items()},
        others=[
            (
                in_words(visit, each.plan.titles) or each.plan.name,
                say(visit, f"{_NEW}.{'asks_nothing' if each.asks_nothing else 'not_here'}"),
            )
            for each in others
        ],
        wizard=wizard(visit, STEPS, "plan"),
    )


def _hint(visit: Visit, chosen: PlanAtCounter) -> str:
    plan = chosen.plan
    parts = [
        in_words(visit, plan.descriptions),
        service_name(visit, plan.service),
        price_text(visit, plan) or "",
    ]
    if plan.home_region:
        parts.append(region_name(visit, plan.home_region))
    return " · ".join(each for each in parts if each)


def _device_page(visit: Visit, chosen: PlanAtCounter, form: Form, http_status: int = 200) -> Response[Any]:
    plan = chosen.plan
    title = in_words(visit, plan.titles) or plan.name
    change = f"{COUNTER}/new?plan={plan.plan_id}"
    home = region_name(visit, plan.home_region) if plan.home_region else ""
    return visit.page(
        "operator/counter_device.html",
        http_status=http_status,
        form=form,
        plan=str(plan.plan_id),
        chosen=[Fact(say(visit, f"{_W}.step.plan"), title, change)],
        asks_region=chosen.asks_region,
        home=home,
        regions=_regions(visit) if chosen.pack is not None and chosen.pack.pack.country == "CN" else {},
        wizard=wizard(visit, STEPS, "device", {"plan": change}),
    )


def _regions(visit: Visit) -> dict[str, str]:
    """Return the provinces that have a name here, by code."""
    keys = [key for key in visit.pages.wording.texts if key.startswith("region.cn-")]
    codes = [f"CN-{key.removeprefix('region.cn-').upper()}" for key in keys]
    return {code: region_name(visit, code) for code in codes}


def _number(text: str) -> int:
    """Return the number of a plan; one that nobody has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _imei(text: str) -> Imei:
    return Imei.parse("".join(text.split()).replace("-", ""))


ROUTES: Final[tuple[Any, ...]] = (counter, new, choose_plan, device, begin)
