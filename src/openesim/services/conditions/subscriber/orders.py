"""Orders that a subscriber makes for himself: of the plan that he chose, on the case that he applied for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from openesim.conditions.admission.admission import Admission
from openesim.conditions.admission.decision import Decision
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import FunctionError
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.activation_codes import Issued, issued
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.gate.case_orders import CaseOrderStores, order_of_case, order_on_case
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import case_of_account
from openesim.services.conditions.persons.personal_data import own_code
from openesim.services.conditions.subscriber.cases import OwnCaseStores
from openesim.services.conditions.subscriber.texts import Matter, missing, refused
from openesim.services.ordering import Ordering
from openesim.services.ports import AnyWork, never

_MOST_STEPS: Final = 200


class OwnOrderStores(OwnCaseStores, CaseOrderStores, Protocol):
    """Cases of an account and their orders, inside one unit of work."""


class PlanById(Protocol):
    """What knows the plans."""

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrder:
    """An order as its subscriber follows it.

    Attributes:
        order: the order.
        steps: what happened to it since it was made, oldest first.
        admission: how the gate admitted it; None: the rules ask nothing.
        code: how the profile is fetched; None: not yet, or not any more.
        has_confirmation_code: whether a code is kept for the person, to be typed into the phone.
    """

    order: Order
    steps: tuple[Step, ...]
    admission: Admission | None
    code: Issued | None
    has_confirmation_code: bool

    @property
    def is_held(self) -> bool:
        """Whether it waits for somebody, or for a moment."""
        return self.order.state is OrderState.CONFIRMED

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"OwnOrder({self.order!r})"


class OwnOrders:
    """Orders as subscribers make and follow them."""

    def __init__(
        self,
        work: AnyWork,
        clock: Clock,
        ordering: Ordering,
        gate: Gate,
        plans: PlanById,
        smdp_address: str,
    ) -> None:
        """Bind to what makes orders, the gate before it, and the plans."""
        self._work: Final = work
        self._clock: Final = clock
        self._ordering: Final = ordering
        self._gate: Final = gate
        self._plans: Final = plans
        self._smdp_address: Final = smdp_address

    async def preview(self, account: Account, case_id: str) -> Decision:
        """Return what the gate would say to the order now; nothing is kept of it.

        Raises:
            NotFoundError: the account has no such case, or its plan is not offered any more.
        """
        now = self._clock.now()

        def unit(stores: OwnOrderStores) -> Decision:
            """Ask it."""
            case = case_of_account(stores, account.account_id, case_id)
            imei = None if case.imei is None else str(case.imei)
            device = Device(eid=str(case.eid or ""), imei=imei)
            return self._gate.preview(stores, self._plan_of(case), device, case, now)

        decision: Decision = await self._work.run(unit, must_last=never)
        return decision

    async def place(self, account: Account, case_id: str) -> Order:
        """Order the plan of a case, and return the order; one that is made already is returned as it is.

        Raises:
            NotFoundError: the account has no such case, or its plan is not offered any more.
            FunctionError: the rules say no, or no profile is left; it says why.
        """
        now = self._clock.now()

        def unit(stores: OwnOrderStores) -> Order | FunctionError:
            """Reserve a profile, ask the gate, and give the profile back where it says no."""
            case = case_of_account(stores, account.account_id, case_id, is_held=True)
            made = order_of_case(stores, case)
            if made is not None:
                return made
            return order_on_case(self._ordering, stores, case, self._plan_of(case), now)

        outcome: Order | FunctionError = await self._work.run(unit)
        if isinstance(outcome, FunctionError):
            raise outcome
        return outcome

    async def follow(self, account: Account, case_id: str) -> OwnOrder | None:
        """Return the order of a case as it is now; None: nothing was ordered.

        Raises:
            NotFoundError: the account has no such case.
        """

        def unit(stores: OwnOrderStores) -> OwnOrder | None:
            """Look it up."""
            return self.of_case(stores, case_of_account(stores, account.account_id, case_id))

        found: OwnOrder | None = await self._work.run(unit, must_last=never)
        return found

    def of_case(self, stores: OwnOrderStores, case: Case, *, is_brief: bool = False) -> OwnOrder | None:
        """Return the order of a case, inside a unit of work; in brief: as it stands, without what happened."""
        order = order_of_case(stores, case)
        if order is None:
            return None
        if is_brief:
            return OwnOrder(order=order, steps=(), admission=None, code=None, has_confirmation_code=False)
        is_out = order.state in {OrderState.RELEASED, OrderState.DOWNLOADED}
        return OwnOrder(
            order=order,
            steps=tuple(
                step
                for step in stores.steps_of_order(order.order_id, 0, _MOST_STEPS)
                if step.operator == order.operator
                and (order.ordered_at is None or step.at >= order.ordered_at)
            ),
            admission=stores.admission(order.order_id) if order.is_admitted else None,
            code=issued(order, self._smdp_address) if is_out else None,
            has_confirmation_code=stores.code_of_order(order.order_id) is not None,
        )

    async def confirmation_code(self, account: Account, case_id: str) -> str:
        """Return the code that the person types into his phone; that it was looked at stands in the ledger.

        Raises:
            NotFoundError: the account has no such case.
            StateError: there is no such code any more.
        """
        act = Act(actor=account.actor, now=self._clock.now())

        def unit(stores: OwnOrderStores) -> str:
            """Look at it."""
            case = case_of_account(stores, account.account_id, case_id)
            order = order_of_case(stores, case)
            if order is None or stores.code_of_order(order.order_id) is None:
                raise refused(Matter.NO_CODE)
            return own_code(stores, case, order.order_id, act)

        code: str = await self._work.run(unit)
        return code

    def _plan_of(self, case: Case) -> Plan:
        """Return the plan of a case.

        Raises:
            NotFoundError: it is not offered any more.
        """
        for plan in self._plans.offered():
            if plan.plan_id == case.plan_id and plan.operator == case.operator:
                return plan
        raise missing(Matter.NOT_OFFERED)
