"""Applications: what waits for an inspector, and everything else by state."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.naming import (
    last_day,
    licence_pill,
    scope_texts,
    service_name,
    twin,
)
from openesim.adapters.web.desks.components.table import Column, Row, TableQuery
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.application_view import path_of
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.licensing.texts import STATES
from openesim.services.conditions.accounts.roles import Permission

WORDS: Final = "regulator.applications"
SHOWN: Final = tuple(state for state in LicenceState if state is not LicenceState.DRAFT)
"""An operator's drafts are his own."""

_MOST_IN_FILE: Final = 5000


@get("/regulator/applications", opt=reach(Permission.APPLICATIONS_READ, Tenancy.NATION))
async def applications(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show applications and licences: those that wait, or those in a state."""
    query = TableQuery(visit, filters={"state": [state.value for state in SHOWN]})
    chosen = query.chosen("state")
    state = LicenceState(chosen) if chosen else None
    names = await regulator.licences.operator_names()
    if query.wants_csv:
        found = await _all(regulator, state)
        return csv_answer("applications", columns(visit), [row(visit, each, names) for each in found])
    page = await regulator.licences.inbox(state, query.cursor)
    texts = {each.value: capital(twin(visit, STATES[each.value])) for each in SHOWN}
    table = query.table(
        visit.say(f"{WORDS}.title"),
        columns(visit),
        [row(visit, each, names) for each in page.licences],
        filters=[query.chips("state", visit.say(f"{WORDS}.filter"), texts)],
        next_cursor=page.next,
        has_csv=True,
    )
    return visit.page("regulator/applications.html", table=table, is_inbox=state is None)


async def _all(regulator: RegulatorServices, state: LicenceState | None) -> list[Licence]:
    """Return the licences of a list, page by page, up to a bound."""
    page = await regulator.licences.inbox(state, "", limit=200)
    found = [*page.licences]
    while page.next and len(found) < _MOST_IN_FILE:
        page = await regulator.licences.inbox(state, page.next, limit=200)
        found += page.licences
    return found


def columns(visit: Visit) -> list[Column]:
    """Return the columns of a list of licences."""
    names = ("number", "operator", "service", "state", "changed", "ends", "regions", "channels")
    return [Column(visit.say(f"{WORDS}.column.{name}")) for name in names]


def row(visit: Visit, licence: Licence, names: dict[str, str]) -> Row:
    """Return a licence as a row."""
    texts = scope_texts(visit, licence.scope)
    ends = last_day(visit, licence.scope.ends)
    cells = (
        visit.say("regulator.application.number", number=licence.licence_id),
        names.get(licence.operator, licence.operator),
        service_name(visit, licence.service),
        licence_pill(visit, licence.state),
        licence.changed_at,
        ends,
        texts["regions"],
        texts["channels"],
    )
    return Row(cells, path_of(licence))
