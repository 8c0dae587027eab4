"""Licences as inspectors work with them: lists, one with everything about it, and what is done to it, at once.

Every deed is a unit of work of ``licences``; behind it this process hears of it without waiting for its next look, so that
whoever suspends a licence sees it suspended, at the gate too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.licensing.deeds import Approval, approved, falls_with, renewals_of
from openesim.conditions.licensing.licence import By, EvidenceFile, Licence
from openesim.conditions.licensing.states import HELD, Event, LicenceState, Party
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.actors import Actor, find_actors
from openesim.services.conditions.licences.files import read_file
from openesim.services.conditions.licences.keeping import LicenceStores, all_of
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.licences.pictures import LicencePicture, ending_soon, picture_of, waiting
from openesim.services.conditions.licences.wishes import Wish, approval_of, wish_of
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

PAGE: Final = 50
MOST_ORDERS: Final = 2000
"""Orders on their way are counted no further."""

REVIEW: Final = "review"
"""Why an inspector looks at a file: he reads what was handed in to be read."""

_ON_THEIR_WAY: Final = (OrderState.CONFIRMED, OrderState.RELEASED)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")


class Plans(Protocol):
    """What knows the plans."""

    def plan_for(self, operator: str, profile_type: str) -> Plan | None:
        """Return the plan that a profile of a type is written for."""
        ...


class DeskStores(LicenceStores, Protocol):
    """Licences, operators, accounts and orders, inside one unit of work."""

    def operators(self) -> list[Operator]:
        """Return all operators of whom something is kept, by name."""
        ...

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...

    def count_orders_by_type(self, operator: str, state: OrderState, most: int) -> dict[str, int]:
        """Return how many orders of an operator are in a state, by profile type; ``most`` are looked at."""
        ...


@dataclass(frozen=True, slots=True)
class LicencePage:
    """Some licences.

    Attributes:
        licences: in the order of the list.
        next: where the next page begins; empty: this is the last one.
    """

    licences: tuple[Licence, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A licence with everything about it, and who has had to do with it.

    Attributes:
        picture: the licence, its checklist, its files.
        actors: by what the ledger calls them.
        display_name: of the operator.
    """

    picture: LicencePicture
    actors: dict[str, Actor]
    display_name: str

    @property
    def licence(self) -> Licence:
        """The licence."""
        return self.picture.licence


@dataclass(frozen=True, slots=True)
class Standing:
    """An operator, and what he may do.

    Attributes:
        operator: who.
        licences: approved, suspended or applied for; those that run first.
    """

    operator: Operator
    licences: tuple[Licence, ...]

    @property
    def held(self) -> tuple[Licence, ...]:
        """Those that were approved and have not ended."""
        return tuple(each for each in self.licences if each.state in HELD)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a deed would stop.

    Attributes:
        orders: confirmed or released, and not on a chip yet.
        is_more: they were not counted to the end.
        renewals: licences that go the same way.
    """

    orders: int
    is_more: bool
    renewals: tuple[int, ...]


class LicenceDesk:
    """What the regulator does with licences."""

    def __init__(
        self, work: AnyWork, clock: Clock, licensing: Licensing, plans: Plans, following: Following
    ) -> None:
        """Bind to the database and to what this process knows by heart.

        Args:
            work: runs units.
            clock: of the process.
            licensing: with all checklists.
            plans: which service a profile type is for.
            following: is told to look at once when something was done.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._licensing: Final = licensing
        self._plans: Final = plans
        self._following: Final = following

    def hand(self, actor: str) -> By:
        """Return who does something for the regulator, now."""
        now = self._clock.now()
        return By(
            actor=actor,
            party=Party.INSPECTOR,
            now=now.replace(microsecond=now.microsecond // 1000 * 1000),
        )

    # --- lists

    async def inbox(self, state: LicenceState | None, after: str, limit: int = PAGE) -> LicencePage:
        """Return applications and licences.

        Args:
            state: in this state, those that changed longest ago first; None: those that wait for an inspector.
            after: where the page begins; empty: at the start.
            limit: how many at most.

        Raises:
            DecodeError: ``after`` is no place to go on from.
        """
        if state is None:
            found = await self._ask(lambda stores: waiting(stores, limit))
            return LicencePage(tuple(found))
        if state is LicenceState.DRAFT:
            return LicencePage(())
        behind = parse_place(after)
        page = await self._ask(lambda stores: stores.licences_in(state, behind, limit + 1))
        is_more = len(page) > limit
        shown = tuple(page[:limit])
        return LicencePage(shown, place_of(shown[-1]) if is_more else "")

    async def ending(self, limit: int = PAGE) -> list[Licence]:
        """Return licences that end within ninety days, those that end first before."""
        now = self._clock.now()
        found = await self._ask(lambda stores: ending_soon(stores, now, 1000))
        return [each for each in found if (each.scope.ends or now) >= now][:limit]

    async def operators(self, after: str = "", limit: int = PAGE) -> tuple[list[Standing], str]:
        """Return operators by name with their licences, beginning behind a name, and where the next page begins."""

        def unit(stores: DeskStores) -> tuple[list[Standing], str]:
            """Read a page."""
            known = [each for each in stores.operators() if each.name > after]
            page = known[:limit]
            standings = [_standing(stores, each) for each in page]
            return standings, page[-1].name if len(known) > limit else ""

        return await self._ask(unit)

    async def operator(self, name: str) -> Standing:
        """Return an operator with all his licences.

        Raises:
            NotFoundError: there is none of this name.
        """

        def unit(stores: DeskStores) -> Standing:
            """Read him."""
            found = stores.operator(name)
            if found is None:
                raise NotFoundError(f"there is no operator {name}")
            return _standing(stores, found)

        return await self._ask(unit)

    async def operator_names(self) -> dict[str, str]:
        """Return what people call the operators, by name."""
        found = await self._ask(lambda stores: stores.operators())
        return {each.name: each.display_name for each in found}

    # --- one of them

    async def dossier(self, licence_id: int, actor: str) -> Dossier:
        """Return a licence with everything about it.

        Raises:
            NotFoundError: there is none, or it is a draft.
        """
        by = self.hand(actor)

        def unit(stores: DeskStores) -> Dossier:
            """Read it, and who is behind the actors."""
            picture = picture_of(self._licensing, stores, licence_id, by)
            licence, known = picture.licence, stores.operator(picture.licence.operator)
            names = [each.actor for each in licence.answers] + [each.actor for each in licence.dialogue]
            names += [each.added_by for each in picture.files]
            names += [licence.inspector] if licence.inspector else []
            name = licence.operator if known is None else known.display_name
            return Dossier(picture, find_actors(stores, names), name)

        return await self._ask(unit)

    async def hit(self, licence: Licence, event: Event) -> Hit:
        """Return what stops if something happens to a licence.

        Args:
            licence: as it stands.
            event: that would happen.
        """

        def unit(stores: DeskStores) -> Hit:
            """Count orders that are on their way, and renewals that go the same way."""
            orders, is_more = 0, False
            for state in _ON_THEIR_WAY:
                types = stores.count_orders_by_type(licence.operator, state, MOST_ORDERS)
                orders += sum(number for name, number in types.items() if self._is_under(licence, name))
                is_more = is_more or sum(types.values()) >= MOST_ORDERS
            others = renewals_of(licence, list(all_of(stores, licence.operator)))
            renewals = tuple(each.licence_id for each in others if falls_with(each, licence, event))
            return Hit(orders, is_more, renewals)

        return await self._ask(unit)

    def _is_under(self, licence: Licence, profile_type: str) -> bool:
        """Tell whether orders of a profile type are for the service of a licence; those of no plan are for a phone."""
        plan = self._plans.plan_for(licence.operator, profile_type)
        return (ServiceClass.PHONE if plan is None else plan.service) is licence.service

    async def file(self, licence_id: int, file_id: int, actor: str) -> tuple[EvidenceFile, bytes]:
        """Return a file and what is in it; that somebody looked is in the ledger, and no operator is told.

        Raises:
            NotFoundError: no such licence, or no such file of it.
            VerificationError: the file is not what was attached.
        """
        by = self.hand(actor)

        def unit(stores: LicenceStores) -> tuple[EvidenceFile, bytes]:
            """Read it, and note the look."""
            picture_of(self._licensing, stores, licence_id, by)
            file, octets = read_file(stores, licence_id, file_id, by)
            facts = {"field": "evidence", "item": file.item, "file": file.digest.hex(), "reason": REVIEW}
            stores.append_entry(
                Entry(
                    kind=EntryKind.LOOK, at=by.now, actor=actor, subject=f"licence:{licence_id}", facts=facts
                )
            )
            return file, octets

        return await self._work.run(unit)

    # --- approving

    def wish_of(self, dossier: Dossier) -> Wish:
        """Return what was asked, as a form has it."""
        return wish_of(dossier.licence.asked, dossier.picture.checklist.checklist.utc_offset)

    def approval_of(self, dossier: Dossier, wish: Wish) -> Approval:
        """Return the approval that an inspector wishes; what is as it was asked takes nothing away."""
        return approval_of(dossier.licence.asked, dossier.picture.checklist.checklist.utc_offset, wish)

    async def preview(self, dossier: Dossier, actor: str, approval: Approval) -> Licence:
        """Return the licence as an approval would make it; nothing is changed.

        Raises:
            StateError: it cannot be approved now.
            DecodeError: more than was asked, with its field as the path.
        """
        licence, by = dossier.licence, self.hand(actor)
        files = frozenset(each.item for each in dossier.picture.files)
        renewed: Licence | None = None
        if licence.renews is not None:
            number = licence.renews
            renewed = await self._ask(lambda stores: stores.licence(number))
        return approved(licence, dossier.picture.checklist, files, approval, by, renewed)

    # --- what is done

    async def take_up(self, licence_id: int, actor: str) -> Licence:
        """Take up an application that was submitted."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.take_up(stores, licence_id, by))

    async def comment(self, licence_id: int, actor: str, text: str, item: str | None) -> Licence:
        """Write a line into the dialogue, which both sides see."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.comment(stores, licence_id, by, text, item))

    async def ask(self, licence_id: int, actor: str, text: str, item: str | None) -> Licence:
        """Ask back."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.ask(stores, licence_id, by, text, item))

    async def approve(self, licence_id: int, actor: str, approval: Approval) -> Licence:
        """Approve an application, perhaps for less than was asked."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.approve(stores, licence_id, approval, by))

    async def refuse(self, licence_id: int, actor: str, text: str) -> Licence:
        """Refuse an application."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.refuse(stores, licence_id, by, text))

    async def suspend(self, licence_id: int, actor: str, text: str) -> Licence:
        """Suspend a licence and its approved renewals."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.suspend(stores, licence_id, by, text))

    async def reinstate(self, licence_id: int, actor: str, text: str) -> Licence:
        """End a suspension."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.reinstate(stores, licence_id, by, text))

    async def revoke(self, licence_id: int, actor: str, text: str) -> Licence:
        """Revoke a licence and its approved renewals, for good."""
        by = self.hand(actor)
        return await self._do(lambda stores: self._licensing.revoke(stores, licence_id, by, text))

    async def _do(self, unit: Callable[[LicenceStores], Licence]) -> Licence:
        """Do something, and let this process hear of it at once."""
        licence = await self._work.run(unit)
        await self._following.refresh()
        return licence

    async def _ask(self, unit: Callable[[DeskStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def place_of(licence: Licence) -> str:
    """Return where a page goes on behind a licence."""
    return f"{licence.changed_at.isoformat(timespec='milliseconds')}/{licence.licence_id}"


def parse_place(text: str) -> tuple[datetime, int]:
    """Return where a page begins.

    Raises:
        DecodeError: it is no place of ours.
    """
    if not text:
        return _EPOCH, 0
    moment, _, number = text.rpartition("/")
    try:
        at = datetime.fromisoformat(moment)
        place = int(number)
    except ValueError:
        raise DecodeError("this is no place to go on from") from None
    if at.tzinfo is None or not 0 <= place < 2**62:
        raise DecodeError("this is no place to go on from")
    return at, place


def _standing(stores: DeskStores, operator: Operator) -> Standing:
    """Return an operator with his licences, those that run first, drafts left out."""
    found = [each for each in all_of(stores, operator.name) if each.state is not LicenceState.DRAFT]
    found.sort(key=lambda each: (each.state not in HELD, each.service.value, -each.licence_id))
    return Standing(operator, tuple(found))
