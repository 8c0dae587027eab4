"""The first page of the desk: what was issued and refused, what waits, what ends soon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator import overview_view as view
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.accounts.roles import Permission

_MOST_ROWS: Final = 40
"""Of a table on the page; its file has all of them."""


@get("/regulator", opt=reach(Permission.REGULATOR_OVERVIEW, Tenancy.NATION))
async def home(visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]) -> Response[Any]:
    """Show what there is to do."""
    overview = await regulator.overviews.now()
    names = await regulator.licences.operator_names()
    tables = {
        "region": view.share_table(visit, overview.regions, "region"),
        "operator": view.share_table(visit, overview.operators, "operator", names),
        "cause": view.cause_table(visit, overview.causes),
    }
    wanted = visit.asked("format")
    if wanted.startswith("csv-") and wanted[4:] in tables:
        table = tables[wanted[4:]]
        return csv_answer(f"by-{wanted[4:]}", table.columns, table.rows)
    return visit.page(
        "regulator/home.html",
        decided=view.decided(visit, overview),
        waiting=view.waiting(visit, overview),
        course=view.course_chart(visit, overview),
        causes=view.cause_chart(visit, overview.causes),
        tables={
            name: replace(
                table, rows=table.rows[:_MOST_ROWS], csv_address=visit.address(format=f"csv-{name}")
            )
            for name, table in tables.items()
        },
        is_empty=overview.is_empty,
        behind=overview.behind,
    )
