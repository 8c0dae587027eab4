"""Checks of an order that stand between a proven chip and its profile, in the specification's order.

Source: SGP.22 v2.5 §3.1.3 steps 3 to 5, §5.6.2, §5.6.3.
"""

from __future__ import annotations

from datetime import datetime

from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.records import changed
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import Refused, refuse
from openesim.provisioning.smdp.context import Offer, Policy, ProfilePackage
from openesim.provisioning.smdp.orders import DOWNLOADABLE, Order, OrderEvent, OrderState
from openesim.provisioning.smdp.session import Session
from openesim.security.crypto.confirmation_code import verify_hash_cc

CODE_MISSING = Status(
    Subject.CONFIRMATION_CODE, Reason.MANDATORY_ELEMENT_MISSING, "a confirmation code is asked for"
)
CODE_REFUSED = Status(Subject.CONFIRMATION_CODE, Reason.REFUSED, "the confirmation code is wrong")
CODE_EXHAUSTED = Status(
    Subject.CONFIRMATION_CODE,
    Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED,
    "the confirmation code was wrong too often; the order has ended",
)

NOT_PERSONALISED = Status(
    Subject.SMDP, Reason.EXECUTION_ERROR, "the profile cannot be personalised now: its keys cannot be read"
)
"""Our fault and nobody's attempt: the order stays as it is, and works when the keys can be read again."""


def verify_waits_for(
    offer: Offer | None, chip: tuple[str | None, Eid], policy: Policy, now: datetime
) -> Offer:
    """Return the order if it waits for this chip.

    Args:
        offer: what was found; None: no order.
        chip: the matching id that the chip brought, and who it is.
        policy: rules of the server's owner.
        now: aware UTC.

    Raises:
        Refused: 8.2.6/3.8 or 8.1.1/3.8 without an order, 8.1.1/3.8 for another chip, 8.2/1.2 in a state
            that allows no download, 8.8.5/4.10 too late.
    """
    matching_id, eid = chip
    if offer is None:
        if matching_id is None:
            raise refuse(Subject.EID, Reason.REFUSED, "no profile waits for this EID")
        raise refuse(Subject.MATCHING_ID, Reason.REFUSED, "no order has this matching id")
    if offer.order.eid is not None and offer.order.eid != eid:
        raise refuse(Subject.EID, Reason.REFUSED, "the order is bound to another chip")
    _verify_downloadable(offer, policy, now)
    return offer


def verify_personalised(offer: Offer) -> ProfilePackage:
    """Return the package of an offer.

    Raises:
        Refused: 8.8/4.2 where it cannot be personalised.
    """
    if offer.package is None:
        raise Refused(NOT_PERSONALISED)
    return offer.package


def count_attempt(order: Order) -> Order:
    """Return the order with one more download attempt used up; a reusable order does not count."""
    return order if order.is_reusable else changed(order, download_attempts=order.download_attempts + 1)


def verify_attempts_left(order: Order) -> None:
    """Refuse a counted attempt that is one too many.

    Raises:
        Refused: 8.8.5/6.4.
    """
    if order.max_attempts is not None and order.download_attempts > order.max_attempts:
        raise refuse(
            Subject.DOWNLOAD_ORDER,
            Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED,
            f"all {order.max_attempts} download attempts are used up",
        )


def is_still_of(order: Order, session: Session) -> bool:
    """Tell whether an order is still the one that the session's chip was admitted to.

    A profile that was taken back may have been ordered again, for somebody else; another chip may have been quicker.
    """
    return order.matching_id == session.matching_id and order.eid in {None, session.eid}


def verify_still_waits_for(offer: Offer, session: Session, policy: Policy, now: datetime) -> None:
    """Refuse an order that changed since the chip authenticated.

    Raises:
        Refused: 8.2/3.7 where another chip was quicker, 8.2/1.2 or 8.8.5/4.10.
    """
    order = offer.order
    if order.matching_id != session.matching_id:
        raise refuse(Subject.PROFILE, Reason.NOT_ALLOWED, "the order was taken back meanwhile")
    if not is_still_of(order, session):
        raise refuse(Subject.PROFILE, Reason.UNAVAILABLE, "the profile was bound to another chip meanwhile")
    _verify_downloadable(offer, policy, now)


def check_confirmation_code(
    order: Order, hash_cc: bytes | None, transaction_id: TransactionId
) -> tuple[Status, Order] | None:
    """Check the hash of the confirmation code, in constant time, and count a wrong one.

    Returns:
        None if the code is right or none is asked for; else the refusal and the order as it becomes:
        8.2.7/2.2 missing, 8.2.7/3.8 wrong, 8.2.7/6.4 wrong for the last time (the order has ended).
    """
    if order.confirmation_hash is None:
        return None
    if hash_cc is None:
        return CODE_MISSING, order
    try:
        verify_hash_cc(order.confirmation_hash, transaction_id, hash_cc)
    except VerificationError:
        return _count_wrong_code(order)
    return None


def _count_wrong_code(order: Order) -> tuple[Status, Order]:
    """Return the refusal of a wrong confirmation code and the order with one more wrong code."""
    counted = changed(order, confirmation_attempts=order.confirmation_attempts + 1)
    if counted.confirmation_attempts < counted.confirmation_limit:
        return CODE_REFUSED, counted
    return CODE_EXHAUSTED, ended(counted, str(CODE_EXHAUSTED))


def ended(order: Order, outcome: str) -> Order:
    """Return the order given up; one whose profile a chip had stays what the chip told."""
    return order.moved(OrderEvent.FAIL, outcome) if order.can(OrderEvent.FAIL) else order


def _verify_downloadable(offer: Offer, policy: Policy, now: datetime) -> None:
    """Refuse an order whose state or time allows no download."""
    order = offer.order
    if order.state not in DOWNLOADABLE and not policy.allows_redownload(order, offer.last):
        message = f"the profile is {order.state.value}, not Released{_what_to_do(order)}"
        raise refuse(Subject.PROFILE, Reason.NOT_ALLOWED, message)
    if order.expires_at is not None and now >= order.expires_at:
        raise refuse(
            Subject.DOWNLOAD_ORDER,
            Reason.TIME_TO_LIVE_EXPIRED,
            f"the order expired at {order.expires_at:%Y-%m-%d %H:%M} UTC",
        )


_NEXT_STEPS = {
    OrderState.INSTALLED: "this chip has told that it has it; if it has not, the operator can issue it again",
    OrderState.DELETED: "this chip has told that it deleted it; the operator can issue it again",
    OrderState.ERROR: "the operator can issue it again",
    OrderState.CONFIRMED: "the operator has still to release it",
}


def _what_to_do(order: Order) -> str:
    """Return what leads on from a state that allows no download, and what led there."""
    told = [text for text in (order.outcome, _NEXT_STEPS.get(order.state)) if text]
    return f" ({'; '.join(told)})" if told else ""
