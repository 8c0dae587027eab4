"""Terminals: what is registered, a field to look a device up by, and the models that wait for an inspector."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import MODELS, TERMINALS, category_name, market_name
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.desk import Place, Waiting

_W: Final = "regulator.terminals"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIGURES: Final = (
    ("vendors", f"{TERMINALS}/vendors"),
    ("models", f"{TERMINALS}/models"),
    ("tac_ranges", f"{TERMINALS}/models"),
    ("makers", f"{TERMINALS}/makers"),
    ("recalls", "/regulator/recalls?state=holds"),
)


@get(TERMINALS, opt=reach(Permission.TERMINALS_READ, Tenancy.NATION))
async def terminals(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show what waits, and how much is known."""
    query = TableQuery(visit)
    found, following = await regulator.terminals.queue(place_of(query.cursor), PAGE_ROWS)
    columns = [
        Column(say(visit, f"{_W}.column.{name}"))
        for name in ("model", "vendor", "category", "market", "since")
    ]
    table = query.table(
        say(visit, f"{_W}.queue"),
        columns,
        [_row(visit, each) for each in found],
        next_cursor=place_text(following) if following else "",
    )
    sizes = regulator.terminals.sizes
    figures = [(say(visit, f"{_W}.figure.{name}"), sizes[name], address) for name, address in _FIGURES]
    return visit.page(
        "regulator/terminals.html", table=table, figures=figures, form=visit.blank("regulator.device")
    )


def _row(visit: Visit, waiting: Waiting) -> Row:
    model = waiting.model
    cells = (
        model.name,
        waiting.vendor,
        category_name(visit, model.category),
        market_name(visit, is_foreign=model.is_foreign),
        model.changed_at,
    )
    return Row(cells, f"{MODELS}/{model.model_id}")


def place_of(text: str) -> Place | None:
    """Return where a list goes on that runs by moment and number; None for what is no such place."""
    moment, _, number = text.partition("-")
    if not (moment.isdigit() and number.isdigit() and text.isascii()) or max(len(moment), len(number)) > 18:
        return None
    try:
        return _EPOCH + int(moment) * _MILLISECOND, int(number)
    except OverflowError:
        return None


def place_text(place: Place) -> str:
    """Write a place as ``place_of`` reads it."""
    return f"{(place[0] - _EPOCH) // _MILLISECOND}-{place[1]}"


ROUTES: Final[tuple[Any, ...]] = (terminals,)
