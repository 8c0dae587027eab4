"""A vendor at his desk: what he has, what is asked of him, what the regulator did to it, and what he does himself.

Lists come from what is known by heart (``terminals.lists``); one model comes from the database with what was said of it.
Behind every deed this process hears of it at once, so that whoever submitted a model sees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.hits import Hit, Things, hits_on
from openesim.conditions.terminals.makers import ChipMaker, TacRange
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.texts import Told, not_found
from openesim.conditions.terminals.vendors import Vendor
from openesim.kernel.ambient import Clock
from openesim.kernel.ids import Imei
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.ledger import LedgerStores, Query, find_page
from openesim.services.conditions.terminals.terminals import TerminalStores
from openesim.services.conditions.vendor import deeds
from openesim.services.conditions.vendor.deeds import Submission, own_model, vendor_of
from openesim.services.conditions.vendor.pictures import BoundDevice, Dossier, Notices, Overview, Said
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

SOON: Final = timedelta(days=90)
"""An approval that ends within this time is told."""
LIFTED_SHOWN: Final = timedelta(days=365)
"""So long a recall that was lifted is still told."""

_MOST_LIFTED: Final = 500
_MOST_SAID: Final = 100
_MOST_SHOWN: Final = 20
_MOST_TACS: Final = 100
_OF_ACCOUNTS: Final = "account:"

T = TypeVar("T")


class Book(Protocol):
    """What knows terminals by heart."""

    @property
    def registry(self) -> Registry:
        """The register as it is now."""
        ...


class VendorStores(TerminalStores, LedgerStores, Protocol):
    """What a vendor's desk reads and writes, inside one unit of work."""

    def maker_of_vendor(self, vendor_id: int) -> ChipMaker | None:
        """Return the chip maker that a vendor is."""
        ...

    def recalls_lifted(self, since: datetime, limit: int) -> list[Recall]:
        """Return recalls that were lifted since a moment, those that were lifted last before."""
        ...

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...

    def binding_of_device(self, imei: str) -> Bond | None:
        """Return which chip is held to a device."""
        ...


class VendorDesk:
    """Reads and does what the desk of a vendor asks for."""

    def __init__(self, work: AnyWork, clock: Clock, book: Book, following: Following) -> None:
        """Bind to the database, and to what knows terminals by heart."""
        self._work: Final = work
        self._clock: Final = clock
        self._book: Final = book
        self._following: Final = following

    # --- looking

    async def overview(self, vendor_id: int) -> Overview:
        """Return what a vendor looks at first.

        Raises:
            NotFoundError: there is no such vendor.
        """
        now, things = self._clock.now(), self.things(vendor_id)
        vendor = await self._ask(lambda stores: vendor_of(stores, vendor_id))
        states = {number: state_at(model, now) for number, model in things.models.items()}
        asked = (model for model in things.models.values() if model.state is ModelState.ASKED_BACK)
        return Overview(
            vendor=vendor,
            maker=things.maker,
            counts=Counter(states.values()),
            asked=tuple(sorted(asked, key=lambda model: model.changed_at)[:_MOST_SHOWN]),
            ending=ending_soon(things.models.values(), now),
            changed=newest(things.models.values()),
            hits=self._hits(things),
        )

    async def model(self, vendor_id: int, model_id: int) -> Dossier:
        """Return one model with everything about it.

        Raises:
            NotFoundError: there is no such model of his.
        """
        now, things = self._clock.now(), self.things(vendor_id)
        hits = self._hits(things)

        def unit(stores: VendorStores) -> Dossier:
            """Look it up."""
            model = own_model(stores, vendor_id, model_id)
            tacs = stores.tac_ranges_of(model_id, "", _MOST_TACS + 1)
            return Dossier(
                model=model,
                state=state_at(model, now),
                vendor=vendor_of(stores, vendor_id),
                tacs=tuple(tacs[:_MOST_TACS]),
                has_more_tacs=len(tacs) > _MOST_TACS,
                talk=_talk(stores, vendor_id, f"model:{model_id}"),
                hits=tuple(hit for hit in hits if any(each.model_id == model_id for each in hit.models)),
            )

        return await self._ask(unit)

    async def tacs_of(self, vendor_id: int, model_id: int, after: str, limit: int) -> list[TacRange]:
        """Return ranges of a model, beginning behind the first TAC of one (empty: from the start).

        Raises:
            NotFoundError: there is no such model of his.
        """

        def unit(stores: VendorStores) -> list[TacRange]:
            """Look them up."""
            own_model(stores, vendor_id, model_id)
            return stores.tac_ranges_of(model_id, after, limit)

        return await self._ask(unit)

    async def notices(self, vendor_id: int) -> Notices:
        """Return what the regulator did to a vendor's things.

        Raises:
            NotFoundError: there is no such vendor.
        """
        now, things = self._clock.now(), self.things(vendor_id)

        def unit(stores: VendorStores) -> tuple[Vendor, list[Recall]]:
            """Look up how he stands, and what was lifted."""
            lifted = stores.recalls_lifted(now - LIFTED_SHOWN, _MOST_LIFTED)
            return vendor_of(stores, vendor_id), lifted

        vendor, lifted = await self._ask(unit)
        return Notices(
            vendor=vendor,
            maker=things.maker,
            hits=self._hits(things),
            lifted=hits_on(things, lifted)[:_MOST_SHOWN],
            decided=newest(things.models.values()),
        )

    async def device(self, vendor_id: int, imei: Imei, actor: str) -> BoundDevice:
        """Return what a device of the vendor's is held to; that he looked is in the ledger, without its number.

        Args:
            vendor_id: who asks.
            imei: of the device.
            actor: who looks.

        Raises:
            NotFoundError: it is of no model of his, whether or not somebody else has it.
        """
        now = self._clock.now()

        def unit(stores: VendorStores) -> BoundDevice:
            """Look it up, and note it."""
            tacs = stores.tac_range_before(imei.tac)
            model = None if tacs is None or tacs.last < imei.tac else stores.model(tacs.model_id)
            if model is None or model.vendor_id != vendor_id:
                raise not_found("not-your-device")
            facts = {"field": "binding", "tac": imei.tac, "model": str(model.model_id)}
            stores.append_entry(
                Entry(kind=EntryKind.LOOK, at=now, actor=actor, subject=f"vendor:{vendor_id}", facts=facts)
            )
            return BoundDevice(model=model, bond=stores.binding_of_device(imei))

        return await self._work.run(unit)

    async def model_of_tac(self, vendor_id: int, tac: str) -> Model | None:
        """Return the model of the vendor's that has a TAC; None: none of his has.

        Args:
            vendor_id: who asks.
            tac: 8 digits.
        """
        registry = self._book.registry
        number = registry.tacs.find(int(tac))
        models = self.things(vendor_id).models
        return None if number is None else models.get(number)

    async def taken(self, vendor_id: int, spans: tuple[Span, ...]) -> list[Told]:
        """Return what stands against some TACs, range by range."""
        return await self._ask(lambda stores: deeds.find_taken(stores, spans, vendor_id))

    # --- doing

    async def submit(self, vendor_id: int, wish: Submission, actor: str) -> Model:
        """Submit a new model with its TACs: ``deeds.submit``."""
        now = self._clock.now()
        return await self._do(lambda stores: deeds.submit(stores, vendor_id, wish, actor, now))

    async def answer(self, vendor_id: int, model_id: int, wish: Submission, actor: str) -> Model:
        """Submit a model once more: ``deeds.answer``."""
        now = self._clock.now()
        return await self._do(lambda stores: deeds.answer(stores, vendor_id, model_id, wish, actor, now))

    async def add_tacs(
        self, vendor_id: int, model_id: int, spans: tuple[Span, ...], actor: str
    ) -> list[TacRange]:
        """Give a model in review more TACs: ``deeds.add_spans``."""
        now = self._clock.now()
        return await self._do(lambda stores: deeds.add_spans(stores, vendor_id, model_id, spans, actor, now))

    async def take_back(self, vendor_id: int, model_id: int, first: str, actor: str) -> TacRange:
        """Take TACs back from a model in review: ``deeds.take_back``."""
        now = self._clock.now()
        return await self._do(lambda stores: deeds.take_back(stores, vendor_id, model_id, first, actor, now))

    # --- what all of it needs

    def maker_of(self, vendor_id: int) -> ChipMaker | None:
        """Return the chip maker that a vendor is, as it is known by heart; None: he is none."""
        return next((each for each in self._book.registry.makers if each.vendor_id == vendor_id), None)

    def things(self, vendor_id: int) -> Things:
        """Return what is a vendor's, as it is known by heart."""
        registry = self._book.registry
        models = {each.model_id: each for each in registry.models if each.vendor_id == vendor_id}
        maker = self.maker_of(vendor_id)
        return Things(models=models, maker=maker, tacs=registry.tacs, eins=registry.eins)

    def _hits(self, things: Things) -> tuple[Hit, ...]:
        """Return recalls that hold and hit a vendor, the newest first."""
        recalls = sorted(self._book.registry.recalls, key=lambda each: each.recall_id, reverse=True)
        return hits_on(things, recalls)

    async def _ask(self, unit: Callable[[VendorStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)

    async def _do(self, unit: Callable[[VendorStores], T]) -> T:
        """Do something, and hear of it."""
        done: Callable[[Any], T] = unit
        result = await self._work.run(done)
        await self._following.refresh()
        return result


def ending_soon(models: Iterable[Model], now: datetime) -> tuple[Model, ...]:
    """Return approved models whose approval ends soon, the next one first."""
    found = [
        (model.approval.ends, model.model_id, model)
        for model in models
        if model.approval is not None
        and state_at(model, now) is ModelState.APPROVED
        and model.approval.ends < now + SOON
    ]
    return tuple(model for _, _, model in sorted(found)[:_MOST_SHOWN])


def newest(models: Iterable[Model]) -> tuple[Model, ...]:
    """Return models whose last move was the regulator's, the newest first."""
    decided = (model for model in models if model.state is not ModelState.SUBMITTED)
    ordered = sorted(decided, key=lambda model: (model.changed_at, model.model_id), reverse=True)
    return tuple(ordered[:_MOST_SHOWN])


def _talk(stores: VendorStores, vendor_id: int, subject: str) -> tuple[Said, ...]:
    """Return what was done to something of a vendor's, the oldest first."""
    page = find_page(stores, Query(subject=subject, kind=EntryKind.DEED), None, _MOST_SAID)
    entries = [kept.entry for kept in page.entries if kept.entry is not None]
    names = _own_names(stores, {entry.actor for entry in entries}, vendor_id)
    return tuple(
        Said(
            at=entry.at,
            deed=entry.facts.get("deed", ""),
            who=names.get(entry.actor, ""),
            facts=entry.facts,
        )
        for entry in reversed(entries)
    )


def _own_names(stores: VendorStores, actors: set[str], vendor_id: int) -> dict[str, str]:
    """Return what a vendor's own people are called: nobody else is named to him."""
    found = {}
    for actor in actors:
        account = stores.account(actor.removeprefix(_OF_ACCOUNTS)) if actor.startswith(_OF_ACCOUNTS) else None
        if account is not None and account.role is Role.VENDOR and account.tenant == str(vendor_id):
            found[actor] = account.display_name
    return found
