"""Rules as the regulator works with them: what there is, who is under what, and what is added or put in force, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.rules.days import midnight
from openesim.conditions.rules.in_force import Assignment, DatedAssignment, PackShelf, Rules
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.rules.writing import write_pack
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.actors import Actor, find_actors
from openesim.services.conditions.rules.keeping import (
    AddedAssignment,
    AddedPack,
    PackStores,
    add_pack,
    added_assignments,
    added_packs,
    known_shelf,
    put_in_force,
)
from openesim.services.ports import AnyWork, never
from openesim.services.rules import pack_of_text

T = TypeVar("T")


class InForce(StrEnum):
    """How a version of a pack, or what was put in force, stands now."""

    NOW = "now"
    TO_COME = "to-come"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a pack.

    Attributes:
        pack: what it says.
        state: whether it holds now.
        added: when and by whom it was added; None: it came with OpenESIM or from the server's folder.
        by: who added it.
        ends: first moment at which it does not hold any more, since it says so or a later one begins; None: open.
    """

    pack: Pack
    state: InForce
    added: AddedPack | None = None
    by: Actor | None = None
    ends: datetime | None = None

    @property
    def text(self) -> str:
        """The pack as TOML: as it was given, or as it is written."""
        return write_pack(self.pack) if self.added is None else self.added.text


@dataclass(frozen=True, slots=True)
class Put:
    """A pack that was put in force for somebody.

    Attributes:
        assignment: what was put in force.
        state: whether it holds now; what something later took the place of is over.
        by: who did; None: the configuration says so.
    """

    assignment: DatedAssignment
    state: InForce
    by: Actor | None


@dataclass(frozen=True, slots=True)
class RulesSeen:
    """Everything that there is.

    Attributes:
        versions: of all packs, by name and then the newest first.
        puts: who is under which pack: what holds now first, then what is to come, then what is over.
        usual: the pack of everybody who has none of his own, as it is configured.
    """

    versions: tuple[Version, ...]
    puts: tuple[Put, ...]
    usual: str

    def version(self, pack_id: str, version: str) -> Version:
        """Return one version.

        Raises:
            NotFoundError: there is none of this name.
        """
        for each in self.versions:
            if (each.pack.id, each.pack.version) == (pack_id, version):
                return each
        raise NotFoundError(f"there is no version {version} of a pack {pack_id}")


class RuleDeskStores(PackStores, Protocol):
    """Packs and accounts, inside one unit of work."""

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...


class Book(Protocol):
    """What this process knows of the rules: the rule book."""

    @property
    def rules(self) -> Rules:
        """Everything that is known now."""
        ...


class RuleDesk:
    """What the regulator does with rules."""

    def __init__(
        self, work: AnyWork, clock: Clock, book: Book, following: Following, folder: Sequence[Pack] = ()
    ) -> None:
        """Bind to the database and to what this process knows by heart.

        Args:
            work: runs units.
            clock: of the process.
            book: the rules as this process knows them.
            following: is told to look at once when something was done.
            folder: packs of the server's own folder, beside those that are shipped.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._book: Final = book
        self._following: Final = following
        self._folder: Final = tuple(folder)

    @property
    def configured(self) -> Assignment:
        """What holds where nothing was put in force."""
        return self._book.rules.configured

    def packs_of(self, operator: str) -> dict[ServiceClass, str]:
        """Return the name of the pack that an operator is under now, by class of service."""
        now = self._clock.now()
        return {each: self._book.rules.pack_id_of(operator, each, now) for each in ServiceClass}

    async def seen(self) -> RulesSeen:
        """Return everything that there is."""
        rules, now = self._book.rules, self._clock.now()

        def unit(stores: RuleDeskStores) -> tuple[list[AddedPack], list[AddedAssignment], dict[str, Actor]]:
            """Read what was added, and by whom."""
            packs, puts = added_packs(stores), added_assignments(stores)
            names = [each.added_by for each in packs] + [each.added_by for each in puts]
            return packs, puts, find_actors(stores, names)

        packs, puts, actors = await self._ask(unit)
        added = {(each.pack_id, each.version): each for each in packs}
        return RulesSeen(
            versions=_versions(rules.shelf, added, actors, now),
            puts=_puts(puts, actors, now),
            usual=rules.configured.usual,
        )

    def read(self, text: str) -> Pack:
        """Return the pack of a text.

        Raises:
            ConfigError: it is no rule pack; the line and the reason are told.
        """
        return pack_of_text(text)

    def line_of_fault(self, text: str) -> int | None:
        """Return the line for which a text is refused; None: it is not, or no line can be named."""
        try:
            parse_pack(text)
        except RulePackError as error:
            return error.line
        return None

    def before(self, pack: Pack) -> Pack | None:
        """Return the version that another one would follow: the last that begins before it."""
        versions = self._book.rules.shelf.versions(pack.id)
        earlier = [each for each in versions if each.begins < pack.begins and each.version != pack.version]
        return earlier[-1] if earlier else None

    async def verify_fits(self, pack: Pack) -> None:
        """Refuse a pack that does not fit to all that are there.

        Raises:
            ConfigError: it overlaps another version, or is there already.
        """
        folder = self._folder
        shelf = await self._ask(lambda stores: known_shelf(stores, folder))
        PackShelf([*shelf, pack])

    async def add(self, text: str, actor: str) -> Pack:
        """Add a pack, or a version of one.

        Raises:
            ConfigError: it is no rule pack, or overlaps another version.
            ConflictError: this version is there already.
        """
        now, folder = self._now(), self._folder
        pack = await self._work.run(lambda stores: add_pack(stores, text, actor, now, folder=folder))
        await self._following.refresh()
        return pack

    async def put_in_force(
        self,
        pack_id: str | None,
        actor: str,
        *,
        operator: str | None = None,
        service: ServiceClass | None = None,
        begins: datetime | None = None,
    ) -> DatedAssignment:
        """Put a pack in force for somebody, from a moment on.

        Args:
            pack_id: which pack; None: none of its own any more.
            actor: who does it.
            operator: for whom; None: for everybody who has none of his own.
            service: for which class; None: for every class that has none of its own.
            begins: first moment, aware UTC; None: at once.

        Raises:
            ConflictError: it begins in the past.
            NotFoundError: there is no such pack, or no version of it is in force then.
        """
        now, folder = self._now(), self._folder
        wanted = DatedAssignment(operator=operator, service=service, pack_id=pack_id, begins=begins or now)
        stored = await self._work.run(lambda stores: put_in_force(stores, wanted, actor, now, folder=folder))
        await self._following.refresh()
        return stored

    def verify_assignable(self, pack_id: str | None, begins: datetime | None) -> None:
        """Refuse beforehand what ``put_in_force`` would refuse.

        Raises:
            ConflictError: it begins in the past.
            NotFoundError: there is no such pack, or no version of it is in force then.
        """
        now = self._now()
        if begins is not None and begins < now:
            told = explained("in-the-past", moment=begins.isoformat(timespec="minutes"))
            raise ConflictError(told.cause).explained(told)
        if pack_id is not None:
            self._book.rules.shelf.in_force(pack_id, begins or now)

    def beginning_of(self, day: date, pack_id: str | None) -> datetime:
        """Return when a day begins where a pack is from; without one, in UTC."""
        versions = self._book.rules.shelf.versions(pack_id or "")
        return midnight(day, versions[-1].pack.utc_offset if versions else "+00:00")

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def _ask(self, unit: Callable[[RuleDeskStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _versions(
    shelf: PackShelf, added: dict[tuple[str, str], AddedPack], actors: dict[str, Actor], now: datetime
) -> tuple[Version, ...]:
    """Return all versions, by name and then the newest first."""
    found = []
    for pack_id in sorted({pack.id for pack in shelf}):
        versions = shelf.versions(pack_id)
        nexts = [later.begins for later in versions[1:]]
        for pack, begins in reversed([*zip(versions, [*nexts, None], strict=True)]):
            ends = min((each for each in (pack.ends, begins) if each is not None), default=None)
            row = added.get((pack.id, pack.version))
            by = None if row is None else actors[row.added_by]
            found.append(Version(pack, _state(pack.begins, ends, now), row, by, ends))
    return tuple(found)


def _puts(puts: list[AddedAssignment], actors: dict[str, Actor], now: datetime) -> tuple[Put, ...]:
    """Return what was put in force: what holds now, what is to come, what is over."""
    begun: dict[Any, DatedAssignment] = {}
    for each in sorted(
        (one.assignment for one in puts if one.assignment.begins <= now),
        key=lambda one: (one.begins, one.number),
    ):
        begun[each.operator, each.service] = each
    found = []
    for row in puts:
        what = row.assignment
        is_now = begun.get((what.operator, what.service)) == what
        state = InForce.NOW if is_now else (InForce.TO_COME if what.begins > now else InForce.OVER)
        found.append(Put(what, state, actors[row.added_by]))
    order = [*InForce]
    found.sort(key=lambda put: (order.index(put.state), -put.assignment.begins.timestamp()))
    return tuple(found)


def _state(begins: datetime, ends: datetime | None, now: datetime) -> InForce:
    if now < begins:
        return InForce.TO_COME
    return InForce.NOW if ends is None or now < ends else InForce.OVER
