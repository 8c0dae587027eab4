"""What is done to one order on the server itself, outside ES2+: taken back, issued again.

Each function is to be called inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, cast

from openesim.conditions.admission.codes import explained, finding_of
from openesim.conditions.rules.words import Deed
from openesim.kernel.errors import RuleRefused
from openesim.kernel.ids import MatchingId
from openesim.kernel.records import changed
from openesim.provisioning.smdp.history import Action, step_of
from openesim.provisioning.smdp.orders import Order, OrderEvent
from openesim.provisioning.smdp.reconciliation import HandedOut
from openesim.provisioning.smdp.reissue import Reissued, Wish, reissue
from openesim.services.announcing import announce_later
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.gate import Gate, Ruling
from openesim.services.following_orders import follow_order
from openesim.services.ports import SmdpStores
from openesim.services.telling import stamped, tell


class CareStores(SmdpStores, Protocol):
    """What is needed of the stores beyond a server's."""

    def handed_out(self, first: int, last: int) -> Mapping[int, HandedOut]:
        """Return what was last handed out for the orders of a stretch of row numbers, both included.

        It opens no secret: an order can be cared for where keys are not at hand.
        """
        ...


def cancel_order(stores: CareStores, order: Order, event: OrderEvent, now: datetime) -> Order:
    """Take an order back and return it.

    Args:
        stores: of the unit of work.
        order: as it stands.
        event: one of the two cancellations.
        now: aware UTC.

    Raises:
        StateError: not possible in its state, or a chip may have the profile already.
    """
    was_handed_out = bool(stores.handed_out(order.order_id, order.order_id))
    cancelled = stamped(order.back_in_stock(event, was_handed_out=was_handed_out), now)
    stores.save_order(cancelled)
    follow_order(stores, order, cancelled, now)
    # Told of the chip that it was for: afterwards nothing is known of it.
    tell(stores, step_of(Action.CANCEL_ORDER, cancelled, now, eid=order.eid))
    return cancelled


def issue_again(
    stores: CareStores,
    order: Order,
    wish: Wish,
    new_matching_id: str,
    now: datetime,
    gate: Gate | None = None,
) -> Reissued:
    """Issue an order again: ``issue_if_allowed``, where nothing need stay on record of what the gate refuses.

    Raises:
        RuleRefused: the rules say no, or let it wait.
        StateError: the order is in no state for it, or a chip may have the profile; the explanation says what to do.
        ConflictError: the matching id is taken.
    """
    outcome = issue_if_allowed(stores, order, wish, new_matching_id, now, gate)
    if isinstance(outcome, RuleRefused):
        raise outcome
    return outcome


def issue_if_allowed(
    stores: CareStores,
    order: Order,
    wish: Wish,
    new_matching_id: str,
    now: datetime,
    gate: Gate | None = None,
) -> Reissued | RuleRefused:
    """Issue an order again, with a new matching id, and return it, or what the gate says against it.

    A refusal is returned and not raised, so that the unit of work keeps the gate's word on record, and nothing else.

    Args:
        stores: of the unit of work.
        order: as it stands.
        wish: for which chip.
        new_matching_id: drawn by the caller.
        now: aware UTC.
        gate: asked whether it may be; None: there is none.

    Raises:
        StateError: the order is in no state for it, or a chip may have the profile; the explanation says what to do.
        ConflictError: the matching id is taken.
    """
    was_handed_out = bool(stores.handed_out(order.order_id, order.order_id))
    issued = reissue(
        order,
        wish,
        was_handed_out=was_handed_out,
        matching_id=MatchingId.parse(new_matching_id),
        now=now,
    )
    admitted = _admitted(stores, issued.order, gate, now)
    if isinstance(admitted, RuleRefused):
        return admitted
    after = stamped(admitted, now)
    stores.save_order(after)
    follow_order(stores, order, after, now)
    announce_later(stores, after, now)
    step = step_of(Action.REISSUE, after, now, eid=after.eid)
    tell(stores, changed(step, message=issued.warning or after.outcome))
    return replace(issued, order=after)


def _admitted(stores: CareStores, order: Order, gate: Gate | None, now: datetime) -> Order | RuleRefused:
    """Return an order that is issued again as the gate lets it, or what the gate says against it."""
    if gate is None:
        return order
    held_by_gate = cast("GateStores", stores)
    ruling = gate.admit(held_by_gate, order, now, deed=Deed.RE_ISSUE)
    if ruling.order is None:
        return _rule_refused(ruling)
    admission = held_by_gate.admission(order.order_id) if ruling.order.is_admitted else None
    if admission is not None and admission.person is not None:
        person = held_by_gate.hold_person(admission.person, now)
        held_by_gate.save_person(changed(person, reissued_at=now))
    return ruling.order


def _rule_refused(ruling: Ruling) -> RuleRefused:
    """Return the error of an order that the gate does not let through."""
    code = (ruling.refusal and ruling.refusal.code) or ""
    finding, told = finding_of(code), explained(code)
    assert finding is not None  # noqa: S101 (the gate has a cause for each word but yes)
    assert told is not None  # noqa: S101 (and words for it)
    return RuleRefused(finding.cause, dict(finding.facts)).explained(told)
