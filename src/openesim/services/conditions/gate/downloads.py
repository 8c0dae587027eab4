"""The gate on the way of a download: does its word on an order still hold when the chip comes, and when it asks for its package?

Nothing is asked of the database but the admission: licences, terminals, rules and the watch-list are known by heart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.clearing import decide_uncleared, signs_in, weighed
from openesim.conditions.admission.codes import code_of
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import (
    Facts,
    Signals,
)
from openesim.conditions.admission.texts import explain, pair_of
from openesim.conditions.rules.words import Deed
from openesim.conditions.terminals.device import Device
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.orders import Order
from openesim.services.conditions.gate.books import Books, GateStores
from openesim.services.conditions.gate.facts import (
    Background,
    application_of,
    binding_found,
    still_standing,
)
from openesim.services.conditions.gate.words import (
    AUTHENTICATION,
    DELIVERY,
    admission_of,
    cleared_of,
    no_rules,
    record,
    wait_of,
    waiting_no_more,
)

_ASK: Final = "the rules do not allow this download now: ask who ordered the profile"
_NOTHING: Final = Signals()
_MORE_TO_SHOW: Final = "risk.step_up_from"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the gate's word on an order does not hold any more.

    Attributes:
        status: what the LPA is told: codes of the standard, and no affairs of a person.
        cause: the same for operator and person.
    """

    status: Status
    cause: str


def find_stop(
    books: Books, stores: GateStores, order: Order, device: Device, now: datetime, *, is_delivery: bool
) -> Stop | None:
    """Return why the gate's word on an order does not hold any more; None: it holds.

    Args:
        books: what the process knows by heart.
        stores: of the unit of work.
        order: that a chip has proved to be for it.
        device: the chip, and the device around it.
        now: aware UTC.
        is_delivery: its package is about to be handed out; that it may be is written into the ledger.
    """
    operator = order.operator or ""
    if books.rules.asks_nothing(operator, now):
        return None
    admission = stores.admission(order.order_id) if order.is_admitted else None
    if admission is None:
        plan = books.plans.plan_for(operator, order.profile_type)
        application = application_of(order, Background(plan, None, None), Deed.NEW_LINE)
    else:
        application = admission.application
    try:
        pack = books.rules.pack_for(operator, application.service, now)
    except NotFoundError:
        return _stop(no_rules(books.rules.pack_id_of(operator, application.service, now)))
    binding = binding_found(order, device, admission)
    terminal = books.terminals.terminal_of(device, now)
    signs = books.watched.signs_against(None if admission is None else admission.person, device.eid)
    facts = Facts(
        licences=books.licences.licences_of(operator, application.service),
        terminal=changed(terminal, binding=binding, profiles=0),
        person=None if admission is None else still_standing(admission),
        signals=weighed(_NOTHING, signs) if signs else _NOTHING,
    )
    decision = _on_its_way(decide_uncleared(pack, application, facts, (signs, cleared_of(admission)), now))
    if admission is not None:
        _let_wait(stores, admission, (decision, signs_in(decision, signs)), now)
    is_allowed = decision.verdict is Verdict.ALLOW
    if is_delivery or not is_allowed:
        gate = DELIVERY if is_delivery else AUTHENTICATION
        word = admission or admission_of(
            order, Background(None, None, None), (application, decision), facts, now
        )
        told = changed(word, eid=Eid(device.eid)) if is_allowed else word
        # What is handed out was judged by what was recorded at confirmation: the entry binds, and repeats nothing.
        record(stores, gate, told, decision, (None if is_allowed else facts, order, now))
    return None if is_allowed else _stop(decision.findings[0])


def _let_wait(
    stores: GateStores, admission: Admission, word: tuple[Decision, tuple[str, ...]], now: datetime
) -> None:
    """Have an order that is stopped by what somebody can look at wait for him, and one that goes on wait no more."""
    decision, signs = word
    if decision.verdict is Verdict.HOLD:
        if admission.held_until is None or admission.signs != signs:
            finding = decision.findings[0]
            stores.save_word(
                changed(
                    admission,
                    verdict=Verdict.HOLD,
                    cause=finding.cause,
                    held_until=wait_of(finding, now),
                    signs=signs,
                    decided_at=now,
                )
            )
    elif decision.verdict is Verdict.ALLOW and admission.verdict is not Verdict.ALLOW:
        stores.save_word(waiting_no_more(admission))


def _on_its_way(decision: Decision) -> Decision:
    """Return a decision about a download without what a score asks a person to show before he orders: he has ordered."""
    left = tuple(finding for finding in decision.findings if finding.rule != _MORE_TO_SHOW)
    return Decision(decision.pack, decision.version, left)


def _stop(finding: Finding) -> Stop:
    """Return how a download ends: a phone's screen is no place for a person's affairs."""
    return Stop(Status(*pair_of(finding), _ASK, code=code_of(finding)), explain(finding).cause)
