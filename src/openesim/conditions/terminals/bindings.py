"""Chip and device, held to each other: one device, one chip.

Source: requirements for phones on the mainland (two-way lock of device and card), see docs/procedures/terminals.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.rules import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A chip and the device that it is held to.

    Attributes:
        eid: of the chip, 32 digits.
        imei: of the device, 15 digits.
        source: who said so: ``counter``, ``vendor``, an account.
        bound_at: when, aware UTC.
    """

    eid: str
    imei: str
    source: str
    bound_at: datetime


def found_binding(imei: str | None, of_chip: Bond | None, of_device: Bond | None) -> words.Binding:
    """Return how chip and device were found bound.

    Args:
        imei: of the device that the chip is in now; None: not told.
        of_chip: the bond of the chip; None: it has none.
        of_device: the bond of the device; None: it has none.

    Returns:
        Two-way where each is held to the other; by EID where the chip has a bond and the device is not told; none where
        there is no bond, or where either is held to another.
    """
    if of_chip is None:
        return words.Binding.NONE
    if imei is None:
        return words.Binding.EID
    is_mutual = of_device is not None and of_device.eid == of_chip.eid and of_chip.imei == imei
    return words.Binding.TWO_WAY if is_mutual else words.Binding.NONE
