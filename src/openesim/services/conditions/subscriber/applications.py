"""Applications as their subscriber sees them: the plan, the case, the order, and what happened, told together.

An application is a case of an account. What comes next follows from where the case and its order stand; a page asks for
``Stage`` and shows nothing else as the next step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.steps import Application
from openesim.kernel.ambient import Ambient
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import case_of_account, withdraw
from openesim.services.conditions.subscriber.cases import (
    OwnCaseStores,
    apply_once,
    person_of,
    story_of,
)
from openesim.services.conditions.subscriber.device_check import Asked, channel_of
from openesim.services.conditions.subscriber.offers import Offer
from openesim.services.conditions.subscriber.orders import OwnOrder, OwnOrders, OwnOrderStores
from openesim.services.conditions.subscriber.verification import OwnVerification
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry

_MOST: Final = 50


class Stage(StrEnum):
    """What comes next for the person."""

    VERIFY = "verify"
    """He shows who he is, or shows more."""
    WAIT = "wait"
    """A verifier looks."""
    ORDER = "order"
    """He may order."""
    HELD = "held"
    """The order waits for somebody, or for a moment."""
    GET = "get"
    """The line waits for his device."""
    DONE = "done"
    """The line is on his device."""
    FAILED = "failed"
    """The order ended without a line."""
    OVER = "over"
    """The application has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplication:
    """An application.

    Attributes:
        case: the case.
        plan: that was chosen; None: it is not offered any more.
        order: that was made on it; None: none yet.
        stage: what comes next.
        needs_person: whether somebody has to be verified for it.
        story: what the ledger tells of the case, oldest first; empty in lists.
        is_other_person: somebody else was verified on it than the person of the account.
    """

    case: Case
    plan: Plan | None
    order: OwnOrder | None
    stage: Stage
    needs_person: bool = True
    story: tuple[Entry, ...] = ()
    is_other_person: bool = False


class OfferedPlans(Protocol):
    """What knows the plans."""

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        ...


class OwnApplications:
    """The applications of subscribers."""

    def __init__(
        self,
        work: AnyWork,
        ambient: Ambient,
        plans: OfferedPlans,
        verification: OwnVerification,
        orders: OwnOrders,
    ) -> None:
        """Bind to plans, verification and orders."""
        self._work: Final = work
        self._ambient: Final = ambient
        self._plans: Final = plans
        self._verification: Final = verification
        self._orders: Final = orders

    async def apply(self, account: Account, offer: Offer, asked: Asked, address: str) -> Case:
        """Begin an application, or return the one that is under way for the same plan and device.

        Args:
            account: who applies.
            offer: the plan.
            asked: for which device, where.
            address: network address that he applies from.

        Raises:
            ConflictError: too many are under way.
        """
        act = self._act(account)
        application = Application(
            operator=offer.plan.operator,
            service=offer.plan.service,
            channel=channel_of(offer),
            account=account.account_id,
            eid=asked.eid,
            imei=asked.imei,
            region=asked.region,
            in_country=asked.in_country,
            address=address or None,
            plan_id=offer.plan.plan_id,
        )

        def unit(stores: OwnCaseStores) -> Case:
            """Begin it."""
            return apply_once(stores, application, act, self._ambient.entropy)

        case: Case = await self._work.run(unit)
        return case

    async def mine(self, account: Account) -> list[OwnApplication]:
        """Return the applications of an account, newest first."""

        def unit(stores: OwnOrderStores) -> list[OwnApplication]:
            """Look them up."""
            cases = stores.cases_of_account(account.account_id, _MOST)
            return [self._told(stores, case, is_brief=True) for case in cases]

        found: list[OwnApplication] = await self._work.run(unit, must_last=never)
        return found

    async def one(self, account: Account, case_id: str) -> OwnApplication:
        """Return one of them, with its story.

        Raises:
            NotFoundError: the account has no such case.
        """
        act = self._act(account)

        def unit(stores: OwnOrderStores) -> OwnApplication:
            """Look it up."""
            case = case_of_account(stores, account.account_id, case_id)
            person = person_of(stores, account.account_id, act)
            is_other = case.evidence is not None and case.person != person
            return self._told(stores, case, tuple(story_of(stores, case)), is_other_person=is_other)

        found: OwnApplication = await self._work.run(unit, must_last=never)
        return found

    async def withdraw(self, account: Account, case_id: str) -> Case:
        """Give an application up.

        Raises:
            NotFoundError: the account has no such case.
            CaseStateError: it has ended, or somebody was verified.
        """
        act = self._act(account)

        def unit(stores: OwnCaseStores) -> Case:
            """Give it up."""
            case_of_account(stores, account.account_id, case_id, is_held=True)
            return withdraw(stores, case_id, act)

        case: Case = await self._work.run(unit)
        return case

    def _told(
        self,
        stores: OwnOrderStores,
        case: Case,
        story: tuple[Entry, ...] = (),
        *,
        is_other_person: bool = False,
        is_brief: bool = False,
    ) -> OwnApplication:
        order = self._orders.of_case(stores, case, is_brief=is_brief)
        plan = next((each for each in self._plans.offered() if each.plan_id == case.plan_id), None)
        needs_person = not self._verification.asks_nothing(case)
        return OwnApplication(
            case=case,
            plan=plan,
            order=order,
            stage=stage_of(case, order, needs_person=needs_person),
            needs_person=needs_person,
            story=story,
            is_other_person=is_other_person,
        )

    def _act(self, account: Account) -> Act:
        return Act(actor=account.actor, now=self._ambient.clock.now())


_OF_ORDER: Final = {
    OrderState.CONFIRMED: Stage.HELD,
    OrderState.RELEASED: Stage.GET,
    OrderState.DOWNLOADED: Stage.GET,
    OrderState.INSTALLED: Stage.DONE,
    OrderState.DELETED: Stage.OVER,
    OrderState.ERROR: Stage.FAILED,
}
_OF_CASE: Final = {
    CaseState.APPLIED: Stage.VERIFY,
    CaseState.STEP_UP: Stage.VERIFY,
    CaseState.RE_VERIFY: Stage.VERIFY,
    CaseState.EXPIRED: Stage.VERIFY,
    CaseState.DOCUMENTS: Stage.WAIT,
    CaseState.FOUR_EYES: Stage.WAIT,
    CaseState.VERIFIED: Stage.ORDER,
    CaseState.REFUSED: Stage.OVER,
    CaseState.REVOKED: Stage.OVER,
    CaseState.WITHDRAWN: Stage.OVER,
}
_ENDED: Final = frozenset({CaseState.REFUSED, CaseState.REVOKED, CaseState.WITHDRAWN})


def stage_of(case: Case, order: OwnOrder | None, *, needs_person: bool) -> Stage:
    """Return what comes next.

    Args:
        case: as it stands.
        order: that was made on it; None: none.
        needs_person: whether somebody has to be verified for it.
    """
    if order is not None:
        return stage_of_order(order)
    if not needs_person and case.state not in _ENDED:
        return Stage.ORDER
    if case.state is CaseState.DOCUMENTS and case.verifier is None:
        return Stage.VERIFY
    return _OF_CASE[case.state]


def stage_of_order(order: OwnOrder) -> Stage:
    """Return what comes next once something was ordered."""
    return _OF_ORDER.get(order.order.state, Stage.HELD)
