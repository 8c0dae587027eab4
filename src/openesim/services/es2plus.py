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
from openesim.provisioning.smdp.history import Action, step_of
from openesim.provisioning.smdp.order_checks import NOT_PERSONALISED
from openesim.provisioning.smdp.orders import Order
from openesim.services.personalisation import UnreadableSubscriptionError, find_subscriber
from openesim.services.ports import SmdpStores, UnitOfWork
from openesim.services.telling import stamped, tell, tell_answer

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
        return await self._work.run(lambda stores: self._download_order(stores, request, operator))

    def _download_order(self, stores: SmdpStores, request: DownloadOrderRequest, operator: str) -> Any:
        profile_type = request.profile_type or ""
        if request.iccid is not None:
            order, is_known_type = stores.order_of_profile(request.iccid), True
        else:
            order = stores.available_order(profile_type, operator)
            is_known_type = order is not None or stores.package_named(profile_type) is not None
        outcome = es2plus.download_order(request, operator, order, is_known_type=is_known_type)
        return self._promise(stores, (Action.DOWNLOAD_ORDER, operator), order, outcome)

    async def confirm_order(self, request: ConfirmOrderRequest, operator: str) -> Any:
        """Confirm an order and say how the user will fetch it."""
        try:
            return await self._work.run(lambda stores: self._confirm_order(stores, request, operator))
        except ConflictError:
            return es2plus.MATCHING_ID_TAKEN

    def _confirm_order(self, stores: SmdpStores, request: ConfirmOrderRequest, operator: str) -> Any:
        order = stores.order_of_profile(request.iccid)
        holder = stores.order_with_matching_id(request.matching_id) if request.matching_id else None
        is_taken = holder is not None and order is not None and holder.order_id != order.order_id
        ours = es2plus.OurSide(self._smdp_address, MatchingId.from_entropy(self._entropy(16)), is_taken)
        outcome = es2plus.confirm_order(request, operator, order, ours)
        return self._promise(stores, (Action.CONFIRM_ORDER, operator), order, outcome)

    async def release_profile(self, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile for download."""
        return await self._work.run(lambda stores: self._release_profile(stores, request, operator))

    def _release_profile(self, stores: SmdpStores, request: ReleaseProfileRequest, operator: str) -> Any:
        order = stores.order_of_profile(request.iccid)
        outcome = es2plus.release_profile(operator, order)
        return self._promise(stores, (Action.RELEASE_PROFILE, operator), order, outcome)

    async def cancel_order(self, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back."""
        return await self._work.run(lambda stores: self._cancel_order(stores, request, operator))

    def _cancel_order(self, stores: SmdpStores, request: CancelOrderRequest, operator: str) -> Any:
        order = stores.order_of_profile(request.iccid)
        was_handed_out = order is not None and stores.last_download(order.order_id) is not None
        outcome = es2plus.cancel_order(request, operator, order, was_handed_out=was_handed_out)
        return self._store(stores, (Action.CANCEL_ORDER, operator), order, outcome)

    def _promise(
        self, stores: SmdpStores, call: tuple[Action, str], order: Order | None, outcome: Outcome[Any]
    ) -> Any:
        """Store an order that promises a profile and return the answer, if the profile can be kept ready for it."""
        if outcome.order is not None:
            try:
                find_subscriber(stores, outcome.order)
            except UnreadableSubscriptionError as error:
                _log.error("profile not personalised", iccid=outcome.order.iccid, fault=str(error))
                outcome = Outcome(NOT_PERSONALISED)
        return self._store(stores, call, order, outcome)

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
            stores.save_order(stamped(outcome.order, now))
            tell_answer(stores, action, outcome.order, now)
        elif isinstance(outcome.answer, Status) and order is not None and order.operator == operator:
            tell(stores, changed(step_of(action, order, now, outcome.answer), is_idle=True))
        return outcome.answer
