"""My lines at every operator: looked at, disputed, frozen."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.naming import service_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Identifier, Link, Pill, Tone
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.admission import Line, LineState
from openesim.services.conditions.desk_sessions import verify_recent
from openesim.services.conditions.own_lines import OwnLines
from openesim.services.conditions.roles import Permission

_READ = reach(Permission.OWN_LINES_READ, Tenancy.SELF)
_DISPUTE = reach(Permission.OWN_LINES_DISPUTE, Tenancy.SELF)
_FREEZE = reach(Permission.OWN_LINES_FREEZE, Tenancy.SELF)
_TONES: Final = {LineState.RESERVED: Tone.WAIT, LineState.ACTIVE: Tone.GOOD, LineState.ENDED: Tone.IDLE}
LINES: Final = "/subscriber/lines"


@get(LINES, opt=_READ)
async def lines(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show every line in one's name."""
    found = await subscriber.records.lines(visit.me)
    names = await subscriber.offers.names_of(line.operator for line in found.lines) if found else {}
    return visit.page(
        "subscriber/lines.html",
        found=found,
        figures=[(names[operator], number) for operator, number in found.counted.items()] if found else [],
        table=lines_table(visit, found, names) if found else None,
        running=sum(found.counted.values()) if found else 0,
    )


def lines_table(visit: Visit, found: OwnLines, names: dict[str, str]) -> Table:
    """Return the lines, those that run first."""
    say = visit.t
    columns = [
        Column(str(say("subscriber.plan.operator"))),
        Column(str(say("subscriber.lines.state"))),
        Column(str(say("subscriber.plan.service"))),
        Column(str(say("field.iccid.label"))),
        Column(str(say("subscriber.lines.since"))),
        Column(str(say("subscriber.lines.deed"))),
    ]
    ordered = sorted(found.lines, key=lambda line: (line.state is LineState.ENDED, -line.order_id))
    rows = [
        Row(
            (
                names[line.operator],
                state_pill(visit, line),
                service_name(visit, line.service),
                Identifier(str(line.iccid)),
                visit.format.day(line.begun_at),
                _deed(visit, line),
            )
        )
        for line in ordered
    ]
    return plain_table(str(say("subscriber.lines.title")), columns, rows)


def state_pill(visit: Visit, line: Line) -> Pill:
    """Return how a line stands."""
    if line.disputed_at is not None:
        return Pill.of(visit, "subscriber.lines.disputed", Tone.BAD)
    return Pill.of(visit, f"subscriber.lines.is.{line.state.value}", _TONES[line.state])


def _deed(visit: Visit, line: Line) -> object:
    if line.disputed_at is not None:
        return visit.format.day(line.disputed_at)
    return Link(str(visit.t("subscriber.lines.dispute")), f"{LINES}/{line.order_id}/dispute")


@get(LINES + "/{line:int}/dispute", opt=_DISPUTE)
async def ask_dispute(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], line: FromPath[int]
) -> Response[Any]:
    """Ask once more, and say what follows."""
    found = await subscriber.records.line(visit.me, line)
    names = await subscriber.offers.names_of([found.operator])
    confirm = Confirm(
        title=str(visit.t("subscriber.dispute.title", operator=names[found.operator])),
        consequence=str(visit.t(f"subscriber.dispute.consequence.{found.state.value}")),
        hit=1,
        hit_label=str(visit.t("subscriber.dispute.hit", operator=names[found.operator])),
        action=f"{LINES}/{line}/dispute",
        button=str(visit.t("subscriber.dispute.go")),
        back=LINES,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("subscriber.dispute"))


@post(LINES + "/{line:int}/dispute", opt=_DISPUTE)
async def dispute(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], line: FromPath[int]
) -> Response[Any]:
    """Take it that the line is not his."""
    await subscriber.records.dispute(visit.me, line)
    return visit.go(LINES, "subscriber.dispute.done")


@get(LINES + "/freeze", opt=_FREEZE)
async def ask_freeze(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Ask once more, and say what follows."""
    return await _ask(visit, subscriber, "freeze")


@post(LINES + "/freeze", opt=_FREEZE)
async def freeze(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Let no new line begin."""
    await subscriber.records.freeze(visit.me)
    return visit.go(LINES, "subscriber.freeze.done")


@get(LINES + "/unfreeze", opt=_FREEZE)
async def ask_unfreeze(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Ask once more; whoever found an open session does not get as far as this."""
    verify_recent(visit.me_signed_in, visit.now)
    return await _ask(visit, subscriber, "unfreeze")


@post(LINES + "/unfreeze", opt=_FREEZE)
async def unfreeze(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Let lines begin again."""
    verify_recent(visit.me_signed_in, visit.now)
    await subscriber.records.unfreeze(visit.me)
    return visit.go(LINES, "subscriber.unfreeze.done")


async def _ask(visit: Visit, subscriber: SubscriberServices, deed: str) -> Response[Any]:
    found = await subscriber.records.lines(visit.me)
    confirm = Confirm(
        title=str(visit.t(f"subscriber.{deed}.title")),
        consequence=str(visit.t(f"subscriber.{deed}.consequence")),
        hit=None if found is None else sum(found.counted.values()),
        hit_label=str(visit.t(f"subscriber.{deed}.hit")),
        action=f"{LINES}/{deed}",
        button=str(visit.t(f"subscriber.{deed}.go")),
        back=LINES,
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank(f"subscriber.{deed}"))
