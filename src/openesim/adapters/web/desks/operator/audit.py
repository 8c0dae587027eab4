"""What the operator's own people did and saw, and what was decided in its matters: its stretch of the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.table import Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Code, Link
from openesim.adapters.web.desks.operator.api_keys import KEYS
from openesim.adapters.web.desks.operator.case_views import CASES, entry_detail, entry_title, who_text
from openesim.adapters.web.desks.operator.licence_view import LICENCES
from openesim.adapters.web.desks.operator.plans import PLANS
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.staff import STAFF
from openesim.adapters.web.desks.operator.views import order_link, say
from openesim.adapters.web.desks.operator.webhooks import WEBHOOKS
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.ledger.ledger import Cursor
from openesim.services.conditions.operator.audit import Audited
from openesim.services.conditions.operator.colleagues import Side
from openesim.transparency.entries import EntryKind

AUDIT: Final = "/operator/audit"
W: Final = "operator.audit"

_PAGE: Final = 50
_FILE: Final = 1000
_PLACES: Final = {
    "case": CASES,
    "licence": LICENCES,
    "plan": PLANS,
    "api-key": KEYS,
    "webhook": WEBHOOKS,
}
"""Where pages about subjects of the ledger begin."""

_SINCE: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}
_READ = reach(Permission.OPERATOR_AUDIT, Tenancy.OPERATOR)


@get(AUDIT, opt=_READ)
async def audit(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show it, newest first."""
    query = TableQuery(
        visit,
        filters={"kind": [each.value for each in EntryKind], "by": ["me"], "since": list(_SINCE)},
    )
    kind, since = query.chosen("kind"), query.chosen("since")
    page = await operator.audit.page(
        visit.operator,
        EntryKind(kind) if kind else None,
        visit.me.actor if query.chosen("by") else None,
        visit.now - _SINCE[since] if since else None,
        _cursor(query.cursor),
        _FILE if query.wants_csv else _PAGE,
    )
    names = ("at", "who", "what", "detail", "about", "place", *(("digest",) if query.wants_csv else ()))
    columns = [Column(say(visit, f"{W}.column.{name}")) for name in names]
    rows = [_row(visit, each, is_file=query.wants_csv) for each in page.entries]
    if query.wants_csv:
        return csv_answer("ledger", columns, rows)
    table = query.table(
        say(visit, f"{W}.title"),
        columns,
        rows,
        filters=[
            query.chips(
                "kind",
                say(visit, f"{W}.filter.kind"),
                {each.value: say(visit, f"{W}.kind.{each}") for each in EntryKind},
            ),
            query.chips("by", say(visit, f"{W}.filter.by"), {"me": say(visit, f"{W}.by.me")}),
            query.chips(
                "since",
                say(visit, f"{W}.filter.since"),
                {each: say(visit, f"operator.subscribers.since.{each}") for each in _SINCE},
            ),
        ],
        next_cursor="" if page.next is None else str(page.next),
        has_csv=True,
    )
    return visit.page("operator/audit.html", table=table)


def _cursor(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except DecodeError:
        return None


def _row(visit: Visit, audited: Audited, *, is_file: bool) -> Row:
    entry = audited.entry
    return Row(
        (
            entry.at,
            who_text(visit, audited.who),
            entry_title(visit, entry),
            entry_detail(visit, entry),
            _about(visit, audited),
            audited.position,
            *((audited.digest,) if is_file else ()),
        )
    )


def _about(visit: Visit, audited: Audited) -> object:
    """Return what an entry is about, leading to it where it has a page."""
    entry, about = audited.entry, audited.about
    iccid = entry.facts.get("iccid")
    if iccid is not None:
        try:
            return order_link(Iccid.parse(iccid))
        except DecodeError:
            return Code(iccid)
    if entry.subject is None:
        return None
    kind, _, name = entry.subject.partition(":")
    if about is not None:
        whose = who_text(visit, about)
        return Link(whose, f"{STAFF}/{name}") if about.side is Side.COLLEAGUE else whose
    if kind in _PLACES:
        return Link(say(visit, f"{W}.about.{kind}", name=name), f"{_PLACES[kind]}/{name}")
    return Code(entry.subject)


ROUTES: Final[tuple[Any, ...]] = (audit,)
