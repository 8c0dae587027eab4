"""The books: what the SM-DP+s have written down, held against what the chip says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openesim.apps.demo.operators import Desk
from openesim.apps.demo.telling import Teller
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.metadata import ProfileState
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.services.lpa import Lpa

SETTLE_LIMIT_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands: its state, and what the chip told of the profile."""

    state: OrderState
    chip_state: ChipState | None = None

    @classmethod
    def of(cls, order: Order) -> Standing:
        """Return how an order stands."""
        return cls(order.state, order.chip_state)

    @property
    def on_chip(self) -> str:
        """What the chip has to say if the order is right: absent, disabled or enabled."""
        if self.chip_state is None or self.chip_state is ChipState.DELETED:
            return "absent"
        return self.chip_state.value


RELEASED: Final = Standing(OrderState.RELEASED)
DISABLED: Final = Standing(OrderState.INSTALLED, ChipState.DISABLED)
ENABLED: Final = Standing(OrderState.INSTALLED, ChipState.ENABLED)
DELETED: Final = Standing(OrderState.DELETED, ChipState.DELETED)


def tell_standing(teller: Teller, standing: Standing) -> str:
    """Return how an order stands, in words."""
    state = teller.text(standing.state.value)
    if standing.state is OrderState.INSTALLED and standing.chip_state is not None:
        return teller.text("state_on_chip", state=state, on_chip=teller.text(standing.chip_state.value))
    return state


def compare_books(teller: Teller, desks: Sequence[Desk], lpa: Lpa, wanted: Sequence[Standing]) -> None:
    """Show orders and chip side by side, and check that they agree and are as they should be.

    Servers acknowledge a notification first and read it a moment later: each order gets a few seconds.

    Raises:
        CheckFailedError: they do not.
    """
    standings = [_settle(desk, standing) for desk, standing in zip(desks, wanted, strict=True)]
    on_chip = [find_on_chip(lpa, desk.order.iccid) for desk in desks]
    teller.table(
        ("operator", "order", "chip", "agree"),
        [
            (
                desk.name,
                tell_standing(teller, standing),
                teller.text(present),
                teller.text("yes" if standing.on_chip == present else "no"),
            )
            for desk, standing, present in zip(desks, standings, on_chip, strict=True)
        ],
    )
    are_right = standings == list(wanted) and on_chip == [standing.on_chip for standing in wanted]
    teller.check(are_right, "check_agree")


def find_on_chip(lpa: Lpa, iccid: Iccid) -> str:
    """Return what the chip says of a profile: absent, disabled or enabled."""
    for profile in lpa.profiles():
        if profile.iccid == iccid:
            return "enabled" if profile.profile_state == ProfileState.ENABLED else "disabled"
    return "absent"


def _settle(desk: Desk, wanted: Standing) -> Standing:
    """Return how an order stands once it is as wanted, or when time is up."""
    deadline = time.monotonic() + SETTLE_LIMIT_S
    while True:
        standing = Standing.of(desk.order)
        if standing == wanted or time.monotonic() > deadline:
            return standing
        time.sleep(_LOOK_AGAIN_S)
