"""What can be ordered: profile types, and how many profiles of each wait in stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from openesim.kernel.errors import NotFoundError
from openesim.network.subscription import Batch
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.services.ports import AnyWork, never

COUNTED: Final = 10_000
"""Profiles of a type are counted up to here: what it costs to know must not grow with the stock."""


SHOWN: Final = 1_000
"""The same for pages."""


@dataclass(frozen=True, slots=True)
class ProfileType:
    """A profile type.

    Attributes:
        name: by which it is ordered.
        service_provider_name: what the user sees.
        profile_name: what the user sees of this profile.
    """

    name: str
    service_provider_name: str
    profile_name: str


@dataclass(frozen=True, slots=True)
class Level:
    """How many profiles of a type wait in stock.

    Attributes:
        profile_type: the type.
        available: how many the operator can order, counted up to ``most``.
        low_stock: from this level on the stock is low; 0: never.
        most: so far they were counted.
    """

    profile_type: str
    available: int
    low_stock: int
    most: int = COUNTED

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.available >= self.most

    @property
    def is_low(self) -> bool:
        """Whether the stock is low."""
        return self.available < self.low_stock


class StockNumbers(Protocol):
    """Profile types and their stock, inside one unit of work."""

    def all_batches(self) -> list[Batch]:
        """Return all batches of personalised profiles."""
        ...

    def count_available(self, profile_type: str, operator: str, most: int) -> int:
        """Return how many profiles of a type are available to an operator, counted up to ``most``."""
        ...

    def package_names(self) -> list[str]:
        """Return the names of all profile types."""
        ...

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest, or None."""
        ...


class ProfileTypes:
    """Profile types over the stores."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the packages."""
        self._work: Final = work

    async def all(self, operator: str) -> list[ProfileType]:
        """Return all profile types by name, but for those that are other operators' alone."""

        def unit(stores: StockNumbers) -> list[ProfileType]:
            """Look them up."""
            return [found for name in _seen(stores, operator) if (found := _find(stores, name)) is not None]

        return await self._work.run(unit, must_last=never)

    async def named(self, name: str, operator: str) -> ProfileType:
        """Return the profile type of a name.

        Raises:
            NotFoundError: there is none, or it is other operators' alone.
        """

        def unit(stores: StockNumbers) -> ProfileType | None:
            """Look it up."""
            return None if _is_others(name, stores.all_batches(), operator) else _find(stores, name)

        found = await self._work.run(unit, must_last=never)
        if found is None:
            raise NotFoundError("no profile type has this name")
        return found

    async def known_to(self, operator: str) -> list[ProfileType]:
        """Return the profile types that are any of an operator's business: of batches that are his or anybody's."""

        def unit(stores: StockNumbers) -> list[ProfileType]:
            """Look them up."""
            names = sorted({batch.profile_type for batch in _his(stores.all_batches(), operator)})
            return [found for name in names if (found := _find(stores, name)) is not None]

        return await self._work.run(unit, must_last=never)

    async def levels_of(self, names: Sequence[str], operator: str, most: int = SHOWN) -> list[Level]:
        """Return how many profiles of some types an operator can order, counted as far as a page needs.

        Args:
            names: of the types.
            operator: who orders.
            most: counted so far, or to the mark of low stock.
        """
        batches = await self._work.run(lambda stores: stores.all_batches(), must_last=never)
        return [await self._level(name, operator, _his(batches, operator), most) for name in names]

    async def levels(self, operator: str) -> list[Level]:
        """Return how many profiles of each type an operator can order; one type after another, others come between."""

        def unit(stores: StockNumbers) -> tuple[list[str], list[Batch]]:
            """Look the names and the marks up."""
            return _seen(stores, operator), _his(stores.all_batches(), operator)

        names, batches = await self._work.run(unit, must_last=never)
        return [await self._level(name, operator, batches) for name in names]

    async def level(self, name: str, operator: str) -> Level:
        """Return how many profiles of a type an operator can order.

        Raises:
            NotFoundError: there is no such type, or it is other operators' alone.
        """
        known = await self.named(name, operator)
        batches = await self._work.run(lambda stores: stores.all_batches(), must_last=never)
        return await self._level(known.name, operator, _his(batches, operator))

    async def _level(self, name: str, operator: str, batches: Sequence[Batch], most: int = COUNTED) -> Level:
        mark = max((batch.low_stock for batch in batches if batch.profile_type == name), default=0)
        most = min(COUNTED, max(most, mark))
        available = await self._work.run(
            lambda stores: stores.count_available(name, operator, most), must_last=never
        )
        return Level(name, available, mark, most)


def _his(batches: Sequence[Batch], operator: str) -> list[Batch]:
    """Return the batches that are an operator's or anybody's."""
    return [batch for batch in batches if batch.operator in {None, operator}]


def _is_others(name: str, batches: Sequence[Batch], operator: str) -> bool:
    """Tell whether a type has batches, and none of them is the operator's or anybody's: then it is none of his business."""
    owners = {batch.operator for batch in batches if batch.profile_type == name}
    return bool(owners) and owners.isdisjoint({None, operator})


def _seen(stores: StockNumbers, operator: str) -> list[str]:
    """Return the names of the profile types that an operator may know of."""
    batches = stores.all_batches()
    return [name for name in stores.package_names() if not _is_others(name, batches, operator)]


def _find(stores: StockNumbers, name: str) -> ProfileType | None:
    """Return the profile type of a name, or None."""
    known = stores.package_named(name)
    if known is None:
        return None
    metadata = known[0].metadata
    return ProfileType(name, metadata.service_provider_name, metadata.profile_name)
