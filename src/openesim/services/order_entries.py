"""How the ledger tells what somebody did to an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from openesim.provisioning.smdp.orders import Order
from openesim.transparency.entries import Entry, EntryKind


def order_deed(order: Order, deed: str, actor: str, now: datetime, facts: Mapping[str, str]) -> Entry:
    """Return the entry of something that was done to an order.

    Args:
        order: as it stands behind it.
        deed: what was done, such as ``order``.
        actor: who did it.
        now: aware UTC.
        facts: what else it tells; nothing personal.
    """
    return Entry(
        kind=EntryKind.DEED,
        at=now,
        actor=actor,
        operator=order.operator,
        subject=f"order:{order.order_id}",
        order_id=order.order_id,
        facts={"deed": deed, **facts},
    )


def profile_facts(order: Order) -> dict[str, str]:
    """Return what entries tell of the profile of an order."""
    return {"iccid": str(order.iccid), "profile-type": order.profile_type}
