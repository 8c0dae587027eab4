"""The ledger: who did and looked at what, one entry in its place, whether the chain holds, and all of it as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.flows import Progress
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Fact, Identifier, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.decisions import DECISIONS, cursor_of
from openesim.adapters.web.desks.regulator.deed_view import (
    actor_name,
    deed_title,
    entry_view,
    fact_pairs,
    pair_text,
    subject_value,
)
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.ledger.check import Check
from openesim.services.conditions.ledger.desk import Checking, Heads, LedgerPage
from openesim.services.conditions.ledger.ledger import LOOKED_AT, Query
from openesim.transparency.chain import START, Head, Kept
from openesim.transparency.entries import EntryKind
from openesim.transparency.texts import explain

LEDGER: Final = "/regulator/ledger"

_LIST: Final = "regulator.ledger"
_ENTRY: Final = "regulator.ledger_entry"
_CHECK: Final = "regulator.ledger_check"
_MOST_IN_FILE: Final = 5000
_MOST_HEADS: Final = 20
_STEP_S: Final = 0.4
_WITHOUT_SCRIPTS_S: Final = 3.0
_FIELDS: Final = ("actor", "subject", "since", "until")
_KINDS: Final = (EntryKind.DEED.value, EntryKind.LOOK.value)

_READ = reach(Permission.DECISIONS_READ, Tenancy.NATION)
_VERIFY = reach(Permission.LEDGER_VERIFY, Tenancy.NATION)


@get(LEDGER, opt=_READ)
async def ledger(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show deeds and looks, newest first."""
    query = TableQuery(visit, filters={"kind": _KINDS})
    form = Form(visit, _LIST, {name: (visit.asked(name)[:100],) for name in _FIELDS})
    wanted, kind = _query_of(visit, form), query.chosen("kind")
    if kind:
        wanted = Query(**{**_members(wanted), "kind": EntryKind(kind)})
    limit = _MOST_IN_FILE if query.wants_csv else PAGE_ROWS
    page = LedgerPage(entries=(), next=None, actors={})
    if not form.is_wrong:
        page = await regulator.ledger.page(wanted, cursor_of(query.cursor), min(limit, LOOKED_AT))
    columns = [
        Column(say(visit, f"{_LIST}.column.{name}")) for name in ("at", "who", "what", "about", "facts")
    ]
    rows = [_row(visit, each, page) for each in page.entries]
    if query.wants_csv:
        return csv_answer("ledger", columns, rows)
    kinds = {name: say(visit, f"{_LIST}.kind.{name}") for name in _KINDS}
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        rows,
        filters=[query.chips("kind", say(visit, f"{_LIST}.kind_head"), kinds)],
        next_cursor=str(page.next or ""),
        has_csv=True,
    )
    return visit.page(
        "regulator/ledger.html",
        http_status=422 if form.is_wrong else 200,
        form=form,
        table=table,
        kept=[("kind", kind)] if kind else [],
        is_asked=any(visit.asked(name) for name in _FIELDS),
        goes_on=table.next_address if page.next is not None and len(page.entries) < limit else "",
        looked_to=page.next.at if page.next is not None else None,
        may_verify=visit.me.may(Permission.LEDGER_VERIFY),
    )


def _members(query: Query) -> dict[str, Any]:
    return {name: getattr(query, name) for name in query.__dataclass_fields__}


def _query_of(visit: Visit, form: Form) -> Query:
    """Return what is searched for; what cannot be is noted."""
    since, until = form.day("since", is_needed=False), form.day("until", is_needed=False)
    if since is not None and until is not None and until < since:
        form.wrong("until", f"{_LIST}.backwards")
    try:
        before = None if until is None else visit.format.begin_of(until + timedelta(days=1))
    except OverflowError:
        before = None
    return Query(
        is_of_people=True,
        actor=form.text("actor", most=100, is_needed=False) or None,
        subject=form.text("subject", most=100, is_needed=False) or None,
        since=None if since is None else visit.format.begin_of(since),
        before=before,
    )


def _row(visit: Visit, kept: Kept, page: LedgerPage) -> Row:
    entry = kept.entry
    address = "" if kept.head is None else f"{LEDGER}/{kept.head.position}"
    if entry is None:
        return Row((kept.at, None, say(visit, "regulator.deed.unreadable"), None, None), address)
    told = " · ".join(pair_text(visit, name, text) for name, text in fact_pairs(visit, entry))
    who = Link(actor_name(visit, page.actors[entry.actor]), visit.address(actor=entry.actor, after=None))
    shown = told if len(told) <= 90 else f"{told[:89]}…"
    return Row((kept.at, who, deed_title(visit, entry), subject_value(visit, entry), shown), address)


@get(f"{LEDGER}/{{position:int}}", opt=_READ)
async def ledger_entry(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], position: FromPath[int]
) -> Response[Any]:
    """Show one entry in its place."""
    seen = await regulator.ledger.entry(position)
    entry = seen.kept.entry
    actors = {} if seen.actor is None else {seen.actor.actor: seen.actor}
    facts = []
    if entry is not None:
        facts = [
            Fact(say(visit, f"{_LIST}.column.about"), subject_value(visit, entry)),
            Fact(say(visit, f"{_ENTRY}.actor"), Identifier(entry.actor, is_digits=False)),
        ]
    return visit.page(
        "regulator/ledger_entry.html",
        position=position,
        entry=entry_view(visit, seen.kept, actors, holds=not seen.breaks),
        facts=facts,
        breaks=[_break(visit, explain(each, visit.language.value)) for each in seen.breaks],
        before=f"{LEDGER}/{position - 1}" if position > 1 else "",
        behind=f"{LEDGER}/{position + 1}" if position < seen.last else "",
        decision=f"{DECISIONS}/{position}" if entry is not None and entry.kind is EntryKind.DECISION else "",
        told="" if entry is None else entry.told.decode(),
    )


def _break(visit: Visit, explanation: Any) -> ExplainedError:
    return explained_from(explanation, visit.language)


# --- whether the chain holds


@get(f"{LEDGER}/check", opt=_VERIFY)
async def check_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask where a check begins, and which heads it is held against."""
    heads = await regulator.ledger.heads()
    return _check_page(visit, heads, visit.blank(_CHECK, begin=visit.asked("begin")[:100]))


def _check_page(visit: Visit, heads: Heads, form: Form, http_status: int = 200) -> Response[Any]:
    columns = [Column(say(visit, f"{_CHECK}.column.{name}")) for name in ("head", "by", "at", "check")]
    rows = [
        Row(
            (
                Identifier(str(each.head), is_digits=False),
                each.by.told,
                each.kept.at,
                Link(say(visit, f"{_CHECK}.since_here"), f"{LEDGER}/check/run?begin={each.head}"),
            )
        )
        for each in heads.noted
    ]
    return visit.page(
        "regulator/ledger_check.html",
        http_status=http_status,
        form=form,
        head=Identifier(str(heads.now), is_digits=False) if heads.now != START else None,
        noted=plain_table(say(visit, f"{_CHECK}.noted"), columns, rows),
    )


@get(f"{LEDGER}/check/run", opt=_VERIFY)
async def check_run(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Check the chain while somebody looks on: by a stream, or step by step where there are no scripts."""
    form = Form(visit, _CHECK, {name: (visit.asked(name)[:4000],) for name in ("begin", "heads")})
    heads = await regulator.ledger.heads()
    begin, noted = _heads_of(form)
    if form.is_wrong:
        return _check_page(visit, heads, form, http_status=422)
    checking = regulator.ledger.check(begin, [*(each.head for each in heads.noted), *noted])
    is_over = False
    if visit.asked("step"):
        is_over = await checking.go_on(_WITHOUT_SCRIPTS_S)
    return visit.page(
        "regulator/ledger_run.html",
        stream=visit.address().replace("/check/run", "/check/progress", 1),
        step="" if visit.asked("step") else visit.address(step="1"),
        onward="" if is_over or not visit.asked("step") else visit.address(begin=str(checking.check.head)),
        **_view(visit, checking.check, begin),
    )


@get(f"{LEDGER}/check/progress", opt=_VERIFY)
async def check_progress(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Stream:
    """Check the chain, and tell how far it is."""
    form = Form(visit, _CHECK, {name: (visit.asked(name)[:4000],) for name in ("begin", "heads")})
    begin, noted = _heads_of(form)
    heads = await regulator.ledger.heads()
    checking: Checking = regulator.ledger.check(begin, [*(each.head for each in heads.noted), *noted])

    async def look() -> Moment:
        """Go on for a moment, and return how far it is."""
        is_over = await checking.go_on(_STEP_S)
        return Moment(
            visit.piece("regulator/ledger_progress.html", **_view(visit, checking.check, begin)), is_over
        )

    return live_stream(visit, look, 0.05)


def _heads_of(form: Form) -> tuple[Head, list[Head]]:
    """Return where a check begins, and which heads were typed; what is none is noted."""
    begin, noted = START, []
    text = form.value("begin").strip()
    if text:
        try:
            begin = Head.parse(text)
        except DecodeError:
            form.wrong("begin", f"{_CHECK}.no_head")
    lines = [line.split()[0] for line in form.value("heads").splitlines() if line.strip()]
    for line in lines[:_MOST_HEADS]:
        try:
            noted.append(Head.parse(line))
        except DecodeError:
            form.wrong("heads", f"{_CHECK}.no_head")
    return begin, noted


def _view(visit: Visit, check: Check, begin: Head) -> dict[str, Any]:
    """Return what the piece of the page that is drawn again shows."""
    of = max(check.last, check.head.position)
    return {
        "progress": None
        if check.is_done
        else Progress(
            say(visit, f"{_CHECK}.checking"),
            max(check.head.position - begin.position, 0),
            max(of - begin.position, 1),
        ),
        "is_done": check.is_done,
        "count": check.count,
        "entries": check.entries,
        "head": Identifier(str(check.head), is_digits=False) if check.entries else None,
        "breaks": [
            (_break(visit, explain(each, visit.language.value)), f"{LEDGER}/{each.position}")
            for each in check.breaks
        ],
    }


@post(f"{LEDGER}/head", opt=_VERIFY)
async def note_head(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Note the head as it is now."""
    await visit.form(_CHECK)
    head = await regulator.ledger.note_head(visit.me.actor)
    return visit.go(f"{LEDGER}/check", f"{_CHECK}.noted_done", head=str(head))


# --- giving it away


@get(f"{LEDGER}/export", opt=_VERIFY)
async def export(visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]) -> Stream:
    """Give all entries as lines that anybody can verify."""
    form = Form(visit, _CHECK, {"begin": (visit.asked("begin")[:100],)})
    begin, _ = _heads_of(form)

    async def pieces() -> AsyncIterator[bytes]:
        """Yield them as they are read."""
        async for piece in regulator.ledger.export(begin):
            yield piece

    headers = {"content-disposition": 'attachment; filename="ledger.jsonl"'}
    return Stream(pieces(), media_type="application/jsonl", headers=headers)


ROUTES: Final[Sequence[Any]] = (
    *(ledger, check_page, check_run, check_progress, note_head, export, ledger_entry),
)
