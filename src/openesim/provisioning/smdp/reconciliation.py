"""Reconciliation: what order, chip, operator, network, discovery server and outbox say of one profile, held side by side.

Nobody here has the whole truth: the order is what we were told, the chip tells late or never, the operator keeps a list of
his own, the network lets in whom it was told to. Where two of them disagree there is a *finding*: what it is, the facts,
and a repair where one is safe. Safe is what makes the order follow the chip's proven word, or others follow the order;
whatever would take a choice away from somebody (a new code, a profile for another chip) is only proposed, in the words
of the catalogue.

A package that is out without a result stays Downloaded for as long as it likes: the user may try again with the same
code at any time. After ``Rules.overdue_after`` it is *overdue*: reported, and marked so once.

Source: SGP.22 v2.5 §3.1.3.3, §3.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openesim.kernel.ids import Eid, Iccid, Imsi
from openesim.kernel.records import changed
from openesim.messages.sgp22.explained import Disagreement
from openesim.provisioning.smdp.binding import INSTALLED
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.notifications import RETRYABLE
from openesim.provisioning.smdp.orders import DOWNLOADABLE, PRESENT, ChipState, Order, OrderEvent, OrderState

OVERDUE: Final = "overdue: no result of the installation"

_FAILURE: Final = re.compile(r"installation failed: \d+/(\d+)")
_SETTLED: Final = timedelta(minutes=10)
_NOBODYS: Final = frozenset({OrderState.AVAILABLE, OrderState.ALLOCATED, OrderState.LINKED})


class Repair(StrEnum):
    """What can be done without taking a choice away from anybody."""

    MARK_OVERDUE = "mark the order overdue"
    TAKE_INSTALLED = "the order becomes Installed"
    TAKE_FAILED = "the order becomes Error"
    TAKE_DELETED = "the order becomes Deleted"
    SWITCH_ON = "let the subscription in"
    SWITCH_OFF = "keep the subscription out"
    TELL_NETWORK = "tell the network again"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What was last handed out for an order: when (aware UTC), and what the chip reported of it."""

    created_at: datetime
    result: str | None


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """The subscription of a profile: whether it is to be let in, and whether networks outside were told so."""

    imsi: Imsi
    is_active: bool
    is_told: bool


class Standing(StrEnum):
    """How a profile stands, in the few words that an operator's list has for it."""

    FREE = "free"
    ORDERED = "ordered"
    INSTALLED = "installed"
    DELETED = "deleted"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


STANDINGS: Final[Mapping[OrderState, Standing]] = {
    OrderState.AVAILABLE: Standing.FREE,
    OrderState.ALLOCATED: Standing.ORDERED,
    OrderState.LINKED: Standing.ORDERED,
    OrderState.CONFIRMED: Standing.ORDERED,
    OrderState.RELEASED: Standing.ORDERED,
    OrderState.DOWNLOADED: Standing.ORDERED,
    OrderState.INSTALLED: Standing.INSTALLED,
    OrderState.DELETED: Standing.DELETED,
    OrderState.ERROR: Standing.FAILED,
    OrderState.UNAVAILABLE: Standing.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Belief:
    """What the operator's list says of a profile."""

    standing: Standing
    eid: Eid | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message about a profile that nobody tries to deliver any more."""

    kind: str
    destination: str
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What everybody says of one profile.

    Attributes:
        order: ours.
        handed_out: what was last handed out; None: nothing ever.
        words: the last word of every chip that spoke of it, and of the operator who issued it again, under None.
        subscription: its subscription, where it is personalised.
        belief: the operator's list; None where there is no list, or the profile is not in it.
        is_listed: whether there is a list, and the profile should be in it.
        network: whether the network lets it in; None: nobody asked.
        has_event: whether the discovery server announces it; None: nobody asked.
        stuck: messages that were given up.
    """

    order: Order
    handed_out: HandedOut | None = None
    words: Mapping[Eid | None, Step] = field(default_factory=dict)
    subscription: SubscriptionFacts | None = None
    belief: Belief | None = None
    is_listed: bool = False
    network: bool | None = None
    has_event: bool | None = None
    stuck: tuple[Stuck, ...] = ()

    @property
    def is_reissued(self) -> bool:
        """Whether the order was issued again after all that was handed out: nobody is late with a result then."""
        issued = self.words.get(None)
        return issued is not None and (self.handed_out is None or issued.at >= self.handed_out.created_at)


@dataclass(frozen=True, slots=True)
class Rules:
    """When something counts as wrong.

    Attributes:
        now: aware UTC.
        overdue_after: how long a chip may take to tell how an installation went.
    """

    now: datetime
    overdue_after: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement about one profile.

    Attributes:
        kind: what it is.
        order_id: of our order; 0 where there is none.
        iccid: the profile.
        operator: whose.
        facts: what disagrees, by name.
        repair: what --apply does; None: nothing that would be safe.
    """

    kind: Disagreement
    order_id: int = 0
    iccid: Iccid
    operator: str | None = None
    facts: Mapping[str, str]
    repair: Repair | None = None


_Found = Iterator[tuple[Disagreement, dict[str, str], Repair | None]]


def find_disagreements(books: Books, rules: Rules) -> list[Finding]:
    """Return everything that disagrees about one profile; of an order of the laboratory, nothing is expected."""
    order = books.order
    if order.is_reusable:
        return []
    return [
        Finding(
            kind=kind,
            order_id=order.order_id,
            iccid=order.iccid,
            operator=order.operator,
            facts={"state": order.state.value} | facts,
            repair=repair,
        )
        for check in _CHECKS
        for kind, facts, repair in check(books, rules)
    ]


def _result(books: Books, rules: Rules) -> _Found:
    """Compare the order with what was handed out for it."""
    order, out = books.order, books.handed_out
    if out is None or books.is_reissued or order.state not in {OrderState.DOWNLOADED, OrderState.ERROR}:
        return
    facts = {"handed out": _moment(out.created_at), "result": out.result or "none"}
    if out.result == INSTALLED:
        yield Disagreement.RESULT_NOT_TAKEN, facts, Repair.TAKE_INSTALLED
    elif order.state is OrderState.DOWNLOADED and out.result is not None:
        failure = _FAILURE.match(out.result)
        if failure is not None and int(failure[1]) not in RETRYABLE:
            yield Disagreement.RESULT_NOT_TAKEN, facts, Repair.TAKE_FAILED
        else:
            yield Disagreement.FAILED_AND_WAITS, facts, None
    elif order.state is OrderState.DOWNLOADED and rules.now - out.created_at > rules.overdue_after:
        is_marked = order.outcome == OVERDUE
        yield Disagreement.NO_RESULT, facts, None if is_marked else Repair.MARK_OVERDUE


def _chip(books: Books, _rules: Rules) -> _Found:
    """Compare the order with what its chip, and any other, told last."""
    order = books.order
    if order.chip_state in PRESENT and not books.is_reissued:
        is_denied = order.state in {OrderState.DOWNLOADED, OrderState.ERROR, OrderState.DELETED}
        is_known = books.handed_out is not None and books.handed_out.result == INSTALLED
        if is_denied and not (is_known and order.state is not OrderState.DELETED):
            yield Disagreement.ON_CHIP_NOT_INSTALLED, _told(order), Repair.TAKE_INSTALLED
    if order.chip_state is ChipState.DELETED and order.state is OrderState.INSTALLED:
        yield Disagreement.DELETED_NOT_NOTED, _told(order), Repair.TAKE_DELETED
    for eid, word in books.words.items():
        if eid is None or word.chip_state not in PRESENT:
            continue
        facts = {"eid": str(eid), "on the chip": word.chip_state.value, "told": _moment(word.at)}
        if order.state is OrderState.UNAVAILABLE:
            yield Disagreement.ON_CHIP_WITHDRAWN, facts, None
        elif order.eid != eid:
            yield Disagreement.ON_ANOTHER_CHIP, facts | {"order is for": str(order.eid or "any chip")}, None


def _subscription(books: Books, _rules: Rules) -> _Found:
    """Compare the order with the subscription of its profile."""
    order, subscription = books.order, books.subscription
    if not order.is_personalised:
        return
    if subscription is None:
        yield Disagreement.SUBSCRIPTION_MISSING, {}, None
        return
    facts = {"imsi": str(subscription.imsi)}
    if order.state is OrderState.INSTALLED and not subscription.is_active:
        yield Disagreement.SUBSCRIPTION_OFF, facts, Repair.SWITCH_ON
    elif order.state is OrderState.DELETED and subscription.is_active:
        yield Disagreement.SUBSCRIPTION_ON, facts, Repair.SWITCH_OFF
    elif order.state in _NOBODYS | {OrderState.UNAVAILABLE} and subscription.is_active:
        yield Disagreement.SUBSCRIPTION_ON, facts, None


def _network(books: Books, _rules: Rules) -> _Found:
    """Compare the subscription with whom the network lets in."""
    subscription = books.subscription
    if subscription is None or books.network is None or books.network is subscription.is_active:
        return
    facts = {"imsi": str(subscription.imsi), "told already": "yes" if subscription.is_told else "not yet"}
    kind = Disagreement.NETWORK_LETS_IN if books.network else Disagreement.NETWORK_KEEPS_OUT
    yield kind, facts, Repair.TELL_NETWORK if subscription.is_told else None


def _operator(books: Books, _rules: Rules) -> _Found:
    """Compare the order with the operator's list."""
    order, belief = books.order, books.belief
    if belief is None:
        if books.is_listed and order.state is not OrderState.AVAILABLE:
            yield Disagreement.OPERATOR_KNOWS_LESS, {}, None
        return
    if belief.standing is not STANDINGS[order.state]:
        yield Disagreement.OPERATOR_SAYS_OTHERWISE, {"operator says": belief.standing.value}, None
    if belief.eid is not None and belief.eid != order.eid:
        facts = {"operator says": str(belief.eid), "order is for": str(order.eid or "any chip")}
        yield Disagreement.OPERATOR_SAYS_OTHER_CHIP, facts, None


def _event(books: Books, rules: Rules) -> _Found:
    """Compare the order with the discovery server."""
    order = books.order
    if books.has_event is None or order.smds_address is None:
        return
    if order.changed_at is not None and rules.now - order.changed_at < _SETTLED:
        return  # the news is on its way
    facts = {"discovery server": order.smds_address}
    if order.state is OrderState.RELEASED and not books.has_event:
        yield Disagreement.EVENT_MISSING, facts, None
    elif order.state not in DOWNLOADABLE and books.has_event:
        yield Disagreement.EVENT_LEFT, facts, None


def _outbox(books: Books, _rules: Rules) -> _Found:
    """Report what was given up."""
    for message in books.stuck:
        facts = {
            "kind": message.kind,
            "destination": message.destination,
            "fault": message.fault or "unknown",
        }
        yield Disagreement.MESSAGE_STUCK, facts, None


_CHECKS: Final[tuple[Callable[[Books, Rules], _Found], ...]] = (
    _result,
    _chip,
    _subscription,
    _network,
    _operator,
    _event,
    _outbox,
)

_EVENTS: Final = {
    Repair.TAKE_INSTALLED: (OrderEvent.INSTALL, INSTALLED),
    Repair.TAKE_FAILED: (OrderEvent.FAIL, None),
    Repair.TAKE_DELETED: (OrderEvent.DELETE, "deleted"),
}


def repaired(order: Order, finding: Finding) -> Order:
    """Return the order after a repair; one of the subscription or the network leaves it as it is.

    Raises:
        StateError: the order moved meanwhile.
    """
    if finding.repair is Repair.MARK_OVERDUE:
        return changed(order, outcome=OVERDUE)
    if finding.repair not in _EVENTS:
        return order
    event, outcome = _EVENTS[finding.repair]
    return order.moved(event, outcome or finding.facts.get("result"))


def last_words(steps: Iterator[Step]) -> dict[Eid | None, Step]:
    """Return the last word of every chip, and of the operator who issued the order again, under None."""
    words: dict[Eid | None, Step] = {}
    for step in steps:
        if step.action is Action.REISSUE:
            words[None] = step
        elif step.chip_state is not None and step.eid is not None:
            words[step.eid] = step
    return words


def _told(order: Order) -> dict[str, str]:
    """Return what the order's own chip told."""
    return {"eid": str(order.eid), "on the chip": order.chip_state.value if order.chip_state else "unknown"}


def _moment(moment: datetime) -> str:
    """Write a moment for people and programs."""
    return moment.isoformat(timespec="seconds")
