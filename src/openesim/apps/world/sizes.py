"""How large a world is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSize:
    """How much of everything there is.

    Attributes:
        days: that are told, up to now.
        orders: that are made in them, about.
        vendors: of terminals.
        models: of all vendors together.
        makers: of chips.
    """

    days: int = 30
    orders: int
    vendors: int
    models: int
    makers: int


SIZES: Final = {
    "small": WorldSize(orders=600, vendors=12, models=80, makers=5),
    "full": WorldSize(orders=40_000, vendors=120, models=1_800, makers=24),
}
"""By name: a quick one, and one in which charts, filters and tables can be judged."""
