"""The table of orders: filtered, searched, sorted, told in pages, and given away as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from markupsafe import Markup

from openesim.adapters.web.desks.components.csv_file import csv_stream
from openesim.adapters.web.desks.components.identifiers import judge_eid
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Chips, Row, TableQuery
from openesim.adapters.web.desks.operator.places import place_of, place_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import ORDERS, order_columns, order_row, say, state_key
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.ids import Iccid, is_luhn_valid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.listing import Filters, Page, Place, Sort

_W: Final = "operator.orders"
_READ = reach(Permission.ORDERS_READ, Tenancy.OPERATOR)
_STATES: Final = {state.value.lower(): state for state in OrderState}
_WHENS: Final = {"today": 0, "week": 6, "month": 29}
"""By parameter: how many days before today it begins."""
_MOST_TYPES: Final = 12
_LOOKS: Final = 5
"""Pages that are looked through for the first order that passes all filters."""
_CSV_ROWS: Final = 200
_SORTS: Final = {
    ("ordered", True): Sort.NEWEST,
    ("ordered", False): Sort.OLDEST,
    ("changed", True): Sort.CHANGED_LAST,
    ("changed", False): Sort.CHANGED_FIRST,
}


@get(ORDERS, opt=_READ)
async def orders(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show orders."""
    types = [each.name for each in await operator.profile_types.known_to(visit.operator)][:_MOST_TYPES]
    chosen = {"state": list(_STATES), "type": types, "when": list(_WHENS)}
    query = TableQuery(visit, filters=chosen, sorts=("ordered", "changed"), default_sort="-ordered")
    wanted = read_wanted(visit, query)
    if query.wants_csv:
        return csv_stream("orders", order_columns(visit), _all_rows(visit, operator, wanted))
    page = (
        Page([], None) if wanted.wrong else await _first_rows(operator, visit.operator, wanted, query.cursor)
    )
    held = await operator.held.among(page.orders)
    table = query.table(
        say(visit, f"{_W}.title"),
        order_columns(visit),
        [order_row(visit, order, is_held=order.order_id in held) for order in page.orders],
        filters=_chips(visit, query, types),
        search_label=say(visit, f"{_W}.search"),
        next_cursor=_cursor(page.next),
        has_csv=True,
    )
    return visit.page(
        "operator/orders.html",
        table=table,
        wrong=wanted.wrong or (None if page.orders else wanted.hint),
        days=_days(visit),
        kept=[pair for pair in visit.query if pair[0] not in {"from", "to", "when", "after", "format"}],
        goes_on=table.next_address if not page.orders else "",
        may_order=visit.me.may(Permission.ORDERS_WRITE),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of the table asks for.

    Attributes:
        filters: what is left out.
        sort: what comes first.
        wrong: why nothing can be searched for so; None: it can.
        hint: what may be wrong if nothing is found.
    """

    filters: Filters
    sort: Sort
    wrong: Markup | None = None
    hint: Markup | None = None


def read_wanted(visit: Visit, query: TableQuery) -> Wanted:
    """Return what the address of the table asks for."""
    filters = Filters(state=_STATES.get(query.chosen("state")), profile_type=query.chosen("type") or None)
    begins, ends = _bounds(visit, query)
    filters = changed(filters, created_after=begins, created_before=ends)
    sort = _SORTS[query.sort, query.is_descending]
    return _searched(visit, query.search, Wanted(filters, sort))


def _bounds(visit: Visit, query: TableQuery) -> tuple[Any, Any]:
    """Return since when and until when orders are shown: from days that are named, or a chip."""
    begin, end = _day(visit.asked("from")), _day(visit.asked("to"))
    when = query.chosen("when")
    if when:
        midnight = visit.format.midnight(visit.now)
        return visit.format.midnight(midnight - timedelta(days=_WHENS[when]) + timedelta(hours=1)), None
    return (
        None if begin is None else visit.format.begin_of(begin),
        None if end is None else visit.format.begin_of(end + timedelta(days=1)),
    )


def _day(text: str) -> date | None:
    """Return the day of a parameter; None for one that is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1970, 1, 2) <= day <= date(9000, 1, 1) else None


def _searched(visit: Visit, text: str, wanted: Wanted) -> Wanted:
    """Return what is wanted, with what was searched for: an EID, an ICCID, or a reference of the operator's own."""
    plain = text.replace(" ", "").replace("-", "")
    if not text:
        return wanted
    if not (plain.isascii() and plain.isdigit()) or len(plain) < 18:
        return changed(wanted, filters=changed(wanted.filters, reference=text))
    if len(plain) <= 20:
        hint = None if is_luhn_valid(plain) else visit.t(f"{_W}.iccid_check")
        return changed(wanted, filters=changed(wanted.filters, iccid=Iccid(plain)), hint=hint)
    judged = judge_eid(plain)
    if judged.eid is not None:
        return changed(wanted, filters=changed(wanted.filters, eid=judged.eid))
    return changed(
        wanted, wrong=visit.t(f"form.eid.{judged.fault}", label="EID", **judged.facts(visit.language))
    )


async def _first_rows(operator: OperatorServices, name: str, wanted: Wanted, cursor: str) -> Page:
    """Return the next page, passing over pages of which filters leave nothing."""
    found = place_of(cursor)
    place = None if found is None else Place(*found)
    page = Page([], place)
    for _ in range(_LOOKS):
        page = await operator.listing.page(wanted.filters, name, page.next, PAGE_ROWS, wanted.sort)
        if page.orders or page.next is None:
            break
    return page


async def _all_rows(visit: Visit, operator: OperatorServices, wanted: Wanted) -> AsyncIterator[Sequence[Row]]:
    """Yield every order that is wanted, as rows."""
    name, place = visit.operator, None
    while not wanted.wrong:
        page = await operator.listing.page(wanted.filters, name, place, _CSV_ROWS, wanted.sort)
        yield [order_row(visit, order) for order in page.orders]
        place = page.next
        if place is None:
            return


def _cursor(place: Place | None) -> str:
    return "" if place is None or place.at is None else place_text(place.at, place.order_id)


def _chips(visit: Visit, query: TableQuery, types: list[str]) -> list[Chips]:
    states = {slug: say(visit, f"{state_key(state)}.label") for slug, state in _STATES.items()}
    whens = {when: say(visit, f"{_W}.when.{when}") for when in _WHENS}
    chips = [
        query.chips("when", say(visit, f"{_W}.when_head"), whens),
        query.chips("state", say(visit, f"{_W}.column.state"), states),
    ]
    if len(types) > 1:
        chips.append(query.chips("type", say(visit, f"{_W}.column.type"), {name: name for name in types}))
    return chips


def _days(visit: Visit) -> dict[str, str]:
    """Return the days that the address names, as its form shows them again."""
    found = {name: _day(visit.asked(name)) for name in ("from", "to")}
    return {name: "" if day is None else day.isoformat() for name, day in found.items()}
