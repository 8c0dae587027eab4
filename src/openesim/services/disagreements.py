"""Disagreements as an operator's people work on them: found among a page of his orders, explained, repaired one by one.

A whole run over all orders is a command's (``openesim reconcile``). A page looks at a hundred orders along one index and
says how far it came, so it costs the same however many orders there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained import Disagreement
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.reconciliation import Finding
from openesim.services.listing import Filters, ListingStores, Place, Sort, find_own, find_page
from openesim.services.order_entries import order_deed
from openesim.services.ports import AnyWork, never
from openesim.services.reconciliation import Comparing, ReconciliationStores, Sources
from openesim.transparency.entries import Entry

LOOKED_AT: Final = 100
"""Orders that are looked at for one page."""

_MOST_STUCK: Final = 1000

T = TypeVar("T")


class DisagreementStores(ReconciliationStores, ListingStores, Protocol):
    """Orders and what is known of them, inside one unit of work."""

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    """What disagrees among some orders.

    Attributes:
        findings: by order, the one that changed last first.
        looked_at: how many orders were looked at.
        next: where a further look begins; None: this was the last.
    """

    findings: list[Finding]
    looked_at: int
    next: Place | None


class Disagreements:
    """Disagreements about the orders of operators."""

    def __init__(self, work: AnyWork, clock: Clock, smds_address: str | None = None) -> None:
        """Bind to the stores.

        Args:
            work: runs units.
            clock: of the process.
            smds_address: name of the SM-DS that keeps its events in the same database; None: there is none.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._smds_address: Final = smds_address

    async def page(self, operator: str, state: OrderState | None, place: Place | None) -> DisagreementPage:
        """Return what disagrees among the next orders of an operator.

        Args:
            operator: whose orders.
            state: orders in this state, the newest first; None: all, those that changed last first.
            place: behind which order; None: from the beginning.
        """
        filters = Filters(state=state)
        sort = Sort.CHANGED_LAST if state is None else Sort.NEWEST

        def unit(stores: DisagreementStores) -> DisagreementPage:
            """Look at them."""
            page = find_page(stores, filters, filters.window(operator, place, sort), LOOKED_AT)
            comparing = self._comparing(stores, operator)
            return DisagreementPage(comparing.findings_in(stores, page.orders), len(page.orders), page.next)

        return await self._ask(unit)

    async def of_order(self, operator: str, iccid: Iccid) -> list[Finding]:
        """Return what disagrees about the operator's order of a profile.

        Raises:
            NotFoundError: he has none.
        """

        def unit(stores: DisagreementStores) -> list[Finding]:
            """Look at it."""
            order = find_own(stores, iccid, operator)
            return self._comparing(stores, operator).findings_in(stores, [order])

        return await self._ask(unit)

    async def one(self, operator: str, iccid: Iccid, kind: Disagreement) -> Finding:
        """Return a disagreement about the operator's order of a profile, as it is now.

        Raises:
            NotFoundError: he has no such order, or it does not disagree in this any more.
        """
        for finding in await self.of_order(operator, iccid):
            if finding.kind is kind:
                return finding
        raise NotFoundError("there is no such thing")

    async def repair(self, operator: str, iccid: Iccid, kind: Disagreement, actor: str) -> bool:
        """Do the safe repair of a disagreement, if it still holds; tell whether that was done.

        Args:
            operator: whose order.
            iccid: its profile.
            kind: what disagrees.
            actor: who does it; the ledger tells of it.

        Raises:
            NotFoundError: he has no such order.
        """

        def unit(stores: DisagreementStores) -> bool:
            """Look again, and repair."""
            order = find_own(stores, iccid, operator)
            comparing = self._comparing(stores, operator)
            found = [each for each in comparing.findings_in(stores, [order]) if each.kind is kind]
            if not found or found[0].repair is None or not comparing.repair_in(stores, found[0]):
                return False
            self._note(stores, order, found[0], actor)
            return True

        return await self._work.run(unit)

    def _comparing(self, stores: DisagreementStores, operator: str) -> Comparing:
        comparing = Comparing(self._clock.now, Sources(operator=operator, smds_address=self._smds_address))
        comparing.stuck = stores.stuck_by_profile(_MOST_STUCK)
        return comparing

    def _note(self, stores: DisagreementStores, order: Order, finding: Finding, actor: str) -> None:
        assert finding.repair is not None  # noqa: S101 (it was done)
        repair = finding.repair.name.lower().replace("_", "-")
        facts = {"iccid": str(order.iccid), "kind": finding.kind.value, "repair": repair}
        stores.append_entry(order_deed(order, "repair", actor, self._clock.now(), facts))

    async def _ask(self, unit: Callable[[DisagreementStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)
