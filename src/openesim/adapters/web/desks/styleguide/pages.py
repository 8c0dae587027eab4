"""The styleguide: every component once, with made-up things, in the language and theme of whoever looks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Stream

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.table import TableQuery
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.styleguide import examples
from openesim.adapters.web.desks.visit import Visit

WORDS: Final = "styleguide.styleguide"
_PATH: Final = "/styleguide"
_OPEN = reach(None, Tenancy.NOBODY)
_STEPS: Final = 4


@get(_PATH, opt=_OPEN)
async def styleguide(visit: NamedDependency[Visit]) -> Response[Any]:
    """Show every component."""
    query = TableQuery(
        visit,
        filters={"state": examples.MODEL_STATES},
        sorts=("name", "number", "changed"),
        default_sort="name",
    )
    if query.wants_csv:
        return csv_answer("models", examples.model_columns(visit), examples.model_rows(visit, query))
    return _show(visit, visit.blank(WORDS), query)


@post(_PATH, opt=_OPEN)
async def send_form(visit: NamedDependency[Visit]) -> Response[Any]:
    """Judge the form, and change nothing."""
    form = await visit.form(WORDS)
    form.text("name", most=40)
    form.eid("eid")
    form.choice("kind", examples.VENDOR_KINDS)
    form.choice("region", examples.REGIONS)
    form.day("day", is_needed=False)
    form.number("count", 1, 2000)
    form.lines("reason", is_needed=False)
    form.flag("agreed", is_needed=True)
    if form.is_wrong:
        return _show(
            visit, form, TableQuery(visit, filters={"state": examples.MODEL_STATES}), http_status=422
        )
    return visit.go(_PATH, f"{WORDS}.sent")


@get(_PATH + "/confirm", opt=_OPEN)
async def confirm(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask once more."""
    return visit.page(
        "shell/confirm.html", confirm=examples.confirm(visit), form=visit.blank("shell.confirm")
    )


@get(_PATH + "/reason", opt=_OPEN)
async def reason(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask why a personal value has to be seen."""
    form = visit.blank("shell.reason")
    return visit.page("shell/reason.html", form=form, action=_PATH, back=_PATH, hidden=[("field", "name")])


@get(_PATH + "/wizard", opt=_OPEN)
async def wizard(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask one question."""
    return visit.page(
        "styleguide/wizard.html",
        wizard=examples.wizard(visit),
        form=visit.blank(WORDS),
        answers=examples.answers(visit),
    )


@get(_PATH + "/progress", opt=_OPEN)
async def progress(visit: NamedDependency[Visit]) -> Stream:
    """Tell how far something is that is done in four steps."""
    began = asyncio.get_running_loop().time()

    async def look() -> Moment:
        """Return how far it is: a step every half second."""
        done = min(_STEPS, int((asyncio.get_running_loop().time() - began) * 2))
        piece = visit.piece("styleguide/progress.html", progress=examples.progress(visit, done, _STEPS))
        return Moment(piece, is_over=done == _STEPS)

    return live_stream(visit, look, 0.2)


def _show(visit: Visit, form: Form, query: TableQuery, http_status: int = 200) -> Response[Any]:
    now = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
    return visit.page(
        "styleguide/styleguide.html",
        http_status=http_status,
        form=form,
        table=examples.table(visit, query),
        imported=examples.imported(visit),
        moment=now,
        ago=now - timedelta(minutes=3),
        progress=examples.progress(visit, 0, _STEPS),
        **examples.everything(visit),
    )


ROUTES: Final[tuple[Any, ...]] = (styleguide, send_form, confirm, reason, wizard, progress)
