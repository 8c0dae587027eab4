"""Many at once: models, TACs and EIDs from a file. The import goes on without the page, and tells what is wrong by row."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.flows import Progress
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.table import Column, Row, Table, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import IMPORTS, note_told, told_cause
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.forms import FIELDS, FormKind
from openesim.conditions.terminals.texts import Told
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.import_runs import ImportState, TerminalImportRun
from openesim.services.conditions.terminals.importing import Stage

WORDS: Final = "vendor.import_new"
_W: Final = "vendor.import"
_LIST: Final = "vendor.imports"

MOST_OCTETS: Final = 16_000_000
"""Of a file: some 400 000 rows of TACs."""

_ROOM: Final = 100_000
"""For what stands around a file in a request."""
_PAGE: Final = 20

_IMPORT = reach(Permission.TERMINALS_IMPORT, Tenancy.VENDOR)

TONES: Final = {
    ImportState.RUNNING: Tone.INFO,
    ImportState.DONE: Tone.GOOD,
    ImportState.REFUSED: Tone.BAD,
    ImportState.FAILED: Tone.BAD,
}
_EXAMPLES: Final = {
    FormKind.MODELS: ("{name}", "Q1", "phone", "no", "consumer sm-ds", "", "", ""),
    FormKind.TACS: ("35290611-35290620", "{name}", "Q1"),
    FormKind.EINS: ("89049032", "{name}"),
}


@get(IMPORTS, opt=_IMPORT)
async def imports(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Show the imports of the vendor."""
    query = TableQuery(visit)
    before = int(query.cursor) if query.cursor.isascii() and query.cursor.isdigit() else None
    before = None if before is None else min(before, 2**62)
    runs = await vendor.imports.page(before, _PAGE + 1, visit.vendor_id)
    names = ("file", "kind", "begun", "state", "rows", "stored")
    columns = [
        Column(visit.say(f"{_LIST}.column.{name}"), "number" if name in {"rows", "stored"} else "text")
        for name in names
    ]
    shown = runs[:_PAGE]
    table = query.table(
        visit.say(f"{_LIST}.title"),
        columns,
        [_row(visit, run) for run in shown],
        next_cursor=str(shown[-1].import_id) if len(runs) > _PAGE else "",
    )
    return visit.page("vendor/imports.html", table=table)


def _row(visit: Visit, run: TerminalImportRun) -> Row:
    cells = (run.name, _kind(visit, run.kind), run.begun_at, import_pill(visit, run), run.rows, run.stored)
    return Row(cells, import_path(run.import_id))


def import_path(import_id: int) -> str:
    """Return the path of the page about an import."""
    return f"{IMPORTS}/{import_id}"


def import_pill(visit: Visit, run: TerminalImportRun) -> Pill:
    """Return how an import stands."""
    return Pill.of(visit, f"{_W}.state.{run.state.value}", TONES[run.state])


def _kind(visit: Visit, kind: FormKind) -> str:
    return visit.say(f"{WORDS}.field.kind.option.{kind.value}")


# --- a new one --------------------------------------------------------------------------------------------------


@get(f"{IMPORTS}/new", opt=_IMPORT)
async def import_form(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]
) -> Response[Any]:
    """Ask for a file."""
    return _form_page(visit, vendor, visit.blank(WORDS, kind=visit.asked("kind")[:20]))


@post(f"{IMPORTS}/new", opt=_IMPORT, request_max_body_size=MOST_OCTETS + _ROOM)
async def begin_import(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]
) -> Response[Any]:
    """Begin the import; whatever the file says, its rows are the vendor's own or refused."""
    form = await visit.form(WORDS)
    kinds = _kinds(visit, vendor)
    kind, upload = form.choice("kind", kinds), form.file("file", most=MOST_OCTETS)
    if kind is None or upload is None or form.is_wrong:
        return _form_page(visit, vendor, form, http_status=422)
    now = await vendor.desk.overview(visit.vendor_id)
    try:
        begun = await vendor.imports.begin(
            FormKind(kind),
            (upload.name, upload.octets),
            visit.me.actor,
            vendor=(visit.vendor_id, now.vendor.name),
            maker=None if now.maker is None else now.maker.name,
        )
    except ConflictError as error:
        if not isinstance(error.explanation, Told):
            raise
        note_told(visit, form, "file", error.explanation)
        return _form_page(visit, vendor, form, http_status=409)
    return visit.go(import_path(begun.import_id))


def _kinds(visit: Visit, vendor: VendorServices) -> list[str]:
    """Return what the vendor's files may hold."""
    kinds = [FormKind.MODELS.value, FormKind.TACS.value]
    return kinds if vendor.desk.maker_of(visit.vendor_id) is None else [*kinds, FormKind.EINS.value]


def _form_page(visit: Visit, vendor: VendorServices, form: Form, http_status: int = 200) -> Response[Any]:
    kinds = _kinds(visit, vendor)
    return visit.page(
        "vendor/import_new.html",
        http_status=http_status,
        form=form,
        kinds=kinds,
        columns=[(kind, _kind(visit, FormKind(kind)), FIELDS[FormKind(kind)]) for kind in kinds],
        size=visit.format.size(MOST_OCTETS),
    )


@get(f"{IMPORTS}/example/{{sheet:str}}", opt=_IMPORT)
async def example(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], sheet: FromPath[str]
) -> Response[Any]:
    """Give a file to begin with: its header, and a row.

    Raises:
        NotFoundError: the vendor's files hold nothing of this kind.
    """
    if sheet not in _kinds(visit, vendor):
        raise NotFoundError("there is no such example")
    kind = FormKind(sheet)
    now = await vendor.desk.overview(visit.vendor_id)
    name = now.maker.name if kind is FormKind.EINS and now.maker is not None else now.vendor.name
    columns = [Column(each) for each in FIELDS[kind].all]
    row = Row([name if each == "{name}" else each for each in _EXAMPLES[kind]])
    return csv_answer(f"example-{sheet}", columns, [row])


# --- how far it is ----------------------------------------------------------------------------------------------


@get(f"{IMPORTS}/{{run_id:int}}", opt=_IMPORT)
async def import_page(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], run_id: FromPath[int]
) -> Response[Any]:
    """Show how far an import is, and what is wrong."""
    run = await _own(vendor, run_id, visit.vendor_id)
    if visit.asked("format") == "csv":
        return csv_answer(f"errors-{run_id}", _error_columns(visit), _error_rows(visit, run))
    return visit.page("vendor/import.html", stream=f"{import_path(run_id)}/live", **_view(visit, run))


@get(f"{IMPORTS}/{{run_id:int}}/live", opt=_IMPORT)
async def import_progress(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], run_id: FromPath[int]
) -> Stream:
    """Tell how far it is while it goes on."""
    vendor_id = visit.vendor_id
    await _own(vendor, run_id, vendor_id)

    async def look() -> Moment:
        """Return how far it is."""
        run = await _own(vendor, run_id, vendor_id)
        piece = visit.piece("vendor/import_progress.html", **_view(visit, run))
        return Moment(piece, is_over=run.is_over)

    return live_stream(visit, look)


async def _own(vendor: VendorServices, run_id: int, vendor_id: int) -> TerminalImportRun:
    """Return an import of the vendor's.

    Raises:
        NotFoundError: there is none with this number, whether or not somebody else has it.
    """
    try:
        return await vendor.imports.one(run_id, vendor_id)
    except NotFoundError:
        raise NotFoundError("there is no such import of the vendor's") from None


def _view(visit: Visit, run: TerminalImportRun) -> dict[str, Any]:
    """Return what the page shows of an import."""
    facts = [
        Fact(visit.say(f"{_W}.fact.kind"), _kind(visit, run.kind)),
        Fact(visit.say(f"{_W}.fact.size"), visit.format.size(run.size)),
        Fact(visit.say(f"{_W}.fact.begun"), run.begun_at),
        Fact(visit.say(f"{_W}.fact.state"), import_pill(visit, run)),
    ]
    if run.is_over:
        facts += [
            Fact(visit.say(f"{_W}.fact.rows"), run.rows),
            Fact(visit.say(f"{_W}.fact.stored"), run.stored),
            Fact(visit.say(f"{_W}.fact.known"), run.known),
        ]
    of_file = [each for each in run.wrong if not each.row]
    return {
        "name": run.name,
        "state": run.state.value,
        "is_over": run.is_over,
        "stored": run.stored,
        "facts": facts,
        "progress": None if run.is_over else _progress(visit, run),
        "of_file": told_cause(visit, of_file[0].told) if of_file else "",
        "errors": _errors(visit, run),
        "errors_file": f"{import_path(run.import_id)}?format=csv",
        "is_more": run.is_more,
        "again": f"{IMPORTS}/new?kind={run.kind.value}",
    }


def _progress(visit: Visit, run: TerminalImportRun) -> Progress:
    """Return how far an import is: all octets are read twice."""
    label = visit.say(f"{_W}.{'storing' if run.stage is Stage.STORING else 'judging'}")
    return Progress(label, min(run.octets, run.size), run.size)


def _errors(visit: Visit, run: TerminalImportRun) -> Table | None:
    """Return what is wrong by row; None: nothing is."""
    rows = _error_rows(visit, run)
    return plain_table(visit.say(f"{_W}.errors"), _error_columns(visit), rows) if rows else None


def _error_columns(visit: Visit) -> list[Column]:
    return [
        Column(visit.say(f"{_W}.column.{name}"), "number" if name == "row" else "text")
        for name in ("row", "field", "cause")
    ]


def _error_rows(visit: Visit, run: TerminalImportRun) -> list[Row]:
    return [Row((each.row, Code(each.field), told_cause(visit, each.told))) for each in run.wrong if each.row]
