"""Issuing an order again: the same profile, a new matching id, for the same chip or another one.

A matching id is for one download. Where that download led nowhere, or its profile is gone, the operator issues the order
again. The rule behind it is that a profile never stands on two chips: whatever chip was handed a package may install it
at any later moment, so another chip only gets the profile after the first one told that it deleted it, or never had a
package. Beyond that the operator may insist, and is told what may come of it.

Source: SGP.22 v2.5 §3.1.5; the standard leaves open how an operator issues an order again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from openesim.kernel.errors import StateError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.explained import Entry, Explained, Owner, Words
from openesim.provisioning.smdp.orders import TRANSITIONS, Order, OrderEvent, OrderState

_OVER = Entry(
    Owner.OPERATOR,
    Words("the profile was taken out of stock: nothing is left to be issued again", "order another profile"),
    Words("该配置文件已退出库存，无法重新签发", "请另行下单"),
)
_NOT_ISSUED = Entry(
    Owner.OPERATOR,
    Words("the order has not been issued yet", "place the order first"),
    Words("该订单尚未签发", "请先下单"),
)
_MAY_HAVE_IT = Entry(
    Owner.OPERATOR,
    Words(
        "a chip was handed a package of this profile, and may have it or install it yet",
        "have it deleted on that chip, with a network, so that the chip tells; or insist (--force) where the chip is "
        "lost for good",
    ),
    Words(
        "已有芯片领取过该配置文件，可能已安装或仍可安装",
        "请在该芯片联网时将其删除以便上报；如芯片确已遗失，可强制重新签发（--force）",
    ),
)

ISSUED_AGAIN = "issued again"
_FOR_ANOTHER = "issued again for another chip, though the first one may still have the profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How an order shall be issued again.

    Attributes:
        eid: the chip it shall be for; None: as before.
        is_for_any: whichever chip comes first, the one of before forgotten.
        is_forced: also where a chip may have the profile that has not told its deletion.
    """

    eid: Eid | None = None
    is_for_any: bool = False
    is_forced: bool = False

    def is_same_chip(self, order: Order) -> bool:
        """Tell whether the order stays with the chip that it is for."""
        return not self.is_for_any and self.eid in {None, order.eid}


@dataclass(frozen=True, slots=True)
class Reissued:
    """An order that was issued again.

    Attributes:
        order: as it stands now.
        warning: what may come of it, where the operator insisted.
    """

    order: Order
    warning: str | None = None


def reissue(order: Order, wish: Wish, *, was_handed_out: bool, matching_id: str, now: datetime) -> Reissued:
    """Return the order with a new matching id, its counters at zero, and no expiry that is over.

    Args:
        order: as it stands.
        wish: for which chip.
        was_handed_out: whether any chip got a package of it.
        matching_id: a new one; an order that is found by its EID gets none.
        now: aware UTC.

    Raises:
        StateError: the order is in no state for it, or a chip may have the profile; the explanation says what to do.
    """
    _verify_possible(order, wish)
    is_same = wish.is_same_chip(order)
    is_safe = is_same or not was_handed_out or order.state is OrderState.DELETED
    if not is_safe and not wish.is_forced:
        raise _may_have_it(order)
    event = OrderEvent.REISSUE_SAME if is_same and was_handed_out else OrderEvent.REISSUE_FRESH
    if event not in TRANSITIONS[order.state]:
        event = OrderEvent.REISSUE_FRESH
    is_over = order.expires_at is not None and order.expires_at <= now
    issued = replace(
        order.moved(event, ISSUED_AGAIN if is_safe else _FOR_ANOTHER),
        matching_id=None if order.is_default_smdp else matching_id,
        confirmation_attempts=0,
        download_attempts=0,
        redownloads=0,
        # The event named the old matching id and goes. A chip that was told by an SM-DS is told of the new one there;
        # another chip was never meant to find it so.
        smds_address=order.smds_address if is_same else None,
        expires_at=None if is_over else order.expires_at,
    )
    if not is_same:
        # Sequence numbers are the chip's own: those of another one begin anew.
        issued = replace(issued, eid=wish.eid, chip_state=None, chip_sequence=-1)
    return Reissued(issued, None if is_safe else _warning(order))


def _verify_possible(order: Order, wish: Wish) -> None:
    """Refuse an order that was never issued, or is over for good."""
    events = TRANSITIONS[order.state]
    if order.is_reusable:
        raise StateError("an order of the laboratory is never used up: its code works as often as one likes")
    if OrderEvent.REISSUE_FRESH not in events:
        told = _OVER if order.state is OrderState.UNAVAILABLE else _NOT_ISSUED
        raise StateError(f"the profile is {order.state.value}: nothing to issue again").explained(
            Explained.of("reissue:nothing", told, (order.state.value, order.state.value))
        )
    if wish.is_for_any and order.is_default_smdp:
        raise StateError("an order without a matching id is found by its EID: name the chip")


def _may_have_it(order: Order) -> StateError:
    """Return the refusal to give a profile to another chip."""
    detail = f"{order.state.value}, EID {order.eid}"
    return StateError("another chip may have the profile").explained(
        Explained.of("reissue:may-have-it", _MAY_HAVE_IT, (detail, detail))
    )


def _warning(order: Order) -> str:
    """Return what may come of it."""
    return (
        f"chip {order.eid} may still have profile {order.iccid}, or install it yet: two chips with one subscription "
        "push each other out of the network; openesim reconcile tells if that chip speaks up"
    )
