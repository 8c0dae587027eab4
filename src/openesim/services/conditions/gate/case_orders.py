"""Orders on cases, whoever makes them: a clerk at the counter, or the person himself.

An order carries the number of its case as the operator's reference, so one is found by the other, whatever the rules ask;
a case has one order at a time, however often a button is pressed. What the gate refuses is undone and still recorded: a
profile is reserved, the gate is asked, the profile is given back, all in one unit of work.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.admission.admission import Admission
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.keeping import CODE_FOR
from openesim.kernel.errors import FunctionError
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.persons.personal_data import CodeStores
from openesim.services.listing import Range, Window
from openesim.services.ordering import Confirmation, Ordering, OrderingStores, OrderWish, Terms

_MOST_ORDERS: Final = 50
_GONE: Final = frozenset({OrderState.AVAILABLE, OrderState.UNAVAILABLE})
"""States of a profile whose order was taken back."""


class CaseOrderStores(OrderingStores, GateStores, CodeStores, Protocol):
    """Orders of cases, inside one unit of work."""

    def admissions_of_case(self, case_id: str, limit: int) -> list[Admission]:
        """Return the orders that a case stands behind."""
        ...


def order_of_case(stores: CaseOrderStores, case: Case) -> Order | None:
    """Return the order that was made on a case and not taken back, the newest where there are several; it is not held."""
    if case.eid is None:
        return None
    admitted = {one.order_id for one in stores.admissions_of_case(case.case_id, _MOST_ORDERS)}
    window = Window(operator=case.operator, range=Range.EID, value=str(case.eid))
    for order in stores.window(window, _MOST_ORDERS):
        is_ours = order.reference == case.case_id or order.order_id in admitted
        if is_ours and order.state not in _GONE:
            return order
    return None


def order_on_case(
    ordering: Ordering, stores: CaseOrderStores, case: Case, plan: Plan, now: datetime
) -> Order | FunctionError:
    """Order the profile of a plan on a case, and return it confirmed, or why not: then it is given back.

    Args:
        ordering: makes orders.
        stores: of the unit of work.
        case: held; it has no order.
        plan: of the operator of the case.
        now: aware UTC.
    """
    terms = Terms(reference=case.case_id, expires_at=now + CODE_FOR)
    wish = OrderWish(profile_type=plan.profile_type, eid=case.eid, terms=terms, confirmation=None)
    reserved = ordering.create(stores, wish, case.operator)
    if not isinstance(reserved, Order):
        return _refusal(reserved)
    confirmation = Confirmation(eid=case.eid, case_id=case.case_id)
    confirmed = ordering.confirm(stores, reserved.iccid, confirmation, case.operator)
    if isinstance(confirmed, Order):
        return confirmed
    ordering.cancel(stores, reserved.iccid, ("Available", case.eid), case.operator)
    return _refusal(confirmed)


def _refusal(outcome: object) -> FunctionError:
    assert isinstance(outcome, FunctionError)  # noqa: S101 (no SM-DS is named, so nothing is pending)
    return outcome
