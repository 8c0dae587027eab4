"""Chip and device, held to each other: one device, one chip.

Source: requirements for phones on the mainland (two-way lock of device and card), see docs/procedures/terminals.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A chip and the device that it is held to.

    Attributes:
        eid: of the chip, 32 digits.
        imei: of the device, 15 digits.
        source: who said so: ``counter``, ``vendor``, ``order``, an account.
        bound_at: when, aware UTC.
    """

    eid: str
    imei: str
    source: str
    bound_at: datetime
