"""Lists of vendors, models and chip makers as people filter, search and sort them.

All of them are known by heart (``terminal_book``), so a list asks the database nothing, and finds what is searched for
anywhere in a name. A page is told with how many there are of each kind: everything is looked at once for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest, nsmallest
from typing import Any, Final, Generic, Protocol, TypeVar

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from openesim.kernel.ambient import Clock

_FEW: Final = 3000
"""So many are looked through at once; more are looked through by a thread, so that nobody waits."""

T = TypeVar("T")
R = TypeVar("R")


class Register(Protocol):
    """Everything that is known of terminals."""

    @property
    def vendors(self) -> list[Vendor]:
        """All vendors."""
        ...

    @property
    def models(self) -> list[Model]:
        """All models."""
        ...

    @property
    def makers(self) -> list[ChipMaker]:
        """All chip makers."""
        ...


class Book(Protocol):
    """What knows the register by heart."""

    @property
    def registry(self) -> Register:
        """The register as it is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a list is sorted, and where it goes on.

    Attributes:
        sort: one of the names by which the list can be sorted.
        is_descending: the greatest first.
        after: number of the row behind which it goes on; 0: from the beginning.
    """

    sort: str = "name"
    is_descending: bool = False
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[T]):
    """A page of a list.

    Attributes:
        rows: of this page.
        next: number of the last row, behind which the list goes on; 0: this is the last page.
        count: rows in all.
        counts: how many there would be with each value of a filter, by filter and value.
    """

    rows: list[T]
    next: int
    count: int
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class SeenModel:
    """A model with what a list says of it.

    Attributes:
        model: the model.
        state: where it stands now.
        vendor: name of who answers for it.
    """

    model: Model
    state: ModelState
    vendor: str


@dataclass(frozen=True, slots=True)
class SeenVendor:
    """A vendor with what a list says of him.

    Attributes:
        vendor: the vendor.
        models: how many he has, of any state.
    """

    vendor: Vendor
    models: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFilter:
    """Which models; what is None or empty leaves nothing out.

    Attributes:
        search: what stands in the name, the vendor's name or the approval number.
        state: where they stand now.
        category: what kind of device.
        vendor_id: whose.
    """

    search: str = ""
    state: ModelState | None = None
    category: ServiceClass | None = None
    vendor_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFilter:
    """Which vendors; what is None or empty leaves nothing out.

    Attributes:
        search: what stands in the name or the agent's name.
        state: how they stand.
        kind: whose they are.
    """

    search: str = ""
    state: Standing | None = None
    kind: VendorKind | None = None


MODEL_SORTS: Final = ("name", "vendor", "changed")
VENDOR_SORTS: Final = ("name", "models", "since")


class TerminalLists:
    """Lists out of what is known by heart."""

    def __init__(self, book: Book, clock: Clock) -> None:
        """Bind to what knows them."""
        self._book: Final = book
        self._clock: Final = clock

    async def models(self, wanted: ModelFilter, place: Place, limit: int) -> Listed[SeenModel]:
        """Return a page of models.

        Args:
            wanted: which ones.
            place: how they are sorted (``MODEL_SORTS``), and where the page begins.
            limit: how many at most.
        """
        models, now = self._book.registry.models, self._clock.now()
        names = {vendor.vendor_id: vendor.name for vendor in self._book.registry.vendors}
        return await _beside(len(models), lambda: find_models(models, names, wanted, place, limit, now))

    async def vendors(self, wanted: VendorFilter, place: Place, limit: int) -> Listed[SeenVendor]:
        """Return a page of vendors.

        Args:
            wanted: which ones.
            place: how they are sorted (``VENDOR_SORTS``), and where the page begins.
            limit: how many at most.
        """
        registry = self._book.registry
        vendors, models = registry.vendors, registry.models
        return await _beside(len(models), lambda: find_vendors(vendors, models, wanted, place, limit))

    def makers(self, search: str) -> list[ChipMaker]:
        """Return chip makers by name; they are a few hundred at most."""
        needle = search.casefold()
        found = [each for each in self._book.registry.makers if needle in each.name.casefold()]
        return sorted(found, key=lambda each: (each.name.casefold(), each.maker_id))


def find_models(
    models: list[Model],
    names: Mapping[int, str],
    wanted: ModelFilter,
    place: Place,
    limit: int,
    now: datetime,
) -> Listed[SeenModel]:
    """Return a page of models.

    Args:
        models: all of them.
        names: of vendors, by number.
        wanted: which ones.
        place: how they are sorted, and where the page begins.
        limit: how many at most.
        now: aware UTC.
    """
    if wanted.vendor_id is not None:
        models = [each for each in models if each.vendor_id == wanted.vendor_id]
    if wanted.search:
        needle = wanted.search.casefold()
        models = [each for each in models if _is_in(needle, each, names)]
    seen = [(each, state_at(each, now)) for each in models]
    in_state = seen if wanted.state is None else [pair for pair in seen if pair[1] is wanted.state]
    of_category = _of_category(seen, wanted.category)
    found = _of_category(in_state, wanted.category)
    counts = {
        "state": Counter([state.value for _, state in of_category]),
        "category": Counter([model.category.value for model, _ in in_state]),
    }
    keys: dict[str, Callable[[Model], Any]] = {
        "name": lambda model: model.name.casefold(),
        "vendor": lambda model: names.get(model.vendor_id, "").casefold(),
        "changed": lambda model: model.changed_at,
    }
    by = keys[place.sort]
    rows, goes_on = _page(found, lambda pair: (by(pair[0]), pair[0].model_id), place, limit)
    shown = [SeenModel(model, state, names.get(model.vendor_id, "")) for model, state in rows]
    return Listed(rows=shown, next=goes_on, count=len(found), counts=counts)


def find_vendors(
    vendors: list[Vendor],
    models: list[Model],
    wanted: VendorFilter,
    place: Place,
    limit: int,
) -> Listed[SeenVendor]:
    """Return a page of vendors.

    Args:
        vendors: all of them.
        models: all of them, to be counted.
        wanted: which ones.
        place: how they are sorted, and where the page begins.
        limit: how many at most.
    """
    numbers = Counter([model.vendor_id for model in models])
    if wanted.search:
        needle = wanted.search.casefold()
        vendors = [one for one in vendors if needle in f"{one.name}\n{one.agent or ''}".casefold()]
    in_state = [one for one in vendors if wanted.state in {None, one.state}]
    of_kind = [one for one in vendors if wanted.kind in {None, one.kind}]
    found = [one for one in in_state if wanted.kind in {None, one.kind}]
    counts = {
        "state": Counter([one.state.value for one in of_kind]),
        "kind": Counter([one.kind.value for one in in_state]),
    }
    keys: dict[str, Callable[[Vendor], Any]] = {
        "name": lambda vendor: vendor.name.casefold(),
        "models": lambda vendor: numbers[vendor.vendor_id],
        "since": lambda vendor: vendor.created_at,
    }
    by = keys[place.sort]
    rows, goes_on = _page(found, lambda vendor: (by(vendor), vendor.vendor_id), place, limit)
    shown = [SeenVendor(vendor, numbers[vendor.vendor_id]) for vendor in rows]
    return Listed(rows=shown, next=goes_on, count=len(found), counts=counts)


Pairs = list[tuple[Model, ModelState]]


def _of_category(pairs: Pairs, category: ServiceClass | None) -> Pairs:
    return pairs if category is None else [pair for pair in pairs if pair[0].category is category]


def _is_in(needle: str, model: Model, names: Mapping[int, str]) -> bool:
    number = "" if model.approval is None else model.approval.number
    return needle in f"{model.name}\n{names.get(model.vendor_id, '')}\n{number}".casefold()


def _page(
    found: list[T], key: Callable[[T], tuple[Any, int]], place: Place, limit: int
) -> tuple[list[T], int]:
    """Return the rows of a page, and the number of the last one if there are more; else 0.

    Args:
        found: all rows of the list.
        key: what a row is sorted by, and its number: of rows that are alike the lower one comes first.
        place: how they are sorted, and where the page begins.
        limit: how many at most.
    """
    last = next((key(row) for row in found if key(row)[1] == place.after), None) if place.after else None
    if last is not None:
        found = [row for row in found if (key(row) < last if place.is_descending else last < key(row))]
    some = (nlargest if place.is_descending else nsmallest)(limit + 1, found, key=key)
    goes_on = key(some[limit - 1])[1] if len(some) > limit else 0
    return some[:limit], goes_on


async def _beside(size: int, look: Callable[[], R]) -> R:
    """Return what a look finds: in a thread where there is much to look through."""
    return look() if size <= _FEW else await asyncio.to_thread(look)
