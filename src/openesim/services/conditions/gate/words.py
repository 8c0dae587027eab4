"""The gate's word on an order: what is kept of it, and what the ledger tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import (
    Application,
    Facts,
    Standing,
)
from openesim.conditions.admission.recorded import write_facts
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.facts import (
    Background,
)
from openesim.transparency.entries import GATE, Entry, EntryKind

HOLD: Final = timedelta(hours=72)
"""How long an order is held where no finding names a moment."""

CONFIRMATION: Final = "confirmation"
AUTHENTICATION: Final = "authentication"
DELIVERY: Final = "delivery"
"""What the ledger calls the three places where the gate stands: the last one, where a package is about to be handed out."""


def admission_of(
    order: Order,
    background: Background,
    word: tuple[Application, Decision],
    facts: Facts,
    now: datetime,
) -> Admission:
    """Return what is kept of a decision."""
    (application, decision), case = word, background.case
    is_held = decision.verdict is Verdict.HOLD
    return Admission(
        order_id=order.order_id,
        application=application,
        verdict=decision.verdict,
        pack=decision.pack,
        version=decision.version,
        decided_at=now,
        case_id=None if case is None else case.case_id,
        person=None if background.person is None else background.person.person,
        eid=order.eid,
        evidence=None if case is None else case.evidence,
        imei=None if case is None or case.imei is None else str(case.imei),
        person_facts=facts.person,
        standing=Standing.VALID if facts.person is None else facts.person.standing,
        reverify=None if facts.person is None else facts.person.reverify,
        cause=decision.findings[0].cause if is_held else None,
        held_until=wait_of(decision.findings[0], now) if is_held else None,
    )


def wait_of(finding: Finding, now: datetime) -> datetime:
    """Return until when an order is held: until the moment that the finding names, or for three days."""
    until = finding.facts.get("until")
    return datetime.fromisoformat(until) if until else now + HOLD


def cleared_of(admission: Admission | None) -> tuple[str, ...]:
    """Return what somebody has looked at and found harmless."""
    return () if admission is None else admission.cleared


def waiting_no_more(admission: Admission) -> Admission:
    """Return an admission of an order that goes on."""
    return changed(admission, verdict=Verdict.ALLOW, cause=None, held_until=None, signs=())


def no_rules(pack: str) -> Finding:
    """Return what is found where a pack has no version in force."""
    return Finding(Verdict.REFUSE, "pack", "no-rules", {"pack": pack})


def record(
    stores: GateStores,
    gate: str,
    admission: Admission,
    decision: Decision,
    seen: tuple[Facts | None, Order, datetime],
) -> None:
    """Write a decision into the ledger, bound to order, profile, chip and evidence."""
    facts, order, now = seen
    told = {
        "gate": gate,
        "verdict": decision.verdict.name.lower(),
        "pack": decision.pack,
        "version": decision.version,
        "iccid": str(order.iccid),
        "service": admission.application.service.value,
        "region": admission.application.home_region or admission.application.write_region or "",
    }
    if gate == DELIVERY and order.state is not OrderState.RELEASED:
        told["again"] = "yes"
    if facts is not None:
        told["recorded"] = write_facts(admission.application, facts)
    if decision.findings:
        told["causes"] = ",".join(finding.cause for finding in decision.findings)
        told["rules"] = ",".join(finding.rule for finding in decision.findings)
    if admission.eid is not None:
        told["eid"] = str(admission.eid)
    if admission.evidence is not None:
        told["evidence"] = admission.evidence.hex()
    stores.append_entry(
        Entry(
            kind=EntryKind.DECISION,
            at=now,
            actor=GATE,
            operator=order.operator,
            subject=None if admission.case_id is None else f"case:{admission.case_id}",
            order_id=order.order_id,
            facts=told,
        )
    )
