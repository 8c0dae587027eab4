"""A batch is imported: its form, and how far it is. The import goes on without the page."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.flows import Progress
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.stock import STOCK, full_name, import_path, short_name, stage_pill
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, is_luhn_valid, luhn_check_digit
from openesim.services.batch_file import BatchPlanError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.order_lines import RowError
from openesim.services.stock_import_state import Asked, Followed, Stage, asked_of
from openesim.services.stock_imports import UnderWayError

FORM: Final = "operator.stock_import"
MOST_OCTETS: Final = 33_000_000
"""Of both files together: some 300 000 rows."""

_MOST_CSV: Final = 30_000_000
_MOST_PACKAGE: Final = 1_000_000
_NEW: Final = "+new"
_COUNTED: Final = "counted"
_FROM_FILE: Final = "file"
_IMPORT = reach(Permission.STOCK_IMPORT, Tenancy.OPERATOR)
_READ = reach(Permission.STOCK_READ, Tenancy.OPERATOR)


@get(f"{STOCK}/import", opt=_IMPORT)
async def import_form(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]
) -> Response[Any]:
    """Ask what is to be imported."""
    return await _form_page(visit, operator, visit.blank(FORM, rows=_COUNTED, profile=visit.asked("type")))


@post(f"{STOCK}/import", opt=_IMPORT, request_max_body_size=MOST_OCTETS)
async def begin_import(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]
) -> Response[Any]:
    """Begin it."""
    form = await visit.form(FORM)
    asked = read_asked(form, visit.operator, await _types(visit, operator))
    if asked is not None:
        try:
            begun = await operator.imports.begin(asked, visit.operator, visit.me.actor)
        except UnderWayError:
            form.wrong("name", f"{FORM}.under_way")
        else:
            return visit.go(import_path(begun.import_id))
    return await _form_page(visit, operator, form, http_status=422)


@get(f"{STOCK}/imports/{{import_id:int}}", opt=_READ)
async def import_page(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices], import_id: FromPath[int]
) -> Response[Any]:
    """Show how far an import is."""
    one = await operator.imports.one(import_id, visit.operator)
    return visit.page("operator/import.html", stream=f"{import_path(import_id)}/live", **_view(visit, one))


@get(f"{STOCK}/imports/{{import_id:int}}/live", opt=_READ)
async def import_progress(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices], import_id: FromPath[int]
) -> Stream:
    """Tell how far it is while it goes on."""
    name = visit.operator
    await operator.imports.one(import_id, name)

    async def look() -> Moment:
        """Return how far it is."""
        one = await operator.imports.one(import_id, name)
        view = _view(visit, one)
        return Moment(visit.piece("operator/import_progress.html", **view), is_over=view["is_over"])

    return live_stream(visit, look)


async def _types(visit: Visit, operator: OperatorServices) -> list[str]:
    return [each.name for each in await operator.profile_types.known_to(visit.operator)]


async def _form_page(
    visit: Visit, operator: OperatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    types = await _types(visit, operator)
    texts = {name: name for name in types} | {_NEW: say(visit, f"{FORM}.new_type")}
    return visit.page(
        "operator/stock_import.html",
        http_status=http_status,
        form=form,
        types=[*types, _NEW],
        type_texts=texts,
        sources=(_COUNTED, _FROM_FILE),
    )


def read_asked(form: Form, operator: str, types: list[str]) -> Asked | None:
    """Return what a form asks to be imported; None: something is wrong, and noted in it."""
    profile = form.choice("profile", [*types, _NEW]) or ""
    package = form.file("package", most=_MOST_PACKAGE, is_needed=profile == _NEW)
    is_new = profile == _NEW
    table: dict[str, Any] = {
        "name": full_name(form.text("name", most=60), operator),
        "profile": (package.name if package else "package.der") if is_new else profile,
        "operator": operator,
        "low_stock": form.number("low_stock", 0, 10_000_000, is_needed=False) or 0,
    }
    csv = b""
    if form.choice("rows", (_COUNTED, _FROM_FILE)) == _FROM_FILE:
        upload = form.file("csv", most=_MOST_CSV)
        csv, table["csv"] = (upload.octets if upload else b""), "rows.csv"
    else:
        table |= _counted(form)
    if form.is_wrong:
        return None
    try:
        return asked_of(table, csv, package.octets if is_new and package else b"")
    except BatchPlanError as error:
        for name, _ in error.wrong:
            form.wrong(name, f"{FORM}.wrong.{name}")
        return None


def _counted(form: Form) -> dict[str, Any]:
    """Return the first numbers of a batch that is counted up."""
    first = "".join(form.text("iccid", most=40).split())
    right = _with_check_digit(first)
    if right:
        form.wrong("iccid", f"{FORM}.wrong.iccid_check", right=right)
    numbers = {
        name: "".join(form.text(name, most=40, is_needed=name == "imsi").split())
        for name in ("imsi", "msisdn")
    }
    count = form.number("count", 1, 10_000_000)
    return {"count": count, "iccid": first} | {name: text for name, text in numbers.items() if text}


def _with_check_digit(text: str) -> str:
    """Return an ICCID with the check digit that it should have; empty: it has, or it is none at all."""
    try:
        iccid = Iccid.parse(text)
    except DecodeError:
        return ""
    return "" if is_luhn_valid(iccid) else iccid[:-1] + luhn_check_digit(iccid[:-1])


# --- how far it is ----------------------------------------------------------------------------------------------


def _view(visit: Visit, one: Followed) -> dict[str, Any]:
    """Return what the page shows of an import."""
    found, is_lost = one.found, one.found.is_lost(visit.now)
    facts = [
        Fact(say(visit, f"{FORM}.fact.type"), found.profile_type),
        Fact(say(visit, f"{FORM}.fact.begun"), found.begun_at),
        Fact(say(visit, f"{FORM}.fact.state"), stage_pill(visit, one)),
        Fact(say(visit, f"{FORM}.fact.on_disk"), one.on_disk),
    ]
    return {
        "name": short_name(found.batch, visit.operator),
        "facts": facts,
        "progress": _progress(visit, one),
        "is_over": found.is_over or is_lost,
        "is_lost": is_lost,
        "stage": found.stage.value,
        "on_disk": one.on_disk,
        "fault": fault_text(visit, found.fault, found.facts) if found.fault and not found.errors else "",
        "errors": errors_table(visit, found.errors) if found.errors else None,
        "is_more": found.is_more,
    }


def _progress(visit: Visit, one: Followed) -> Progress | None:
    """Return how far it is of the whole; None: it has ended."""
    found = one.found
    if found.stage is Stage.JUDGING:
        return Progress(say(visit, f"{FORM}.judging"), found.judged, found.size or None)
    if found.stage is Stage.STORING:
        return Progress(say(visit, f"{FORM}.storing"), one.on_disk, found.size or None)
    return None


def errors_table(visit: Visit, errors: tuple[RowError, ...]) -> Table:
    """Return what is wrong with rows, a row of the table for each row of the file."""
    columns = [
        Column(say(visit, f"{FORM}.column.row"), "number"),
        Column(say(visit, f"{FORM}.column.fields")),
    ]
    by_row: dict[int, list[RowError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    rows = [
        Row(
            (number, ", ".join(dict.fromkeys(each.field for each in some))),
            errors=[row_error_text(visit, each) for each in some],
        )
        for number, some in by_row.items()
    ]
    return plain_table(say(visit, f"{FORM}.errors"), columns, rows)


def row_error_text(visit: Visit, error: RowError) -> str:
    """Return what is wrong with a row, in the reader's language."""
    key = f"{FORM}.row.{error.fault}"
    told = say(visit, key, **error.facts) if key in visit.pages.wording else error.message
    return say(visit, "ui.pair", name=error.field, text=told)


def fault_text(visit: Visit, fault: str, facts: dict[str, str]) -> str:
    """Return what is wrong with a file as a whole, in the reader's language."""
    key = f"{FORM}.fault.{fault}"
    if key in visit.pages.wording:
        return say(visit, key, **facts)
    return say(visit, f"{FORM}.fault.other", detail=fault)


ROUTES: Final[tuple[Any, ...]] = (import_form, begin_import, import_page, import_progress)
