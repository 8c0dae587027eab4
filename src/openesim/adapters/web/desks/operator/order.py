"""One order: how it stands, how the gate judged it, everything that happened to it, and what can be done."""

from __future__ import annotations

import json
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Step as Shown
from openesim.adapters.web.desks.components.flows import Timeline
from openesim.adapters.web.desks.components.naming import channel_name, region_name, service_name
from openesim.adapters.web.desks.components.records import LedgerEntry
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Link, Pill, Tone
from openesim.adapters.web.desks.operator.places import iccid_of, number_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import (
    ORDERS,
    chip_pill,
    explained_in_words,
    held_pill,
    order_path,
    say,
    sentences,
    state_key,
    state_pill,
)
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.rules.words import ServiceClass
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import DOWNLOADABLE, ON_A_CHIP, Order, OrderState
from openesim.services.conditions.accounts.roles import Desk, Permission
from openesim.services.conditions.ledger.actors import Actor
from openesim.services.conditions.operator.order_looks import OrderLook
from openesim.services.timeline import told
from openesim.transparency.chain import Kept
from openesim.transparency.entries import GATE, Entry, EntryKind

_W: Final = "operator.order"
_VERDICT_TONES: Final = {
    Verdict.ALLOW: Tone.GOOD,
    Verdict.STEP_UP: Tone.WAIT,
    Verdict.HOLD: Tone.WAIT,
    Verdict.REFUSE: Tone.BAD,
}
_WHERE_THERE: Final = frozenset({"on_chip", "reference", "expires"})
"""Facts that are told only where there is something to tell."""
_HIDDEN_FACTS: Final = frozenset({"recorded", "deed", "iccid", "gate", "verdict", "causes", "profile-type"})
"""Of entries: what stands on the page already, or is for programs."""
_DIGEST: Final = 64
"""Digits of SHA-256."""


@get(f"{ORDERS}/{{iccid:str}}", opt=reach(Permission.ORDERS_READ, Tenancy.OPERATOR))
async def order(
    visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices], iccid: FromPath[str]
) -> Response[Any]:
    """Show an order."""
    after = number_of(visit.asked("after")) or 0
    look = await operator.looks.one(iccid_of(iccid), visit.operator, after)
    held = await operator.held.one(look.order.iccid, visit.operator) if look.is_held else None
    path = order_path(look.order.iccid)
    return visit.page(
        "operator/order.html",
        path=path,
        state=held_pill(visit) if look.is_held else state_pill(visit, look.order.state),
        facts=order_facts(visit, look),
        gate=gate_facts(visit, look),
        held=None
        if held is None or held.explained is None
        else explained_in_words(visit, held.code, held.explained),
        held_at_order=look.order.state is OrderState.CONFIRMED,
        held_until=None if look.admission is None else look.admission.held_until,
        timeline=Timeline(timeline_steps(visit, look, is_beginning=not after)),
        more=visit.address(after=look.goes_on) if look.goes_on else "",
        entries=[ledger_entry(visit, kept, look.actors) for kept in look.ledger if kept.entry is not None],
        may=allowed(visit, look),
    )


def allowed(visit: Visit, look: OrderLook) -> dict[str, bool]:
    """Return what whoever looks may do to the order now."""
    may, one = visit.me.may, look.order
    return {
        "code": may(Permission.ORDERS_WRITE) and one.state in DOWNLOADABLE and not look.is_held,
        "reissue": may(Permission.ORDERS_REISSUE) and look.can_be_reissued,
        "cancel": may(Permission.ORDERS_CANCEL) and look.can_be_cancelled,
        "release": may(Permission.ORDERS_WRITE) and look.can_be_released,
        "clear": may(Permission.ORDERS_CLEAR) and look.is_held,
    }


def order_facts(visit: Visit, look: OrderLook) -> list[Fact]:
    """Return what an order is."""
    one = look.order
    attempts = say(visit, f"{_W}.attempts", done=one.download_attempts, of=one.max_attempts or "∞")
    values: list[tuple[str, Any]] = [
        ("iccid", Identifier(str(one.iccid))),
        ("eid", None if one.eid is None else Identifier(str(one.eid))),
        ("type", one.profile_type),
        ("reference", one.reference),
        ("ordered", one.ordered_at),
        ("changed", one.changed_at),
        ("expires", one.expires_at),
        ("attempts", attempts),
        ("asks_code", one.confirmation_hash is not None),
        ("on_chip", None if one.chip_state is None else chip_pill(visit, one.chip_state)),
    ]
    return [
        Fact(say(visit, f"{_W}.fact.{name}"), value)
        for name, value in values
        if value is not None or name not in _WHERE_THERE
    ]


def gate_facts(visit: Visit, look: OrderLook) -> list[Fact]:
    """Return how the gate judged an order; nothing where no rule asked anything."""
    admission = look.admission
    if admission is None:
        return []
    asked = admission.application
    region = region_name(visit, asked.home_region) if asked.home_region else None
    values: list[tuple[str, Any]] = [
        ("verdict", verdict_pill(visit, admission)),
        ("rules", f"{admission.pack} {admission.version}"),
        ("decided", admission.decided_at),
        ("service", f"{service_name(visit, asked.service)} · {channel_name(visit, asked.channel)}"),
        ("region", region),
        ("case", None if admission.case_id is None else _case_link(visit, admission.case_id)),
        ("evidence", None if admission.evidence is None else Code(f"{admission.evidence.hex()[:16]}…")),
        ("cleared", say(visit, f"{_W}.cleared") if admission.cleared_by else None),
    ]
    return [Fact(say(visit, f"{_W}.gate.{name}"), value) for name, value in values if value is not None]


def _case_link(visit: Visit, case_id: str) -> Any:
    """Return the number of a verification, leading to it for whoever may see it."""
    if not visit.me.may(Permission.SUBSCRIBERS_READ):
        return Code(case_id)
    return Link(case_id, f"/operator/subscribers/{case_id}")


def verdict_pill(visit: Visit, admission: Admission) -> Pill:
    """Return what the gate said last."""
    name = admission.verdict.name.lower()
    return Pill.of(visit, f"{_W}.verdict.{name}", _VERDICT_TONES[admission.verdict])


# --- what happened ----------------------------------------------------------------------------------------------


def timeline_steps(visit: Visit, look: OrderLook, *, is_beginning: bool) -> list[Shown]:
    """Return everything that happened to an order, oldest first, and what is still to come."""
    steps = [shown_step(visit, step) for step in look.steps]
    created = look.order.created_at
    if is_beginning and created is not None:
        steps.insert(0, Shown(at=created, title=say(visit, f"{_W}.into_stock"), tone=Tone.IDLE))
    if look.goes_on is None:
        steps += [Shown(at=None, title=title, tone=Tone.IDLE) for title in _to_come(visit, look.order)]
    return steps


def shown_step(visit: Visit, step: Step) -> Shown:
    """Return a step as people read it; the message itself is a press away."""
    entry = told(step, visit.language)
    explained = None if entry.explanation is None else explained_in_words(visit, step.code, entry.explanation)
    details = []
    if step.is_idle:
        details.append(say(visit, f"{_W}.nothing_changed"))
    elif step.action is not Action.CANCEL_ORDER:
        details.append(say(visit, f"{_W}.then", state=visit.t(f"{state_key(step.state)}.label")))
    if step.chip_state is not None:
        details.append(say(visit, f"operator.order_state.on_chip.{step.chip_state.value}.why"))
    if explained is None and step.message:
        details.append(step.message)
    return Shown(
        at=step.at,
        title=capital(entry.what),
        tone=Tone.BAD if explained else _tone(step),
        detail=sentences(visit, details),
        explained=explained,
        raw=raw_step(step),
    )


def raw_step(step: Step) -> str:
    """Return everything that was noted of a step, as JSON."""
    values = told(step).values()
    if step.result_data is not None:
        values["result"] = step.result_data.hex()
    return json.dumps(values, ensure_ascii=False, indent=2)


def _tone(step: Step) -> Tone:
    if step.is_idle:
        return Tone.IDLE
    return Tone.GOOD if step.state is OrderState.INSTALLED else Tone.INFO


def _to_come(visit: Visit, one: Order) -> list[str]:
    """Return what has not happened yet, if all goes well."""
    if one.state in {OrderState.ALLOCATED, OrderState.LINKED, OrderState.CONFIRMED}:
        names: tuple[str, ...] = ("release", "download", "install")
    elif one.state is OrderState.RELEASED:
        names = ("download", "install")
    else:
        names = () if one.state in ON_A_CHIP or one.state is not OrderState.DOWNLOADED else ("install",)
    return [say(visit, f"{_W}.to_come.{name}") for name in names]


# --- the ledger -------------------------------------------------------------------------------------------------


def ledger_entry(visit: Visit, kept: Kept, actors: Any) -> LedgerEntry:
    """Return an entry of the ledger as people read it."""
    entry = kept.entry
    assert entry is not None  # noqa: S101 (what cannot be read is left out)
    return LedgerEntry(
        title=entry_title(visit, entry),
        at=entry.at,
        actor=actor_name(visit, actors.get(entry.actor, Actor(entry.actor))),
        facts=ledger_facts(visit, entry),
        digest=kept.digest.hex(),
        position=None if kept.head is None else kept.head.position,
        head="" if kept.head is None else kept.head.octets.hex(),
    )


def ledger_facts(visit: Visit, entry: Entry) -> list[tuple[str, str]]:
    """Return what an entry tells besides, by name; what stands on the page already, or is for programs, is left out."""
    facts = dict(entry.facts)
    if "pack" in facts:
        facts["rules"] = f"{facts.pop('pack')} {facts.pop('version', '')}".strip()
    return [
        (_fact_name(visit, name), _fact_text(visit, name, str(value)))
        for name, value in facts.items()
        if name not in _HIDDEN_FACTS and value
    ]


def _fact_name(visit: Visit, name: str) -> str:
    key = f"{_W}.told.{name}"
    return say(visit, key) if key in visit.pages.wording else name


def _fact_text(visit: Visit, name: str, text: str) -> str:
    if name == "service" and text in set(ServiceClass):
        return service_name(visit, text)
    if name == "region":
        return region_name(visit, text)
    key = f"{_W}.told_as.{name}.{text.lower()}"
    if key in visit.pages.wording:
        return say(visit, key)
    return f"{text[:16]}…" if len(text) == _DIGEST else text[:200]


def entry_title(visit: Visit, entry: Entry) -> str:
    """Return what an entry tells, in a sentence."""
    if entry.kind is EntryKind.DECISION:
        gate, verdict = entry.facts.get("gate", ""), entry.facts.get("verdict", "")
        at, said = f"{_W}.gate_at.{gate}", f"{_W}.verdict.{verdict.replace('-', '_')}.label"
        if at in visit.pages.wording and said in visit.pages.wording:
            return say(visit, f"{_W}.decided", at=visit.t(at), verdict=visit.t(said))
    deed = f"{_W}.deed.{entry.facts.get('deed', '')}"
    return say(visit, deed) if deed in visit.pages.wording else entry.facts.get("deed", entry.kind.value)


def actor_name(visit: Visit, actor: Actor) -> str:
    """Return who did something: the operator's own people by name, others by the side that they are on."""
    if actor.actor == GATE:
        return say(visit, f"{_W}.actor.gate")
    if actor.actor == visit.me.actor:
        return say(visit, f"{_W}.actor.you")
    if actor.role is not None and actor.role.desk is Desk.OPERATOR and actor.tenant == visit.operator:
        return actor.name
    side = actor.role.desk.value if actor.role is not None else "system"
    return say(visit, f"{_W}.actor.{side}")


ROUTES: Final[tuple[Any, ...]] = (order,)
