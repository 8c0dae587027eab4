"""Disagreements: where an order and what is known of its profile do not agree, why, and the repair that is safe."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.table import Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.operator.places import iccid_of, place_of, place_text
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import (
    chip_pill,
    order_link,
    order_path,
    say,
    state_key,
    state_pill,
)
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import NotFoundError
from openesim.messages.sgp22.explained import Disagreement, explain_disagreement
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.provisioning.smdp.reconciliation import Finding
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.listing import Place

DISAGREEMENTS: Final = "/operator/disagreements"
W: Final = "operator.disagreements"
ONE: Final = "operator.disagreement"

_ONE: Final = f"{DISAGREEMENTS}/{{iccid:str}}/{{kind:str}}"
_STATES: Final = (
    OrderState.DOWNLOADED,
    OrderState.RELEASED,
    OrderState.INSTALLED,
    OrderState.ERROR,
    OrderState.DELETED,
    OrderState.UNAVAILABLE,
)
_READ = reach(Permission.DISAGREEMENTS_READ, Tenancy.OPERATOR)
_REPAIR = reach(Permission.DISAGREEMENTS_REPAIR, Tenancy.OPERATOR)
_DIGITS: Final = frozenset({"eid", "imsi", "order is for"})
_MOMENTS: Final = frozenset({"handed out", "told"})

Operator = NamedDependency[OperatorServices]


@get(DISAGREEMENTS, opt=_READ)
async def disagreements(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show what disagrees among the next orders."""
    query = TableQuery(visit, filters={"state": [each.value for each in _STATES]})
    state = query.chosen("state")
    place = place_of(query.cursor)
    page = await operator.disagreements.page(
        visit.operator, OrderState(state) if state else None, None if place is None else Place(*place)
    )
    names = ("iccid", "what", "state", "repair")
    columns = [Column(say(visit, f"{W}.column.{name}")) for name in names]
    rows = [_row(visit, each) for each in page.findings]
    table = query.table(
        say(visit, f"{W}.title"),
        columns,
        rows,
        filters=[
            query.chips(
                "state",
                say(visit, f"{W}.filter"),
                {each.value: say(visit, f"{state_key(each)}.label") for each in _STATES},
            )
        ],
    )
    further = (
        "" if page.next is None or page.next.at is None else place_text(page.next.at, page.next.order_id)
    )
    return visit.page(
        "operator/disagreements.html",
        table=table,
        looked_at=page.looked_at,
        found=len(page.findings),
        further=visit.address(after=further) if further else "",
        first=visit.address(after=None) if query.cursor else "",
    )


@get(_ONE, opt=_READ)
async def disagreement(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    """Explain one of them."""
    found = await _find(visit, operator, iccid, kind)
    order = await operator.listing.order(found.iccid, visit.operator)
    return visit.page(
        "operator/disagreement.html",
        title=kind_text(visit, found.kind),
        explained=explained(visit, found),
        facts=[Fact(say(visit, f"{ONE}.profile"), order_link(found.iccid)), *_facts(visit, found)],
        state=state_pill(visit, order.state),
        path=path_of(found),
        repair="" if found.repair is None else say(visit, f"{ONE}.repair.{_slug(found.repair.name)}"),
        may_repair=visit.me.may(Permission.DISAGREEMENTS_REPAIR),
    )


@get(f"{_ONE}/repair", opt=_REPAIR)
async def repair_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    found = await _find(visit, operator, iccid, kind)
    if found.repair is None:
        raise NotFoundError("there is no such thing")
    name = _slug(found.repair.name)
    confirm = Confirm(
        title=say(visit, f"{ONE}.ask", repair=say(visit, f"{ONE}.repair.{name}")),
        consequence=say(visit, f"{ONE}.consequence.{name}"),
        hit=1,
        hit_label=say(visit, f"{ONE}.hit"),
        action=f"{path_of(found)}/repair",
        button=say(visit, f"{ONE}.go"),
        back=path_of(found),
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{_ONE}/repair", opt=_REPAIR)
async def repair(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    """Repair it, if it still disagrees."""
    await visit.form("shell.confirm")
    profile = iccid_of(iccid)
    is_done = await operator.disagreements.repair(visit.operator, profile, _kind_of(kind), visit.me.actor)
    if is_done:
        return visit.go(order_path(profile), f"{ONE}.done")
    return visit.go(DISAGREEMENTS, f"{ONE}.agrees", kind="note")


async def _find(visit: Visit, operator: OperatorServices, iccid: str, kind: str) -> Finding:
    return await operator.disagreements.one(visit.operator, iccid_of(iccid), _kind_of(kind))


def _kind_of(text: str) -> Disagreement:
    """Return what disagrees, by its name.

    Raises:
        NotFoundError: nothing has this name.
    """
    if text not in set(Disagreement):
        raise NotFoundError("there is no such thing")
    return Disagreement(text)


def path_of(found: Finding) -> str:
    """Return the path of the page about a disagreement."""
    return f"{DISAGREEMENTS}/{found.iccid}/{found.kind}"


def kind_text(visit: Visit, kind: Disagreement) -> str:
    """Return what disagrees, in a few words."""
    return say(visit, f"{ONE}.kind.{kind}")


def explained(visit: Visit, found: Finding) -> ExplainedError:
    """Return why, whose move it is and what to do: where a repair is safe, that."""
    told = explained_from(explain_disagreement(found.kind), visit.language)
    if found.repair is None:
        return told
    yours, step = say(visit, f"{ONE}.yours"), say(visit, f"{ONE}.repair_below")
    return ExplainedError(told.cause, yours, step, told.code)


def _row(visit: Visit, found: Finding) -> Row:
    state = found.facts.get("state", "")
    repair = (
        Pill(say(visit, f"{ONE}.repair.{_slug(found.repair.name)}"), Tone.GOOD)
        if found.repair is not None
        else Pill(say(visit, f"{W}.by_hand"), Tone.WAIT, say(visit, f"{W}.by_hand_why"))
    )
    cells = (
        Identifier(str(found.iccid)),
        kind_text(visit, found.kind),
        state_pill(visit, OrderState(state)) if state else None,
        repair,
    )
    return Row(cells, path_of(found))


def _facts(visit: Visit, found: Finding) -> list[Fact]:
    """Return what disagrees, by name, in words."""
    facts = []
    for name, text in found.facts.items():
        key = f"{ONE}.fact.{_slug(name)}"
        label = say(visit, key) if key in visit.pages.wording else name
        facts.append(Fact(label, _value(visit, name, text)))
    return facts


def _value(visit: Visit, name: str, text: str) -> object:
    if name in _DIGITS and text.isdigit():
        return Identifier(text)
    if name in _MOMENTS:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return text
    if name == "state" and text in set(OrderState):
        return state_pill(visit, OrderState(text))
    if name == "on the chip" and text in set(ChipState):
        return chip_pill(visit, ChipState(text))
    key = f"{ONE}.value.{_slug(text)}"
    return say(visit, key) if key in visit.pages.wording else Code(text)


def _slug(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


ROUTES: Final[tuple[Any, ...]] = (disagreements, disagreement, repair_form, repair)
