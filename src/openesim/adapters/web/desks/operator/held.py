"""Orders that wait: why, until when, and who can let them go on."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.operator.places import place_of, place_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import ORDERS, explained_in_words, order_link, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.held_orders import Held

_W: Final = "operator.held"


@get(f"{ORDERS}/held", opt=reach(Permission.ORDERS_READ, Tenancy.OPERATOR))
async def held(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show what is held."""
    query = TableQuery(visit)
    found, following = await operator.held.page(visit.operator, place_of(query.cursor), PAGE_ROWS)
    columns = [Column(say(visit, f"{_W}.column.{name}")) for name in ("iccid", "why", "until", "ordered")]
    table = query.table(
        say(visit, f"{_W}.title"),
        columns,
        [_row(visit, each) for each in found],
        next_cursor=place_text(*following) if following else "",
    )
    return visit.page("operator/held.html", table=table, may_clear=visit.me.may(Permission.ORDERS_CLEAR))


def _row(visit: Visit, each: Held) -> Row:
    told = each.explained
    why = None if told is None else capital(explained_in_words(visit, each.code, told).cause)
    return Row((order_link(each.order.iccid), why, each.admission.held_until, each.order.ordered_at))


ROUTES: Final[tuple[Any, ...]] = (held,)
