"""The watch-list: who is on it, putting somebody on it, and lifting an entry."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.enquiry import country_name, document_names, note_faults
from openesim.adapters.web.desks.regulator.ledger import LEDGER
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import note_error
from openesim.adapters.web.desks.regulator.vendors import number_of
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import ConflictError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.gate.watch_list import WatchFilter, Wish
from openesim.services.conditions.ledger.actors import Actor

WATCH_LIST: Final = "/regulator/watch-list"

_LIST: Final = "regulator.watch_list"
_NEW: Final = "regulator.watch_new"
_LIFT: Final = "regulator.watch_lift"
_PATH: Final = f"{WATCH_LIST}/{{entry_id:int}}"
_FIELDS: Final = ("kind", "document", "country", "subject", "eid", "address", "score", "listed", "reason")

_READ = reach(Permission.DECISIONS_READ, Tenancy.NATION)
_WRITE = reach(Permission.WATCH_LIST_WRITE, Tenancy.NATION)


@get(WATCH_LIST, opt=_READ)
async def watch_list(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show who is on it, newest first."""
    query = TableQuery(visit, filters={"state": ["holds", "lifted"], "kind": [*WatchedKind]})
    state, kind = query.chosen("state"), query.chosen("kind")
    wanted = WatchFilter(
        kind=WatchedKind(kind) if kind else None, is_lifted=None if not state else state == "lifted"
    )
    page = await regulator.watch_list.page(wanted, number_of(query.cursor), PAGE_ROWS)
    columns = [
        Column(say(visit, f"{_LIST}.column.{name}"), "number" if name == "score" else "text")
        for name in ("who", "state", "score", "listed", "reason", "by", "since")
    ]
    states = {name: say(visit, f"{_LIST}.state.{name}.label") for name in ("holds", "lifted")}
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        [_row(visit, each, page.actors) for each in page.entries],
        filters=[
            query.chips("state", say(visit, f"{_LIST}.column.state"), states),
            query.chips("kind", say(visit, f"{_LIST}.column.kind"), kind_names(visit)),
        ],
        next_cursor=str(page.next or ""),
    )
    return visit.page(
        "regulator/watch_list.html", table=table, may_write=visit.me.may(Permission.WATCH_LIST_WRITE)
    )


def kind_names(visit: Visit) -> dict[str, str]:
    """Return what somebody is known by."""
    return {kind.value: say(visit, f"{_LIST}.kind.{kind.value}") for kind in WatchedKind}


def state_pill(visit: Visit, entry: Watched) -> Pill:
    """Return whether an entry counts."""
    name, tone = ("holds", Tone.WAIT) if entry.lifted_at is None else ("lifted", Tone.IDLE)
    return Pill.of(visit, f"{_LIST}.state.{name}", tone)


def who(visit: Visit, entry: Watched) -> str:
    """Return who is watched, as far as the list tells: a chip by its EID, everybody else by a part of a digest."""
    name = say(visit, f"{_LIST}.kind.{entry.kind.value}")
    text = entry.subject.hex()
    shown = f"{text[:8]}…{text[-4:]}" if entry.kind is WatchedKind.CHIP else f"{text[:12]}…"
    return f"{name} {shown}"


def _row(visit: Visit, entry: Watched, actors: dict[str, Actor]) -> Row:
    cells = (
        who(visit, entry),
        state_pill(visit, entry),
        entry.score,
        entry.is_listed,
        entry.reason,
        actors[entry.created_by].told,
        entry.created_at,
    )
    return Row(cells, f"{WATCH_LIST}/{entry.entry_id}")


@get(_PATH, opt=_READ)
async def watched(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], entry_id: FromPath[int]
) -> Response[Any]:
    """Show one entry."""
    entry = await regulator.watch_list.one(entry_id)
    shown: object = Code(entry.subject.hex())
    if entry.kind is WatchedKind.CHIP:
        shown = Identifier(
            entry.subject.hex(), address=f"/regulator/terminals/device?number={entry.subject.hex()}"
        )
    values: list[tuple[str, object]] = [
        ("kind", say(visit, f"{_LIST}.kind.{entry.kind.value}")),
        ("digest" if entry.kind is not WatchedKind.CHIP else "eid", shown),
        ("score", entry.score),
        ("listed", entry.is_listed),
        ("reason", entry.reason),
        ("since", entry.created_at),
    ]
    if entry.lifted_at is not None:
        values.append(("lifted", entry.lifted_at))
    return visit.page(
        "regulator/watched.html",
        pill=state_pill(visit, entry),
        facts=[Fact(say(visit, f"{_LIST}.column.{name}"), value) for name, value in values],
        number=entry_id,
        may_lift=entry.lifted_at is None and visit.me.may(Permission.WATCH_LIST_WRITE),
        history=f"{LEDGER}?subject=watched:{entry_id}",
        path=f"{WATCH_LIST}/{entry_id}",
    )


# --- putting somebody on it


@get(f"{WATCH_LIST}/new", opt=_WRITE)
async def watch_new(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask whom, how much is held against him, and why."""
    kind = visit.asked("kind")
    return _new_page(
        visit, regulator, visit.blank(_NEW, kind=kind if kind in set(WatchedKind) else "", score="50")
    )


@post(f"{WATCH_LIST}/new", opt=_WRITE)
async def watch(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show what would be done; once that was looked at, do it."""
    form = await visit.form(_NEW)
    wish = _wish_of(visit, regulator, form)
    if wish is None:
        return _new_page(visit, regulator, form, http_status=422)
    if form.value("checked") != "yes":
        return _check_page(visit, form, wish)
    try:
        entry = await regulator.watch_list.add(wish, visit.me.actor)
    except FormError as error:
        _note(visit, form, wish, error)
        return _new_page(visit, regulator, form, http_status=422)
    except ConflictError as error:
        note_error(visit, form, error, "reason")
        return _new_page(visit, regulator, form, http_status=422)
    return visit.go(f"{WATCH_LIST}/{entry.entry_id}", f"{_NEW}.done")


def _wish_of(visit: Visit, regulator: RegulatorServices, form: Form) -> Wish | None:
    """Return who is to be watched; None: something is wrong, and noted."""
    kind = form.member("kind", WatchedKind) or WatchedKind.PERSON
    document, country, subject = _subject_of(regulator, form, kind)
    score, reason = form.number("score", 1, 100), form.text("reason", most=400)
    wish = Wish(
        kind=kind,
        subject=subject,
        document=document,
        country=country,
        score=score or 0,
        is_listed=form.flag("listed"),
        reason=reason,
    )
    if form.is_wrong:
        return None
    _note(visit, form, wish, regulator.watch_list.faults_of(wish))
    return wish if not form.errors else None


def _subject_of(
    regulator: RegulatorServices, form: Form, kind: WatchedKind
) -> tuple[DocumentKind | None, str, str]:
    """Return document, country and what was typed of it."""
    if kind is WatchedKind.CHIP:
        return None, "", str(form.eid("eid") or "")
    if kind is WatchedKind.ADDRESS:
        return None, "", form.text("address", most=64)
    country = form.choice("country", regulator.enquiries.countries)
    document = form.member("document", DocumentKind)
    return document, country or "", form.text("subject", most=200)


def _note(visit: Visit, form: Form, wish: Wish, error: FormError | None) -> None:
    """Note what is wrong at the field that it was typed into."""
    if error is None:
        return
    place = {WatchedKind.PERSON: "subject", WatchedKind.CHIP: "eid", WatchedKind.ADDRESS: "address"}[
        wish.kind
    ]
    faults = {place if name == "subject" else name: fault for name, fault in error.faults.items()}
    note_faults(visit, form, FormError(faults))


def _new_page(
    visit: Visit, regulator: RegulatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    countries = regulator.enquiries.countries
    return visit.page(
        "regulator/watch_new.html",
        http_status=http_status,
        form=form,
        kind=form.value("kind") if form.value("kind") in set(WatchedKind) else "",
        kinds=[*WatchedKind],
        kind_names=kind_names(visit),
        documents=[*DocumentKind],
        document_names=document_names(visit),
        countries=countries,
        country_names={code: country_name(visit, code) for code in countries},
    )


def _check_page(visit: Visit, form: Form, wish: Wish) -> Response[Any]:
    """Return what would be done, to be looked at; a number of a document is shown by its end."""
    change = f"{WATCH_LIST}/new?kind={wish.kind.value}"
    shown = wish.subject if wish.kind is not WatchedKind.PERSON else f"•••• {wish.subject[-4:]}"
    values: list[tuple[str, object]] = [("kind", kind_names(visit)[wish.kind.value])]
    if wish.document is not None:
        values.append(("document", document_names(visit)[wish.document.value]))
    field = {WatchedKind.PERSON: "subject", WatchedKind.CHIP: "eid", WatchedKind.ADDRESS: "address"}[
        wish.kind
    ]
    values += [(field, shown), ("score", wish.score), ("listed", wish.is_listed), ("reason", wish.reason)]
    return visit.page(
        "regulator/watch_check.html",
        facts=[Fact(form.label(name).unescape(), value, change) for name, value in values],
        hidden=[*((name, form.value(name)) for name in _FIELDS if form.value(name)), ("checked", "yes")],
        action=f"{WATCH_LIST}/new",
    )


# --- lifting


@get(f"{_PATH}/lift", opt=_WRITE)
async def lift_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], entry_id: FromPath[int]
) -> Response[Any]:
    """Ask once more."""
    return _lift_page(visit, await regulator.watch_list.one(entry_id), visit.blank("shell.confirm"))


@post(f"{_PATH}/lift", opt=_WRITE)
async def lift(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], entry_id: FromPath[int]
) -> Response[Any]:
    """Lift it."""
    form = await visit.form("shell.confirm")
    entry = await regulator.watch_list.one(entry_id)
    try:
        await regulator.watch_list.lift(entry_id, form.value("reason"), visit.me.actor)
        return visit.go(f"{WATCH_LIST}/{entry_id}", f"{_LIFT}.done")
    except FormError as error:
        note_faults(visit, form, error)
    except ConflictError as error:
        note_error(visit, form, error, "reason")
    return _lift_page(visit, entry, form, http_status=422)


def _lift_page(visit: Visit, entry: Watched, form: Form, http_status: int = 200) -> Response[Any]:
    confirm = Confirm(
        title=say(visit, f"{_LIFT}.title", number=entry.entry_id),
        consequence=say(visit, f"{_LIFT}.consequence", who=who(visit, entry), score=entry.score),
        hit=None,
        hit_label="",
        action=f"{WATCH_LIST}/{entry.entry_id}/lift",
        button=say(visit, f"{_LIFT}.button"),
        back=f"{WATCH_LIST}/{entry.entry_id}",
        is_grave=False,
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


ROUTES: Final[tuple[Any, ...]] = (watch_list, watch_new, watch, watched, lift_page, lift)
