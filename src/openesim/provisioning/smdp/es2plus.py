"""ES2+ at the SM-DP+: DownloadOrder, ConfirmOrder, CancelOrder, ReleaseProfile.

A call that is repeated with the same parameters gets the same answer as long as its effect still stands; what
is compared are the parameters, never the caller's own name for the call.

Source: SGP.22 v2.5 §5.3, §3.1.1, §3.1.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openesim.kernel.errors import DecodeError, StateError
from openesim.kernel.ids import MatchingId
from openesim.messages.sgp22.es2plus import (
    CancelOrderRequest,
    ConfirmOrderOutput,
    ConfirmOrderRequest,
    DownloadOrderOutput,
    DownloadOrderRequest,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.event_registration import verify_smds_address
from openesim.provisioning.procedures.refusal import Refused, refuse
from openesim.provisioning.smdp.context import Outcome
from openesim.provisioning.smdp.orders import Order, OrderEvent, OrderState
from openesim.security.crypto.confirmation_code import hash_confirmation_code

MATCHING_ID_TAKEN = Status(Subject.MATCHING_ID, Reason.ALREADY_IN_USE, "another order has this matching id")

_CONFIRMED = frozenset({OrderState.CONFIRMED, OrderState.RELEASED})
_CANCELLATIONS = {
    "Available": OrderEvent.CANCEL_AVAILABLE,
    "Unavailable": OrderEvent.CANCEL_UNAVAILABLE,
}


def download_order(
    request: DownloadOrderRequest, operator: str, order: Order | None, *, is_known_type: bool = True
) -> Outcome[DownloadOrderOutput]:
    """Reserve a profile.

    Args:
        request: by ICCID or by profile type, for an EID or for none yet.
        operator: who asks, known by certificate.
        order: the profile of that ICCID or, asked by type, any one that is available.
        is_known_type: whether there are packages of the type at all.

    Returns:
        The ICCID; or 8.2.1/3.9, 8.2.1/1.2, 8.2.1/3.3, 8.2.5/3.9, 8.2.5/3.8, 8.2.5/3.7.

    Source: SGP.22 v2.5 §5.3.1.
    """
    try:
        if order is None and request.iccid is None:
            if not is_known_type:
                raise refuse(Subject.PROFILE_TYPE, Reason.UNKNOWN, "no profile has this type")
            message = f"no profile of type {request.profile_type} is available"
            raise refuse(Subject.PROFILE_TYPE, Reason.UNAVAILABLE, message)
        order = _owned(order, operator)
        if request.profile_type is not None and request.profile_type != order.profile_type:
            raise refuse(Subject.PROFILE_TYPE, Reason.REFUSED, "the profile is of another type", order.iccid)
        event = OrderEvent.ALLOCATE if request.eid is None else OrderEvent.LINK
        if order.state is OrderState.AVAILABLE:
            order = replace(order, state=order.after(event), eid=request.eid, operator=operator)
        elif order.state is OrderState.DELETED and not order.is_reusable:
            # Its chip told that it is gone: the profile can be sold again.
            order = replace(order.afresh(order.after(event)), eid=request.eid)
        elif order.state not in {OrderState.ALLOCATED, OrderState.LINKED} or order.eid != request.eid:
            raise refuse(Subject.PROFILE_ICCID, Reason.ALREADY_IN_USE, "the profile is in use", order.iccid)
    except Refused as refused:
        return Outcome(refused.status)
    return Outcome(DownloadOrderOutput(iccid=order.iccid), order=order)


@dataclass(frozen=True, slots=True)
class OurSide:
    """What we add to an order that is confirmed."""

    smdp_address: str
    new_matching_id: str
    is_matching_id_taken: bool = False


def confirm_order(
    request: ConfirmOrderRequest, operator: str, order: Order | None, ours: OurSide
) -> Outcome[ConfirmOrderOutput]:
    """Confirm a reserved profile and say how the user will fetch it.

    Args:
        request: EID, matching id (absent: made here; empty: found by EID), confirmation code, release flag.
        operator: who asks.
        order: the profile of the ICCID.
        ours: our address, a matching id to be used if the request brings none, and whether the one it brings is
            another order's.

    Returns:
        Matching id and EID; or 8.2.1/3.9, 8.2.1/1.2, 8.2.1/3.5, 8.1.1/2.2, 8.1.1/3.10, 8.2.6/2.1, 8.2.6/3.3,
        8.9/5.1 for what is no address of an SM-DS.

    Source: SGP.22 v2.5 §5.3.2.
    """
    try:
        order = _owned(order, operator)
        confirmed = _confirmed(request, order, ours)
    except Refused as refused:
        return Outcome(refused.status)
    # A chip that is found by its EID has a matching id only for the event that an SM-DS announces it with.
    matching_id = "" if confirmed.is_default_smdp else confirmed.matching_id
    output = ConfirmOrderOutput(
        eid=confirmed.eid, matching_id=matching_id or "", smdp_address=ours.smdp_address
    )
    return Outcome(output, order=confirmed)


def _confirmed(request: ConfirmOrderRequest, order: Order, ours: OurSide) -> Order:
    """Return the order as the request wants it, or as it is if this was asked before."""
    eid = order.eid or request.eid
    if request.eid is not None and eid != request.eid:
        raise refuse(
            Subject.EID, Reason.INVALID_ASSOCIATION, "another EID is linked to the profile", order.iccid
        )
    if eid is None and (request.matching_id == "" or request.smds_address):
        message = "without a matching id, or through an SM-DS, the chip is found by its EID"
        raise refuse(Subject.EID, Reason.MANDATORY_ELEMENT_MISSING, message)
    smds_address = verify_smds_address(request.smds_address) if request.smds_address else None
    code = request.confirmation_code
    # The gate may have made a code that the operator does not know: asked again without one, it stays.
    kept = order.confirmation_hash if order.is_admitted else None
    confirmation_hash = hash_confirmation_code(code) if code else kept
    wanted = replace(
        order,
        eid=eid,
        matching_id=_matching_id(request, order, ours),
        is_default_smdp=request.matching_id == "",
        smds_address=smds_address,
        confirmation_hash=confirmation_hash,
    )
    if order.state in _CONFIRMED and wanted == order:
        # Asked before: the same again, or now with the release.
        if request.release_flag == (order.state is OrderState.RELEASED):
            return order
    elif order.state in _CONFIRMED:
        raise _impossible(order, "confirmed otherwise")
    event = OrderEvent.RELEASE if request.release_flag else OrderEvent.CONFIRM
    return replace(wanted, state=_after(order, event))


def _matching_id(request: ConfirmOrderRequest, order: Order, ours: OurSide) -> str | None:
    """Return the matching id that the order shall have."""
    if request.matching_id == "" and not request.smds_address:
        return None
    if not request.matching_id:
        return order.matching_id or ours.new_matching_id
    if ours.is_matching_id_taken:
        raise Refused(MATCHING_ID_TAKEN)
    try:
        return MatchingId.parse(request.matching_id)
    except DecodeError as error:
        raise refuse(Subject.MATCHING_ID, Reason.INVALID, str(error)) from None


def release_profile(operator: str, order: Order | None) -> Outcome[None]:
    """Release a confirmed profile for download.

    Returns:
        No output; or 8.2.1/3.9, 8.2.1/1.2, 8.2.1/3.5.

    Source: SGP.22 v2.5 §5.3.5.
    """
    try:
        order = _owned(order, operator)
        if order.state is not OrderState.RELEASED:
            if order.state is not OrderState.CONFIRMED:
                raise _impossible(order, "released")
            order = order.moved(OrderEvent.RELEASE)
    except Refused as refused:
        return Outcome(refused.status)
    return Outcome(None, order=order)


def cancel_order(
    request: CancelOrderRequest, operator: str, order: Order | None, *, was_handed_out: bool
) -> Outcome[None]:
    """Take an order back.

    Args:
        request: which one, and whether its profile can be sold again.
        operator: who asks.
        order: the profile of the ICCID.
        was_handed_out: whether a chip got a package of it, whatever came of that.

    Returns:
        No output; or 8.2.1/3.9, 8.2.1/1.2, 8.2.1/3.10, 8.2.6/3.10, 8.2.1/3.5, 1.6/2.1.

    Source: SGP.22 v2.5 §5.3.3.
    """
    try:
        order = _owned(order, operator)
        event = _CANCELLATIONS.get(request.final_profile_status_indicator)
        if event is None:
            message = "finalProfileStatusIndicator must be Available or Unavailable"
            raise refuse(Subject.FUNCTION, Reason.INVALID, message)
        if order.eid != request.eid:
            message = "the EID of the order differs or is missing"
            raise refuse(Subject.PROFILE_ICCID, Reason.INVALID_ASSOCIATION, message, order.iccid)
        if request.matching_id and request.matching_id != order.matching_id:
            raise refuse(Subject.MATCHING_ID, Reason.INVALID_ASSOCIATION, "the order has another matching id")
        try:
            cancelled = order.back_in_stock(event, was_handed_out=was_handed_out)
        except StateError as error:
            raise refuse(Subject.PROFILE_ICCID, Reason.INVALID_TRANSITION, str(error), order.iccid) from None
    except Refused as refused:
        return Outcome(refused.status)
    return Outcome(None, order=cancelled)


def _owned(order: Order | None, operator: str) -> Order:
    """Return the order if it exists and is the operator's own, or stock that is nobody's yet.

    What was ordered on the server itself is no operator's.

    Raises:
        Refused: 8.2.1/3.9, 8.2.1/1.2.
    """
    if order is None:
        raise refuse(Subject.PROFILE_ICCID, Reason.UNKNOWN, "no profile has this ICCID")
    is_free = order.operator is None and order.state is OrderState.AVAILABLE
    if order.operator != operator and not is_free:
        raise refuse(Subject.PROFILE_ICCID, Reason.NOT_ALLOWED, "the profile belongs to another operator")
    return order


def _after(order: Order, event: OrderEvent) -> OrderState:
    """Return the state after an event that must be possible."""
    if not order.can(event):
        raise _impossible(order, "confirmed")
    return order.after(event)


def _impossible(order: Order, wish: str) -> Refused:
    """Return the refusal of a transition that the table does not know: 8.2.1/3.5."""
    message = f"a profile that is {order.state.value} cannot be {wish}"
    return refuse(Subject.PROFILE_ICCID, Reason.INVALID_TRANSITION, message, order.iccid)
