"""What a process knows of terminals by heart: models by TAC, chip makers by EID, recalls.

One revision, ``terminals``, is raised by every change of vendors, models, ranges, chip makers and recalls. A process reads
what changed behind the one it knew, recalls first: nothing may hold them up. Ranges lie in packed blocks of which a change
copies only those that it touches; very many changes are put in by a thread, so that nobody waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from openesim.conditions.admission.facts import Standing as Admitted
from openesim.conditions.admission.facts import Terminal
from openesim.conditions.terminals.describing import Description, describe
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.ranges import Owned, RangeMap
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.registry import Found, Registry
from openesim.conditions.terminals.vendors import Standing, Vendor
from openesim.services.conditions.following import Reading

NAME: Final = "terminals"
"""Name of the one revision that every change raises."""

_PAGE: Final = 2000
_FEW: Final = 500
"""So many changed ranges are put in at once, without a thread."""

A = TypeVar("A")
T = TypeVar("T")

_ADMITTED: Final = {
    ModelState.SUBMITTED: Admitted.PENDING,
    ModelState.ASKED_BACK: Admitted.PENDING,
    ModelState.APPROVED: Admitted.VALID,
    ModelState.REFUSED: Admitted.REVOKED,
    ModelState.SUSPENDED: Admitted.SUSPENDED,
    ModelState.REVOKED: Admitted.REVOKED,
    ModelState.EXPIRED: Admitted.EXPIRED,
}
_OF_VENDOR: Final = {Standing.SUSPENDED: Admitted.SUSPENDED, Standing.STRUCK_OFF: Admitted.REVOKED}


class TerminalBookStores(Protocol):
    """What the book reads, inside one unit of work."""

    def vendors(self, after: int, limit: int) -> list[Vendor]:
        """Return vendors by number, beginning behind ``after``."""
        ...

    def vendors_changed(self, after: tuple[int, int], limit: int) -> list[Vendor]:
        """Return vendors by revision and number, beginning behind ``after``."""
        ...

    def models(self, after: int, limit: int) -> list[Model]:
        """Return models by number, beginning behind ``after``."""
        ...

    def models_changed(self, after: tuple[int, int], limit: int) -> list[Model]:
        """Return models by revision and number, beginning behind ``after``."""
        ...

    def makers(self, after: int, limit: int) -> list[ChipMaker]:
        """Return chip makers by number, beginning behind ``after``."""
        ...

    def makers_changed(self, after: tuple[int, int], limit: int) -> list[ChipMaker]:
        """Return chip makers by revision and number, beginning behind ``after``."""
        ...

    def recalls(self, after: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by number, beginning behind ``after``."""
        ...

    def recalls_changed(self, after: tuple[int, int], limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by revision and number, beginning behind ``after``."""
        ...

    def tac_spans(self, after: int, limit: int) -> list[Owned]:
        """Return ranges that hold as numbers, with their model, beginning behind the first of one (-1: from the start)."""
        ...

    def tac_ranges_changed(self, after: tuple[int, int], limit: int) -> list[TacRange]:
        """Return ranges, removed or not, by revision and first TAC, beginning behind ``after``."""
        ...

    def ein_spans(self, after: int, limit: int) -> list[Owned]:
        """Return ranges that hold as numbers, with their maker, beginning behind the first of one (-1: from the start)."""
        ...

    def ein_ranges_changed(self, after: tuple[int, str], limit: int) -> list[EinRange]:
        """Return ranges, removed or not, by revision and first EID, beginning behind ``after``."""
        ...


class TerminalBook:
    """Implements ``following.Book``: looks up terminals in microseconds."""

    name: Final = NAME

    def __init__(self) -> None:
        """Know nothing yet."""
        self._registry = Registry()

    @property
    def sizes(self) -> dict[str, int]:
        """How many vendors, models, chip makers, ranges and recalls are known."""
        return self._registry.sizes

    @property
    def registry(self) -> Registry:
        """Everything that is known, to be looked at."""
        return self._registry

    # --- looking up

    def terminal_of(self, device: Device, now: datetime) -> Terminal:
        """Return what the gate may know of a device; ``binding`` and ``profiles`` are the gate's to fill in.

        Args:
            device: as it shows itself; what is not known is left out.
            now: aware UTC.
        """
        found = self._registry.look_up(device)
        model = found.model
        return Terminal(
            model=None if model is None else _admitted(model, found, now),
            model_service=None if model is None else model.category,
            is_foreign=None if model is None else model.is_foreign,
            is_chip_known=found.maker is not None,
            is_recalled=found.recall is not None or found.is_maker_out,
        )

    def describe(self, device: Device, now: datetime) -> Description:
        """Return what a person may know of a device before a profile is ordered for it.

        Args:
            device: as it shows itself; what is not known is left out.
            now: aware UTC.
        """
        return describe(device, self._registry.look_up(device), now)

    # --- following

    async def load(self, reading: Reading) -> None:
        """Read all of it."""
        registry = Registry()
        async for recalls in pages(reading, lambda stores, after: stores.recalls(after, _PAGE), 0, _recall):
            registry.put_recalls(recalls)
        async for vendors in pages(reading, lambda stores, after: stores.vendors(after, _PAGE), 0, _vendor):
            registry.put_vendors(vendors)
        async for models in pages(reading, lambda stores, after: stores.models(after, _PAGE), 0, _model):
            registry.put_models(models)
        async for makers in pages(reading, lambda stores, after: stores.makers(after, _PAGE), 0, _maker):
            registry.put_makers(makers)
        tacs, eins = RangeMap(), RangeMap(is_wide=True)
        async for spans in pages(reading, lambda stores, after: stores.tac_spans(after, _PAGE), -1, _first):
            tacs.extend(spans)
        async for spans in pages(reading, lambda stores, after: stores.ein_spans(after, _PAGE), -1, _first):
            eins.extend(spans)
        registry.set_ranges(tacs, eins)
        self._registry = registry

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        registry, start, wide = self._registry, (after + 1, -1), (after + 1, "")
        async for recalls in pages(
            reading,
            lambda stores, behind: stores.recalls_changed(behind, _PAGE),
            start,
            lambda each: (each.revision, each.recall_id),
        ):
            registry.put_recalls(recalls)
        async for makers in pages(
            reading,
            lambda stores, behind: stores.makers_changed(behind, _PAGE),
            start,
            lambda each: (each.revision, each.maker_id),
        ):
            registry.put_makers(makers)
        async for vendors in pages(
            reading,
            lambda stores, behind: stores.vendors_changed(behind, _PAGE),
            start,
            lambda each: (each.revision, each.vendor_id),
        ):
            registry.put_vendors(vendors)
        async for models in pages(
            reading,
            lambda stores, behind: stores.models_changed(behind, _PAGE),
            start,
            lambda each: (each.revision, each.model_id),
        ):
            registry.put_models(models)
        async for tacs in pages(
            reading,
            lambda stores, behind: stores.tac_ranges_changed(behind, _PAGE),
            start,
            lambda each: (each.revision, int(each.first)),
        ):
            await _put(registry.put_tacs, tacs)
        async for eins in pages(
            reading,
            lambda stores, behind: stores.ein_ranges_changed(behind, _PAGE),
            wide,
            lambda each: (each.revision, each.first),
        ):
            await _put(registry.put_eins, eins)


def _admitted(model: Model, found: Found, now: datetime) -> Admitted:
    """Return how the approval of a model stands: not better than its vendor."""
    if found.vendor is None:
        return Admitted.PENDING
    standing = _ADMITTED[state_at(model, now)]
    if standing is not Admitted.VALID:
        return standing
    if model.approval is None or now < model.approval.begins:
        return Admitted.PENDING
    return _OF_VENDOR.get(found.vendor.state, Admitted.VALID)


async def pages(
    reading: Reading,
    read: Callable[[TerminalBookStores, A], list[T]],
    after: A,
    place_of: Callable[[T], A],
) -> AsyncIterator[list[T]]:
    """Give pages of rows until there are no more.

    Args:
        reading: of the stores.
        read: gives the page behind a place.
        after: the place to begin behind.
        place_of: of a row.
    """
    while page := await reading.ask(partial(_read, read, after)):
        yield page
        after = place_of(page[-1])


def _read(read: Callable[[TerminalBookStores, A], list[T]], after: A, stores: TerminalBookStores) -> list[T]:
    return read(stores, after)


async def _put(put: Callable[[Sequence[T]], None], changes: list[T]) -> None:
    """Put changed ranges in: very many of them in a thread."""
    if len(changes) > _FEW:
        await asyncio.to_thread(put, changes)
    else:
        put(changes)


def _recall(recall: Recall) -> int:
    return recall.recall_id


def _vendor(vendor: Vendor) -> int:
    return vendor.vendor_id


def _model(model: Model) -> int:
    return model.model_id


def _maker(maker: ChipMaker) -> int:
    return maker.maker_id


def _first(span: Owned) -> int:
    return span[0]
