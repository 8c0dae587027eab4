"""The cancellation: user, LPA or chip gives a session up.

Source: SGP.22 v2.5 §5.6.5, §3.0.2.
"""

from __future__ import annotations

from datetime import datetime

from openesim.messages.sgp22.download import CancelSessionReason, CancelSessionResponseOk
from openesim.messages.sgp22.es9plus import CancelSessionOk, CancelSessionRequestEs9
from openesim.messages.sgp22.status import Reason, Subject
from openesim.provisioning.procedures.refusal import Refused, failing, refuse
from openesim.provisioning.smdp.context import Outcome, Smdp
from openesim.provisioning.smdp.order_checks import is_still_of
from openesim.provisioning.smdp.orders import Order, OrderEvent, OrderState
from openesim.provisioning.smdp.session import UNKNOWN_TRANSACTION, Session
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.keys import PublicKey

POSTPONING = frozenset({CancelSessionReason.POSTPONED, CancelSessionReason.TIMEOUT})
"""Reasons after which the user may come back with the same code; after any other the order has ended."""


def cancel_session(
    smdp: Smdp, request: CancelSessionRequestEs9, session: Session | None, order: Order | None, now: datetime
) -> Outcome[CancelSessionOk]:
    """End a session at the user's or the chip's wish.

    Returns:
        An empty output, the session closed, and the order ended unless the reason only postpones or the user
        rejects before he gave the confirmation code; or 8.10.1/3.9, 8.1/6.1, 8.8/3.10.

    Source: SGP.22 v2.5 §5.6.5, §3.0.2.
    """
    if session is None or not session.awaits("cancel_session", now):
        return Outcome(UNKNOWN_TRANSACTION)
    response = request.cancel_session_response.value
    if not isinstance(response, CancelSessionResponseOk):
        # The chip had no session to cancel and signed nothing: nothing may change.
        return Outcome(CancelSessionOk())
    signed = response.euicc_cancel_session_signed
    try:
        if signed.value.transaction_id != session.transaction_id:
            raise Refused(UNKNOWN_TRANSACTION)
        with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
            verify_signature(
                PublicKey.decode(session.euicc_key), signed.octets, response.euicc_cancel_session_signature
            )
        if signed.value.smdp_oid != smdp.identities[session.identity].oid:
            raise refuse(Subject.SMDP, Reason.INVALID_ASSOCIATION, "the chip cancelled with another SM-DP+")
    except Refused as refused:
        return Outcome(refused.status)
    reason = signed.value.reason
    # A session that outlived its order may end neither another chip's nor another customer's.
    mine = order if order is not None and is_still_of(order, session) else None
    if reason not in POSTPONING and mine is not None and _may_end(mine, reason):
        name = reason.name.lower() if isinstance(reason, CancelSessionReason) else str(reason)
        mine = mine.moved(OrderEvent.FAIL, f"cancelled: {name}")
    told = f"{CancelSessionReason.__name__}:{int(reason)}"
    return Outcome(CancelSessionOk(), session=session.closed(), order=mine, code=told)


def _may_end(order: Order, reason: int) -> bool:
    """Tell whether a chip that was admitted to an order may end it for a reason.

    A user who has not given the confirmation code has not shown that the profile is his to reject. LPAs in the field,
    too, reject in his name when he mistypes the code or leaves it out: he may come back.
    """
    is_rejection = reason == CancelSessionReason.END_USER_REJECTION
    awaits_code = order.confirmation_hash is not None and order.state is OrderState.RELEASED
    return order.can(OrderEvent.FAIL) and not (is_rejection and awaits_code)
