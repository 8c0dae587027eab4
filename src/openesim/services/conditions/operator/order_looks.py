"""One order as its operator's people look at it: how it stands, how the gate judged it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from openesim.conditions.admission.admission import Admission
from openesim.conditions.identity.case import Case
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import Order, OrderEvent
from openesim.provisioning.smdp.reconciliation import HandedOut
from openesim.services.conditions.ledger.actors import Actor, ActorStores, find_actors
from openesim.services.conditions.ledger.ledger import LedgerStores, Query, find_page
from openesim.services.listing import ListingStores, find_own
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import Kept

MOST_STEPS: Final = 200
MOST_ENTRIES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLook:
    """An order with what stands around it.

    Attributes:
        order: as it stands.
        admission: how the gate judged it; None: nothing was asked.
        case: the verification behind it; None: there is none.
        was_handed_out: whether any chip got a package of it.
        steps: what happened to it while it was this operator's, oldest first.
        goes_on: behind which step there is more; None: that is all.
        ledger: the newest entries about it, newest first.
        actors: who is behind their actors.
    """

    order: Order
    admission: Admission | None
    case: Case | None
    was_handed_out: bool
    steps: list[Step]
    goes_on: int | None
    ledger: list[Kept]
    actors: Mapping[str, Actor]

    @property
    def is_held(self) -> bool:
        """Whether it waits for somebody, or for a moment."""
        return self.admission is not None and self.admission.held_until is not None

    @property
    def can_be_released(self) -> bool:
        """Whether it is confirmed, and nothing holds it."""
        return not self.is_held and self.order.matching_id is not None and self._can(OrderEvent.RELEASE)

    @property
    def can_be_reissued(self) -> bool:
        """Whether it can be issued again, for whichever chip."""
        return self._can(OrderEvent.REISSUE_FRESH) and not self.order.is_reusable

    @property
    def can_go_back(self) -> bool:
        """Whether its profile can be ordered by somebody else after it was taken back."""
        return self._can(OrderEvent.CANCEL_AVAILABLE) and not self.was_handed_out

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it can be taken back at all."""
        return self._can(OrderEvent.CANCEL_UNAVAILABLE)

    def _can(self, event: OrderEvent) -> bool:
        return self.order.can(event)


class LookStores(ListingStores, LedgerStores, ActorStores, Protocol):
    """One order, inside one unit of work."""

    def admission(self, order_id: int) -> Admission | None:
        """Return how an order was admitted."""
        ...

    def case(self, case_id: str) -> Case | None:
        """Return a case."""
        ...

    def handed_out(self, first: int, last: int) -> Mapping[int, HandedOut]:
        """Return what was last handed out for the orders of a stretch of row numbers, both included."""
        ...


class OrderLooks:
    """Looks at orders."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the stores."""
        self._work: Final = work

    async def one(self, iccid: Iccid, operator: str, after: int = 0) -> OrderLook:
        """Return the operator's order of a profile.

        Args:
            iccid: the profile.
            operator: whose it is.
            after: behind which step its history is told.

        Raises:
            NotFoundError: he has none.
        """

        def unit(stores: LookStores) -> OrderLook:
            """Look it up."""
            order = find_own(stores, iccid, operator)
            admission = stores.admission(order.order_id) if order.is_admitted else None
            case_id = None if admission is None else admission.case_id
            steps = stores.steps_of_order(order.order_id, after, MOST_STEPS)
            query = Query(order_id=order.order_id, operator=operator)
            entries = find_page(stores, query, None, MOST_ENTRIES).entries
            return OrderLook(
                order=order,
                admission=admission,
                case=stores.case(case_id) if case_id else None,
                was_handed_out=bool(stores.handed_out(order.order_id, order.order_id)),
                steps=[step for step in steps if step.operator == operator],
                goes_on=steps[-1].step_id if len(steps) == MOST_STEPS else None,
                ledger=entries,
                actors=find_actors(stores, [each.entry.actor for each in entries if each.entry]),
            )

        return await self._work.run(unit, must_last=never)
