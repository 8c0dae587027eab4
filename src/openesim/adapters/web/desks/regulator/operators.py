"""Operators and their licences: what each may do, until when, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.naming import (
    last_day,
    last_moment,
    licence_pill,
    listed,
    scope_texts,
    service_name,
)
from openesim.adapters.web.desks.components.table import Column, Row, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Fact, Link, Pill, Tone
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.application_view import path_of, path_of_operator
from openesim.adapters.web.desks.regulator.applications import columns as licence_columns
from openesim.adapters.web.desks.regulator.applications import row as licence_row
from openesim.adapters.web.desks.regulator.overview_view import Figure, spark
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.reminders import stage_of
from openesim.conditions.licensing.states import HELD, OPEN
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.ledger.tallies import Measure
from openesim.services.conditions.licences.desk import Standing

WORDS: Final = "regulator.operators"
ONE: Final = "regulator.operator"

_READ = reach(Permission.OPERATORS_READ, Tenancy.NATION)
_SHOWN: Final = (Measure.ISSUED, Measure.REFUSED, Measure.STOPPED, Measure.HELD)


@get("/regulator/operators", opt=_READ)
async def operators(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show all operators, and what each may do."""
    query = TableQuery(visit)
    names = ("operator", "may", "ends", "waits")
    columns = [Column(visit.say(f"{WORDS}.column.{name}")) for name in names]
    if query.wants_csv:
        found, after = await regulator.licences.operators(limit=5000)
        return csv_answer("operators", columns, [_row(visit, each) for each in found])
    found, after = await regulator.licences.operators(query.cursor)
    table = query.table(
        visit.say(f"{WORDS}.title"),
        columns,
        [_row(visit, each) for each in found],
        next_cursor=after,
        has_csv=True,
    )
    makes = visit.me.may(Permission.REGULATOR_STAFF)
    return visit.page("regulator/operators.html", table=table, makes=makes)


def _row(visit: Visit, standing: Standing) -> Row:
    """Return an operator as a row: what he may do in words, the end that comes first, what waits."""
    held = standing.held
    ends = min((each.scope.ends for each in held if each.scope.ends is not None), default=None)
    waits = sum(each.state in OPEN for each in standing.licences)
    may = listed(visit, [_may(visit, each) for each in held])
    cells = (standing.operator.display_name, may, last_day(visit, ends), waits or None)
    return Row(cells, path_of_operator(standing.operator.name))


def _may(visit: Visit, licence: Licence) -> str:
    """Return in a word or two what a licence lets do."""
    name = service_name(visit, licence.service)
    key = f"{WORDS}.suspended" if licence.state.value == "suspended" else ""
    return visit.say(key, service=name) if key else name


@get("/regulator/licences/ending", opt=_READ)
async def licences_ending(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show the licences that end within ninety days, those that end first before."""
    query = TableQuery(visit)
    found = await regulator.licences.ending(1000 if query.wants_csv else 200)
    names = await regulator.licences.operator_names()
    columns = [*licence_columns(visit), Column(visit.say(f"{ONE}.column.reminder"))]
    rows = [_with_reminder(visit, each, licence_row(visit, each, names)) for each in found]
    if query.wants_csv:
        return csv_answer("ending", columns, rows)
    table = query.table(visit.say("regulator.licences_ending.title"), columns, rows, has_csv=True)
    return visit.page("regulator/licences_ending.html", table=table)


def _with_reminder(visit: Visit, licence: Licence, row: Row) -> Row:
    return Row((*row.cells, reminder(visit, licence)), row.address)


def reminder(visit: Visit, licence: Licence) -> Pill | None:
    """Return the reminder that a licence has come to; None: it has time."""
    days = stage_of(licence, visit.now)
    if days is None:
        return None
    is_told = days in licence.reminded
    why = visit.say(f"{ONE}.reminded" if is_told else f"{ONE}.not_reminded")
    tone = Tone.BAD if days == 7 else Tone.WAIT
    return Pill(visit.say(f"{ONE}.within", count=days), tone, why)


@get("/regulator/operators/{operator_name:str}", opt=_READ)
async def operator(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], operator_name: FromPath[str]
) -> Response[Any]:
    """Show one operator: licences that run, applications, what was issued, under which rules he is."""
    standing = await regulator.licences.operator(operator_name)
    courses = await regulator.overviews.of_operator(operator_name)
    figures = []
    for measure in _SHOWN:
        label = visit.say(f"regulator.home.{measure}")
        figures.append(Figure(label, courses[measure].total, spark(visit, label, courses[measure])))
    stops = visit.me.may(Permission.LICENCES_STOP)
    others = [each for each in standing.licences if each.state not in HELD]
    return visit.page(
        "regulator/operator.html",
        name=standing.operator.display_name,
        figures=figures,
        held=[_held(visit, each, may_stop=stops) for each in standing.held],
        others=_others(visit, others),
        packs=_packs(visit, regulator.rules.packs_of(operator_name)),
    )


def _held(visit: Visit, licence: Licence, *, may_stop: bool) -> dict[str, Any]:
    """Return a licence that runs, as a card."""
    texts, path = scope_texts(visit, licence.scope), path_of(licence)
    ends = last_moment(licence.scope.ends)
    open_end = visit.say("regulator.application.open_end")
    facts = [
        Fact(_scope(visit, "begins"), licence.scope.begins),
        Fact(_scope(visit, "ends"), open_end if ends is None else ends),
        *(Fact(_scope(visit, name), value) for name, value in texts.items()),
    ]
    is_suspended = licence.state.value == "suspended"
    return {
        "title": service_name(visit, licence.service),
        "pill": licence_pill(visit, licence.state),
        "reminder": reminder(visit, licence),
        "facts": facts,
        "conditions": licence.conditions,
        "path": path,
        "number": licence.licence_id,
        "stops": (["reinstate", "revoke"] if is_suspended else ["suspend", "revoke"]) if may_stop else [],
    }


def _scope(visit: Visit, name: str) -> str:
    return visit.say(f"regulator.application.scope.{name}")


def _others(visit: Visit, licences: Sequence[Licence]) -> Any:
    """Return applications, and licences that are over, as a table."""
    names = {each.operator: each.operator for each in licences}
    rows = [licence_row(visit, each, names) for each in licences]
    columns = licence_columns(visit)
    kept = [at for at in range(len(columns)) if at != 1]
    return plain_table(
        visit.say(f"{ONE}.others"),
        [columns[at] for at in kept],
        [Row([row.cells[at] for at in kept], row.address) for row in rows],
    )


def _packs(visit: Visit, packs: dict[Any, str]) -> list[Fact]:
    """Return under which rules each class of service is."""
    return [
        Fact(service_name(visit, service), Link(pack_id, "/regulator/rules#packs"))
        for service, pack_id in packs.items()
    ]
