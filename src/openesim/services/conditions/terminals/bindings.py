"""Chip and device held to each other: one device, one chip.

Bonds are as many as devices, so no process knows them by heart: the gate reads the two rows that it needs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.texts import conflict, not_found
from openesim.kernel.ids import Eid, Imei
from openesim.services.conditions.terminals.terminals import EntryStores, note_deed, read_reason


class BindingStores(EntryStores, Protocol):
    """The bonds, inside one unit of work."""

    def add_binding(self, bond: Bond) -> None:
        """Store that a chip is held to a device."""
        ...

    def remove_binding(self, eid: str) -> None:
        """Store that a chip is held to nothing any more."""
        ...

    def binding_of_chip(self, eid: str) -> Bond | None:
        """Return what a chip is held to; the row is held until the unit ends."""
        ...

    def binding_of_device(self, imei: str) -> Bond | None:
        """Return which chip is held to a device."""
        ...


def bind(stores: BindingStores, eid: Eid, imei: Imei, source: str, now: datetime) -> Bond:
    """Hold a chip and a device to each other; where they are already, nothing changes.

    Args:
        stores: of the unit of work.
        eid: of the chip.
        imei: of the device.
        source: who says so, such as ``counter``, ``vendor``, or an account.
        now: aware UTC.

    Raises:
        ConflictError: either is held to another one.
    """
    of_chip, of_device = stores.binding_of_chip(eid), stores.binding_of_device(imei)
    if of_chip is not None and of_chip.imei == imei:
        return of_chip
    if of_chip is not None:
        raise conflict("chip-bound")
    if of_device is not None:
        raise conflict("device-bound")
    bond = Bond(eid=str(eid), imei=str(imei), source=source, bound_at=now)
    stores.add_binding(bond)
    note_deed(stores, f"chip:{eid}", source, now, deed="bind", tac=imei.tac)
    return bond


def release(stores: BindingStores, eid: Eid, reason: str, who: str, now: datetime) -> None:
    """Let go of a chip and its device, after a repair or when a device is handed on.

    Args:
        stores: of the unit of work.
        eid: of the chip.
        reason: why.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: the chip is held to nothing.
        ConflictError: no reason is given.
    """
    said = read_reason(reason)
    bond = stores.binding_of_chip(eid)
    if bond is None:
        raise not_found("no-such-binding")
    stores.remove_binding(eid)
    note_deed(stores, f"chip:{eid}", who, now, deed="release", tac=bond.imei[:8], reason=said)
