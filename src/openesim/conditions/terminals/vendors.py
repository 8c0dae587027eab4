"""Vendors: who answers for models of terminals, and how he stands.

A foreign vendor acts through a domestic agent. What a vendor's standing is worth to his models: while he is suspended or
struck off, no model of his counts as approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.conditions.terminals.texts import mistake, not_possible


class VendorKind(StrEnum):
    """Whose a vendor is."""

    STATE = "state"
    PRIVATE = "private"
    JOINT_STOCK = "joint-stock"
    FOREIGN = "foreign"


class Standing(StrEnum):
    """How a vendor or a chip maker stands."""

    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    STRUCK_OFF = "struck-off"


class StandingEvent(StrEnum):
    """What can happen to a vendor or a chip maker."""

    SUSPEND = "suspend"
    RESUME = "resume"
    STRIKE_OFF = "strike-off"


STANDINGS: Final[dict[Standing, dict[StandingEvent, Standing]]] = {
    Standing.IN_FORCE: {
        StandingEvent.SUSPEND: Standing.SUSPENDED,
        StandingEvent.STRIKE_OFF: Standing.STRUCK_OFF,
    },
    Standing.SUSPENDED: {
        StandingEvent.RESUME: Standing.IN_FORCE,
        StandingEvent.STRIKE_OFF: Standing.STRUCK_OFF,
    },
    Standing.STRUCK_OFF: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor.

    Attributes:
        vendor_id: row number; 0 until stored.
        name: under which he is registered, unique.
        kind: whose he is.
        state: how he stands.
        country: where he has his seat, two letters of ISO 3166.
        agent: who acts for a foreign one; None: nobody.
        created_at: when he was registered, aware UTC.
        remark: why he stands as he does; empty: nothing to say.
        revision: of all terminals, when this last changed; 0 until stored.
    """

    vendor_id: int = 0
    name: str
    kind: VendorKind
    state: Standing = Standing.IN_FORCE
    country: str
    agent: str | None = None
    created_at: datetime
    remark: str = ""
    revision: int = 0


def verify_vendor(vendor: Vendor) -> Vendor:
    """Return a vendor that may be registered.

    Raises:
        DecodeError: a foreign one without a domestic agent.
    """
    if vendor.kind is VendorKind.FOREIGN and vendor.agent is None:
        raise mistake("foreign-without-agent").within("agent")
    return vendor


def standing_after(state: Standing, event: StandingEvent) -> Standing:
    """Return the standing that an event leads to.

    Raises:
        StateError: the table does not know the event in this state.
    """
    following = STANDINGS[state].get(event)
    if following is None:
        raise not_possible(event.value, state.value)
    return following
