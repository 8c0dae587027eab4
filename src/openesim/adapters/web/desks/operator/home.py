"""The first page of the desk: today's orders and how far they have come, what failed, what has to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.charts import Bar, Bars, Funnel, Stage
from openesim.adapters.web.desks.components.explained import ExplainedError
from openesim.adapters.web.desks.components.naming import last_moment, service_name
from openesim.adapters.web.desks.components.values import Identifier, Tone
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.stock import levels_for
from openesim.adapters.web.desks.operator.views import at_least, explained_in_words, order_link, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.operator_figures import MOST_ORDERS, MOST_STEPS, Failure, Failures
from openesim.services.operator_figures import Funnel as Day
from openesim.services.operator_figures import Stage as Reached

_W: Final = "operator.home"
_MOST_CAUSES: Final = 8
_HELD_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class FailureView:
    """A cause of failures.

    Attributes:
        title: the cause in a sentence.
        told: what it means.
        count: how often.
        newest: the order that it happened to last.
    """

    title: str
    told: ExplainedError
    count: int
    newest: Identifier


@get("/operator", opt=reach(Permission.OPERATOR_OVERVIEW, Tenancy.OPERATOR))
async def home(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[str]:
    """Show what there is to do."""
    since = visit.format.midnight(visit.now)
    day = await operator.figures.funnel(visit.operator, since)
    failures = await operator.figures.failures(visit.operator, since)
    held, more_held = await operator.held.page(visit.operator, None, _HELD_SHOWN)
    ending, low = [], []
    if visit.me.may(Permission.LICENCE_READ):
        ending = await operator.licences_ending.of(visit.operator)
    if visit.me.may(Permission.STOCK_READ):
        low = [level for level in await levels_for(operator, visit.operator) if level.is_low]
    return visit.page(
        "operator/home.html",
        since=since,
        figures=_figures(visit, day, at_least(visit, len(held), is_more=more_held is not None)),
        funnel=funnel_chart(visit, day),
        is_more=day.is_more,
        most=visit.format.number(MOST_ORDERS),
        has_orders=day.stages[Reached.ORDERED] > 0,
        bars=failure_bars(visit, failures),
        failures=[failure_view(visit, each) for each in failures.causes[:_MOST_CAUSES]],
        failures_more=visit.format.number(MOST_STEPS) if failures.is_more else "",
        low=low,
        held=len(held),
        ending=[(service_name(visit, each.service), last_moment(each.ends), each) for each in ending],
        may_order=visit.me.may(Permission.ORDERS_WRITE),
    )


def failure_view(visit: Visit, failure: Failure) -> FailureView:
    """Return a cause of failures as it is shown."""
    told = explained_in_words(visit, failure.newest.code, failure.explained)
    return FailureView(capital(told.cause), told, failure.count, order_link(failure.newest.iccid))


def _figures(visit: Visit, day: Day, held: str) -> list[tuple[str, Any, str, str]]:
    """Return label, number, address and note of what is looked at first."""
    ordered, online = day.stages[Reached.ORDERED], day.stages[Reached.ONLINE]
    share = visit.format.percent(online / ordered) if ordered else ""
    orders = "/operator/orders?when=today"
    return [
        (say(visit, f"{_W}.figure.ordered"), at_least(visit, ordered, is_more=day.is_more), orders, ""),
        (
            say(visit, f"{_W}.figure.online"),
            online,
            f"{orders}&state=installed",
            say(visit, f"{_W}.figure.online_note", share=share) if share else "",
        ),
        (say(visit, f"{_W}.figure.failed"), day.failed, f"{orders}&state=error", ""),
        (say(visit, f"{_W}.figure.held"), held, "/operator/orders/held", ""),
    ]


def funnel_chart(visit: Visit, day: Day) -> Funnel:
    """Return how far today's orders have come, as a chart."""
    stages = [
        Stage(say(visit, f"{_W}.stage.{reached.value}"), count) for reached, count in day.stages.items()
    ]
    return Funnel(
        say(visit, f"{_W}.funnel"),
        say(visit, f"{_W}.stage_head"),
        say(visit, f"{_W}.count_head"),
        stages,
    )


def failure_bars(visit: Visit, failures: Failures) -> Bars:
    """Return what failed today by cause, as a chart."""
    bars = [
        Bar(
            capital(explained_in_words(visit, each.newest.code, each.explained).cause),
            each.count,
            Tone.BAD,
        )
        for each in failures.causes[:_MOST_CAUSES]
    ]
    return Bars(
        say(visit, f"{_W}.failures"),
        say(visit, f"{_W}.cause_head"),
        say(visit, f"{_W}.times_head"),
        bars,
    )
