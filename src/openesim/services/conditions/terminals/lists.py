"""Lists of vendors, models and chip makers as people filter, search and sort them.

All of them are known by heart (``book``), so a list asks the database nothing, and finds what is searched for
anywhere in a name. A page is told with how many there are of each kind. What takes long is done once after every change of
the register: models stand in each order in which somebody wanted them (``ModelShelf``), and are counted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Any, Final, Generic, Protocol, TypeVar

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from openesim.kernel.ambient import Clock
from openesim.services.conditions.terminals.shelf import ModelShelf, Register, count

_FEW: Final = 3000
"""So many are looked through at once; more are looked through by a thread, so that nobody waits."""

T = TypeVar("T")
R = TypeVar("R")


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
        self._shelf: ModelShelf | None = None

    async def models(self, wanted: ModelFilter, place: Place, limit: int) -> Listed[SeenModel]:
        """Return a page of models.

        Args:
            wanted: which ones.
            place: how they are sorted (``MODEL_SORTS``), and where the page begins.
            limit: how many at most.
        """
        shelf, now = self._up_to_date(), self._clock.now()
        return await _beside(len(shelf.models), partial(find_models, shelf, wanted, place, limit, now))

    async def vendors(self, wanted: VendorFilter, place: Place, limit: int) -> Listed[SeenVendor]:
        """Return a page of vendors.

        Args:
            wanted: which ones.
            place: how they are sorted (``VENDOR_SORTS``), and where the page begins.
            limit: how many at most.
        """
        return find_vendors(self._up_to_date(), wanted, place, limit)

    def _up_to_date(self) -> ModelShelf:
        """Return the models in their orders, put up anew after a change."""
        register = self._book.registry
        if self._shelf is None or not self._shelf.holds(register):
            self._shelf = ModelShelf(register)
        return self._shelf

    def makers(self, search: str) -> list[ChipMaker]:
        """Return chip makers by name; they are a few hundred at most."""
        needle = search.casefold()
        found = [each for each in self._book.registry.makers if needle in each.name.casefold()]
        return sorted(found, key=lambda each: (each.name.casefold(), each.maker_id))


def find_models(
    shelf: ModelShelf, wanted: ModelFilter, place: Place, limit: int, now: datetime
) -> Listed[SeenModel]:
    """Return a page of models.

    Args:
        shelf: all of them.
        wanted: which ones.
        place: how they are sorted, and where the page begins.
        limit: how many at most.
        now: aware UTC.
    """
    models = shelf.sorted(place.sort)
    if wanted.vendor_id is not None:
        models = [each for each in models if each.vendor_id == wanted.vendor_id]
    if needle := wanted.search.casefold():
        models = [each for each in models if shelf.has(needle, each)]
    is_everything = wanted.vendor_id is None and not needle
    counts = shelf.counts(now) if is_everything else count(models, now)
    some = list(islice(_behind(models, wanted, place, now), limit + 1))
    rows = [SeenModel(model, state_at(model, now), shelf.names.get(model.vendor_id, "")) for model in some]
    by_state: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    number = 0
    for (state, category), found in counts.items():
        if wanted.category in {None, category}:
            by_state[state.value] += found
        if wanted.state in {None, state}:
            by_category[category.value] += found
        if wanted.category in {None, category} and wanted.state in {None, state}:
            number += found
    return Listed(
        rows=rows[:limit],
        next=some[limit - 1].model_id if len(some) > limit else 0,
        count=number,
        counts={"state": by_state, "category": by_category},
    )


def _behind(models: Sequence[Model], wanted: ModelFilter, place: Place, now: datetime) -> Iterator[Model]:
    """Yield the models of a page and those behind it, as they are sorted."""
    at = (
        next((at for at, each in enumerate(models) if each.model_id == place.after), -1)
        if place.after
        else -1
    )
    if place.is_descending:
        rest: Iterable[Model] = reversed(models[:at] if at >= 0 else models)
    else:
        rest = islice(models, at + 1, None)
    for each in rest:
        is_kind = wanted.category is None or each.category is wanted.category
        if is_kind and (wanted.state is None or state_at(each, now) is wanted.state):
            yield each


def find_vendors(shelf: ModelShelf, wanted: VendorFilter, place: Place, limit: int) -> Listed[SeenVendor]:
    """Return a page of vendors.

    Args:
        shelf: all of them, and of their models.
        wanted: which ones.
        place: how they are sorted, and where the page begins.
        limit: how many at most.
    """
    vendors, numbers = shelf.vendors, shelf.numbers
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
