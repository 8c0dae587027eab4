"""Lines that are sold at the counter: ordered on the case that was just verified, and handed over to the person.

What the gate refuses is undone and still recorded: a profile is reserved, the gate is asked, the profile is given back, all
in one unit of work. A case has one order at a time, however often a button is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, cast

from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.decision import Decision
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import STANDS_BEHIND
from openesim.conditions.identity.keeping import CODE_FOR, VISIT
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import FunctionError, NotFoundError
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.activation_codes import Issued, issued
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.operator.subscribers import SubscriberStores, own_case
from openesim.services.conditions.operator.texts import Matter, missing, refused
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.personal_data import CodeStores, hand_over
from openesim.services.conditions.subscriber.orders import OwnOrderStores, order_of_case
from openesim.services.ordering import Confirmation, Ordering, OrderingStores, OrderWish, Terms
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

T = TypeVar("T")

_OUT: Final = frozenset({OrderState.RELEASED, OrderState.DOWNLOADED})


class CounterOrderStores(SubscriberStores, OrderingStores, GateStores, CodeStores, Protocol):
    """Cases and orders, inside one unit of work."""


class OfferedPlans(Protocol):
    """What knows the plans."""

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A line as the counter sells it.

    Attributes:
        case: the verification that stands behind it.
        plan: that is sold; None: none was chosen yet.
        decision: what the gate would say to the order now; None: it is ordered, or nothing can be asked yet.
        order: the order; None: it was not ordered yet.
        admission: how the gate admitted it.
        code: how the profile is fetched; None: not yet, or not any more.
        has_confirmation_code: whether a code is kept for the person.
        may_hand_over: whether who looks may hand that code over now.
    """

    case: Case
    plan: Plan | None
    decision: Decision | None
    order: Order | None
    admission: Admission | None
    code: Issued | None
    has_confirmation_code: bool
    may_hand_over: bool

    @property
    def is_held(self) -> bool:
        """Whether the order waits for somebody, or for a moment."""
        return self.admission is not None and self.admission.held_until is not None

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"Sale({self.case.case_id})"


class CounterOrders:
    """Orders as clerks make and hand them over."""

    def __init__(
        self,
        work: AnyWork,
        clock: Clock,
        ordering: Ordering,
        gate: Gate,
        plans: OfferedPlans,
        smdp_address: str,
    ) -> None:
        """Bind to what makes orders, the gate before it, and the plans."""
        self._work: Final = work
        self._clock: Final = clock
        self._ordering: Final = ordering
        self._gate: Final = gate
        self._plans: Final = plans
        self._smdp_address: Final = smdp_address

    async def look(self, operator: str, case_id: str, clerk: Account) -> Sale:
        """Return how far the sale on a case is.

        Args:
            operator: whose counter.
            case_id: the case.
            clerk: who looks.

        Raises:
            NotFoundError: the operator has no such case.
        """

        def unit(stores: CounterOrderStores) -> Sale:
            """Look it up."""
            return self._sale(stores, own_case(stores, operator, case_id), clerk)

        return await self._ask(unit)

    async def place(self, operator: str, case_id: str, plan_id: int | None, clerk: Account) -> Order:
        """Order a plan on a case, and return the order; one that is made already is returned as it is.

        Args:
            operator: whose counter.
            case_id: the case; somebody is verified on it.
            plan_id: the plan; None: that of the case.
            clerk: who orders.

        Raises:
            NotFoundError: the operator has no such case or plan.
            StateError: nobody is verified, or the plan is for another kind of device.
            FunctionError: the rules say no, or no profile is left; it says why.
        """
        now = self._clock.now()

        def unit(stores: CounterOrderStores) -> Order | FunctionError:
            """Reserve a profile, ask the gate, and give the profile back where it says no."""
            case = own_case(stores, operator, case_id, is_held=True)
            made = _order_of(stores, case)
            if made is not None:
                return made
            if case.state not in STANDS_BEHIND:
                raise refused(Matter.NOT_VERIFIED)
            plan = self._plan(case, plan_id)
            if plan is None:
                raise missing(Matter.NO_PLAN)
            if plan.service is not case.service:
                raise refused(Matter.PLAN_OF_ANOTHER_KIND)
            terms = Terms(reference=case.case_id, expires_at=now + CODE_FOR)
            wish = OrderWish(profile_type=plan.profile_type, eid=case.eid, terms=terms, confirmation=None)
            return self._made(stores, case, wish, clerk)

        outcome: Order | FunctionError = await self._work.run(unit)
        if isinstance(outcome, FunctionError):
            raise outcome
        return outcome

    async def confirmation_code(self, operator: str, case_id: str, clerk: Account) -> str:
        """Return the code that the person types into his phone, to the clerk who hands it over; the ledger tells of it.

        Raises:
            NotFoundError: the operator has no such case.
            StateError: there is no such code, or it is not this clerk's to hand over now.
        """
        act = Act(actor=clerk.actor, now=self._clock.now())

        def unit(stores: CounterOrderStores) -> str:
            """Look at it."""
            case = own_case(stores, operator, case_id)
            order = _order_of(stores, case)
            if order is None or stores.code_of_order(order.order_id) is None:
                raise refused(Matter.NO_CODE)
            if not self._may_hand_over(case, clerk):
                raise refused(Matter.VISIT_OVER)
            return hand_over(stores, case, order.order_id, act)

        return await self._work.run(unit)

    # --- the parts of it

    def _made(
        self, stores: CounterOrderStores, case: Case, wish: OrderWish, clerk: Account
    ) -> Order | FunctionError:
        """Make an order, confirmed; what is refused is given back."""
        reserved = self._ordering.create(stores, wish, case.operator)
        if not isinstance(reserved, Order):
            return _refusal(reserved)
        confirmation = Confirmation(eid=case.eid, case_id=case.case_id)
        confirmed = self._ordering.confirm(stores, reserved.iccid, confirmation, case.operator)
        if not isinstance(confirmed, Order):
            self._ordering.cancel(stores, reserved.iccid, ("Available", case.eid), case.operator)
            return _refusal(confirmed)
        facts = {
            "deed": "order",
            "iccid": str(confirmed.iccid),
            "profile-type": confirmed.profile_type,
            "case": case.case_id,
        }
        stores.append_entry(
            Entry(
                kind=EntryKind.DEED,
                at=self._clock.now(),
                actor=clerk.actor,
                operator=case.operator,
                subject=f"order:{confirmed.order_id}",
                order_id=confirmed.order_id,
                facts=facts,
            )
        )
        return confirmed

    def _sale(self, stores: CounterOrderStores, case: Case, clerk: Account) -> Sale:
        order = _order_of(stores, case)
        plan = self._plan(case, None)
        is_out = order is not None and order.state in _OUT
        return Sale(
            case=case,
            plan=plan,
            decision=self._preview(stores, case, plan) if order is None else None,
            order=order,
            admission=stores.admission(order.order_id) if order is not None and order.is_admitted else None,
            code=issued(order, self._smdp_address) if order is not None and is_out else None,
            has_confirmation_code=order is not None and stores.code_of_order(order.order_id) is not None,
            may_hand_over=self._may_hand_over(case, clerk),
        )

    def _preview(self, stores: CounterOrderStores, case: Case, plan: Plan | None) -> Decision | None:
        if plan is None or case.state not in STANDS_BEHIND:
            return None
        imei = None if case.imei is None else str(case.imei)
        try:
            return self._gate.preview(
                stores, plan, Device(eid=str(case.eid or ""), imei=imei), case, self._clock.now()
            )
        except NotFoundError:
            return None

    def _may_hand_over(self, case: Case, clerk: Account) -> bool:
        """Tell whether somebody may hand the code over: who saw the person, in the same visit."""
        is_fresh = case.verified_at is not None and self._clock.now() - case.verified_at <= VISIT
        return is_fresh and clerk.actor in {case.clerk, case.second}

    def _plan(self, case: Case, plan_id: int | None) -> Plan | None:
        wanted = case.plan_id if plan_id is None else plan_id
        mine = [plan for plan in self._plans.offered() if plan.operator == case.operator]
        return next((plan for plan in mine if plan.plan_id == wanted), None)

    async def _ask(self, unit: Callable[[CounterOrderStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _order_of(stores: CounterOrderStores, case: Case) -> Order | None:
    """Return the order that was made on a case, at the counter or by the person himself."""
    return order_of_case(cast("OwnOrderStores", stores), case)


def _refusal(outcome: object) -> FunctionError:
    assert isinstance(outcome, FunctionError)  # noqa: S101 (no SM-DS is named, so nothing is pending)
    return outcome
