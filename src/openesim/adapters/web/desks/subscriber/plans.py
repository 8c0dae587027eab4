"""Plans of all operators: found, compared, and one of them with everything that is needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import in_words, listed, service_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Fact, Link
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.identity.texts import DOCUMENT_TEXTS, GROUP_TEXTS, MISSING_TEXTS, said
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.device_check import channel_of
from openesim.services.conditions.subscriber.offers import Offer

PAGE: Final = 24
MOST_COMPARED: Final = 3

_OPEN = reach(Permission.PLANS_COMPARE, Tenancy.NOBODY)


@dataclass(frozen=True, slots=True)
class Card:
    """A plan among others.

    Attributes:
        plan_id: its number.
        title: what it is called.
        description: what one gets.
        price: what it costs.
        operator: who offers it.
        facts: in a line each.
    """

    plan_id: int
    title: str
    description: str
    price: str
    operator: str
    facts: Sequence[str]


@get("/subscriber/plans", opt=_OPEN)
async def plans(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show what is offered."""
    offers = await subscriber.offers.all()
    operators = {offer.plan.operator: offer.operator for offer in offers}
    services = {each.value: service_name(visit, each) for each in ServiceClass}
    services = {name: text for name, text in services.items() if any(o.plan.service == name for o in offers)}
    query = TableQuery(visit, filters={"operator": list(operators), "service": list(services)})
    chosen = [offer for offer in offers if _passes(offer, query)]
    begin = int(query.cursor) if query.cursor.isdecimal() and len(query.cursor) < 6 else 0
    table = query.table(
        visit.t("subscriber.plans.title"),
        [],
        [],
        filters=[
            query.chips("operator", visit.t("subscriber.plan.operator"), operators),
            query.chips("service", visit.t("subscriber.plan.service"), services),
        ],
        next_cursor=str(begin + PAGE) if len(chosen) > begin + PAGE else "",
    )
    cards = [card(visit, offer) for offer in chosen[begin : begin + PAGE]]
    return visit.page(
        "subscriber/plans.html",
        cards=cards,
        table=table,
        has_offers=bool(offers),
        wizard=views.wizard(visit, 1),
        most=MOST_COMPARED,
    )


def _passes(offer: Offer, query: TableQuery) -> bool:
    wished = {"operator": offer.plan.operator, "service": offer.plan.service.value}
    return all(query.chosen(name) in {"", value} for name, value in wished.items())


def card(visit: Visit, offer: Offer) -> Card:
    """Return a plan among others."""
    return Card(
        plan_id=offer.plan.plan_id,
        title=views.plan_title(visit, offer.plan),
        description=views.plan_description(visit, offer.plan),
        price=views.plan_price(visit, offer.plan),
        operator=offer.operator,
        facts=(
            service_name(visit, offer.plan.service),
            views.plan_place(visit, offer),
            views.plan_way(visit, offer),
        ),
    )


@get("/subscriber/plans/compare", opt=_OPEN)
async def compare(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show a few plans side by side."""
    wanted = [value for name, value in visit.query if name == "plan"]
    found = {str(offer.plan.plan_id): offer for offer in await subscriber.offers.all()}
    chosen = [found[each] for each in dict.fromkeys(wanted) if each in found][:MOST_COMPARED]
    return visit.page(
        "subscriber/compare.html",
        table=comparison(visit, chosen) if chosen else None,
        is_cut=len(set(wanted)) > MOST_COMPARED,
        most=MOST_COMPARED,
    )


def comparison(visit: Visit, offers: Sequence[Offer]) -> Table:
    """Return plans side by side: a column each."""
    columns = [
        Column(visit.t("subscriber.compare.what")),
        *(Column(views.plan_title(visit, offer.plan)) for offer in offers),
    ]
    facts = [views.plan_facts(visit, offer) for offer in offers]
    labels = list(dict.fromkeys(fact.label for each in facts for fact in each))
    by_label = [{fact.label: fact.value for fact in each} for each in facts]
    rows = [Row((label, *(each.get(label) for each in by_label))) for label in labels]
    described = [views.plan_description(visit, offer.plan) for offer in offers]
    if any(described):
        rows.append(Row((visit.t("subscriber.plan.description"), *described)))
    choose = visit.t("subscriber.compare.choose")
    links = [Link(choose, f"/subscriber/plans/{offer.plan.plan_id}") for offer in offers]
    rows.append(Row((visit.t("subscriber.compare.go"), *links)))
    return plain_table(visit.t("subscriber.compare.title"), columns, rows)


@get("/subscriber/plans/{offer_id:int}", opt=_OPEN)
async def plan(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], offer_id: FromPath[int]
) -> Response[Any]:
    """Show one plan, and what has to be brought for it."""
    offer = await subscriber.offers.offer(offer_id)
    return visit.page(
        "subscriber/plan.html",
        heading=views.plan_title(visit, offer.plan),
        description=views.plan_description(visit, offer.plan),
        facts=views.plan_facts(visit, offer),
        needs=needs_of(visit, offer, channel_of(offer)),
        notices=notices_of(visit, offer),
        plan_id=offer_id,
        needs_person=offer.needs_person,
        wizard=views.wizard(visit, 1, plan_id=offer_id, needs_person=offer.needs_person),
    )


def needs_of(visit: Visit, offer: Offer, channel: Channel) -> list[Fact]:
    """Return what the rules ask of a person who orders a plan in a way."""
    pack, language = offer.pack, visit.language.value
    if pack is None or not offer.needs_person:
        return []
    person, say = pack.person, visit.t
    documents = [
        Fact(
            capital(said(GROUP_TEXTS, group, language)),
            listed(visit, [said(DOCUMENT_TEXTS, kind, language) for kind in kinds]),
        )
        for group in GROUP_TEXTS
        if (kinds := person.documents_for(group, channel))
    ]
    checks = listed(visit, [said(MISSING_TEXTS, each, language) for each in person.assurance_for(channel)])
    facts = [*documents, Fact(say("subscriber.plan.checks"), checks)] if checks else documents
    facts.append(Fact(say("subscriber.plan.agent"), _agent(visit, offer)))
    if person.minor.below:
        needs = listed(visit, [said(MISSING_TEXTS, each, language) for each in person.minor.needs])
        facts.append(
            Fact(
                say("subscriber.plan.minor", below=person.minor.below),
                needs or say("subscriber.plan.minor_nothing"),
            )
        )
    if pack.limits.per_operator:
        most = say("subscriber.plan.most_lines", count=pack.limits.per_operator)
        facts.append(Fact(say("subscriber.plan.limit"), most))
    fresh = person.freshness_days
    told = say("subscriber.plan.fresh", count=fresh) if fresh else say("subscriber.plan.same_visit")
    facts.append(Fact(say("subscriber.plan.freshness"), told))
    return facts


def _agent(visit: Visit, offer: Offer) -> str:
    agent = offer.pack.person.agent if offer.pack is not None else None
    if agent is None or not agent.allowed:
        return visit.t("subscriber.plan.no_agent")
    needs = listed(visit, [said(MISSING_TEXTS, each, visit.language.value) for each in agent.needs])
    return visit.t("subscriber.plan.with_agent", needs=needs) if needs else visit.t("ui.yes")


def notices_of(visit: Visit, offer: Offer) -> dict[str, str]:
    """Return what the rules have to say to a person, by name."""
    pack = offer.pack
    return {} if pack is None else {name: in_words(visit, texts) for name, texts in pack.notices.items()}
