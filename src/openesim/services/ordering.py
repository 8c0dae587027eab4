"""Orders made and changed by the REST API: the functions of ES2+ themselves, so that both faces always agree.

An order that is made here is reserved and confirmed in one unit of work: both, or neither. What the functions refuse is a
``FunctionError`` with their pair of codes. It is returned where nothing was changed, so that the unit of work may note it
in the history, and raised where something must be undone. What an SM-DS has to announce first is ``Pending``: its
order goes on outside the unit, by ``finish``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar, cast

from openesim.conditions.admission import codes
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import DecodeError, FunctionError, RuleRefused
from openesim.kernel.ids import Eid, Iccid, MatchingId
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import (
    CancelOrderRequest,
    ConfirmOrderRequest,
    DownloadOrderRequest,
    ReleaseProfileRequest,
)
from openesim.messages.sgp22.explained import Explained
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.es2plus import MATCHING_ID_TAKEN
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.reissue import Reissued, Wish
from openesim.services.conditions.gate.gate import Gate
from openesim.services.es2plus import Es2PlusService, Pending
from openesim.services.listing import ListingStores, find_own
from openesim.services.orders import CareStores, issue_if_allowed

T = TypeVar("T")

_HEADER: Final = RequestHeader()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How the user will fetch a profile.

    Attributes:
        eid: for this chip; None: whichever chip comes first.
        matching_id: token of the activation code; None: made by the server; empty: the chip is found by its EID.
        confirmation_code: that the user has to enter; None: none.
        smds_address: SM-DS that tells the chip of it; None: none does.
        release: let it be downloaded from now on.
        case_id: the verification that stands behind it; None: that of the chip, where the rules ask for one.
    """

    eid: Eid | None = None
    matching_id: str | None = None
    confirmation_code: str | None = None
    smds_address: str | None = None
    release: bool = True
    case_id: str | None = None

    def __repr__(self) -> str:
        """Leave matching id and confirmation code out."""
        return f"Confirmation(eid={self.eid}, release={self.release})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What ES2+ has no words for; what is None stays as it is.

    Attributes:
        reference: the operator's own name for the order.
        expires_at: last moment of a download, aware UTC.
        max_attempts: authentications allowed.
    """

    reference: str | None = None
    expires_at: datetime | None = None
    max_attempts: int | None = None

    def of(self, order: Order) -> Order:
        """Return an order under these terms."""
        return changed(
            order,
            reference=self.reference or order.reference,
            expires_at=self.expires_at or order.expires_at,
            max_attempts=order.max_attempts if self.max_attempts is None else self.max_attempts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWish:
    """An order that is to be made.

    Attributes:
        profile_type: any profile of this type; or
        iccid: this profile.
        eid: for this chip; None: whichever chip comes first.
        terms: beside what ES2+ knows.
        confirmation: how the user will fetch it; None: that is said later.
    """

    profile_type: str | None = None
    iccid: Iccid | None = None
    eid: Eid | None = None
    terms: Terms = Terms()
    confirmation: Confirmation | None = Confirmation()


Outcome = Order | FunctionError | Pending
"""What became of a call."""


class OrderingStores(CareStores, ListingStores, Protocol):
    """Orders, inside one unit of work."""


class Ordering:
    """Makes and changes orders of an operator. Each method is one step inside a unit of work."""

    def __init__(self, functions: Es2PlusService, ambient: Ambient, gate: Gate | None = None) -> None:
        """Bind to the functions of ES2+, and to the gate that they ask."""
        self._functions: Final = functions
        self._gate: Final = gate
        self._clock: Final = ambient.clock
        self._entropy: Final = ambient.entropy

    def create(self, stores: OrderingStores, wish: OrderWish, operator: str) -> Outcome:
        """Make an order and return it, or what DownloadOrder or the gate refused.

        Raises:
            DecodeError: the last moment of the download has passed already.
            FunctionError: what ConfirmOrder refused.
            ConflictError: the matching id was taken meanwhile.
        """
        expires_at = wish.terms.expires_at
        if expires_at is not None and expires_at <= self._clock.now():
            raise DecodeError("must lie in the future", ("expires_at",))
        request = DownloadOrderRequest(
            header=_HEADER, eid=wish.eid, iccid=wish.iccid, profile_type=wish.profile_type
        )
        answer = self._functions.download_order_in(stores, request, operator, wish.terms.of)
        if isinstance(answer, Status):
            return _refusal(answer)
        if wish.confirmation is None:
            return find_own(stores, answer.iccid, operator)
        confirmed = self._confirm(stores, answer.iccid, wish.confirmation, operator)
        if not isinstance(confirmed, FunctionError):
            return confirmed
        if not _is_of_gate(confirmed):
            raise confirmed
        # What the gate says stays on record: so the profile is given back, and nothing is undone.
        self.cancel(stores, answer.iccid, ("Available", wish.confirmation.eid), operator)
        return confirmed

    async def finish(
        self, pending: Pending, operator: str, end: Callable[[Any, Order | FunctionError], T], *, is_new: bool
    ) -> T:
        """Have an SM-DS announce an order, and store what it becomes.

        Args:
            pending: the order.
            operator: whose.
            end: gets the order or the refusal, in the unit of work that stores it, and says what is returned.
            is_new: the order was made by the same call: refused, its profile goes back to stock.
        """

        def settled(stores: OrderingStores, answer: Any) -> T:
            """Give a profile back that was reserved for nothing, and end the call."""
            result = _order_or_refusal(stores, pending.before.iccid, operator, answer)
            if is_new and isinstance(result, FunctionError):
                self.cancel(stores, pending.before.iccid, ("Available", None), operator)
            return end(stores, result)

        return await self._functions.announce(pending, cast("Any", settled))

    def confirm(
        self, stores: OrderingStores, iccid: Iccid, confirmation: Confirmation, operator: str
    ) -> Outcome:
        """Say how the user will fetch a reserved profile, and return its order, or what ConfirmOrder refused.

        Raises:
            NotFoundError: the operator has no such order.
            ConflictError: the matching id was taken meanwhile.
        """
        find_own(stores, iccid, operator)
        return self._confirm(stores, iccid, confirmation, operator)

    def _confirm(
        self, stores: OrderingStores, iccid: Iccid, confirmation: Confirmation, operator: str
    ) -> Outcome:
        """Confirm an order that is known to be the operator's."""
        request = ConfirmOrderRequest(
            header=_HEADER,
            iccid=iccid,
            eid=confirmation.eid,
            matching_id=confirmation.matching_id,
            confirmation_code=confirmation.confirmation_code,
            smds_address=confirmation.smds_address,
            release_flag=confirmation.release,
        )
        answer = self._functions.confirm_order_in(stores, request, operator, confirmation.case_id)
        return answer if isinstance(answer, Pending) else _order_or_refusal(stores, iccid, operator, answer)

    def release(self, stores: OrderingStores, iccid: Iccid, operator: str) -> Outcome:
        """Release a confirmed profile for download, and return its order, or what ReleaseProfile refused.

        Raises:
            NotFoundError: the operator has no such order.
        """
        find_own(stores, iccid, operator)
        request = ReleaseProfileRequest(header=_HEADER, iccid=iccid)
        answer = self._functions.release_profile_in(stores, request, operator)
        return answer if isinstance(answer, Pending) else _order_or_refusal(stores, iccid, operator, answer)

    def reissue(
        self, stores: OrderingStores, iccid: Iccid, wish: Wish, operator: str
    ) -> Reissued | RuleRefused:
        """Issue an order again, with a new matching id, and return it, or what the gate says against it.

        Raises:
            NotFoundError: the operator has no such order.
            StateError: the order is in no state for it, or a chip may have the profile.
            ConflictError: the matching id was taken meanwhile.
        """
        find_own(stores, iccid, operator)
        order = stores.order_of_profile(iccid)
        assert order is not None  # noqa: S101 (it was found a line before; now it is held)
        matching_id = MatchingId.from_entropy(self._entropy(16))
        return issue_if_allowed(stores, order, wish, matching_id, self._clock.now(), self._gate)

    def cancel(
        self, stores: OrderingStores, iccid: Iccid, wish: tuple[str, Eid | None], operator: str
    ) -> Outcome:
        """Take an order back, and return what became of its profile, or what CancelOrder refused.

        Args:
            stores: of the unit of work.
            iccid: the profile.
            wish: its state afterwards, Available or Unavailable; and the EID of the order, if the caller states it.
            operator: who asks.

        Raises:
            NotFoundError: the operator has no such order.
        """
        final_state, eid = wish
        order = find_own(stores, iccid, operator)
        request = CancelOrderRequest(
            header=_HEADER, iccid=iccid, eid=eid or order.eid, final_profile_status_indicator=final_state
        )
        answer = self._functions.cancel_order_in(stores, request, operator)
        return _order_or_refusal(stores, iccid, operator, answer)


def matching_id_refused() -> FunctionError:
    """Return the refusal of a matching id that another order got since we looked."""
    return _refusal(MATCHING_ID_TAKEN)


def _order_or_refusal(
    stores: OrderingStores, iccid: Iccid, operator: str, answer: object
) -> Order | FunctionError:
    """Return the order as it stands now, or what a function refused."""
    return _refusal(answer) if isinstance(answer, Status) else find_own(stores, iccid, operator)


def _is_of_gate(error: FunctionError) -> bool:
    """Tell whether a refusal is the gate's."""
    told = error.explanation
    return isinstance(told, Explained) and told.code.startswith(codes.PREFIX)


def _refusal(status: Status) -> FunctionError:
    error = FunctionError(*status.pair, status.message)
    cause = codes.explained(status.code) if status.code else None
    return error if cause is None else error.explained(cause)
