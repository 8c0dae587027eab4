"""Held orders of all operators: why each waits, until when, and letting it go on or not."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Chip, Chips, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.decisions import DECISIONS
from openesim.adapters.web.desks.regulator.enquiry import note_faults
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import category_name, note_error
from openesim.adapters.web.desks.regulator.terminals import place_of, place_text
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.identity.faults import FormError
from openesim.kernel.errors import NotFoundError, StateError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.held_orders import Held

HELD: Final = "/regulator/held"

_LIST: Final = "regulator.held"
_ONE: Final = "regulator.held_order"
_PATH: Final = f"{HELD}/{{order_id:int}}"
_ENDS: Final = ("clear", "end")

_READ = reach(Permission.DECISIONS_READ, Tenancy.NATION)
_SETTLE = reach(Permission.HOLDS_SETTLE, Tenancy.NATION)


@get(HELD, opt=_READ)
async def held(visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]) -> Response[Any]:
    """Show what is held, those first that are looked at again first."""
    query, names = TableQuery(visit), await regulator.licences.operator_names()
    operator = visit.asked("operator") if visit.asked("operator") in names else ""
    page = await regulator.held.page(operator, place_of(query.cursor), PAGE_ROWS)
    columns = [
        Column(say(visit, f"{_LIST}.column.{name}"))
        for name in ("order", "operator", "service", "why", "until", "held")
    ]
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        [_row(visit, each, names) for each in page.held],
        filters=[_operators(visit, names, operator)] if len(names) > 1 else [],
        next_cursor=place_text(page.next) if page.next else "",
    )
    return visit.page("regulator/held.html", table=table)


def _operators(visit: Visit, names: dict[str, str], chosen: str) -> Chips:
    chips = [
        Chip(called, visit.address(operator=None if name == chosen else name, after=None), name == chosen)
        for name, called in sorted(names.items(), key=lambda each: each[1])
    ]
    return Chips(say(visit, f"{_LIST}.column.operator"), chips)


def _row(visit: Visit, each: Held, names: dict[str, str]) -> Row:
    order, told = each.order, _told(visit, each)
    cells = (
        str(order.order_id),
        names.get(order.operator or "", order.operator),
        category_name(visit, each.admission.application.service),
        None if told is None else capital(told.cause),
        each.admission.held_until,
        each.admission.decided_at,
    )
    return Row(cells, f"{HELD}/{order.order_id}")


def _told(visit: Visit, each: Held) -> ExplainedError | None:
    if each.explained is None:
        return None
    return explained_from(each.explained, visit.language)


@get(_PATH, opt=_READ)
async def held_order(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], order_id: FromPath[int]
) -> Response[Any]:
    """Show one held order."""
    each, names = await regulator.held.one(order_id), await regulator.licences.operator_names()
    return _order_page(visit, each, names)


def _order_page(visit: Visit, each: Held, names: dict[str, str]) -> Response[Any]:
    order, admission = each.order, each.admission
    facts: list[tuple[str, object]] = [
        ("operator", names.get(order.operator or "", order.operator)),
        ("service", category_name(visit, admission.application.service)),
        ("iccid", Identifier(str(order.iccid))),
        ("eid", None if order.eid is None else Identifier(str(order.eid))),
        ("pack", Code(f"{admission.pack} {admission.version}")),
        ("held", admission.decided_at),
        ("until", admission.held_until),
        ("decisions", Link(say(visit, f"{_ONE}.see"), f"{DECISIONS}?order={order.order_id}")),
    ]
    return visit.page(
        "regulator/held_order.html",
        order_id=order.order_id,
        told=_told(visit, each),
        facts=[Fact(say(visit, f"{_ONE}.fact.{name}"), value) for name, value in facts],
        may_settle=visit.me.may(Permission.HOLDS_SETTLE),
        path=f"{HELD}/{order.order_id}",
    )


# --- how a hold ends


def _end_routes(name: str) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""

    @get(f"{_PATH}/{name}", opt=_SETTLE, name=f"regulator.held.{name}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        order_id: FromPath[int],
    ) -> Response[Any]:
        """Ask once more."""
        await regulator.held.one(order_id)
        return _confirm(visit, order_id, name, visit.blank("shell.confirm"))

    @post(f"{_PATH}/{name}", opt=_SETTLE, name=f"regulator.held.{name}")
    async def do(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        order_id: FromPath[int],
    ) -> Response[Any]:
        """Do it."""
        form = await visit.form("shell.confirm")
        deed = regulator.held.clear if name == "clear" else regulator.held.refuse
        try:
            await deed(order_id, visit.me.actor, form.value("reason"))
            return visit.go(HELD, f"{_ONE}.{name}.done", number=order_id)
        except FormError as error:
            note_faults(visit, form, error)
        except StateError as error:
            note_error(visit, form, error, "reason")
        except NotFoundError:
            return visit.go(HELD, f"{_ONE}.gone", kind="note", number=order_id)
        return _confirm(visit, order_id, name, form, http_status=422)

    return page, do


def _confirm(visit: Visit, order_id: int, name: str, form: Form, http_status: int = 200) -> Response[Any]:
    words = f"{_ONE}.{name}"
    confirm = Confirm(
        title=say(visit, f"{words}.title", number=order_id),
        consequence=say(visit, f"{words}.consequence"),
        hit=1,
        hit_label=say(visit, f"{words}.hit"),
        action=f"{HELD}/{order_id}/{name}",
        button=say(visit, f"{words}.button"),
        back=f"{HELD}/{order_id}",
        is_grave=name == "end",
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


ROUTES: Final[tuple[Any, ...]] = (held, held_order, *(route for name in _ENDS for route in _end_routes(name)))
