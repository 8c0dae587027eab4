"""Terminals as the regulator looks at them: one vendor, model or chip maker with its history, and who a deed would hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.identity.faults import FaultyTextError, FormError
from openesim.conditions.identity.forms import parse_reason
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.describing import Description
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.hits import Things, hits_on
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import (
    TRANSITIONS,
    Model,
    ModelEvent,
    ModelState,
    state_at,
)
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.texts import not_found
from openesim.conditions.terminals.vendors import STANDINGS, StandingEvent, Vendor
from openesim.kernel.ambient import Clock
from openesim.kernel.ids import Eid
from openesim.services.conditions.ledger.actors import Actor, ActorStores, find_actors
from openesim.services.conditions.ledger.ledger import LedgerStores, Query, find_page
from openesim.services.conditions.terminals.bindings import BindingStores
from openesim.services.conditions.terminals.chip_makers import known_maker
from openesim.services.conditions.terminals.recalls import (
    Preview,
    RecallStores,
    preview_maker,
    preview_models,
)
from openesim.services.conditions.terminals.terminals import TerminalStores, review_queue
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

MOST_RANGES: Final = 200
"""So many ranges of one model or chip maker are shown."""

_HISTORY: Final = 30

T = TypeVar("T")

Place = tuple[datetime, int]
"""Where the queue goes on: since when the last model waits, and its number."""


class Book(Protocol):
    """What knows the register by heart."""

    @property
    def registry(self) -> Registry:
        """The register as it is now."""
        ...

    def describe(self, device: Device, now: datetime) -> Description:
        """Return what a person may know of a device."""
        ...


class DeskStores(TerminalStores, RecallStores, LedgerStores, ActorStores, BindingStores, Protocol):
    """Terminals, their history and who made it, inside one unit of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was done to something.

    Attributes:
        entries: of the ledger, newest first, the last thirty.
        actors: who did it, by what the ledger calls them.
    """

    entries: tuple[Kept, ...]
    actors: Mapping[str, Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSeen:
    """A model with everything about it.

    Attributes:
        model: the model.
        state: where it stands now.
        vendor: who answers for it.
        tacs: its ranges, the first two hundred.
        moves: what can happen to it now.
        history: what was done to it.
        recalls: those that hold and name it, or some of its TACs, the newest first.
    """

    model: Model
    state: ModelState
    vendor: Vendor
    tacs: tuple[TacRange, ...]
    moves: frozenset[ModelEvent]
    history: History
    recalls: tuple[Recall, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSeen:
    """A vendor with everything about him.

    Attributes:
        vendor: the vendor.
        models: how many of his stand where.
        moves: what can happen to him now.
        history: what was done to him.
    """

    vendor: Vendor
    models: Mapping[ModelState, int]
    moves: frozenset[StandingEvent]
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerSeen:
    """A chip maker with everything about him.

    Attributes:
        maker: the chip maker.
        eins: his ranges, the first two hundred.
        vendor: the vendor that he is, too; None: none.
        moves: what can happen to him now.
        history: what was done to him.
        recalls: those that hold and name some of his chips, the newest first.
    """

    maker: ChipMaker
    eins: tuple[EinRange, ...]
    vendor: Vendor | None
    moves: frozenset[StandingEvent]
    history: History
    recalls: tuple[Recall, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A model that waits for an inspector.

    Attributes:
        model: the model.
        vendor: name of who answers for it.
    """

    model: Model
    vendor: str


class TerminalDesk:
    """What the regulator sees of terminals."""

    def __init__(self, work: AnyWork, clock: Clock, book: Book) -> None:
        """Bind to the database and to what this process knows by heart."""
        self._work: Final = work
        self._clock: Final = clock
        self._book: Final = book

    @property
    def sizes(self) -> dict[str, int]:
        """How many vendors, models, chip makers, ranges and recalls are known."""
        return self._book.registry.sizes

    def vendor_names(self) -> dict[int, str]:
        """Return the names of all vendors, by number."""
        return {each.vendor_id: each.name for each in self._book.registry.vendors}

    def models_named(self, name: str) -> list[Model]:
        """Return the models that have exactly this name, of any vendor."""
        return [each for each in self._book.registry.models if each.name == name]

    def maker_names(self) -> dict[int, str]:
        """Return the names of all chip makers, by number."""
        return {each.maker_id: each.name for each in self._book.registry.makers}

    async def queue(self, after: Place | None, limit: int) -> tuple[list[Waiting], Place | None]:
        """Return models that wait for an inspector, those that have waited longest first, and where the list goes on."""
        found = await self._ask(lambda stores: review_queue(stores, after, limit + 1))
        names = self.vendor_names()
        shown = [Waiting(model, names.get(model.vendor_id, "")) for model in found[:limit]]
        if len(found) <= limit:
            return shown, None
        return shown, (shown[-1].model.changed_at, shown[-1].model.model_id)

    async def model(self, model_id: int) -> ModelSeen:
        """Return a model with everything about it.

        Raises:
            NotFoundError: there is none with this number.
        """
        now = self._clock.now()

        def unit(stores: DeskStores) -> ModelSeen:
            """Read it."""
            model = stores.model(model_id)
            vendor = None if model is None else stores.vendor(model.vendor_id)
            if model is None or vendor is None:
                raise not_found("no-such-model", name=model_id)
            state = state_at(model, now)
            return ModelSeen(
                model=model,
                state=state,
                vendor=vendor,
                tacs=tuple(stores.tac_ranges_of(model_id, "", MOST_RANGES)),
                moves=frozenset(TRANSITIONS[state]),
                history=_history(stores, f"model:{model_id}"),
                recalls=self._recalls_of({model_id: model}, None),
            )

        return await self._ask(unit)

    async def vendor(self, vendor_id: int) -> VendorSeen:
        """Return a vendor with everything about him.

        Raises:
            NotFoundError: there is none with this number.
        """
        models, now = self._models_of(vendor_id), self._clock.now()

        def unit(stores: DeskStores) -> VendorSeen:
            """Read him."""
            vendor = stores.vendor(vendor_id)
            if vendor is None:
                raise not_found("no-such-vendor", name=vendor_id)
            return VendorSeen(
                vendor=vendor,
                models=Counter([state_at(each, now) for each in models]),
                moves=frozenset(STANDINGS[vendor.state]),
                history=_history(stores, f"vendor:{vendor_id}"),
            )

        return await self._ask(unit)

    async def maker(self, maker_id: int) -> MakerSeen:
        """Return a chip maker with everything about him.

        Raises:
            NotFoundError: there is none with this number.
        """

        def unit(stores: DeskStores) -> MakerSeen:
            """Read him."""
            maker = known_maker(stores, maker_id)
            return MakerSeen(
                maker=maker,
                eins=tuple(stores.ein_ranges_of(maker_id, "", MOST_RANGES)),
                vendor=None if maker.vendor_id is None else stores.vendor(maker.vendor_id),
                moves=frozenset(STANDINGS[maker.state]),
                history=_history(stores, f"maker:{maker_id}"),
                recalls=self._recalls_of({}, maker),
            )

        return await self._ask(unit)

    def _recalls_of(self, models: Mapping[int, Model], maker: ChipMaker | None) -> tuple[Recall, ...]:
        """Return recalls that hold and hit something, the newest first."""
        registry = self._book.registry
        things = Things(models=models, maker=maker, tacs=registry.tacs, eins=registry.eins)
        recalls = sorted(registry.recalls, key=lambda each: each.recall_id, reverse=True)
        return tuple(hit.recall for hit in hits_on(things, recalls))

    # --- who a deed would hit

    async def hit_by_model(self, model_id: int) -> Preview:
        """Return who has a device of a model."""
        return await self._ask(lambda stores: preview_models(stores, [model_id]))

    async def hit_by_vendor(self, vendor_id: int) -> Preview:
        """Return who has a device of a vendor's."""
        models = sorted(each.model_id for each in self._models_of(vendor_id))
        return await self._ask(lambda stores: preview_models(stores, models))

    async def hit_by_maker(self, maker_id: int) -> Preview:
        """Return who has a chip of a chip maker's."""
        return await self._ask(lambda stores: preview_maker(stores, maker_id))

    # --- a device

    def describe(self, device: Device) -> Description:
        """Return what is known of a device."""
        return self._book.describe(device, self._clock.now())

    async def bond(self, device: Device) -> Bond | None:
        """Return what holds a chip or a device: by its EID, else by its IMEI; None: nothing does."""

        def unit(stores: DeskStores) -> Bond | None:
            """Look it up."""
            if device.eid:
                return stores.binding_of_chip(device.eid)
            return None if device.imei is None else stores.binding_of_device(device.imei)

        return await self._ask(unit)

    async def look_at_bond(self, eid: Eid, reason: str, actor: str) -> Bond | None:
        """Return what holds a chip to somebody who has said why he has to see the device; None: nothing does.

        Args:
            eid: of the chip.
            reason: why, 10 to 200 characters; kept for good, so without numbers.
            actor: who looks; the look is in the ledger.

        Raises:
            FormError: the reason is none.
        """
        try:
            why = parse_reason(reason)
        except FaultyTextError as error:
            raise FormError({"reason": error.fault}) from None
        now = self._clock.now()

        def unit(stores: DeskStores) -> Bond | None:
            """Look it up, and note it."""
            bond = stores.binding_of_chip(str(eid))
            if bond is not None:
                facts = {"field": "imei", "reason": why}
                stores.append_entry(
                    Entry(kind=EntryKind.LOOK, at=now, actor=actor, subject=f"chip:{eid}", facts=facts)
                )
            return bond

        return await self._work.run(unit)

    def _models_of(self, vendor_id: int) -> list[Model]:
        return [each for each in self._book.registry.models if each.vendor_id == vendor_id]

    async def _ask(self, unit: Callable[[DeskStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _history(stores: DeskStores, subject: str) -> History:
    """Return what was done to something, newest first."""
    entries = tuple(find_page(stores, Query(subject=subject), None, _HISTORY).entries)
    names = [kept.entry.actor for kept in entries if kept.entry is not None]
    return History(entries=entries, actors=find_actors(stores, names))
