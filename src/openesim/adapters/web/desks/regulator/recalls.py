"""Recalls: a list, one of them, what a new one would hit, and making and lifting one."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.naming import listed
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.recall_view import (
    RECALLS,
    WORDS,
    kind_name,
    kind_names,
    orders_chart,
    state_pill,
    target_text,
    target_value,
)
from openesim.adapters.web.desks.regulator.saying import in_a_row, say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import hit_label, hit_sentences, note_error
from openesim.adapters.web.desks.regulator.vendors import number_of
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError
from openesim.kernel.ids import is_decimal
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.recall_list import RecallFilter, RecallSeen
from openesim.services.conditions.terminals.recalls import Preview

_LIST: Final = "regulator.recalls"
_ONE: Final = "regulator.recall"
_NEW: Final = "regulator.recall_new"
_CONFIRM: Final = "regulator.recall_confirm"
_LIFT: Final = "regulator.recall_lift"
_PATH: Final = f"{RECALLS}/{{recall_id:int}}"
_MOST_IN_FILE: Final = 5000

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_PREVIEW = reach(Permission.RECALLS_PREVIEW, Tenancy.NATION)
_WRITE = reach(Permission.RECALLS_WRITE, Tenancy.NATION)


@get(RECALLS, opt=_READ)
async def recalls(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show recalls, newest first."""
    query = TableQuery(visit, filters={"state": ["holds", "lifted"], "kind": [*RecallKind]})
    state, kind = query.chosen("state"), query.chosen("kind")
    wanted = RecallFilter(
        kind=RecallKind(kind) if kind else None, is_lifted=None if not state else state == "lifted"
    )
    limit = _MOST_IN_FILE if query.wants_csv else PAGE_ROWS
    found, following = await regulator.recalls.page(wanted, number_of(query.cursor), limit)
    names = ("number", "state", "kind", "target", "reason", "by", "made")
    columns = [Column(say(visit, f"{_LIST}.column.{name}")) for name in names]
    rows = [_row(visit, each) for each in found]
    if query.wants_csv:
        return csv_answer("recalls", columns, rows)
    states = {name: say(visit, f"{WORDS}.state.{name}.label") for name in ("holds", "lifted")}
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        rows,
        filters=[
            query.chips("state", say(visit, f"{_LIST}.column.state"), states),
            query.chips("kind", say(visit, f"{_LIST}.column.kind"), kind_names(visit)),
        ],
        next_cursor=str(following or ""),
        has_csv=True,
    )
    may = visit.me.may(Permission.RECALLS_PREVIEW)
    return visit.page("regulator/recalls.html", table=table, may_preview=may)


def _row(visit: Visit, seen: RecallSeen) -> Row:
    recall = seen.recall
    cells = (
        say(visit, f"{_ONE}.number", number=recall.recall_id),
        state_pill(visit, recall),
        kind_name(visit, recall.target.kind),
        target_value(recall.target, seen.name),
        recall.reason,
        seen.by.told,
        recall.created_at,
    )
    return Row(cells, f"{RECALLS}/{recall.recall_id}")


@get(_PATH, opt=_READ)
async def recall(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], recall_id: FromPath[int]
) -> Response[Any]:
    """Show one recall, and whom it hits now."""
    seen = await regulator.recalls.one(recall_id)
    one = seen.recall
    facts = [
        ("kind", kind_name(visit, one.target.kind)),
        ("target", target_value(one.target, seen.name)),
        ("reason", one.reason),
        ("by", seen.by.told),
        ("made", one.created_at),
    ]
    if seen.lifted_by is not None:
        facts += [
            ("lifted_by", seen.lifted_by.told),
            ("lifted", one.lifted_at),
            ("lifted_reason", one.lifted_reason),
        ]
    preview = await _preview(regulator, one.target) if one.lifted_at is None else None
    return visit.page(
        "regulator/recall.html",
        number=recall_id,
        pill=state_pill(visit, one),
        facts=[Fact(say(visit, f"{_LIST}.column.{name}"), value) for name, value in facts],
        hit=None if preview is None else _hit(visit, preview),
        may_lift=one.lifted_at is None and visit.me.may(Permission.RECALLS_WRITE),
        path=f"{RECALLS}/{recall_id}",
    )


async def _preview(regulator: RegulatorServices, target: Target) -> Preview | None:
    """Return who is hit; None: what it named is not registered any more."""
    try:
        return await regulator.deeds.preview(target)
    except NotFoundError:
        return None


def _hit(visit: Visit, preview: Preview) -> dict[str, Any]:
    """Return what a page shows of who is hit."""
    return {
        "persons": preview.persons,
        "persons_label": hit_label(visit, preview),
        "lines": preview.lines,
        "orders": sum(preview.orders.values()),
        "ranges": preview.ranges,
        "models": preview.models,
        "text": in_a_row(visit, hit_sentences(visit, preview)),
        "chart": orders_chart(visit, preview),
        "at_least": preview.is_at_least,
    }


# --- a new one: what it names, whom it would hit, and once more before it is done


@get(f"{RECALLS}/new", opt=_PREVIEW)
async def recall_new(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask what it names."""
    values = {name: visit.asked(name)[:100] for name in ("kind", "number", "maker")}
    return _new_page(visit, regulator, visit.blank(_NEW, **values))


@get(f"{RECALLS}/preview", opt=_PREVIEW)
async def recall_preview(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show whom it would hit; nothing is changed."""
    form = Form(visit, _NEW, {name: (visit.asked(name)[:100],) for name in ("kind", "number", "maker")})
    looked_at = await _look_at(visit, regulator, form)
    if looked_at is None:
        return _new_page(visit, regulator, form, http_status=422)
    target, preview = looked_at
    name = regulator.recalls.name_of(target)
    return visit.page(
        "regulator/recall_preview.html",
        facts=[
            Fact(say(visit, f"{_LIST}.column.kind"), kind_name(visit, target.kind), _address("new", form)),
            Fact(say(visit, f"{_LIST}.column.target"), target_value(target, name), _address("new", form)),
        ],
        hit=_hit(visit, preview),
        may_recall=visit.me.may(Permission.RECALLS_WRITE),
        confirm=_address("confirm", form),
        change=_address("new", form),
    )


@get(f"{RECALLS}/confirm", opt=_WRITE)
async def recall_confirm(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask once more, with the number of people it hits."""
    form = Form(visit, _NEW, {name: (visit.asked(name)[:100],) for name in ("kind", "number", "maker")})
    looked_at = await _look_at(visit, regulator, form)
    if looked_at is None:
        return _new_page(visit, regulator, form, http_status=422)
    return _confirm_page(visit, regulator, looked_at, form, visit.blank(_CONFIRM))


@post(RECALLS, opt=_WRITE)
async def make_recall(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Recall it: at once, everywhere."""
    form = await visit.form(_CONFIRM)
    asked = Form(visit, _NEW, {name: (form.value(name)[:100],) for name in ("kind", "number", "maker")})
    looked_at = await _look_at(visit, regulator, asked)
    if looked_at is None:
        return _new_page(visit, regulator, asked, http_status=422)
    target, _ = looked_at
    reason = form.text("reason", most=500)
    form.typed("word", target_text(target, regulator.recalls.name_of(target)))
    if not form.is_wrong:
        try:
            made = await regulator.deeds.recall(target, reason, visit.me.actor)
            return visit.go(f"{RECALLS}/{made.recall_id}", f"{_CONFIRM}.done")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "reason")
    return _confirm_page(visit, regulator, looked_at, asked, form, http_status=422)


async def _look_at(visit: Visit, regulator: RegulatorServices, form: Form) -> tuple[Target, Preview] | None:
    """Return what is to be recalled, and whom that hits; None: something is wrong, and noted."""
    target = _target_of(visit, regulator, form)
    if target is None:
        return None
    try:
        return target, await regulator.deeds.preview(target)
    except NotFoundError as error:
        note_error(visit, form, error, "number")
        return None


def _target_of(visit: Visit, regulator: RegulatorServices, form: Form) -> Target | None:
    """Return what is to be recalled; None: something is wrong, and noted."""
    kind = form.member("kind", RecallKind)
    maker_id = number_of(form.value("maker")) or None
    if form.value("maker") and maker_id not in regulator.terminals.maker_names():
        form.wrong("maker", "form.choose")
    text = form.value("number").strip()
    if not text:
        form.wrong("number", "form.missing")
    if kind is RecallKind.MODEL and text and not is_decimal(text):
        text = _number_of_model(regulator, form, text)
    if kind is None or form.is_wrong:
        return None
    try:
        return Target.parse(kind, text, maker_id)
    except DecodeError as error:
        note_error(visit, form, error, "number")
        return None


def _number_of_model(regulator: RegulatorServices, form: Form, name: str) -> str:
    """Return the number of the one model that has a name; where there is none, or several, it is noted."""
    found = regulator.terminals.models_named(name)
    if len(found) != 1:
        form.wrong("number", f"{_NEW}.{'several_models' if found else 'no_model'}", model=name[:60])
        return ""
    return str(found[0].model_id)


def _new_page(
    visit: Visit, regulator: RegulatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    makers = sorted(regulator.terminals.maker_names().items(), key=lambda each: each[1].casefold())
    return visit.page(
        "regulator/recall_new.html",
        http_status=http_status,
        form=form,
        kinds=[*RecallKind],
        kind_names=kind_names(visit),
        makers=[str(number) for number, _ in makers],
        maker_names={str(number): name for number, name in makers},
    )


def _confirm_page(
    visit: Visit,
    regulator: RegulatorServices,
    looked_at: tuple[Target, Preview],
    asked: Form,
    form: Form,
    http_status: int = 200,
) -> Response[Any]:
    target, preview = looked_at
    name = target_text(target, regulator.recalls.name_of(target))
    confirm = Confirm(
        title=say(visit, f"{_CONFIRM}.title", name=name),
        consequence=in_a_row(
            visit,
            (
                say(visit, f"{_CONFIRM}.consequence"),
                *hit_sentences(visit, preview),
                *_models(visit, target, preview),
            ),
        ),
        hit=preview.persons,
        hit_label=hit_label(visit, preview),
        action=RECALLS,
        button=say(visit, f"{_CONFIRM}.button"),
        back=_address("preview", asked),
        word=name,
        asks_reason=True,
        hidden=[(field, asked.value(field)) for field in ("kind", "number", "maker")],
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


def _models(visit: Visit, target: Target, preview: Preview) -> list[str]:
    """Return a sentence with the models that are hit; none where the recall names one itself."""
    if target.kind is RecallKind.MODEL or not preview.models:
        return []
    return [say(visit, f"{_CONFIRM}.models", models=listed(visit, preview.models))]


def _address(page: str, form: Form) -> str:
    values = [(name, form.value(name)) for name in ("kind", "number", "maker") if form.value(name)]
    return f"{RECALLS}/{page}?{urlencode(values)}"


# --- lifting one


@get(f"{_PATH}/lift", opt=_WRITE)
async def lift_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], recall_id: FromPath[int]
) -> Response[Any]:
    """Ask once more before it ends."""
    return await _lift_page(visit, regulator, recall_id, visit.blank(_LIFT))


@post(f"{_PATH}/lift", opt=_WRITE)
async def lift(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], recall_id: FromPath[int]
) -> Response[Any]:
    """Lift it."""
    form = await visit.form(_LIFT)
    reason = form.text("reason", most=500)
    if not form.is_wrong:
        try:
            await regulator.deeds.lift(recall_id, reason, visit.me.actor)
            return visit.go(f"{RECALLS}/{recall_id}", f"{_LIFT}.done")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "reason")
    return await _lift_page(visit, regulator, recall_id, form, http_status=422)


async def _lift_page(
    visit: Visit, regulator: RegulatorServices, recall_id: int, form: Form, http_status: int = 200
) -> Response[Any]:
    seen = await regulator.recalls.one(recall_id)
    preview = await _preview(regulator, seen.recall.target)
    confirm = Confirm(
        title=say(visit, f"{_LIFT}.title", number=recall_id),
        consequence=say(visit, f"{_LIFT}.consequence", reason=seen.recall.reason),
        hit=None if preview is None else preview.persons,
        hit_label="" if preview is None else hit_label(visit, preview),
        action=f"{RECALLS}/{recall_id}/lift",
        button=say(visit, f"{_LIFT}.button"),
        back=f"{RECALLS}/{recall_id}",
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


ROUTES: Final[tuple[Any, ...]] = (
    *(recalls, recall_new, recall_preview, recall_confirm, make_recall),
    *(recall, lift_page, lift),
)
