"""All models of the vendor: filtered by state and kind, searched by name, approval number or TAC."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Quiet
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import (
    MODELS,
    abilities_text,
    category_name,
    market_name,
    path_of,
    state_names,
    state_pill,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.models import ModelState
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.lists import ModelFilter, Place, SeenModel

_W: Final = "vendor.models"
_SORTS: Final = ("name", "changed")
_MOST_CSV: Final = 100_000
_TAC_DIGITS: Final = (8, 15)
"""Of a TAC, and of an IMEI, which begins with one."""


@get(MODELS, opt=reach(Permission.MODELS_READ, Tenancy.VENDOR))
async def models(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Show all models of the vendor."""
    filters = {
        "state": [each.value for each in ModelState],
        "category": [each.value for each in ServiceClass],
    }
    query = TableQuery(visit, filters=filters, sorts=_SORTS, default_sort="name")
    number = _typed_number(query.search)
    if number:
        found = await vendor.desk.model_of_tac(visit.vendor_id, number)
        if found is not None:
            return visit.go(path_of(found.model_id))
    wanted = ModelFilter(
        search=query.search,
        state=ModelState(query.chosen("state")) if query.chosen("state") else None,
        category=ServiceClass(query.chosen("category")) if query.chosen("category") else None,
        vendor_id=visit.vendor_id,
    )
    after = int(query.cursor) if query.cursor.isascii() and query.cursor.isdigit() else 0
    place = Place(sort=query.sort, is_descending=query.is_descending, after=after)
    if query.wants_csv:
        listed = await vendor.lists.models(wanted, place, _MOST_CSV)
        return csv_answer(
            "models", _columns(visit, is_file=True), [_whole(visit, each) for each in listed.rows]
        )
    listed = await vendor.lists.models(wanted, place, PAGE_ROWS)
    chips = [
        query.chips("state", visit.say(f"{_W}.filter.state"), state_names(visit), listed.counts["state"]),
        query.chips(
            "category", visit.say(f"{_W}.filter.category"), _categories(visit), listed.counts["category"]
        ),
    ]
    table = query.table(
        visit.say(f"{_W}.title"),
        _columns(visit),
        [_row(visit, each) for each in listed.rows],
        filters=chips,
        search_label=visit.say(f"{_W}.search"),
        next_cursor=str(listed.next) if listed.next else "",
        has_csv=True,
        count=listed.count,
    )
    return visit.page("vendor/models.html", table=table, may_submit=visit.me.may(Permission.MODELS_SUBMIT))


def _typed_number(search: str) -> str:
    """Return the TAC that somebody searches by; empty: he searches by something else."""
    digits = "".join(search.split())
    return digits[:8] if len(digits) in _TAC_DIGITS and digits.isascii() and digits.isdigit() else ""


def _categories(visit: Visit) -> dict[str, str]:
    return {each.value: category_name(visit, each) for each in ServiceClass}


def _columns(visit: Visit, *, is_file: bool = False) -> list[Column]:
    names = ["name", "category", "state", "number", "ends", "changed"]
    if is_file:
        names += ["begins", "market", "abilities", "remark"]
    return [Column(visit.say(f"{_W}.column.{name}"), sort=name if name in _SORTS else "") for name in names]


def _row(visit: Visit, seen: SeenModel) -> Row:
    """Return a model as a row."""
    model = seen.model
    approval = model.approval
    return Row(
        (
            model.name,
            Quiet(category_name(visit, model.category)),
            state_pill(visit, seen.state),
            None if approval is None else approval.number,
            None if approval is None else approval.ends.date(),
            model.changed_at,
        ),
        path_of(model.model_id),
    )


def _whole(visit: Visit, seen: SeenModel) -> Row:
    """Return a model as a line of a file, with everything."""
    model = seen.model
    more = (
        None if model.approval is None else model.approval.begins.date(),
        market_name(visit, is_foreign=model.is_foreign),
        abilities_text(visit, model.abilities),
        model.remark,
    )
    return Row((*_row(visit, seen).cells, *more))
