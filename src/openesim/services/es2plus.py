"""ES2+ at the SM-DP+ as a service: one method a function, called with the operator's name.

On disk before every answer: the order as the answer tells it.
"""

from __future__ import annotations

from typing import Any

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
from openesim.provisioning.smdp.context import Outcome
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.order_checks import NOT_PERSONALISED
from openesim.provisioning.smdp.orders import Order
from openesim.services.personalisation import UnreadableSubscriptionError, find_subscriber
from openesim.services.ports import SmdpStores, UnitOfWork
from openesim.services.telling import stamped, tell_answer

_log = structlog.get_logger(__name__)

_NEITHER = Status(Subject.FUNCTION, Reason.CONDITIONAL_ELEMENT_MISSING, "iccid or profileType is needed")


class Es2PlusService:
    """ES2+ over the stores."""

    def __init__(self, work: UnitOfWork, ambient: Ambient, smdp_address: str) -> None:
        """Bind the functions to what we keep."""
        self._work = work
        self._clock = ambient.clock
        self._entropy = ambient.entropy
        self._smdp_address = smdp_address

    async def download_order(self, request: DownloadOrderRequest, operator: str) -> Any:
        """Reserve a profile."""
        if request.iccid is None and request.profile_type is None:
            return _NEITHER
        return await self._work.run(lambda stores: self.download_order_in(stores, request, operator))

    def download_order_in(self, stores: SmdpStores, request: DownloadOrderRequest, operator: str) -> Any:
        """Reserve a profile, inside a unit of work."""
        profile_type = request.profile_type or ""
        if request.iccid is not None:
            order, is_known_type = stores.order_of_profile(request.iccid), True
        else:
            order = stores.available_order(profile_type, operator)
            is_known_type = order is not None or stores.package_named(profile_type) is not None
        outcome = es2plus.download_order(request, operator, order, is_known_type=is_known_type)
        if outcome.order is not None and outcome.order != order:
            outcome = changed(outcome, order=changed(outcome.order, ordered_at=self._clock.now()))
        return self._promise(stores, Action.DOWNLOAD_ORDER, order, outcome)

    async def confirm_order(self, request: ConfirmOrderRequest, operator: str) -> Any:
        """Confirm an order and say how the user will fetch it."""
        try:
            return await self._work.run(lambda stores: self.confirm_order_in(stores, request, operator))
        except ConflictError:
            return es2plus.MATCHING_ID_TAKEN

    def confirm_order_in(self, stores: SmdpStores, request: ConfirmOrderRequest, operator: str) -> Any:
        """Confirm an order, inside a unit of work; ``ConflictError``: its matching id was taken meanwhile."""
        order = stores.order_of_profile(request.iccid)
        holder = stores.order_with_matching_id(request.matching_id) if request.matching_id else None
        is_taken = holder is not None and order is not None and holder.order_id != order.order_id
        ours = es2plus.OurSide(self._smdp_address, MatchingId.from_entropy(self._entropy(16)), is_taken)
        outcome = es2plus.confirm_order(request, operator, order, ours)
        return self._promise(stores, Action.CONFIRM_ORDER, order, outcome)

    async def release_profile(self, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile for download."""
        return await self._work.run(lambda stores: self.release_profile_in(stores, request, operator))

    def release_profile_in(self, stores: SmdpStores, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile, inside a unit of work."""
        order = stores.order_of_profile(request.iccid)
        return self._promise(stores, Action.RELEASE_PROFILE, order, es2plus.release_profile(operator, order))

    async def cancel_order(self, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back."""
        return await self._work.run(lambda stores: self.cancel_order_in(stores, request, operator))

    def cancel_order_in(self, stores: SmdpStores, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back, inside a unit of work."""
        order = stores.order_of_profile(request.iccid)
        was_handed_out = order is not None and stores.last_download(order.order_id) is not None
        outcome = es2plus.cancel_order(request, operator, order, was_handed_out=was_handed_out)
        return self._store(stores, Action.CANCEL_ORDER, order, outcome)

    def _promise(self, stores: SmdpStores, action: Action, order: Order | None, outcome: Outcome[Any]) -> Any:
        """Store an order that promises a profile and return the answer, if the profile can be kept ready for it."""
        if outcome.order is not None:
            try:
                find_subscriber(stores, outcome.order)
            except UnreadableSubscriptionError as error:
                _log.error("profile not personalised", iccid=outcome.order.iccid, fault=str(error))
                return NOT_PERSONALISED
        return self._store(stores, action, order, outcome)

    def _store(self, stores: SmdpStores, action: Action, order: Order | None, outcome: Outcome[Any]) -> Any:
        """Store the order with what happened to it and return the answer; a repetition leaves no trace."""
        now = self._clock.now()
        if outcome.order is not None and outcome.order != order:
            stores.save_order(stamped(outcome.order, now))
            tell_answer(stores, action, outcome.order, now)
        return outcome.answer
