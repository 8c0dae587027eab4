"""Orders that an SM-DS announces: which event stands for an order, and when it comes and goes.

::

    ConfirmOrder with release, or ReleaseProfile ─► the event is registered ─► the order is Released
    Installed, Error, Deleted, or taken back     ─► the event is deleted, some time later

The event's id is the order's matching id: with it the chip comes to us. What the event needs (EID, matching id, SM-DS)
is on disk with the order before the SM-DS hears of it, so a call that was broken off is made again with the same event.

Source: SGP.22 v2.5 §3.1.2, §3.6.1, §3.6.3, §5.3.2, §5.3.5.
"""

from __future__ import annotations

from openesim.kernel.records import changed
from openesim.provisioning.procedures.event_registration import Registration
from openesim.provisioning.smdp.orders import Order, OrderState

_S = OrderState

OVER = frozenset({_S.AVAILABLE, _S.INSTALLED, _S.ERROR, _S.UNAVAILABLE, _S.DELETED})
"""States in which nobody shall come for the profile any more."""


def is_to_be_announced(before: Order, after: Order) -> bool:
    """Tell whether a chip has to be told of an order before it is what it becomes."""
    is_news = after.state is _S.RELEASED and before.state is not _S.RELEASED
    return is_news and after.smds_address is not None


def intended(before: Order, after: Order) -> Order:
    """Return an order as it stands while its event is being registered.

    It is what it was, with all that the event is made of.
    """
    return changed(before, eid=after.eid, matching_id=after.matching_id, smds_address=after.smds_address)


def is_same_announcement(one: Order, other: Order) -> bool:
    """Tell whether two orders are announced by one and the same event."""
    return (one.eid, one.matching_id, one.smds_address) == (
        other.eid,
        other.matching_id,
        other.smds_address,
    )


def registration_of(order: Order, rsp_server_address: str, roots: frozenset[str]) -> Registration | None:
    """Return the event that announces an order, None where none does.

    Args:
        order: with EID and matching id.
        rsp_server_address: our own address.
        roots: addresses of root SM-DSs; any other is told to forward the event.
    """
    if order.smds_address is None or order.eid is None or order.matching_id is None:
        return None
    return Registration(
        smds_address=order.smds_address,
        eid=order.eid,
        event_id=order.matching_id,
        rsp_server_address=rsp_server_address,
        is_forwarded=order.smds_address not in roots,
    )


def is_withdrawn(before: Order, after: Order) -> bool:
    """Tell whether the event of an order has to go, since the order is over or another one now."""
    if before.smds_address is None or before.state in OVER:
        return False
    return after.state in OVER or not is_same_announcement(before, after)
