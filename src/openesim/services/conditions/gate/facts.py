"""Facts for the gate, out of what is kept: of plan, case and person, of chip and device, of lines, of signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.clearing import weighed
from openesim.conditions.admission.facts import (
    Application,
    Lines,
    Signals,
    Standing,
    Verification,
)
from openesim.conditions.admission.watching import Sign, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case, Person
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Binding, Channel, Deed, NumberKind, ServiceClass, Trigger
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.device import Device
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import Order
from openesim.services.conditions.gate.books import Asked, Told
from openesim.services.conditions.gate.standings import standing_of


@dataclass(frozen=True, slots=True)
class Background:
    """What stands behind an order: its plan, the case and the person of it, as read in this unit."""

    plan: Plan | None
    case: Case | None
    person: Person | None


def application_of(order: Order, background: Background, deed: Deed) -> Application:
    """Return what an order asks for: its plan says what is written, its case where the person is."""
    plan, case = background.plan, background.case
    channel = case.channel if case is not None else (plan.channel if plan else Channel.ONLINE)
    return Application(
        operator=order.operator or "",
        service=plan.service if plan else (case.service if case else ServiceClass.PHONE),
        channel=channel,
        number=plan.number if plan else NumberKind.MOBILE,
        home_region=plan.home_region if plan else None,
        write_region=case.region if case else None,
        in_country=case.in_country if case else None,
        deed=deed,
    )


def verification_of(case: Case | None, person: Person | None, visit: datetime) -> Verification | None:
    """Return what the gate may know of the person behind an order.

    Args:
        case: the verification.
        person: what is kept of him.
        visit: a verification since then belongs to the same visit.
    """
    if case is None or case.group is None or case.document is None or case.verified_at is None:
        return None
    return Verification(
        standing=standing_of(case.state),
        group=case.group,
        document=case.document,
        assurance=case.assurance,
        verified_at=case.verified_at,
        same_visit=case.verified_at >= visit,
        age=case.age,
        acts_for_another=case.acts_for_another,
        brought=case.brought,
        reverify=_reverification(person),
        is_frozen=person is not None and person.frozen_at is not None,
    )


def still_standing(admission: Admission) -> Verification | None:
    """Return what was known of the person when an order was admitted, as he stands now.

    What was timely then is so for its download, and a case that lapsed since still stands behind it; whoever froze his
    lines keeps what is on its way.
    """
    known, standing = admission.person_facts, admission.standing
    if known is None:
        return None
    if standing is Standing.EXPIRED:
        standing = Standing.VALID
    return changed(known, standing=standing, same_visit=True, reverify=admission.reverify, is_frozen=False)


def _reverification(person: Person | None) -> tuple[Trigger, datetime] | None:
    """Return what asks a person to verify again, and until when."""
    if person is None or person.reverify_trigger is None or person.reverify_until is None:
        return None
    return Trigger(person.reverify_trigger), person.reverify_until


def asked_of(order: Order, imei: str | None, background: Background, pack: Pack, now: datetime) -> Asked:
    """Return what the database is asked about an order; what the rules do not ask is not looked up.

    The watch-list is asked by its rows: what was put on it before this unit counts in it.
    """
    risk, case = pack.risk, background.case
    subjects = (
        (WatchedKind.PERSON, None if case is None else case.person, risk.orders_per_person_per_day),
        (
            WatchedKind.CHIP,
            None if order.eid is None else bytes.fromhex(order.eid),
            risk.orders_per_chip_per_day,
        ),
        (WatchedKind.ADDRESS, None if case is None else case.address, risk.orders_per_address_per_day),
    )
    return Asked(
        order_id=order.order_id,
        eid=order.eid,
        imei=imei,
        subjects={kind: subject for kind, subject, _ in subjects if subject is not None},
        counted=tuple(kind for kind, subject, most in subjects if most and subject is not None),
        asks_person=background.person is None,
        now=now,
    )


def binding_of(bonds: Sequence[Bond], eid: Eid | None, imei: str | None) -> Binding:
    """Return how chip and device are bound, as far as the order tells."""
    if eid is None:
        return Binding.NONE
    if imei is None:
        return Binding.EID
    # Where there is no bond yet, they will be held to each other if nothing else speaks against it.
    is_free = all((bond.eid, bond.imei) == (eid, imei) for bond in bonds)
    return Binding.TWO_WAY if is_free else Binding.NONE


def binding_found(order: Order, device: Device, admission: Admission | None) -> Binding:
    """Return how the chip and the device are bound that are here now: to the order, and to the device that was shown."""
    if order.eid != device.eid:
        return Binding.NONE
    here, shown = device.imei or device.tac, None if admission is None else admission.imei
    if here is None or shown is None:
        return Binding.EID
    return Binding.TWO_WAY if shown.startswith(here) else Binding.NONE


def lines_of(found: Sequence[Line], order: Order, application: Application) -> Lines:
    """Return how many lines a person has, the one of this order left out; what was given back never was one."""
    lines = [line for line in found if line.order_id != order.order_id]
    held = [line for line in lines if line.state is not LineState.ENDED]
    return Lines(
        here=sum(line.operator == application.operator for line in held),
        nationwide=len(held),
        of_class=sum(line.service is application.service for line in held),
        begun=tuple(line.begun_at for line in lines if not line.is_returned),
    )


def signals_of(told: Told, person: Person | None) -> tuple[Signals, tuple[Sign, ...]]:
    """Return what speaks against an order, and the entries of the watch-list among it."""
    signs = tuple(entry.sign for entry in told.watched)
    signals = Signals(
        person_orders_today=told.today.get(WatchedKind.PERSON, 0),
        chip_orders_today=told.today.get(WatchedKind.CHIP, 0),
        address_orders_today=told.today.get(WatchedKind.ADDRESS, 0),
        reissued_at=None if person is None else person.reissued_at,
    )
    return weighed(signals, signs), signs
