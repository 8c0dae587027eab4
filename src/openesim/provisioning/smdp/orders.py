"""Orders: a profile of the stock and its way to one chip.

An order begins as a profile that nobody asked for (``AVAILABLE``) and ends on a chip (``INSTALLED``, later
perhaps ``DELETED``), in ``ERROR``, or taken out of stock (``UNAVAILABLE``). The words are the specification's;
``DELETED`` is ours: the chip told us that the profile is gone.

Everything that moves an order is an ``OrderEvent``; where it leads stands in ``TRANSITIONS`` and nowhere else.
An event that the table does not know in a state is refused and changes nothing. Three rules live here because
they hold for every path: an order belongs to one EID once it has one, counters only grow, and a laboratory's
*reusable* order never moves at all.

Source: SGP.22 v2.5 §3.1.5 (Profile lifecycle at the SM-DP+), §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.kernel.errors import StateError
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import changed, with_quick_init


class OrderState(StrEnum):
    """State of a profile at the SM-DP+, in the specification's words."""

    AVAILABLE = "Available"
    ALLOCATED = "Allocated"
    LINKED = "Linked"
    CONFIRMED = "Confirmed"
    RELEASED = "Released"
    DOWNLOADED = "Downloaded"
    INSTALLED = "Installed"
    ERROR = "Error"
    UNAVAILABLE = "Unavailable"
    DELETED = "Deleted"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    ALLOCATE = "DownloadOrder without EID"
    LINK = "DownloadOrder with EID"
    CONFIRM = "ConfirmOrder, not released"
    RELEASE = "ConfirmOrder with release flag, ReleaseProfile"
    BIND = "bound profile package handed out"
    INSTALL = "chip reports success"
    FAIL = "limit exceeded, not eligible, rejected, or installation failed for good"
    DELETE = "chip reports deletion"
    CANCEL_AVAILABLE = "CancelOrder, back to stock"
    CANCEL_UNAVAILABLE = "CancelOrder, out of stock"
    REISSUE_FRESH = "issued again, for a chip that had no package of it"
    REISSUE_SAME = "issued again, for the chip that had one"


_S, _E = OrderState, OrderEvent

_REISSUED = {_E.REISSUE_FRESH: _S.RELEASED, _E.REISSUE_SAME: _S.DOWNLOADED}

_CANCELLED = {_E.CANCEL_AVAILABLE: _S.AVAILABLE, _E.CANCEL_UNAVAILABLE: _S.UNAVAILABLE}

TRANSITIONS: dict[OrderState, dict[OrderEvent, OrderState]] = {
    _S.AVAILABLE: {_E.ALLOCATE: _S.ALLOCATED, _E.LINK: _S.LINKED},
    _S.ALLOCATED: {_E.CONFIRM: _S.CONFIRMED, _E.RELEASE: _S.RELEASED, **_CANCELLED},
    _S.LINKED: {_E.CONFIRM: _S.CONFIRMED, _E.RELEASE: _S.RELEASED, **_CANCELLED},
    _S.CONFIRMED: {_E.RELEASE: _S.RELEASED, **_CANCELLED},
    _S.RELEASED: {
        _E.BIND: _S.DOWNLOADED,
        _E.FAIL: _S.ERROR,
        _E.REISSUE_FRESH: _S.RELEASED,
        **_CANCELLED,
    },
    # Bound again for the same chip is legal: that is how a broken download is repeated. A package that is out
    # may be installed and deleted before we hear of either; so its profile never returns to stock.
    _S.DOWNLOADED: {
        _E.BIND: _S.DOWNLOADED,
        _E.INSTALL: _S.INSTALLED,
        _E.DELETE: _S.DELETED,
        _E.FAIL: _S.ERROR,
        _E.CANCEL_UNAVAILABLE: _S.UNAVAILABLE,
        **_REISSUED,
    },
    # A chip that lost its profile without telling us may fetch it again where the rule allows it: until it tells more,
    # what is known stands. What the operator issues again for the same chip is Downloaded, never Released: an older
    # package of it is out, and the chip may tell of that one, too.
    _S.INSTALLED: {_E.INSTALL: _S.INSTALLED, _E.DELETE: _S.DELETED, _E.BIND: _S.INSTALLED, **_REISSUED},
    # The chip has the last word: a success that arrives late mends an order that was given up.
    _S.ERROR: {_E.INSTALL: _S.INSTALLED, _E.DELETE: _S.DELETED, **_REISSUED, **_CANCELLED},
    _S.UNAVAILABLE: {},
    # Deleted and fetched again before we heard of the deletion: the sequence number tells which came last. A profile
    # that its chip gave up may be fetched again by that chip, by rule, and ordered again for any.
    _S.DELETED: {
        _E.DELETE: _S.DELETED,
        _E.INSTALL: _S.INSTALLED,
        _E.BIND: _S.DOWNLOADED,
        _E.ALLOCATE: _S.ALLOCATED,
        _E.LINK: _S.LINKED,
        **_REISSUED,
    },
}

DOWNLOADABLE = frozenset({OrderState.RELEASED, OrderState.DOWNLOADED})

ON_A_CHIP = frozenset({OrderState.INSTALLED, OrderState.DELETED})
"""States of a profile that its chip had: whether that chip may fetch it again is a rule of the server's owner."""


class ChipState(StrEnum):
    """What the chip last told of an installed profile."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    DELETED = "deleted"


PRESENT: Final = frozenset({ChipState.ENABLED, ChipState.DISABLED})
"""States of a profile that is in the chip."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One profile and everything that decides about its download.

    Attributes:
        order_id: row number; 0 until stored.
        iccid: the profile.
        package_id: profile package it is made from.
        profile_type: name of the package's profile type.
        operator: who owns it; None for orders imported on the server itself.
        state: where it stands.
        eid: the one chip it is for; None until linked.
        matching_id: token of the activation code; None where there is none (stock, default SM-DP+).
        is_default_smdp: found by EID instead of by matching id.
        confirmation_hash: SHA-256 of the confirmation code, 32 octets; None where no code is asked for.
        confirmation_attempts: wrong codes so far.
        confirmation_limit: wrong codes allowed.
        download_attempts: authentications that passed all checks of the order so far.
        max_attempts: authentications allowed; None: no limit.
        expires_at: last moment of a download, aware UTC; None: never.
        is_reusable: laboratory order: any number of chips, never moves.
        smds_address: SM-DS that announces it; None where none does.
        chip_state: what the chip last told.
        chip_sequence: notification sequence number ``chip_state`` was told with.
        outcome: subject/reason or result that ended or last hindered it, for people.
        is_personalised: its package carries the numbers and keys of a subscription.
        created_at: when the profile came into stock, aware UTC; None where nobody noted it.
        changed_at: when anything of it changed last, aware UTC.
        reference: the operator's own name for it, up to 64 characters.
        redownloads: how often its chip has fetched it again, by rule, after it had it.
        ordered_at: when an operator ordered it last, aware UTC; None: none did.
        metadata_version: the metadata that its chip was told, where they were changed since the import; 0: those.
        is_admitted: the gate admitted it under rules that ask something, and keeps how (``services.conditions.gate.gate``).
    """

    order_id: int = 0
    iccid: Iccid
    package_id: int
    profile_type: str
    operator: str | None = None
    state: OrderState = OrderState.AVAILABLE
    eid: Eid | None = None
    matching_id: str | None = None
    is_default_smdp: bool = False
    confirmation_hash: bytes | None = None
    confirmation_attempts: int = 0
    confirmation_limit: int = 3
    download_attempts: int = 0
    max_attempts: int | None = 10
    expires_at: datetime | None = None
    is_reusable: bool = False
    smds_address: str | None = None
    chip_state: ChipState | None = None
    chip_sequence: int = -1
    outcome: str | None = None
    is_personalised: bool = False
    created_at: datetime | None = None
    changed_at: datetime | None = None
    reference: str | None = None
    redownloads: int = 0
    ordered_at: datetime | None = None
    metadata_version: int = 0
    is_admitted: bool = False

    def __repr__(self) -> str:
        """Name the order without matching id and confirmation hash."""
        return f"Order({self.order_id}, iccid={self.iccid}, state={self.state.value})"

    def after(self, event: OrderEvent) -> OrderState:
        """Return the state that the event leads to.

        Raises:
            StateError: the table does not know the event in this state.
        """
        if self.is_reusable:
            return self.state
        state = TRANSITIONS[self.state].get(event)
        if state is None:
            raise StateError(f"{event.value}: not possible while the profile is {self.state.value}")
        return state

    def moved(self, event: OrderEvent, outcome: str | None = None) -> Order:
        """Return the order after an event; ``outcome`` tells people why.

        Raises:
            StateError: the table does not know the event in this state.
        """
        return changed(self, state=self.after(event), outcome=outcome or self.outcome)

    def can(self, event: OrderEvent) -> bool:
        """Tell whether the event is possible now."""
        return self.is_reusable or event in TRANSITIONS[self.state]

    def back_in_stock(self, event: OrderEvent, *, was_handed_out: bool) -> Order:
        """Return the order after a cancellation, everything of the old order forgotten.

        Args:
            event: one of the two cancellations.
            was_handed_out: whether any chip ever got a package of it. Such a profile may stand on that chip, and is
                never given to another: it leaves the stock. So does a laboratory's, which is no stock.

        Raises:
            StateError: the table does not know the event in this state, or the profile cannot be given again.
        """
        state = TRANSITIONS[self.state].get(event)
        if state is None:
            raise StateError(f"{event.value}: not possible while the profile is {self.state.value}")
        if state is OrderState.AVAILABLE and (was_handed_out or self.is_reusable):
            raise StateError(f"{event.value}: not possible, a chip may have the profile already")
        return self.afresh(state)

    def afresh(self, state: OrderState) -> Order:
        """Return the order as if it had just come into stock, everything of the old one forgotten, in a state."""
        return Order(
            order_id=self.order_id,
            iccid=self.iccid,
            package_id=self.package_id,
            profile_type=self.profile_type,
            operator=self.operator,
            state=state,
            is_reusable=self.is_reusable,
            is_personalised=self.is_personalised,
            created_at=self.created_at,
            changed_at=self.changed_at,
            ordered_at=self.ordered_at,
        )
