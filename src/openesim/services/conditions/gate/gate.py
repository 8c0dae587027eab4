"""The admission gate: gathers the facts of an order, has them judged, and sees to it that the word is kept.

It stands three times on the way of an order. At confirmation it decides, reserves a line of the person, and writes its word
into the ledger, all in the unit of work that confirms the order. When the chip proves itself, and again when it asks for its
package, it asks whether that still holds: licence, rules, terminals, recalls and the watch-list are known by heart
(``following``), the case and the person are one row each. What somebody can look at lets the order wait also then; he finds
it among those that are held. Where the rules ask nothing of an operator's orders (``open``), it is one look-up.

Two orders of one person meet at his row, which is held while his lines are counted: so a limit holds over all processes and
operators, and nobody but the gate sees lines of another operator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.clearing import decide_uncleared, signs_in
from openesim.conditions.admission.codes import code_of
from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import (
    Application,
    Facts,
)
from openesim.conditions.admission.texts import explain, pair_of
from openesim.conditions.admission.watching import Sign, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.keeping import CODE_FOR, VISIT
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Binding, Deed
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import changed
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.security.crypto.confirmation_code import hash_confirmation_code
from openesim.services.conditions.gate.books import Books, GateStores
from openesim.services.conditions.gate.downloads import Stop, find_stop
from openesim.services.conditions.gate.facts import (
    Background,
    application_of,
    asked_of,
    binding_of,
    lines_of,
    signals_of,
    verification_of,
)
from openesim.services.conditions.gate.words import CONFIRMATION, admission_of, cleared_of, no_rules, record
from openesim.services.conditions.terminals.terminals import note_deed
from openesim.transparency.entries import GATE

_CODE_DIGITS: Final = 8
_NO_PROFILE: Final = Iccid("0" * 19)
_ON_HOLD: Final = (Subject.PROFILE_ICCID, Reason.NOT_ALLOWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The gate's word on an order that is about to be confirmed.

    Attributes:
        order: as it may be stored; held, it is confirmed and not released.
        refusal: what the operator is told instead; then nothing is stored of the order, unless it is held.
        is_held: it waits for somebody, or for a moment.
    """

    order: Order | None = None
    refusal: Status | None = None
    is_held: bool = False


class Gate:
    """The gate of a process."""

    def __init__(self, books: Books, entropy: Entropy) -> None:
        """Bind to what is known by heart."""
        self._books: Final = books
        self._entropy: Final = entropy

    # --- at confirmation

    def admit(
        self,
        stores: GateStores,
        order: Order,
        now: datetime,
        case_id: str | None = None,
        deed: Deed = Deed.NEW_LINE,
    ) -> Ruling:
        """Decide about an order, inside the unit that confirms, releases or issues it again.

        Allowed or held, a line of the person is reserved, and the order carries a mark that it was admitted.

        Args:
            stores: of the unit of work.
            order: as it is to be.
            now: aware UTC.
            case_id: the verification behind it; None: that of an earlier decision, or else of the chip.
            deed: what is done.
        """
        operator = order.operator or ""
        if self._books.rules.asks_nothing(operator, now):
            return Ruling(order=order)
        earlier = stores.admission(order.order_id) if order.is_admitted else None
        background = self._background(stores, order, case_id or (earlier.case_id if earlier else None))
        application = _as_ordered(application_of(order, background, deed), earlier)
        try:
            pack = self._books.rules.pack_for(operator, application.service, now)
        except NotFoundError:
            return _refused(no_rules(self._books.rules.pack_id_of(operator, application.service, now)))
        background = self._held(stores, background, now)
        facts, signs = self._facts(stores, order, background, (application, pack), now)
        facts = _as_when_held(facts, earlier)
        decision = decide_uncleared(pack, application, facts, (signs, cleared_of(earlier)), now)
        admission = admission_of(order, background, (application, decision), facts, now)
        admission = _going_on(admission, earlier, signs_in(decision, signs))
        record(stores, CONFIRMATION, admission, decision, (facts, order, now))
        # What is issued again is let through at once or not at all: the order that there is goes on as it was.
        waits = decision.verdict is Verdict.HOLD and deed is not Deed.RE_ISSUE
        if decision.verdict is not Verdict.ALLOW and not waits:
            return _refused(decision.findings[0])
        if earlier is None:
            self._count(stores, order, background, pack, now)
        return self._keep(stores, order, (admission, decision), (background, pack), now)

    def _background(self, stores: GateStores, order: Order, case_id: str | None) -> Background:
        """Return the plan of an order, and whose case stands behind it."""
        operator = order.operator or ""
        case = stores.hold_case(case_id) if case_id else None
        if case_id is None and order.eid is not None:
            case = stores.case_for(operator, order.eid)
        plan = self._books.plans.plan_for(operator, order.profile_type)
        return Background(plan, _fitting(case, order), None)

    @staticmethod
    def _held(stores: GateStores, background: Background, now: datetime) -> Background:
        """Return the background with its person, whose row is held from now on: his lines are counted next."""
        case = background.case
        if case is None or case.person is None:
            return background
        return Background(background.plan, case, stores.hold_person(case.person, now))

    def _facts(
        self,
        stores: GateStores,
        order: Order,
        background: Background,
        rules: tuple[Application, Pack],
        now: datetime,
        device: Device | None = None,
    ) -> tuple[Facts, tuple[Sign, ...]]:
        """Return everything that an order is judged by at confirmation, and the entries of the watch-list in it.

        The device is the case's unless it is given.
        """
        application, pack = rules
        case, operator = background.case, order.operator or ""
        if device is None:
            imei = None if case is None or case.imei is None else str(case.imei)
            device = Device(eid=str(order.eid or ""), imei=imei)
        told = stores.tell(asked_of(order, device.imei, background, pack, now))
        person = background.person or told.person
        binding = binding_of(told.bonds, order.eid, device.imei)
        terminal = self._books.terminals.terminal_of(device, now)
        signals, signs = signals_of(told, person)
        facts = Facts(
            licences=self._books.licences.licences_of(operator, application.service),
            terminal=changed(terminal, binding=binding, profiles=told.profiles),
            person=verification_of(case, person, now - VISIT),
            lines=lines_of(told.lines, order, application),
            signals=signals,
        )
        return facts, signs

    @staticmethod
    def _count(stores: GateStores, order: Order, background: Background, pack: Pack, now: datetime) -> None:
        """Count a new order where the rules ask how many there were."""
        risk, case = pack.risk, background.case
        if risk.orders_per_person_per_day and background.person is not None:
            stores.count_order(WatchedKind.PERSON, background.person.person, now)
        if risk.orders_per_chip_per_day and order.eid is not None:
            stores.count_order(WatchedKind.CHIP, bytes.fromhex(order.eid), now)
        if risk.orders_per_address_per_day and case is not None and case.address is not None:
            stores.count_order(WatchedKind.ADDRESS, case.address, now)

    def _keep(
        self,
        stores: GateStores,
        order: Order,
        word: tuple[Admission, Decision],
        behind: tuple[Background, Pack],
        now: datetime,
    ) -> Ruling:
        """Store that an order is admitted or held, with the line that is reserved for it."""
        (admission, decision), (background, pack) = word, behind
        code = self._confirmation_code(order, background, pack, admission)
        admitted = changed(order, is_admitted=True)
        if code is not None and background.case is not None:
            admitted = changed(admitted, confirmation_hash=hash_confirmation_code(code))
            stores.put_code(background.case.case_id, order.order_id, code, now + CODE_FOR)
        stores.save_admission(admission)
        self._bind(stores, admission, pack, now)
        if admission.person is not None:
            stores.save_line(_line_of(stores, order, admission, now))
        if decision.verdict is not Verdict.HOLD:
            return Ruling(order=admitted)
        if admitted.state is OrderState.RELEASED:
            admitted = changed(admitted, state=OrderState.CONFIRMED)
        finding = decision.findings[0]
        refusal = Status(*_ON_HOLD, explain(finding).cause, code=code_of(finding))
        return Ruling(order=admitted, refusal=refusal, is_held=True)

    @staticmethod
    def _bind(stores: GateStores, admission: Admission, pack: Pack, now: datetime) -> None:
        """Hold chip and device to each other where the rules ask for that and nobody did before."""
        asked = pack.service[admission.application.service].device.chip_binding
        if asked is Binding.TWO_WAY and admission.eid is not None and admission.imei is not None:
            bond = Bond(eid=str(admission.eid), imei=admission.imei, source="order", bound_at=now)
            if stores.bind(bond):
                note_deed(stores, f"chip:{bond.eid}", GATE, now, deed="bind", tac=bond.imei[:8])

    def _confirmation_code(
        self, order: Order, background: Background, pack: Pack, admission: Admission
    ) -> str | None:
        """Return a code that only the verified person will get, where the operator gave none; None: none is needed."""
        case = background.case
        is_asked = pack.service[admission.application.service].needs_person
        if not is_asked or case is None or case.eid is None or order.confirmation_hash is not None:
            return None
        number = int.from_bytes(self._entropy(16), "big") % 10**_CODE_DIGITS
        return f"{number:0{_CODE_DIGITS}d}"

    # --- before anything is ordered

    def preview(
        self, stores: GateStores, plan: Plan, device: Device, case: Case | None, now: datetime
    ) -> Decision:
        """Return what the gate would say to an order of a plan for a device; nothing is reserved, counted or recorded.

        Args:
            stores: of the unit of work.
            plan: what would be ordered.
            device: chip and device, as far as they are known.
            case: the verification that would stand behind it; None: nobody is verified yet.
            now: aware UTC.

        Raises:
            NotFoundError: no rules are in force for it.
        """
        order = Order(
            iccid=_NO_PROFILE,
            package_id=0,
            profile_type=plan.profile_type,
            operator=plan.operator,
            eid=Eid(device.eid) if device.eid else None,
        )
        background = Background(plan, _fitting(case, order), None)
        application = application_of(order, background, Deed.NEW_LINE)
        pack = self._books.rules.pack_for(plan.operator, application.service, now)
        facts, _ = self._facts(stores, order, background, (application, pack), now, device)
        return decide(pack, application, facts, now)

    # --- when a chip comes

    def stopped(
        self, stores: GateStores, order: Order, device: Device, now: datetime, *, is_delivery: bool
    ) -> Stop | None:
        """Return why the gate's word on an order does not hold any more: ``downloads.find_stop``."""
        return find_stop(self._books, stores, order, device, now, is_delivery=is_delivery)


def _fitting(case: Case | None, order: Order) -> Case | None:
    """Return the case that stands behind an order; None for one of another operator or of another chip."""
    if case is None or case.operator != order.operator or case.eid not in {None, order.eid}:
        return None
    return case


def _as_ordered(application: Application, earlier: Admission | None) -> Application:
    """Return what an order asks for; one that was admitted keeps what its plan said then, whatever is offered since."""
    if earlier is None:
        return application
    before = earlier.application
    return replace(application, service=before.service, number=before.number, home_region=before.home_region)


def _as_when_held(facts: Facts, earlier: Admission | None) -> Facts:
    """Return facts in which whoever was there when his order was held is so still: nobody waits at a counter for days."""
    known = None if earlier is None or earlier.held_until is None else earlier.person_facts
    person = facts.person
    if known is None or person is None or not known.same_visit or known.verified_at != person.verified_at:
        return facts
    return replace(facts, person=changed(person, same_visit=True))


def _going_on(admission: Admission, earlier: Admission | None, signs: tuple[str, ...]) -> Admission:
    """Return an admission with what it is held for, and with what an earlier one of the order hands on."""
    if earlier is None:
        return changed(admission, signs=signs)
    is_same = earlier.held_until is not None and earlier.signs == signs
    return changed(
        admission,
        signs=signs,
        held_until=earlier.held_until if is_same else admission.held_until,
        cleared_by=earlier.cleared_by,
        cleared=earlier.cleared,
    )


def _line_of(stores: GateStores, order: Order, admission: Admission, now: datetime) -> Line:
    """Return the line that is reserved for an order: one that goes on began when it was ordered first."""
    assert admission.person is not None  # noqa: S101 (whose line it is)
    before = stores.line(order.order_id) if order.is_admitted else None
    if before is not None and (before.state is LineState.ENDED or before.person != admission.person):
        before = None
    return Line(
        order_id=order.order_id,
        person=admission.person,
        operator=admission.application.operator,
        service=admission.application.service,
        iccid=order.iccid,
        state=LineState.RESERVED,
        begun_at=now if before is None else before.begun_at,
        disputed_at=None if before is None else before.disputed_at,
    )


def _refused(finding: Finding) -> Ruling:
    """Return the refusal of an order: the operator learns the cause."""
    return Ruling(refusal=Status(*pair_of(finding), explain(finding).cause, code=code_of(finding)))
