"""ES2+ at the SM-DP+ as a service: one method a function, called with the operator's name.

On disk before every answer: the order as the answer tells it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import MatchingId
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import (
    CancelOrderRequest,
    ConfirmOrderRequest,
    DownloadOrderRequest,
    ReleaseProfileRequest,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.smdp import es2plus
from openesim.provisioning.smdp.announcements import (
    OVER,
    intended,
    is_same_announcement,
    is_to_be_announced,
)
from openesim.provisioning.smdp.context import Outcome
from openesim.provisioning.smdp.history import Action, step_of
from openesim.provisioning.smdp.order_checks import NOT_PERSONALISED
from openesim.provisioning.smdp.orders import Order
from openesim.services.announcing import Announcer, withdraw
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.gate import Gate, Ruling
from openesim.services.following_orders import follow_order, settle_line
from openesim.services.personalisation import UnreadableSubscriptionError, find_subscriber
from openesim.services.ports import SmdpStores, UnitOfWork
from openesim.services.telling import stamped, tell

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_NEITHER = Status(Subject.FUNCTION, Reason.CONDITIONAL_ELEMENT_MISSING, "iccid or profileType is needed")


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGED_MEANWHILE = Status(
    Subject.PROFILE_ICCID, Reason.INVALID_TRANSITION, "the order was changed while the SM-DS was called"
)


def _as_it_is(order: Order) -> Order:
    """Return an order under no terms of its own."""
    return order


@dataclass(frozen=True, slots=True)
class Pending:
    """What a function answers inside a unit of work where an SM-DS has to be called first: an order that is what it becomes as soon as an SM-DS has its event.

    Attributes:
        call: the function, and the operator who called it.
        before: the order as it was.
        waiting: as it is stored meanwhile.
        outcome: as it becomes, and the answer.
    """

    call: tuple[Action, str]
    before: Order
    waiting: Order
    outcome: Outcome[Any]


def _answer(_stores: SmdpStores, answer: Any) -> Any:
    """Return the answer as it is."""
    return answer


class Es2PlusService:
    """ES2+ over the stores."""

    def __init__(
        self,
        work: UnitOfWork,
        ambient: Ambient,
        smdp_address: str,
        announcer: Announcer | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Bind the functions to what we keep, to the way to SM-DSs, if there is one, and to the gate, if there is one."""
        self._work = work
        self._gate = gate
        self._announcer = announcer or Announcer(smdp_address)
        self._clock = ambient.clock
        self._entropy = ambient.entropy
        self._smdp_address = smdp_address

    @property
    def smdp_address(self) -> str:
        """Our address, as LPAs call it."""
        return self._smdp_address

    async def download_order(self, request: DownloadOrderRequest, operator: str) -> Any:
        """Reserve a profile."""
        if request.iccid is None and request.profile_type is None:
            return _NEITHER
        return await self._work.run(lambda stores: self.download_order_in(stores, request, operator))

    def download_order_in(
        self,
        stores: SmdpStores,
        request: DownloadOrderRequest,
        operator: str,
        terms: Callable[[Order], Order] = _as_it_is,
    ) -> Any:
        """Reserve a profile, inside a unit of work; ``terms`` returns the order with what ES2+ has no words for."""
        profile_type = request.profile_type or ""
        if request.iccid is not None:
            order, is_known_type = stores.order_of_profile(request.iccid), True
        else:
            order = stores.available_order(profile_type, operator)
            is_known_type = order is not None or stores.package_named(profile_type) is not None
        outcome = es2plus.download_order(request, operator, order, is_known_type=is_known_type)
        if outcome.order is not None:
            wanted = terms(outcome.order)
            if outcome.order != order:
                wanted = changed(wanted, ordered_at=self._clock.now())
            outcome = changed(outcome, order=wanted)
        return self._promise(stores, (Action.DOWNLOAD_ORDER, operator), order, outcome)

    async def confirm_order(self, request: ConfirmOrderRequest, operator: str) -> Any:
        """Confirm an order and say how the user will fetch it.

        On disk before an SM-DS hears of it: EID, matching id and SM-DS, the state as it was. On disk before the answer:
        the order, released once the SM-DS has its event; or as it was before, if that did not take it.
        """
        try:
            answer = await self._work.run(lambda stores: self.confirm_order_in(stores, request, operator))
        except ConflictError:
            return es2plus.MATCHING_ID_TAKEN
        return await self.announce(answer, _answer) if isinstance(answer, Pending) else answer

    def confirm_order_in(
        self, stores: SmdpStores, request: ConfirmOrderRequest, operator: str, case_id: str | None = None
    ) -> Any:
        """Confirm an order, inside a unit of work; ``case_id`` names the verification that stands behind it.

        Returns:
            The answer, or ``Pending``: then ``announce`` goes on once the unit is stored.

        Raises:
            ConflictError: its matching id was taken meanwhile.
        """
        order = stores.order_of_profile(request.iccid)
        holder = stores.order_with_matching_id(request.matching_id) if request.matching_id else None
        is_taken = holder is not None and order is not None and holder.order_id != order.order_id
        ours = es2plus.OurSide(self._smdp_address, MatchingId.from_entropy(self._entropy(16)), is_taken)
        outcome = es2plus.confirm_order(request, operator, order, ours)
        return self._admit(stores, (Action.CONFIRM_ORDER, operator), order, outcome, case_id)

    async def release_profile(self, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile for download, once the SM-DS, if it has one, has its event."""
        answer = await self._work.run(lambda stores: self.release_profile_in(stores, request, operator))
        return await self.announce(answer, _answer) if isinstance(answer, Pending) else answer

    def release_profile_in(self, stores: SmdpStores, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile, inside a unit of work; the answer, or ``Pending`` as in ``confirm_order_in``."""
        order = stores.order_of_profile(request.iccid)
        outcome = es2plus.release_profile(operator, order)
        return self._admit(stores, (Action.RELEASE_PROFILE, operator), order, outcome)

    async def cancel_order(self, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back."""
        return await self._work.run(lambda stores: self.cancel_order_in(stores, request, operator))

    def cancel_order_in(self, stores: SmdpStores, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back, inside a unit of work."""
        order = stores.order_of_profile(request.iccid)
        was_handed_out = order is not None and stores.last_download(order.order_id) is not None
        outcome = es2plus.cancel_order(request, operator, order, was_handed_out=was_handed_out)
        return self._store(stores, (Action.CANCEL_ORDER, operator), order, outcome)

    def _admit(
        self,
        stores: SmdpStores,
        call: tuple[Action, str],
        order: Order | None,
        outcome: Outcome[Any],
        case_id: str | None = None,
    ) -> Any:
        """Ask the gate about an order that gets further, and promise it, refuse it, or let it wait.

        An order that is held is confirmed, and the caller is told so; asked to release one that is held, he is refused.
        """
        wanted = outcome.order
        if self._gate is None or wanted is None or wanted == order:
            return self._promise(stores, call, order, outcome)
        ruling = self._gate.admit(cast("GateStores", stores), wanted, self._clock.now(), case_id)
        if ruling.is_held and call[0] is Action.CONFIRM_ORDER:
            self._note_hold(stores, call[0], wanted, ruling)
            return self._promise(stores, call, order, changed(outcome, order=ruling.order))
        if ruling.refusal is not None:
            return self._store(stores, call, order, Outcome(ruling.refusal))
        return self._promise(stores, call, order, changed(outcome, order=ruling.order))

    def _note_hold(self, stores: SmdpStores, action: Action, order: Order, ruling: Ruling) -> None:
        """Store in the history what an order waits for."""
        tell(stores, changed(step_of(action, order, self._clock.now(), ruling.refusal), is_idle=True))

    def _promise(
        self, stores: SmdpStores, call: tuple[Action, str], order: Order | None, outcome: Outcome[Any]
    ) -> Any:
        """Store an order that promises a profile and return the answer, if the profile can be kept ready for it.

        An order that has to be announced first is stored as it is meanwhile, and returned as pending.
        """
        wanted = outcome.order
        if wanted is not None:
            try:
                find_subscriber(stores, wanted)
            except UnreadableSubscriptionError as error:
                _log.error("profile not personalised", iccid=wanted.iccid, fault=str(error))
                outcome, wanted = Outcome(NOT_PERSONALISED), None
        if order is None or wanted is None or not is_to_be_announced(order, wanted):
            return self._store(stores, call, order, outcome)
        waiting = intended(order, wanted)
        if waiting != order:
            self._save(stores, order, waiting)
        return Pending(call, order, waiting, outcome)

    def _store(
        self, stores: SmdpStores, call: tuple[Action, str], order: Order | None, outcome: Outcome[Any]
    ) -> Any:
        """Store the order with what happened to it and return the answer.

        A repetition leaves no trace. A refusal does in the history of the operator's own order, and never in another's.

        Args:
            stores: of the unit of work.
            call: the function, and the operator who called it.
            order: as it stood before.
            outcome: what the function gave back.
        """
        now, (action, operator) = self._clock.now(), call
        if outcome.order is not None and outcome.order != order:
            self._save(stores, order, outcome.order)
            tell(stores, step_of(action, outcome.order, now))
        elif isinstance(outcome.answer, Status) and order is not None and order.operator == operator:
            tell(stores, changed(step_of(action, order, now, outcome.answer), is_idle=True))
        return outcome.answer

    def _save(self, stores: SmdpStores, before: Order | None, after: Order) -> None:
        """Store an order, and have an event withdrawn that announced what it was."""
        now = self._clock.now()
        stores.save_order(stamped(after, now))
        follow_order(stores, before, after, now)

    async def announce(self, pending: Pending, end: Callable[[SmdpStores, Any], T]) -> T:
        """Have an SM-DS announce an order, then store what it becomes.

        Args:
            pending: the order.
            end: gets the answer, in the unit of work that stores the order, and says what is returned.
        """
        refusal = await self._announcer.announce(pending.waiting)
        return await self._work.run(lambda stores: end(stores, self._settle(stores, pending, refusal)))

    def _settle(self, stores: SmdpStores, pending: Pending, refusal: Status | None) -> Any:
        """Store an order whose announcement ended well or not, unless somebody changed it meanwhile."""
        wanted = pending.outcome.order
        assert wanted is not None  # noqa: S101 (only an order can be pending)
        present = stores.order(wanted.order_id)
        if present is None or stamped(present, _EVER) != stamped(pending.waiting, _EVER):
            return self._overtaken(stores, pending, present)
        if refusal is None:
            return self._store(stores, pending.call, present, pending.outcome)
        settle_line(stores, wanted, pending.before, self._clock.now())
        if pending.waiting != pending.before:
            stores.save_order(pending.before)
            if refusal.reason is Reason.INACCESSIBLE:
                # Who was not reached may have the event.
                withdraw(stores, pending.waiting, pending.before, self._clock.now())
        tell(stores, step_of(pending.call[0], pending.before, self._clock.now(), refusal))
        return refusal

    def _overtaken(self, stores: SmdpStores, pending: Pending, present: Order | None) -> Any:
        """Answer a call whose order was changed while the SM-DS was called: by the same call, or by another one."""
        if (
            present is not None
            and is_same_announcement(present, pending.waiting)
            and present.state not in OVER
        ):
            return pending.outcome.answer
        if present is not None:
            withdraw(stores, pending.waiting, present, self._clock.now())
        return _CHANGED_MEANWHILE
