"""Vendors: a list, one of them, registering and changing, and what ends his standing."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Fact, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.standing_moves import Moved, ask, do
from openesim.adapters.web.desks.regulator.terminal_view import (
    MODELS,
    MOST_IN_FILE,
    VENDORS,
    cells_of,
    history_timeline,
    kind_name,
    kinds,
    model_states,
    note_error,
    standing_pill,
    standings,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.models import ModelState
from openesim.conditions.terminals.vendors import Standing, StandingEvent, Vendor, VendorKind
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.lists import (
    VENDOR_SORTS,
    Listed,
    Place,
    SeenVendor,
    VendorFilter,
)

_LIST: Final = "regulator.vendors"
_ONE: Final = "regulator.vendor"
_NEW: Final = "regulator.vendor_new"
_MOVE: Final = "regulator.vendor_move"
_PATH: Final = f"{VENDORS}/{{vendor_id:int}}"
_FIELDS: Final = ("name", "kind", "country", "agent")

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_WRITE = reach(Permission.VENDORS_WRITE, Tenancy.NATION)
_STOP = reach(Permission.TERMINALS_STOP, Tenancy.NATION)


def number_of(text: str) -> int:
    """Return the number that a cursor names; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


@get(VENDORS, opt=_READ)
async def vendors(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show vendors: filtered, searched, sorted."""
    query = TableQuery(
        visit,
        filters={"state": [*Standing], "kind": [*VendorKind]},
        sorts=VENDOR_SORTS,
        default_sort="name",
    )
    state, kind = query.chosen("state"), query.chosen("kind")
    wanted = VendorFilter(
        search=query.search,
        state=Standing(state) if state else None,
        kind=VendorKind(kind) if kind else None,
    )
    limit = MOST_IN_FILE if query.wants_csv else PAGE_ROWS
    place = Place(sort=query.sort, is_descending=query.is_descending, after=number_of(query.cursor))
    found = await regulator.lists.vendors(wanted, place, limit)
    rows = [_row(visit, each) for each in found.rows]
    if query.wants_csv:
        return csv_answer("vendors", _columns(visit), rows)
    table = query.table(
        say(visit, f"{_LIST}.title"),
        _columns(visit),
        rows,
        filters=_chips(visit, query, found),
        search_label=say(visit, f"{_LIST}.search"),
        next_cursor=str(found.next or ""),
        has_csv=True,
        count=found.count,
    )
    return visit.page("regulator/vendors.html", table=table, may_write=visit.me.may(Permission.VENDORS_WRITE))


def _chips(visit: Visit, query: TableQuery, found: Listed[SeenVendor]) -> list[Any]:
    return [
        query.chips("state", say(visit, f"{_LIST}.column.state"), standings(visit), found.counts["state"]),
        query.chips("kind", say(visit, f"{_LIST}.column.kind"), kinds(visit), found.counts["kind"]),
    ]


def _columns(visit: Visit) -> list[Column]:
    def column(name: str, kind: Any = "text", sort: str = "") -> Column:
        return Column(say(visit, f"{_LIST}.column.{name}"), kind, sort)

    return [
        column("name", sort="name"),
        column("state"),
        column("kind"),
        column("country"),
        column("agent"),
        column("models", "number", "models"),
        column("since", sort="since"),
    ]


def _row(visit: Visit, seen: SeenVendor) -> Row:
    vendor = seen.vendor
    cells = (
        vendor.name,
        standing_pill(visit, vendor.state, "vendor"),
        kind_name(visit, vendor.kind),
        vendor.country,
        vendor.agent,
        seen.models,
        vendor.created_at,
    )
    return Row(cells, f"{VENDORS}/{vendor.vendor_id}")


@get(_PATH, opt=_READ)
async def vendor(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], vendor_id: FromPath[int]
) -> Response[Any]:
    """Show one vendor."""
    seen = await regulator.terminals.vendor(vendor_id)
    one = seen.vendor
    facts = [
        Fact(say(visit, f"{_LIST}.column.{name}"), value)
        for name, value in (
            ("kind", kind_name(visit, one.kind)),
            ("country", one.country),
            ("agent", one.agent),
            ("since", one.created_at),
        )
    ]
    names = model_states(visit)
    counts = [
        Fact(
            names[state.value],
            Link(visit.format.number(number), f"{MODELS}?vendor={vendor_id}&state={state.value}"),
        )
        for state in ModelState
        if (number := seen.models.get(state, 0))
    ]
    return visit.page(
        "regulator/vendor.html",
        vendor=one,
        pill=standing_pill(visit, one.state, "vendor"),
        facts=facts,
        counts=counts,
        timeline=history_timeline(visit, seen.history),
        moves=[event.value for event in StandingEvent if event in seen.moves],
        may_write=visit.me.may(Permission.VENDORS_WRITE),
        path=f"{VENDORS}/{vendor_id}",
        models=f"{MODELS}?vendor={vendor_id}",
    )


# --- registering and changing


@get(f"{VENDORS}/new", opt=_WRITE)
async def vendor_new(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask who he is."""
    return _form_page(visit, visit.blank(_NEW, country="CN"))


@post(f"{VENDORS}/new", opt=_WRITE)
async def register_vendor(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Register him."""
    form = await visit.form(_NEW)
    try:
        made = await regulator.deeds.register_vendor(cells_of(form, _FIELDS), visit.me.actor)
    except (DecodeError, ConflictError) as error:
        note_error(visit, form, error, "name")
        return _form_page(visit, form, http_status=422)
    return visit.go(f"{VENDORS}/{made.vendor_id}", f"{_NEW}.done", name=made.name)


@get(f"{_PATH}/change", opt=_WRITE)
async def vendor_change(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], vendor_id: FromPath[int]
) -> Response[Any]:
    """Ask what is to be changed."""
    one = (await regulator.terminals.vendor(vendor_id)).vendor
    values = {"name": one.name, "kind": one.kind.value, "country": one.country, "agent": one.agent or ""}
    return _form_page(visit, visit.blank(_NEW, **values), one)


@post(f"{_PATH}/change", opt=_WRITE)
async def change_vendor(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], vendor_id: FromPath[int]
) -> Response[Any]:
    """Change him."""
    one = (await regulator.terminals.vendor(vendor_id)).vendor
    form = await visit.form(_NEW)
    try:
        await regulator.deeds.change_vendor(vendor_id, cells_of(form, _FIELDS), visit.me.actor)
    except (DecodeError, ConflictError) as error:
        note_error(visit, form, error, "name")
        return _form_page(visit, form, one, http_status=422)
    return visit.go(f"{VENDORS}/{vendor_id}", f"{_NEW}.changed")


def _form_page(visit: Visit, form: Form, one: Vendor | None = None, http_status: int = 200) -> Response[Any]:
    back = VENDORS if one is None else f"{VENDORS}/{one.vendor_id}"
    return visit.page(
        "regulator/vendor_new.html",
        http_status=http_status,
        form=form,
        kinds=[*VendorKind],
        kind_names=kinds(visit),
        vendor=one,
        back=back,
    )


# --- suspending, letting in again, striking off


def _move_routes(event: StandingEvent) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""

    @get(f"{_PATH}/{event.value}", opt=_STOP, name=f"regulator.vendor.{event.value}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        vendor_id: FromPath[int],
    ) -> Response[Any]:
        """Ask once more."""
        return await ask(visit, await _moved(regulator, vendor_id), event)

    @post(f"{_PATH}/{event.value}", opt=_STOP, name=f"regulator.vendor.{event.value}")
    async def move(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        vendor_id: FromPath[int],
    ) -> Response[Any]:
        """Do it."""
        return await do(visit, await _moved(regulator, vendor_id), event)

    return page, move


async def _moved(regulator: RegulatorServices, vendor_id: int) -> Moved:
    seen = await regulator.terminals.vendor(vendor_id)
    return Moved(
        path=f"{VENDORS}/{vendor_id}",
        words=_MOVE,
        number=vendor_id,
        name=seen.vendor.name,
        hit=regulator.terminals.hit_by_vendor,
        move=regulator.deeds.move_vendor,
        figures={"count": seen.models.get(ModelState.APPROVED, 0)},
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(vendors, vendor_new, register_vendor, vendor, vendor_change, change_vendor),
    *(route for event in StandingEvent for route in _move_routes(event)),
)
