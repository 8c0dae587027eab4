"""Reconciliation as a service: reads everybody's books page by page, reports what disagrees, repairs what is safe.

A run holds one page of orders and nothing else, however many there are. Every repair is a unit of work of its own that
looks at the books again first: what agrees by then is left alone. Servers go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from openesim.kernel.errors import DecodeError, StateError
from openesim.kernel.ids import Eid, Iccid, Imsi
from openesim.kernel.records import changed
from openesim.messages.sgp22.explained import Disagreement
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.reconciliation import (
    Belief,
    Books,
    Finding,
    HandedOut,
    Repair,
    Rules,
    Standing,
    Stuck,
    SubscriptionFacts,
    find_disagreements,
    repaired,
)
from openesim.services.following_orders import follow_order
from openesim.services.personalisation import switch_subscription
from openesim.services.ports import SmdpStores
from openesim.services.telling import stamped, tell

T = TypeVar("T")

PAGE: Final = 500
APART: Final = 16
"""Rows from an order to the next, at most, that are looked at for nothing: a statement of their own costs more."""

_MOST_STUCK: Final = 10_000
_OF_THE_LINE: Final = {Repair.SWITCH_ON: True, Repair.SWITCH_OFF: False}


class ReconciliationStores(SmdpStores, Protocol):
    """What reconciliation needs of the stores beyond a server's."""

    def every_order(self, after: int, limit: int) -> list[Order]:
        """Return orders by row number, beginning behind ``after``."""
        ...

    def waiting_orders(self, moment: datetime | None, after: int, limit: int) -> list[Order]:
        """Return orders whose package is out, those that changed longest ago first, behind a moment and row number."""
        ...

    def handed_out(self, first: int, last: int) -> dict[int, HandedOut]:
        """Return what was last handed out for the orders of a stretch of row numbers, both included."""
        ...

    def words(self, first: int, last: int) -> dict[int, dict[Eid | None, Step]]:
        """Return what chips told last of the orders of a stretch; of one issued again, every chip's last word."""
        ...

    def subscription_facts(self, first: int, last: int) -> dict[int, SubscriptionFacts]:
        """Return the subscriptions of the personalised orders of a stretch."""
        ...

    def announced(self, first: int, last: int) -> set[int]:
        """Return which orders of a stretch the SM-DS of this database has an event of."""
        ...

    def stuck_by_profile(self, limit: int) -> dict[str, tuple[Stuck, ...]]:
        """Return messages that nobody tries to deliver any more, by the profile they are about."""
        ...

    def tell_again(self, iccid: Iccid) -> None:
        """Have networks outside told once more whether a subscription is let in."""
        ...


class Work(Protocol):
    """Runs units of work, one after the other."""

    def run_now(self, unit: Callable[[ReconciliationStores], T]) -> T:
        """Return what the unit returns, once everything it stored is on disk."""
        ...


class Notebook(Protocol):
    """Keys and values of one run, however many."""

    def note(self, key: str, value: str) -> bool:
        """Keep a value; tell whether the key is new."""
        ...

    def look_up(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the values of those keys that are noted, and remember that they were asked for."""
        ...

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Yield what nobody asked for, by key."""
        ...


class Network(Protocol):
    """Who is let in, as the network itself says."""

    def let_in(self, imsis: Sequence[Imsi]) -> Mapping[str, bool]:
        """Tell of each subscription whether the network lets it in; one that it does not know, it keeps out.

        Raises:
            PeerError: it does not answer.
        """
        ...


class ListedNetwork:
    """A network as a list of its subscribers says: implements ``Network``."""

    def __init__(self, notes: Notebook) -> None:
        """Take the list: IMSIs, with ``on`` or ``off``."""
        self._notes = notes

    def let_in(self, imsis: Sequence[Imsi]) -> Mapping[str, bool]:
        """Tell of each subscription whether the list lets it in."""
        found = self._notes.look_up(imsis)
        return {imsi: found.get(imsi) == "on" for imsi in imsis}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Whose books are compared with ours.

    Attributes:
        operator: only this operator's orders; None: everybody's.
        beliefs: his list: ICCIDs, with standing and EID as ``write_belief`` writes them; None: there is none.
        network: who is let in; None: nobody asks.
        smds_address: name of the SM-DS that keeps its events in the same database; None: there is none.
        only_waiting: only orders whose package is out, found by index.
    """

    operator: str | None = None
    beliefs: Notebook | None = None
    network: Network | None = None
    smds_address: str | None = None
    only_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding, and whether it was repaired."""

    finding: Finding
    is_repaired: bool = False


class Comparing:
    """Holds side by side what is known of some orders, inside a unit of work."""

    def __init__(
        self,
        now: Callable[[], datetime],
        sources: Sources | None = None,
        overdue_after: timedelta = timedelta(hours=24),
    ) -> None:
        """Take the clock, whose books are compared, and how long a chip may take to tell."""
        self._now = now
        self._sources = sources or Sources()
        self._overdue_after = overdue_after
        self.stuck: Mapping[str, tuple[Stuck, ...]] = {}
        """Messages that nobody tries to deliver any more, by the profile they are about."""

    def findings_in(self, stores: ReconciliationStores, orders: Sequence[Order]) -> list[Finding]:
        """Return what disagrees about some orders, by our own tables and what was read of others before."""
        return self.findings(self.read(stores, orders))

    def findings(self, books: list[Books]) -> list[Finding]:
        """Return what disagrees in some books, those of operator and network beside them.

        Raises:
            PeerError: the network does not answer.
        """
        rules = Rules(self._now(), self._overdue_after)
        return [finding for each in self._with_others(books) for finding in find_disagreements(each, rules)]

    def read(self, stores: ReconciliationStores, orders: Sequence[Order]) -> list[Books]:
        """Return what our own tables say of some orders."""
        books = [book for stretch in stretches_of(orders) for book in self._read_stretch(stores, stretch)]
        found = {book.order.order_id: book for book in books}
        return [found[order.order_id] for order in orders]

    def _read_stretch(self, stores: ReconciliationStores, orders: Sequence[Order]) -> list[Books]:
        """Return the same of orders that lie side by side."""
        first, last = min(order.order_id for order in orders), max(order.order_id for order in orders)
        handed_out, words = stores.handed_out(first, last), stores.words(first, last)
        subscribed = (
            stores.subscription_facts(first, last) if any(order.is_personalised for order in orders) else {}
        )
        announced = stores.announced(first, last) if any(map(self._is_ours, orders)) else set()
        return [
            Books(
                order=order,
                has_event=order.order_id in announced if self._is_ours(order) else None,
                handed_out=handed_out.get(order.order_id),
                words=words.get(order.order_id, {}),
                subscription=subscribed.get(order.order_id),
                stuck=self.stuck.get(order.iccid, ()),
            )
            for order in orders
        ]

    def _is_ours(self, order: Order) -> bool:
        """Tell whether our own SM-DS announces an order; nobody can look into another's."""
        ours = self._sources.smds_address
        return (
            ours is not None and order.smds_address is not None and order.smds_address.lower() == ours.lower()
        )

    def _with_others(self, books: list[Books]) -> list[Books]:
        """Return the books with what operator and network say."""
        beliefs, network = self._sources.beliefs, self._sources.network
        if beliefs is not None:
            found = beliefs.look_up([each.order.iccid for each in books])
            books = [
                replace(each, belief=read_belief(found.get(each.order.iccid)), is_listed=True)
                for each in books
            ]
        if network is not None:
            told = network.let_in([each.subscription.imsi for each in books if each.subscription is not None])
            books = [
                replace(each, network=told[each.subscription.imsi]) if each.subscription else each
                for each in books
            ]
        return books

    def repair_in(self, stores: ReconciliationStores, finding: Finding) -> bool:
        """Look again, and repair, inside a unit of work."""
        order, now = stores.order(finding.order_id), self._now()
        if order is None or not self._still_holds(stores, order, finding):
            return False
        try:
            after = repaired(order, finding)
        except StateError:
            return False
        _store_repair(stores, finding, after, now)
        follow_order(stores, order, after, now)
        step = step_of(Action.REPAIR, after, now)
        told = f"{finding.kind.value}: {finding.repair.value if finding.repair else ''}"
        tell(stores, changed(step, message=told))
        return True

    def _still_holds(self, stores: ReconciliationStores, order: Order, finding: Finding) -> bool:
        """Tell whether our own tables still say what the finding says; of others, the answer of before is taken."""
        (books,) = self._read_stretch(stores, [order])
        if books.subscription is not None and finding.repair is Repair.TELL_NETWORK:
            books = replace(books, network=finding.kind is Disagreement.NETWORK_LETS_IN)
        found = find_disagreements(books, Rules(self._now(), self._overdue_after))
        return any((each.kind, each.repair) == (finding.kind, finding.repair) for each in found)


class Reconciliation:
    """One run over the orders."""

    def __init__(
        self,
        work: Work,
        now: Callable[[], datetime],
        sources: Sources | None = None,
        overdue_after: timedelta = timedelta(hours=24),
    ) -> None:
        """Take where orders are, the clock, whose books are compared, and how long a chip may take to tell."""
        self._work = work
        self._sources = sources or Sources()
        self._comparing = Comparing(now, self._sources, overdue_after)
        self.orders = 0
        """How many orders were looked at so far."""

    def run(self, *, is_applied: bool = False) -> Iterator[Reported]:
        """Yield what disagrees, in the order of the orders; with ``is_applied`` safe repairs are done on the way.

        Raises:
            PeerError: the network does not answer.
        """
        self._comparing.stuck = self._work.run_now(lambda stores: stores.stuck_by_profile(_MOST_STUCK))
        for page in self._pages():
            orders = [order for order in page if self._sources.operator in {None, order.operator}]
            for finding in self._compare(orders):
                yield Reported(finding, is_applied and self._repair(finding))
            self.orders += len(orders)
        if self._sources.beliefs is not None and not self._sources.only_waiting:
            yield from map(Reported, self._left_in_list(self._sources.beliefs))

    def _pages(self) -> Iterator[list[Order]]:
        """Yield the orders, page by page: by row number, or those that wait, by index."""
        if self._sources.only_waiting:
            yield from self._read_pages(lambda stores, last: stores.waiting_orders(*_behind(last), PAGE))
        else:
            yield from self._read_pages(lambda stores, last: stores.every_order(_behind(last)[1], PAGE))

    def _read_pages(
        self, read: Callable[[ReconciliationStores, Order | None], list[Order]]
    ) -> Iterator[list[Order]]:
        """Yield pages until there is none; each is read behind the last order of the one before."""
        last: Order | None = None
        while page := self._work.run_now(lambda stores: read(stores, last)):  # noqa: B023
            yield page
            last = page[-1]

    def _compare(self, orders: Sequence[Order]) -> list[Finding]:
        """Return what disagrees about a page of orders."""
        books = self._work.run_now(lambda stores: self._comparing.read(stores, orders))
        return self._comparing.findings(books)

    def _left_in_list(self, beliefs: Notebook) -> Iterator[Finding]:
        """Yield what stands in the operator's list and was not met among the orders."""
        for iccid, value in beliefs.unseen():
            belief = read_belief(value)
            yield Finding(
                kind=Disagreement.OPERATOR_KNOWS_MORE,
                iccid=Iccid(iccid),
                operator=self._sources.operator,
                facts={"operator says": belief.standing.value if belief else "nothing"},
            )

    def _repair(self, finding: Finding) -> bool:
        """Repair what a finding proposes, if it still holds; tell whether that was done."""
        return finding.repair is not None and self._work.run_now(
            lambda stores: self._comparing.repair_in(stores, finding)
        )


def _behind(last: Order | None) -> tuple[datetime | None, int]:
    """Return moment and row number behind which the next page begins."""
    return (None, 0) if last is None else (last.changed_at, last.order_id)


def _store_repair(stores: ReconciliationStores, finding: Finding, after: Order, now: datetime) -> None:
    """Store what a repair changes: order, subscription, what the network is told."""
    switch = _OF_THE_LINE.get(finding.repair) if finding.repair else None
    if switch is not None:
        stores.set_active(after.iccid, is_active=switch)
    elif finding.repair is Repair.TELL_NETWORK:
        stores.tell_again(after.iccid)
    elif finding.repair is Repair.MARK_OVERDUE:
        # It has not changed: how long it waits is counted on.
        stores.save_progress(after)
    else:
        stores.save_progress(stamped(after, now))
        switch_subscription(stores, after)


_WORDS: Final[Mapping[str, Standing]] = {
    **{standing.value: standing for standing in Standing},
    **dict.fromkeys(["available", "unused", "stock"], Standing.FREE),
    **dict.fromkeys(
        ["allocated", "linked", "confirmed", "released", "downloaded", "pending"], Standing.ORDERED
    ),
    **dict.fromkeys(["enabled", "disabled", "active", "used"], Standing.INSTALLED),
    **dict.fromkeys(["removed"], Standing.DELETED),
    **dict.fromkeys(["error"], Standing.FAILED),
    **dict.fromkeys(["unavailable", "blocked"], Standing.WITHDRAWN),
}


def parse_belief(state: str, eid: str | None) -> Belief:
    """Return what a row of an operator's list says.

    Args:
        state: in one of the words for it, in any case: those of the standard, or free, ordered, installed, deleted,
            failed, withdrawn.
        eid: 32 digits; None or empty: the list does not say.

    Raises:
        DecodeError: no such word, or no EID.
    """
    standing = _WORDS.get(state.strip().lower())
    if standing is None:
        raise DecodeError(f"no state is called {state[:40]!r}; known are {', '.join(Standing)}").within(
            "state"
        )
    try:
        return Belief(standing, Eid.parse(eid.strip()) if eid and eid.strip() else None)
    except DecodeError as error:
        raise error.within("eid") from None


def write_belief(belief: Belief) -> str:
    """Write a belief into a notebook."""
    return f"{belief.standing.value} {belief.eid or ''}".strip()


def read_belief(value: str | None) -> Belief | None:
    """Read a belief from a notebook."""
    if value is None:
        return None
    standing, _, eid = value.partition(" ")
    return Belief(Standing(standing), Eid(eid) if eid else None)


def stretches_of(orders: Iterable[Order]) -> Iterator[list[Order]]:
    """Yield orders in stretches of row numbers; where they lie far apart, the rows between them are not looked at."""
    stretch: list[Order] = []
    for order in sorted(orders, key=lambda each: each.order_id):
        if stretch and order.order_id - stretch[-1].order_id > APART:
            yield stretch
            stretch = []
        stretch.append(order)
    if stretch:
        yield stretch
