"""Subscribers: the verifications of the operator, masked; found by filters, by the number of a case, or by a document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.csv_file import csv_stream
from openesim.adapters.web.desks.components.naming import channel_name, service_name
from openesim.adapters.web.desks.components.table import Row, TableQuery, plain_table
from openesim.adapters.web.desks.operator.case_views import (
    CASE_TONES,
    CASES,
    case_columns,
    case_row,
    document_name,
    state_name,
)
from openesim.adapters.web.desks.operator.fields import note_faults
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.words import Channel, DocumentKind, ServiceClass
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.subscribers import CaseFilters, Subscriber

_W: Final = "operator.subscribers"
_FIND: Final = "operator.subscriber_find"
_PAGE: Final = 50
_MOST_FILE: Final = 10_000
_SINCE: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}
_READ = reach(Permission.SUBSCRIBERS_READ, Tenancy.OPERATOR)


@get(CASES, opt=_READ)
async def subscribers(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]
) -> Response[Any]:
    """Show the verifications of the operator, newest first."""
    query = TableQuery(
        visit,
        filters={
            "state": list(CaseState),
            "channel": list(Channel),
            "service": list(ServiceClass),
            "since": list(_SINCE),
        },
    )
    filters = _filters(query, visit.now)
    columns = case_columns(visit, is_file=query.wants_csv)
    if query.wants_csv:
        return csv_stream("subscribers", columns, _pages(visit, operator, filters))
    if query.search:
        rows, behind = (
            [case_row(visit, each) for each in await operator.subscribers.find(visit.operator, query.search)],
            "",
        )
    else:
        page = await operator.subscribers.page(visit.operator, filters, query.cursor, _PAGE)
        rows, behind = [case_row(visit, each) for each in page.subscribers], page.next
    table = query.table(
        say(visit, f"{_W}.title"),
        columns,
        rows,
        filters=[
            query.chips(
                "state",
                say(visit, f"{_W}.filter.state"),
                {each.value: state_name(visit, each) for each in CASE_TONES},
            ),
            query.chips(
                "service",
                say(visit, f"{_W}.filter.service"),
                {each.value: service_name(visit, each) for each in ServiceClass},
            ),
            query.chips(
                "channel",
                say(visit, f"{_W}.filter.channel"),
                {each.value: channel_name(visit, each) for each in Channel},
            ),
            query.chips(
                "since",
                say(visit, f"{_W}.filter.since"),
                {each: say(visit, f"{_W}.since.{each}") for each in _SINCE},
            ),
        ],
        search_label=say(visit, f"{_W}.search"),
        next_cursor=behind,
        has_csv=True,
    )
    return visit.page("operator/subscribers.html", table=table)


@get(f"{CASES}/find", opt=_READ)
async def find_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the document of a person who stands before somebody."""
    return _found_page(visit, visit.blank(_FIND), None)


@post(f"{CASES}/find", opt=_READ)
async def find(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show the verifications of whoever has a document; its number stands in no address and is kept nowhere."""
    form = await visit.form(_FIND)
    kind = form.member("document", DocumentKind)
    number, issuer = form.lines("number", most=200), form.text("issuer", most=3, is_needed=False)
    found: list[Subscriber] | None = None
    if not form.is_wrong and kind is not None:
        try:
            found = await operator.subscribers.with_document(
                visit.operator, kind, number, issuer, visit.me.actor
            )
        except FormError as error:
            note_faults(visit, form, error)
    return _found_page(visit, form if found is None else visit.blank(_FIND), found)


def _found_page(visit: Visit, form: Any, found: Sequence[Subscriber] | None) -> Response[Any]:
    table = None
    if found is not None:
        rows = [case_row(visit, each) for each in found]
        table = plain_table(say(visit, f"{_FIND}.found"), case_columns(visit), rows)
    return visit.page(
        "operator/subscriber_find.html",
        http_status=422 if form.is_wrong else 200,
        form=form,
        kinds={each.value: document_name(visit, each) for each in DocumentKind},
        table=table,
    )


def _filters(query: TableQuery, now: datetime) -> CaseFilters:
    state, channel, service = (query.chosen(name) for name in ("state", "channel", "service"))
    since = query.chosen("since")
    return CaseFilters(
        state=CaseState(state) if state else None,
        channel=Channel(channel) if channel else None,
        service=ServiceClass(service) if service else None,
        since=now - _SINCE[since] if since else None,
    )


async def _pages(
    visit: Visit, operator: OperatorServices, filters: CaseFilters
) -> AsyncIterator[Sequence[Row]]:
    """Yield the rows of a file, page by page: ten thousand at most."""
    after, count = "", 0
    while count < _MOST_FILE:
        page = await operator.subscribers.page(visit.operator, filters, after, 500)
        yield [case_row(visit, each, is_file=True) for each in page.subscribers]
        after, count = page.next, count + len(page.subscribers)
        if not after:
            return


ROUTES: Final[tuple[Any, ...]] = (subscribers, find_page, find)
