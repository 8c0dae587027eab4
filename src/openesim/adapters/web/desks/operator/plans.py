"""Plans: what the operator offers, made and changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from babel.numbers import get_currency_precision
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import (
    channel_name,
    in_words,
    members,
    number_name,
    region_name,
    service_name,
)
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.components.values import Link, Pill, Tone
from openesim.adapters.web.desks.formats import LOCALES
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.kernel.errors import ConflictError
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.accounts.roles import Permission

PLANS: Final = "/operator/plans"
FORM: Final = "operator.plan"

_W: Final = "operator.plans"
_REGION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_AMOUNT: Final = re.compile(r"[0-9]{1,7}(\.[0-9]{0,4})?")
_MOST_PRICE: Final = Decimal(1_000_000)
_READ = reach(Permission.PLANS_READ, Tenancy.OPERATOR)
_WRITE = reach(Permission.PLANS_WRITE, Tenancy.OPERATOR)


@get(PLANS, opt=_READ)
async def plans(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show the plans."""
    may_write = visit.me.may(Permission.PLANS_WRITE)
    names = ("title", "type", "service", "number", "region", "price", "offered")
    columns = [Column(say(visit, f"{_W}.column.{name}")) for name in names]
    columns[5] = Column(columns[5].label, "number")
    rows = [
        Row(
            (
                plan_title(visit, plan, is_link=may_write),
                plan.profile_type,
                service_name(visit, plan.service),
                number_name(visit, plan.number),
                region_name(visit, plan.home_region) if plan.home_region else None,
                price_text(visit, plan),
                offered_pill(visit, plan),
            )
        )
        for plan in await operator.plans.all(visit.operator)
    ]
    table = plain_table(say(visit, f"{_W}.title"), columns, rows)
    return visit.page("operator/plans.html", table=table, may_write=may_write)


@get(f"{PLANS}/new", opt=_WRITE)
async def new_plan(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]
) -> Response[Any]:
    """Ask for a new plan."""
    known = {"service": "phone", "number": "mobile-11", "channel": "counter", "currency": "CNY"}
    return await _form_page(visit, operator, visit.blank(FORM, offered="yes", **known), None)


@post(f"{PLANS}/new", opt=_WRITE)
async def make_plan(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]
) -> Response[Any]:
    """Make it."""
    return await _keep(visit, operator, None)


@get(f"{PLANS}/{{plan_id:int}}", opt=_WRITE)
async def plan(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices], plan_id: FromPath[int]
) -> Response[Any]:
    """Show a plan, to be changed."""
    found = await operator.plans.one(plan_id, visit.operator)
    return await _form_page(visit, operator, visit.blank(FORM, **_values(found)), found)


@post(f"{PLANS}/{{plan_id:int}}", opt=_WRITE)
async def change_plan(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices], plan_id: FromPath[int]
) -> Response[Any]:
    """Change it."""
    return await _keep(visit, operator, await operator.plans.one(plan_id, visit.operator))


async def _keep(visit: Visit, operator: OperatorServices, before: Plan | None) -> Response[Any]:
    """Read the form, and store the plan that it describes."""
    form = await visit.form(FORM)
    types = await type_names(operator, visit.operator)
    wanted = read_plan(form, visit.operator, types, before)
    if not form.is_wrong:
        try:
            await operator.plans.keep(wanted, visit.me.actor)
        except ConflictError:
            form.wrong("name", f"{FORM}.name_taken")
        else:
            return visit.go(PLANS, f"{FORM}.kept", name=wanted.name)
    return await _form_page(visit, operator, form, before, http_status=422)


async def _form_page(
    visit: Visit, operator: OperatorServices, form: Form, before: Plan | None, http_status: int = 200
) -> Response[Any]:
    types = await type_names(operator, visit.operator)
    return visit.page(
        "operator/plan.html",
        http_status=http_status,
        form=form,
        before=before,
        types=types,
        type_texts={name: name for name in types},
        services=members(ServiceClass, lambda each: service_name(visit, each)),
        numbers=members(NumberKind, lambda each: number_name(visit, each)),
        channels=members(Channel, lambda each: channel_name(visit, each)),
    )


async def type_names(operator: OperatorServices, name: str) -> list[str]:
    """Return the profile types that a plan can be made of."""
    known = {each.name for each in await operator.profile_types.known_to(name)}
    return sorted(known | {each.profile_type for each in await operator.plans.all(name)})


def read_plan(form: Form, operator: str, types: list[str], before: Plan | None) -> Plan:
    """Return the plan that a form describes; what is wrong is noted in it."""
    titles = {language: form.text(f"title_{language}", most=100) for language in ("en", "zh")}
    told = {language: form.text(f"description_{language}", is_needed=False) for language in ("en", "zh")}
    return Plan(
        plan_id=before.plan_id if before else 0,
        operator=operator,
        name=form.text("name", most=60),
        profile_type=form.choice("profile_type", types) or "",
        service=form.member("service", ServiceClass) or ServiceClass.PHONE,
        number=form.member("number", NumberKind) or NumberKind.MOBILE,
        home_region=form.parsed("home_region", parse_region, f"{FORM}.region_form", is_needed=False),
        channel=form.member("channel", Channel) or Channel.COUNTER,
        is_offered=form.flag("offered"),
        created_at=before.created_at if before else datetime.now(UTC),
        titles=titles,
        descriptions={language: text for language, text in told.items() if text},
        price=form.parsed(
            "price",
            lambda text: parse_price(text, digits_of(form.value("currency"))),
            f"{FORM}.price_form",
            is_needed=False,
        ),
        currency=form.parsed("currency", parse_currency, f"{FORM}.currency_form", is_needed=False) or "CNY",
    )


def parse_region(text: str) -> str:
    """Return the code of a region, ISO 3166-2 or ISO 3166-1.

    Raises:
        ValueError: it is none.
    """
    code = text.upper()
    if not _REGION.fullmatch(code):
        raise ValueError("no code of a region")
    return code


def digits_of(currency: str) -> int:
    """Return how many decimals an amount of a currency has: two of most, none of yen."""
    return get_currency_precision(currency.strip().upper() or "CNY")


def parse_price(text: str, digits: int = 2) -> int:
    """Return a price in minor units.

    Args:
        text: the amount.
        digits: decimals that amounts of the currency have.

    Raises:
        ValueError: no amount, one with more decimals, or one that nobody pays.
    """
    plain = text.replace(",", "")
    if not _AMOUNT.fullmatch(plain) or Decimal(plain) > _MOST_PRICE:
        raise ValueError("no amount")
    minor = Decimal(plain).scaleb(digits)
    if minor != minor.to_integral_value():
        raise ValueError("no amount")
    return int(minor)


def parse_currency(text: str) -> str:
    """Return the code of a currency, ISO 4217.

    Raises:
        ValueError: it is none.
    """
    code = text.upper()
    if code not in LOCALES[Language.ENGLISH].currencies:
        raise ValueError("no code of a currency")
    return code


def price_text(visit: Visit, plan: Plan) -> str | None:
    """Return what a plan costs a month."""
    if plan.price is None:
        return None
    return visit.format.money(plan.price, plan.currency)


def plan_title(visit: Visit, plan: Plan, *, is_link: bool = True) -> Any:
    """Return what people call a plan, leading to it for whoever may change it."""
    title = in_words(visit, plan.titles) or plan.name
    return Link(title, f"{PLANS}/{plan.plan_id}") if is_link else title


def offered_pill(visit: Visit, plan: Plan) -> Pill:
    """Return whether people may choose a plan now."""
    if plan.is_offered:
        return Pill.of(visit, f"{_W}.offered", Tone.GOOD)
    return Pill.of(visit, f"{_W}.not_offered", Tone.IDLE)


def _values(plan: Plan) -> dict[str, str]:
    """Return a plan as the values of its form."""
    texts = {f"title_{language}": text for language, text in plan.titles.items()}
    texts |= {f"description_{language}": text for language, text in plan.descriptions.items()}
    return texts | {
        "name": plan.name,
        "profile_type": plan.profile_type,
        "service": plan.service.value,
        "number": plan.number.value,
        "home_region": plan.home_region or "",
        "channel": plan.channel.value,
        "offered": "yes" if plan.is_offered else "",
        "price": "" if plan.price is None else str(Decimal(plan.price).scaleb(-digits_of(plan.currency))),
        "currency": plan.currency,
    }


ROUTES: Final[tuple[Any, ...]] = (plans, new_plan, make_plan, plan, change_plan)
