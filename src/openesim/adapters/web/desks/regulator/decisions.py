"""Decisions of the gate: searched for, and one explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.naming import service_name
from openesim.adapters.web.desks.components.table import PAGE_ROWS, Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Code, Fact, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.decision_view import (
    application_facts,
    bound_facts,
    finding_view,
    known_facts,
    with_names,
)
from openesim.adapters.web.desks.regulator.deed_view import entry_view, verdict_key, verdict_pill
from openesim.adapters.web.desks.regulator.overview_view import cause_told
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.admission.texts import CAUSES
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.gate.decisions import DecisionPage, DecisionQuery, verdict_of
from openesim.services.conditions.ledger.ledger import LOOKED_AT, Cursor
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry

_LIST: Final = "regulator.decisions"
_ONE: Final = "regulator.decision"
DECISIONS: Final = "/regulator/decisions"
_MOST_IN_FILE: Final = 5000
_FIELDS: Final = ("order", "operator", "cause", "since", "until")
_VERDICTS: Final = {verdict_key(verdict): verdict for verdict in Verdict}

_READ = reach(Permission.DECISIONS_READ, Tenancy.NATION)


@get(DECISIONS, opt=_READ)
async def decisions(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show decisions, newest first: of an order, an operator, a verdict, a cause, a time."""
    query = TableQuery(visit, filters={"verdict": [*_VERDICTS]})
    form = Form(visit, _LIST, {name: (visit.asked(name)[:100],) for name in _FIELDS})
    names = await regulator.licences.operator_names()
    wanted = _query_of(visit, form, names, query.chosen("verdict"))
    limit = _MOST_IN_FILE if query.wants_csv else PAGE_ROWS
    page = DecisionPage((), None)
    if not form.is_wrong:
        page = await regulator.decisions.page(wanted, cursor_of(query.cursor), min(limit, LOOKED_AT))
    entries, following = page.entries, page.next
    rows = [_row(visit, each, names, regulator.decisions.finding_of(each)) for each in entries]
    if query.wants_csv:
        return csv_answer("decisions", _columns(visit), rows)
    verdicts = {key: say(visit, f"regulator.deed.verdict.{key}.label") for key in _VERDICTS}
    table = query.table(
        say(visit, f"{_LIST}.title"),
        _columns(visit),
        rows,
        filters=[query.chips("verdict", say(visit, f"{_LIST}.column.verdict"), verdicts)],
        next_cursor=str(following or ""),
        has_csv=True,
    )
    return visit.page(
        "regulator/decisions.html",
        http_status=422 if form.is_wrong else 200,
        form=form,
        table=table,
        operators=sorted(names, key=lambda name: names[name]),
        operator_names=names,
        causes=_causes(visit),
        kept=[("verdict", query.chosen("verdict"))] if query.chosen("verdict") else [],
        is_asked=any(visit.asked(name) for name in (*_FIELDS, "verdict")),
        # What was looked at for this page was not enough to fill it: there may be more further back.
        goes_on=table.next_address if following is not None and len(entries) < limit else "",
        looked_to=following.at if following is not None else None,
    )


def cursor_of(text: str) -> Cursor | None:
    """Return where a list goes on; None for what is no such place."""
    try:
        return Cursor.parse(text) if text else None
    except (DecodeError, ValueError, OverflowError):
        return None


def _query_of(visit: Visit, form: Form, names: dict[str, str], verdict: str) -> DecisionQuery:
    """Return what is searched for; what cannot be is noted."""
    operator = form.choice("operator", list(names), is_needed=False)
    cause = form.choice("cause", list(CAUSES), is_needed=False)
    order = form.number("order", 1, 10**17, is_needed=False)
    since, until = form.day("since", is_needed=False), form.day("until", is_needed=False)
    if since is not None and until is not None and until < since:
        form.wrong("until", f"{_LIST}.backwards")
    return DecisionQuery(
        order_id=order,
        operator=operator,
        verdict=_VERDICTS.get(verdict),
        cause=cause,
        since=None if since is None else visit.format.begin_of(since),
        before=None if until is None else _day_after(visit, until),
    )


def _day_after(visit: Visit, day: Any) -> datetime | None:
    try:
        return visit.format.begin_of(day + timedelta(days=1))
    except OverflowError:
        return None


def _causes(visit: Visit) -> dict[str, str]:
    """Return what the causes are called, in the order of their words."""
    told = {name: capital(cause_told(visit, name).cause) for name in CAUSES}
    return dict(sorted(told.items(), key=lambda each: each[1]))


def _columns(visit: Visit) -> list[Column]:
    names = ("at", "verdict", "gate", "operator", "order", "service", "cause", "place")
    return [Column(say(visit, f"{_LIST}.column.{name}")) for name in names]


def _row(visit: Visit, kept: Kept, names: dict[str, str], finding: Finding | None) -> Row:
    entry = kept.entry
    address = "" if kept.head is None else f"{DECISIONS}/{kept.head.position}"
    place = say(visit, "ui.not_sealed") if kept.head is None else kept.head.position
    if entry is None:
        return Row((kept.at, verdict_pill(visit, None), None, None, None, None, None, place), address)
    order = (
        None if entry.order_id is None else Link(str(entry.order_id), f"{DECISIONS}?order={entry.order_id}")
    )
    cells = (
        kept.at,
        verdict_pill(visit, verdict_of(entry)),
        gate_name(visit, str(entry.facts.get("gate", ""))),
        names.get(entry.operator or "", entry.operator),
        order,
        _service(visit, entry),
        _why(visit, finding, names),
        place,
    )
    return Row(cells, address)


def _why(visit: Visit, finding: Finding | None, names: Mapping[str, str]) -> str | None:
    """Return why, with figures where they are known; None: nothing spoke against it."""
    if finding is None:
        return None
    if finding.cause not in CAUSES:
        return finding.cause
    told = (
        explained_finding(visit, with_names(finding, names))
        if finding.facts
        else cause_told(visit, finding.cause)
    )
    return capital(told.cause)


def gate_name(visit: Visit, gate: str) -> str:
    """Return at which of the three gates a decision was made."""
    key = f"{_LIST}.gate.{gate}"
    return say(visit, key) if key in visit.pages.wording else gate


def _service(visit: Visit, entry: Entry) -> str | None:
    """Return for what kind of device it was; None: it is not told."""
    service = str(entry.facts.get("service", ""))
    return capital(service_name(visit, service)) if service in set(ServiceClass) else None


@get(f"{DECISIONS}/{{position:int}}", opt=_READ)
async def decision(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], position: FromPath[int]
) -> Response[Any]:
    """Explain one decision."""
    seen = await regulator.decisions.one(position)
    entry, names = seen.entry, await regulator.licences.operator_names()
    pack = Code(f"{entry.facts.get('pack', '')} {entry.facts.get('version', '')}")
    values: list[tuple[str, object]] = [
        ("at", visit.format.exact(seen.kept.at)),
        ("operator", names.get(entry.operator or "", entry.operator)),
        ("gate", gate_name(visit, seen.gate)),
        (
            "pack",
            pack
            if seen.pack is None
            else Link(
                f"{seen.pack.id} {seen.pack.version}",
                f"/regulator/rules/packs/{seen.pack.id}/{seen.pack.version}",
            ),
        ),
    ]
    if entry.order_id is not None:
        values.insert(1, ("order", Link(str(entry.order_id), f"{DECISIONS}?order={entry.order_id}")))
    return visit.page(
        "regulator/decision.html",
        position=position,
        pill=verdict_pill(visit, seen.verdict),
        facts=[Fact(say(visit, f"{_ONE}.fact.{name}"), value) for name, value in values],
        findings=[finding_view(visit, each, names) for each in seen.findings],
        is_allowed=seen.verdict is Verdict.ALLOW,
        again=seen.again.value,
        note=_note(visit, seen.pack),
        asked=application_facts(visit, seen),
        known=known_facts(visit, seen.facts),
        bound=bound_facts(visit, seen),
        record=str(entry.facts.get("recorded", "")),
        entry=entry_view(visit, seen.kept, {}, holds=not seen.breaks),
    )


def _note(visit: Visit, pack: Any) -> str:
    """Return what has to be said with a pack: that it is not legal advice."""
    return "" if pack is None else str(pack.pack.note.get(visit.language.value, pack.pack.note.get("en", "")))


ROUTES: Final[tuple[Any, ...]] = (decisions, decision)
