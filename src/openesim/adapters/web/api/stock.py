"""Stock: how many profiles of each type wait to be ordered."""

from __future__ import annotations

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.profile_types import Name
from openesim.services.access import Caller, Scope
from openesim.services.profile_types import Level, ProfileTypes


class StockLevel(msgspec.Struct, frozen=True, kw_only=True):
    """How many profiles of a type you can order now.

    `available` is counted up to a limit; with `is_more` there are more than that. `low_stock` is the level from which
    the server's administrator wants to know.
    """

    profile_type: str
    available: int
    is_more: bool
    low_stock: int
    is_low: bool

    @classmethod
    def of(cls, level: Level) -> StockLevel:
        """Return a level as it is told."""
        return cls(
            profile_type=level.profile_type,
            available=level.available,
            is_more=level.is_more,
            low_stock=level.low_stock,
            is_low=level.is_low,
        )


class StockList(msgspec.Struct, frozen=True):
    """The levels of all profile types."""

    items: list[StockLevel]


class StockRoutes(Controller):
    """``/stock``."""

    path = "/stock"
    tags = ("Stock",)
    opt = reach(Scope.STOCK_READ)

    @get(summary="List stock levels", responses=problems())
    async def list_stock(
        self, caller: NamedDependency[Caller], profile_types: NamedDependency[ProfileTypes]
    ) -> StockList:
        """List how many profiles of each type you can order now."""
        return StockList([StockLevel.of(each) for each in await profile_types.levels(caller.operator)])

    @get("/{name:str}", summary="Show a stock level", responses=problems(404))
    async def show_stock(
        self, caller: NamedDependency[Caller], profile_types: NamedDependency[ProfileTypes], name: Name
    ) -> StockLevel:
        """Show how many profiles of one type you can order now."""
        return StockLevel.of(await profile_types.level(name, caller.operator))
