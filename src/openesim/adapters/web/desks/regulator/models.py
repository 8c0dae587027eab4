"""Models: a list, and one of them with its TACs and its history."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.naming import members
from openesim.adapters.web.desks.components.table import (
    PAGE_ROWS,
    Chip,
    Chips,
    Column,
    Row,
    TableQuery,
    plain_table,
)
from openesim.adapters.web.desks.components.values import Code, Fact, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.model_review import STOPS_OR_GOES_ON
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import (
    MODELS,
    MOST_IN_FILE,
    VENDORS,
    abilities_text,
    category_name,
    history_timeline,
    market_name,
    model_pill,
    model_states,
    note_error,
    read,
    recall_notices,
    span_value,
)
from openesim.adapters.web.desks.regulator.vendors import number_of
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import read_tacs
from openesim.conditions.terminals.models import ModelEvent, ModelState
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.desk import MOST_RANGES, ModelSeen
from openesim.services.conditions.terminals.lists import MODEL_SORTS, Listed, ModelFilter, Place, SeenModel

_LIST: Final = "regulator.models"
_ONE: Final = "regulator.model"
_PATH: Final = f"{MODELS}/{{model_id:int}}"

_MOVES: Final = (
    *(ModelEvent.APPROVE, ModelEvent.ASK_BACK, ModelEvent.REFUSE),
    *(ModelEvent.RESUME, ModelEvent.SUSPEND, ModelEvent.REVOKE),
)
"""What an inspector does, what is done most first."""

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_REVIEW = reach(Permission.MODELS_REVIEW, Tenancy.NATION)


@get(MODELS, opt=_READ)
async def models(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show models: filtered, searched, sorted."""
    query = TableQuery(
        visit,
        filters={"state": [*ModelState], "category": [*ServiceClass]},
        sorts=MODEL_SORTS,
        default_sort="name",
    )
    state, category, vendor_id = (
        query.chosen("state"),
        query.chosen("category"),
        number_of(visit.asked("vendor")),
    )
    wanted = ModelFilter(
        search=query.search,
        state=ModelState(state) if state else None,
        category=ServiceClass(category) if category else None,
        vendor_id=vendor_id or None,
    )
    limit = MOST_IN_FILE if query.wants_csv else PAGE_ROWS
    place = Place(sort=query.sort, is_descending=query.is_descending, after=number_of(query.cursor))
    found = await regulator.lists.models(wanted, place, limit)
    rows = [_row(visit, each) for each in found.rows]
    if query.wants_csv:
        return csv_answer("models", _columns(visit), rows)
    vendor = regulator.terminals.vendor_names().get(vendor_id, "")
    table = query.table(
        say(visit, f"{_LIST}.title"),
        _columns(visit),
        rows,
        filters=_chips(visit, query, found, vendor),
        search_label=say(visit, f"{_LIST}.search"),
        next_cursor=str(found.next or ""),
        has_csv=True,
        count=found.count,
    )
    return visit.page("regulator/models.html", table=table)


def _chips(visit: Visit, query: TableQuery, found: Listed[SeenModel], vendor: str) -> list[Chips]:
    categories = members(ServiceClass, lambda each: category_name(visit, each))
    state, category = say(visit, f"{_LIST}.column.state"), say(visit, f"{_LIST}.column.category")
    chips = [
        query.chips("state", state, model_states(visit), found.counts["state"]),
        query.chips("category", category, categories, found.counts["category"]),
    ]
    if vendor:
        one = Chip(vendor, visit.address(vendor=None, after=None), is_on=True)
        chips.append(Chips(say(visit, f"{_LIST}.column.vendor"), [one]))
    return chips


def _columns(visit: Visit) -> list[Column]:
    def column(name: str, sort: str = "") -> Column:
        return Column(say(visit, f"{_LIST}.column.{name}"), sort=sort)

    return [
        column("name", "name"),
        column("state"),
        column("vendor", "vendor"),
        column("category"),
        column("approval"),
        column("ends"),
        column("changed", "changed"),
    ]


def _row(visit: Visit, seen: SeenModel) -> Row:
    model = seen.model
    approval = model.approval
    cells = (
        model.name,
        model_pill(visit, seen.state),
        seen.vendor,
        category_name(visit, model.category),
        None if approval is None else Code(approval.number),
        None if approval is None else approval.ends.date(),
        model.changed_at,
    )
    return Row(cells, f"{MODELS}/{model.model_id}")


@get(_PATH, opt=_READ)
async def model(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Show one model."""
    return _model_page(visit, await regulator.terminals.model(model_id), visit.blank(_ONE))


def _model_page(visit: Visit, seen: ModelSeen, form: Form, http_status: int = 200) -> Response[Any]:
    one, may_review = seen.model, visit.me.may(Permission.MODELS_REVIEW)
    columns = [Column(say(visit, f"{_ONE}.tac"))]
    rows = [Row((span_value(each.first, each.last),)) for each in seen.tacs]
    return visit.page(
        "regulator/model.html",
        http_status=http_status,
        form=form,
        model=one,
        state=seen.state.value,
        pill=model_pill(visit, seen.state),
        facts=_facts(visit, seen),
        recalls=recall_notices(visit, seen.recalls),
        tacs=plain_table(say(visit, f"{_ONE}.tacs"), columns, rows),
        spans=[(each.first, each.last) for each in seen.tacs],
        has_more=len(seen.tacs) >= MOST_RANGES,
        timeline=history_timeline(visit, seen.history),
        moves=[event.value for event in _MOVES if event in seen.moves and _may(visit, event)],
        may_review=may_review,
        may_recall=visit.me.may(Permission.RECALLS_PREVIEW),
        path=f"{MODELS}/{one.model_id}",
    )


def _may(visit: Visit, event: ModelEvent) -> bool:
    is_stop = event in STOPS_OR_GOES_ON
    return visit.me.may(Permission.TERMINALS_STOP if is_stop else Permission.MODELS_REVIEW)


def _facts(visit: Visit, seen: ModelSeen) -> list[Fact]:
    one, approval = seen.model, seen.model.approval
    values: list[tuple[str, object]] = [
        ("vendor", Link(seen.vendor.name, f"{VENDORS}/{seen.vendor.vendor_id}")),
        ("category", category_name(visit, one.category)),
        ("market", market_name(visit, is_foreign=one.is_foreign)),
        ("abilities", abilities_text(visit, one.abilities)),
        ("changed", one.changed_at),
    ]
    if approval is not None:
        values += [
            ("approval", Code(approval.number)),
            ("begins", approval.begins.date()),
            ("ends", approval.ends.date()),
        ]
    return [Fact(say(visit, f"{_ONE}.fact.{name}"), value) for name, value in values]


# --- TACs


@post(f"{_PATH}/tacs", opt=_REVIEW)
async def add_tacs(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Give the model TACs."""
    form = await visit.form(_ONE)
    span = read(visit, form, "tacs", read_tacs)
    if span is not None:
        try:
            await regulator.deeds.add_tacs(model_id, span, visit.me.actor)
            return visit.go(f"{MODELS}/{model_id}", f"{_ONE}.tacs_added")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "tacs")
    return _model_page(visit, await regulator.terminals.model(model_id), form, http_status=422)


@post(f"{_PATH}/tacs/remove", opt=_REVIEW)
async def remove_tacs(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Take TACs from the model."""
    form = await visit.form(_ONE)
    first, seen = form.value("first"), await regulator.terminals.model(model_id)
    if not any(each.first == first for each in seen.tacs):
        raise NotFoundError("none of this model's ranges begins there")
    await regulator.deeds.remove_tacs(first, visit.me.actor)
    return visit.go(f"{MODELS}/{model_id}", f"{_ONE}.tacs_removed")


ROUTES: Final[tuple[Any, ...]] = (models, model, add_tacs, remove_tacs)
