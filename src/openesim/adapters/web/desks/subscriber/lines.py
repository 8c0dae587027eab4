"""My lines at every operator: looked at, disputed, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.naming import service_name
from openesim.adapters.web.desks.components.values import Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.admission import Line, LineState
from openesim.services.conditions.accounts.desk_sessions import verify_recent
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.lines import OwnLines

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
        cards=cards_of(visit, found, names) if found else [],
        running=sum(found.counted.values()) if found else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A line among others.

    Attributes:
        operator: at whom.
        state: how it stands.
        facts: what else is known of it.
        dispute: path on which it is disputed; empty: it was.
    """

    operator: str
    state: Pill
    facts: list[Fact]
    dispute: str


def cards_of(visit: Visit, found: OwnLines, names: dict[str, str]) -> list[Card]:
    """Return the lines, those that run first."""
    ordered = sorted(found.lines, key=lambda line: (line.state is LineState.ENDED, -line.order_id))
    return [_card(visit, line, names[line.operator]) for line in ordered]


def _card(visit: Visit, line: Line, operator: str) -> Card:
    facts = [
        Fact(visit.t("subscriber.plan.service"), service_name(visit, line.service)),
        Fact(visit.t("field.iccid.label"), Identifier(str(line.iccid))),
        Fact(visit.t("subscriber.lines.since"), visit.format.day(line.begun_at)),
    ]
    if line.ended_at is not None:
        facts.append(Fact(visit.t("subscriber.lines.until"), visit.format.day(line.ended_at)))
    if line.disputed_at is not None:
        facts.append(Fact(visit.t("subscriber.lines.disputed_at"), visit.format.day(line.disputed_at)))
    dispute = "" if line.disputed_at is not None else f"{LINES}/{line.order_id}/dispute"
    return Card(operator=operator, state=state_pill(visit, line), facts=facts, dispute=dispute)


def state_pill(visit: Visit, line: Line) -> Pill:
    """Return how a line stands."""
    if line.disputed_at is not None:
        return Pill.of(visit, "subscriber.lines.disputed", Tone.BAD)
    return Pill.of(visit, f"subscriber.lines.is.{line.state.value}", _TONES[line.state])


@get(LINES + "/{line:int}/dispute", opt=_DISPUTE)
async def ask_dispute(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], line: FromPath[int]
) -> Response[Any]:
    """Ask once more, and say what follows."""
    found = await subscriber.records.line(visit.me, line)
    names = await subscriber.offers.names_of([found.operator])
    confirm = Confirm(
        title=visit.t("subscriber.dispute.title", operator=names[found.operator]),
        consequence=visit.t(f"subscriber.dispute.consequence.{found.state.value}"),
        hit=1,
        hit_label=visit.t("subscriber.dispute.hit", operator=names[found.operator]),
        action=f"{LINES}/{line}/dispute",
        button=visit.t("subscriber.dispute.go"),
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
        title=visit.t(f"subscriber.{deed}.title"),
        consequence=visit.t(f"subscriber.{deed}.consequence"),
        hit=None if found is None else sum(found.counted.values()),
        hit_label=visit.t(f"subscriber.{deed}.hit"),
        action=f"{LINES}/{deed}",
        button=visit.t(f"subscriber.{deed}.go"),
        back=LINES,
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank(f"subscriber.{deed}"))
