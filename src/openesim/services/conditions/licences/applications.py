"""Licences as their operator's people work on them: applied for, answered, submitted, renewed; each deed a unit of work.

Behind each this process hears of it without waiting for its next look, at the gate too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.licensing.evidence import Upload
from openesim.conditions.licensing.licence import By, EvidenceFile, Licence, Scope
from openesim.conditions.licensing.states import HELD, OPEN, Party
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.messages.sgp22.explained.entries import Explained
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.following import Following
from openesim.services.conditions.licences.files import attach, detach, read_file
from openesim.services.conditions.licences.keeping import LicenceStores, all_of
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.licences.pictures import LicencePicture, picture_of
from openesim.services.conditions.operator.colleagues import Who, seen_from
from openesim.services.ports import AnyWork, never

_OF_NUMBERS: Final = frozenset({"licence:no-licence", "licence:no-file"})

MOST_LISTED: Final = 500
"""Licences of one operator that a list shows, the first of it."""

T = TypeVar("T")


class ApplicationStores(LicenceStores, Protocol):
    """Licences and accounts, inside one unit of work."""

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...


@dataclass(frozen=True, slots=True)
class Dossier:
    """A licence with everything about it, as its operator sees it.

    Attributes:
        picture: the licence, its checklist, its files.
        who: who is behind the actors, by what the ledger calls them.
    """

    picture: LicencePicture
    who: dict[str, Who]

    @property
    def licence(self) -> Licence:
        """The licence."""
        return self.picture.licence


class LicenceApplications:
    """What operators do with licences."""

    def __init__(self, work: AnyWork, clock: Clock, licensing: Licensing, following: Following) -> None:
        """Bind to the database and to what this process knows by heart.

        Args:
            work: runs units.
            clock: of the process.
            licensing: with all checklists.
            following: is told to look at once when something was done.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._licensing: Final = licensing
        self._following: Final = following

    def hand(self, operator: str, actor: str) -> By:
        """Return who does something for an operator, now."""
        now = self._clock.now()
        moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return By(actor=actor, party=Party.OPERATOR, now=moment, operator=operator)

    def services(self) -> list[ServiceClass]:
        """Return the kinds of devices that somebody may apply for: those that a checklist is for."""
        now = self._clock.now()
        return [each for each in ServiceClass if self._has_checklist(each, now)]

    def _has_checklist(self, service: ServiceClass, now: datetime) -> bool:
        try:
            self._licensing.shelf.for_service(service, now)
        except NotFoundError:
            return False
        return True

    # --- looks

    async def all(self, operator: str) -> list[Licence]:
        """Return the licences of an operator: those that run first, then what is applied for, then what is over.

        Of each the newest comes first.
        """

        def unit(stores: ApplicationStores) -> list[Licence]:
            """Read them."""
            order: Callable[[Licence], tuple[int, int]] = lambda each: (_rank(each), -each.licence_id)  # noqa: E731
            return nsmallest(MOST_LISTED, all_of(stores, operator), key=order)

        return await self._ask(unit)

    async def dossier(self, operator: str, licence_id: int, actor: str) -> Dossier:
        """Return a licence with everything about it.

        Raises:
            NotFoundError: the operator has none of this number.
        """
        by = self.hand(operator, actor)

        def unit(stores: ApplicationStores) -> Dossier:
            """Read it, and who is behind the actors."""
            picture = picture_of(self._licensing, stores, licence_id, by)
            licence = picture.licence
            names = [each.actor for each in licence.answers]
            names += [each.actor for each in licence.dialogue]
            names += [each.added_by for each in picture.files]
            return Dossier(picture, seen_from(operator, stores, names))

        return await self._ask(unit)

    async def file(
        self, operator: str, licence_id: int, file_id: int, actor: str
    ) -> tuple[EvidenceFile, bytes]:
        """Return a file of a licence and what is in it.

        Raises:
            NotFoundError: no such licence of the operator, or no such file of it.
            VerificationError: the file is not what was attached.
        """
        by = self.hand(operator, actor)
        return await self._ask(lambda stores: read_file(stores, licence_id, file_id, by))

    # --- deeds

    async def apply(self, operator: str, service: ServiceClass, asked: Scope, actor: str) -> Licence:
        """Begin an application, a draft.

        Raises:
            NotFoundError: there is no checklist for the kind of device.
            DecodeError: what is asked cannot be.
        """
        by = self.hand(operator, actor)
        return await self._do(lambda stores: self._licensing.apply(stores, operator, service, asked, by))

    async def renew(self, operator: str, licence_id: int, ends: datetime | None, actor: str) -> Licence:
        """Begin an application to renew a licence, a draft.

        Raises:
            NotFoundError: the operator has none of this number.
            ConflictError: it cannot be renewed, or has a renewal.
            DecodeError: the renewal would end before it begins.
        """
        by = self.hand(operator, actor)
        return await self._do(lambda stores: self._licensing.renew(stores, licence_id, ends, by))

    async def amend(self, operator: str, licence_id: int, asked: Scope, actor: str) -> Licence:
        """Change what is applied for.

        Raises:
            NotFoundError: the operator has none of this number.
            StateError: it cannot be changed now.
            DecodeError: what is asked cannot be.
        """
        by = self.hand(operator, actor)
        return await self._do(lambda stores: self._licensing.amend(stores, licence_id, asked, by))

    async def answer(
        self,
        operator: str,
        licence_id: int,
        item: str,
        text: str,
        upload: Upload | None,
        actor: str,
    ) -> None:
        """Answer an item of the checklist, and attach a file to it if one came: both, or neither.

        Raises:
            NotFoundError: the operator has none of this number.
            StateError: it cannot be changed now.
            DecodeError: no such item, no answer to it, or one that asks for no files.
            ConflictError: the same file is there already.
        """
        by = self.hand(operator, actor)

        def unit(stores: LicenceStores) -> Licence:
            """Do it."""
            known = self._licensing.answer(stores, licence_id, item, text, by)
            if upload is not None:
                attach(self._licensing, stores, licence_id, item, upload, by)
            return known

        await self._do(unit)

    async def detach(self, operator: str, licence_id: int, file_id: int, actor: str) -> None:
        """Remove a file from an application.

        Raises:
            NotFoundError: no such licence of the operator, or no such file of it.
            StateError: it cannot be changed now.
        """
        by = self.hand(operator, actor)
        await self._do(lambda stores: detach(self._licensing, stores, licence_id, file_id, by))

    async def submit(self, operator: str, licence_id: int, text: str, actor: str) -> Licence:
        """Submit an application.

        Raises:
            NotFoundError: the operator has none of this number.
            StateError: it was submitted before.
            IncompleteError: something mandatory is missing; it names every item.
        """
        by = self.hand(operator, actor)
        return await self._do(lambda stores: self._licensing.submit(stores, licence_id, by, text))

    async def withdraw(self, operator: str, licence_id: int, text: str, actor: str) -> Licence:
        """Give up an application, or a licence.

        Raises:
            NotFoundError: the operator has none of this number.
            StateError: it is over, or suspended.
        """
        by = self.hand(operator, actor)
        return await self._do(lambda stores: self._licensing.withdraw(stores, licence_id, by, text))

    async def comment(self, operator: str, licence_id: int, text: str, item: str | None, actor: str) -> None:
        """Write a line into the dialogue, which both sides see.

        Raises:
            NotFoundError: the operator has none of this number.
            StateError: it is a draft, or over.
            DecodeError: nothing is said, or no such item.
        """
        by = self.hand(operator, actor)
        await self._do(lambda stores: self._licensing.comment(stores, licence_id, by, text, item))

    async def _do(self, unit: Callable[[ApplicationStores], T]) -> T:
        """Do something, and let this process hear of it at once."""
        done: Callable[[Any], T] = unit
        try:
            came = await self._work.run(done)
        except NotFoundError as error:
            raise _nothing(error) from None
        await self._following.refresh()
        return came

    async def _ask(self, unit: Callable[[ApplicationStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        try:
            return await self._work.run(asked, must_last=never)
        except NotFoundError as error:
            raise _nothing(error) from None


def _nothing(error: NotFoundError) -> NotFoundError:
    """Return what an address is answered that leads to nothing of one's own; what it names is not repeated."""
    told = error.explanation
    is_about_numbers = isinstance(told, Explained) and told.code in _OF_NUMBERS
    return NotFoundError("there is no such thing") if is_about_numbers else error


def _rank(licence: Licence) -> int:
    """Return where a licence stands in a list: what runs, what nobody has decided, what is over."""
    return 0 if licence.state in HELD else 1 if licence.state in OPEN else 2
