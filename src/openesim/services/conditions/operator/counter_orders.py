"""Lines that are sold at the counter: ordered on the case that was just verified, and handed over to the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.decision import Decision
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import STANDS_BEHIND
from openesim.conditions.identity.keeping import VISIT
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import FunctionError, NotFoundError
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.activation_codes import Issued, issued
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.gate.case_orders import CaseOrderStores, order_of_case, order_on_case
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.operator.subscribers import SubscriberStores
from openesim.services.conditions.operator.texts import Matter, missing, refused
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import case_of_operator
from openesim.services.conditions.persons.personal_data import hand_over
from openesim.services.order_entries import order_deed, profile_facts
from openesim.services.ordering import Ordering
from openesim.services.ports import AnyWork, never

T = TypeVar("T")

_OUT: Final = frozenset({OrderState.RELEASED, OrderState.DOWNLOADED})


class CounterOrderStores(SubscriberStores, CaseOrderStores, Protocol):
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
            return self._sale(stores, case_of_operator(stores, operator, case_id), clerk)

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
            case = case_of_operator(stores, operator, case_id, is_held=True)
            made = order_of_case(stores, case)
            if made is not None:
                return made
            if case.state not in STANDS_BEHIND:
                raise refused(Matter.NOT_VERIFIED)
            plan = self._plan(case, plan_id)
            if plan is None:
                raise missing(Matter.NO_PLAN)
            if plan.service is not case.service:
                raise refused(Matter.PLAN_OF_ANOTHER_KIND)
            outcome = order_on_case(self._ordering, stores, case, plan, now)
            if isinstance(outcome, Order):
                facts = profile_facts(outcome) | {"case": case.case_id}
                stores.append_entry(order_deed(outcome, "order", clerk.actor, now, facts))
            return outcome

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
            case = case_of_operator(stores, operator, case_id)
            order = order_of_case(stores, case)
            if order is None or stores.code_of_order(order.order_id) is None:
                raise refused(Matter.NO_CODE)
            if not self._may_hand_over(case, clerk):
                raise refused(Matter.VISIT_OVER)
            return hand_over(stores, case, order.order_id, act)

        return await self._work.run(unit)

    # --- the parts of it

    def _sale(self, stores: CounterOrderStores, case: Case, clerk: Account) -> Sale:
        order = order_of_case(stores, case)
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
