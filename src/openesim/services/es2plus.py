"""ES2+ at the SM-DP+ as a service: one method a function, called with the operator's name.

On disk before every answer: the order as the answer tells it.
"""

from __future__ import annotations

from typing import Any

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import MatchingId
from openesim.messages.sgp22.es2plus import (
    CancelOrderRequest,
    ConfirmOrderRequest,
    DownloadOrderRequest,
    ReleaseProfileRequest,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.smdp import es2plus
from openesim.provisioning.smdp.context import Outcome
from openesim.services.ports import SmdpStores, UnitOfWork

_NEITHER = Status(Subject.FUNCTION, Reason.CONDITIONAL_ELEMENT_MISSING, "iccid or profileType is needed")
_TAKEN = Status(Subject.MATCHING_ID, Reason.ALREADY_IN_USE, "another order has this matching id")


class Es2PlusService:
    """ES2+ over the stores."""

    def __init__(self, work: UnitOfWork, entropy: Entropy, smdp_address: str) -> None:
        """Bind the functions to what we keep."""
        self._work = work
        self._entropy = entropy
        self._smdp_address = smdp_address

    async def download_order(self, request: DownloadOrderRequest, operator: str) -> Any:
        """Reserve a profile."""
        if request.iccid is None and request.profile_type is None:
            return _NEITHER
        return await self._work.run(lambda stores: self._download_order(stores, request, operator))

    @staticmethod
    def _download_order(stores: SmdpStores, request: DownloadOrderRequest, operator: str) -> Any:
        if request.iccid is not None:
            order = stores.order_of_profile(request.iccid)
        else:
            order = stores.available_order(request.profile_type or "", operator)
        return _store(stores, es2plus.download_order(request, operator, order))

    async def confirm_order(self, request: ConfirmOrderRequest, operator: str) -> Any:
        """Confirm an order and say how the user will fetch it."""
        try:
            return await self._work.run(lambda stores: self._confirm_order(stores, request, operator))
        except ConflictError:
            return _TAKEN

    def _confirm_order(self, stores: SmdpStores, request: ConfirmOrderRequest, operator: str) -> Any:
        order = stores.order_of_profile(request.iccid)
        if request.matching_id and order is not None:
            holder = stores.order_with_matching_id(request.matching_id)
            if holder is not None and holder.order_id != order.order_id:
                return _TAKEN
        ours = es2plus.OurSide(self._smdp_address, MatchingId.from_entropy(self._entropy(16)))
        return _store(stores, es2plus.confirm_order(request, operator, order, ours))

    async def release_profile(self, request: ReleaseProfileRequest, operator: str) -> Any:
        """Release a confirmed profile for download."""
        return await self._work.run(
            lambda stores: _store(
                stores, es2plus.release_profile(operator, stores.order_of_profile(request.iccid))
            )
        )

    async def cancel_order(self, request: CancelOrderRequest, operator: str) -> Any:
        """Take an order back."""
        return await self._work.run(
            lambda stores: _store(
                stores, es2plus.cancel_order(request, operator, stores.order_of_profile(request.iccid))
            )
        )


def _store(stores: SmdpStores, outcome: Outcome[Any]) -> Any:
    """Store the order and return the answer."""
    if outcome.order is not None:
        stores.save_order(outcome.order)
    return outcome.answer
