"""Imports of vendors, models, TACs and EIDs from a file: begun, followed, and told row by row what is wrong."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.flows import Progress
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.table import (
    PAGE_ROWS,
    Column,
    Row,
    Table,
    TableQuery,
    plain_table,
)
from openesim.adapters.web.desks.components.values import Fact, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import IMPORTS, note_error
from openesim.adapters.web.desks.regulator.vendors import number_of
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.terminals.forms import FIELDS, FormKind
from openesim.kernel.errors import ConflictError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.import_runs import ImportState, TerminalImportRun, Wrong
from openesim.services.conditions.terminals.importing import Stage

_LIST: Final = "regulator.imports"
_NEW: Final = "regulator.import_new"
_ONE: Final = "regulator.import"
_PATH: Final = f"{IMPORTS}/{{import_id:int}}"
MOST_FILE: Final = 64_000_000
"""Octets of a file: a million rows of TACs."""

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_WRITE = reach(Permission.VENDORS_WRITE, Tenancy.NATION)
_TONES: Final = {
    ImportState.RUNNING: Tone.INFO,
    ImportState.DONE: Tone.GOOD,
    ImportState.REFUSED: Tone.BAD,
    ImportState.FAILED: Tone.BAD,
}


@get(IMPORTS, opt=_READ)
async def imports(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show imports of everybody, newest first."""
    query = TableQuery(visit)
    found = await regulator.imports.page(number_of(query.cursor) or None, PAGE_ROWS + 1)
    names = regulator.terminals.vendor_names()
    columns = [
        Column(say(visit, f"{_LIST}.column.{name}"), "number" if name in {"stored", "known"} else "text")
        for name in ("file", "state", "kind", "whose", "stored", "known", "begun")
    ]
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        [_row(visit, each, names) for each in found[:PAGE_ROWS]],
        next_cursor=str(found[PAGE_ROWS - 1].import_id) if len(found) > PAGE_ROWS else "",
    )
    return visit.page("regulator/imports.html", table=table, may_write=visit.me.may(Permission.VENDORS_WRITE))


def _row(visit: Visit, run: TerminalImportRun, names: dict[int, str]) -> Row:
    cells = (
        run.name or say(visit, f"{_LIST}.unnamed"),
        state_pill(visit, run),
        kind_name(visit, run.kind),
        _whose(visit, run, names),
        run.stored,
        run.known,
        run.begun_at,
    )
    return Row(cells, f"{IMPORTS}/{run.import_id}")


def _whose(visit: Visit, run: TerminalImportRun, names: dict[int, str]) -> str:
    return say(visit, f"{_LIST}.regulator") if run.vendor_id is None else names.get(run.vendor_id, "")


def state_pill(visit: Visit, run: TerminalImportRun) -> Pill:
    """Return how an import stands."""
    return Pill.of(visit, f"{_LIST}.state.{run.state.value}", _TONES[run.state])


def kind_name(visit: Visit, kind: FormKind) -> str:
    """Return what the rows of a file are about."""
    return say(visit, f"{_LIST}.kind.{kind.value}")


# --- beginning one


@get(f"{IMPORTS}/new", opt=_WRITE)
async def import_new(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the file."""
    return _new_page(visit, visit.blank(_NEW))


@post(f"{IMPORTS}/new", opt=_WRITE, request_max_body_size=MOST_FILE + 100_000)
async def begin_import(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Begin to import it."""
    form = await visit.form(_NEW)
    kind, upload = form.member("kind", FormKind), form.file("file", most=MOST_FILE)
    if kind is None or upload is None or form.is_wrong:
        return _new_page(visit, form, http_status=422)
    try:
        run = await regulator.imports.begin(kind, (upload.name, upload.octets), visit.me.actor)
    except ConflictError as error:
        note_error(visit, form, error, "file")
        return _new_page(visit, form, http_status=422)
    return visit.go(f"{IMPORTS}/{run.import_id}")


def _new_page(visit: Visit, form: Form, http_status: int = 200) -> Response[Any]:
    columns = [
        (kind_name(visit, kind), ",".join((*fields.needed, *fields.optional)), ", ".join(fields.optional))
        for kind, fields in FIELDS.items()
    ]
    return visit.page(
        "regulator/import_new.html",
        http_status=http_status,
        form=form,
        kinds=[*FormKind],
        kind_names={kind.value: kind_name(visit, kind) for kind in FormKind},
        columns=columns,
    )


# --- following one


@get(_PATH, opt=_READ)
async def import_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], import_id: FromPath[int]
) -> Response[Any]:
    """Show how far it is."""
    run = await regulator.imports.one(import_id)
    return visit.page(
        "regulator/import.html", run=run, path=f"{IMPORTS}/{import_id}", **_view(visit, regulator, run)
    )


@get(f"{_PATH}/progress", opt=_READ)
async def import_progress(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], import_id: FromPath[int]
) -> Stream:
    """Tell how far it is until it has ended."""
    await regulator.imports.one(import_id)

    async def look() -> Moment:
        """Return how far it is now."""
        run = await regulator.imports.one(import_id)
        return Moment(
            visit.piece("regulator/import_progress.html", **_view(visit, regulator, run)), run.is_over
        )

    return live_stream(visit, look, 0.5)


def _view(visit: Visit, regulator: RegulatorServices, run: TerminalImportRun) -> dict[str, Any]:
    """Return what the piece of the page that is drawn again shows."""
    names = regulator.terminals.vendor_names()
    values = (
        ("kind", kind_name(visit, run.kind)),
        ("whose", _whose(visit, run, names)),
        ("size", visit.format.size(run.size)),
        ("begun", run.begun_at),
        ("stored", run.stored),
        ("known", run.known),
    )
    return {
        "state": run.state.value,
        "pill": state_pill(visit, run),
        "progress": None if run.is_over else _progress(visit, run),
        "facts": [Fact(say(visit, f"{_LIST}.column.{name}"), value) for name, value in values],
        "wrong": _wrong(visit, run) if run.wrong else None,
        "whole": [_said(visit, each) for each in run.wrong if not each.row],
        "is_more": run.is_more,
        "count": len(run.wrong),
        "stored": run.stored,
    }


def _progress(visit: Visit, run: TerminalImportRun) -> Progress:
    """Return how far it is: half of it is judging, half is storing."""
    stage = "judging" if run.stage is Stage.JUDGING else "storing"
    return Progress(say(visit, f"{_ONE}.{stage}"), min(run.octets, run.size), max(run.size, 1))


def _wrong(visit: Visit, run: TerminalImportRun) -> Table:
    """Return what is wrong, row by row."""
    columns = [
        Column(say(visit, f"{_ONE}.column.row"), "number"),
        Column(say(visit, f"{_ONE}.column.field")),
        Column(say(visit, f"{_ONE}.column.why")),
    ]
    rows = [Row((each.row, _field(visit, each), _said(visit, each))) for each in run.wrong if each.row]
    return plain_table(say(visit, f"{_ONE}.wrong"), columns, rows)


def _field(visit: Visit, wrong: Wrong) -> str:
    return say(visit, f"{_ONE}.whole_row") if wrong.field == "row" else wrong.field


def _said(visit: Visit, wrong: Wrong) -> str:
    cause = wrong.told.spoken(visit.language.value).cause
    return capital(cause)


ROUTES: Final[tuple[Any, ...]] = (imports, import_new, begin_import, import_page, import_progress)
