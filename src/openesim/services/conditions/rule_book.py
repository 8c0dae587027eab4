"""The rule book: all packs that a process knows, and which of them applies to whom.

Packs come with OpenESIM, from a folder of one's own, and from the database, where the regulator adds them while servers
run. What is added must fit to everything else and is refused as a whole otherwise. A later OpenESIM may ship a version
that was added before by hand: then the added one stays, and the shipped one is left out.

``RuleBook`` is asked at every decision of the gate. Between two moments at which something begins or ends the answer is
always the same, so it is found once and then looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

import structlog

from openesim.conditions.rules.asking import asks_nothing
from openesim.conditions.rules.in_force import Assignment, DatedAssignment, PackShelf, Rules
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError
from openesim.services.conditions.following import Reading
from openesim.services.rules import pack_of_text, shipped_packs
from openesim.transparency.entries import Entry, EntryKind

REVISION: Final = "rules"
"""Name of the revision that rises with every pack and every assignment."""

_PAGE: Final = 100
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedPack:
    """A pack that was added in the database; its text is kept as it was given.

    Attributes:
        pack_id: name of the pack.
        version: which version of it.
        text: TOML.
        added_at: when, aware UTC.
        added_by: by whom.
        revision: of the rules, when it was added; 0 until stored.
    """

    pack_id: str
    version: str
    text: str
    added_at: datetime
    added_by: str
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedAssignment:
    """A pack that was put in force for somebody, and by whom.

    Attributes:
        assignment: what was put in force.
        added_at: when, aware UTC.
        added_by: by whom.
        revision: of the rules, when it was added; 0 until stored.
    """

    assignment: DatedAssignment
    added_at: datetime
    added_by: str
    revision: int = 0


class PackStores(Protocol):
    """Packs and assignments, inside one unit of work."""

    def add_rule_pack(self, pack: AddedPack) -> None:
        """Store a pack.

        Raises:
            ConflictError: there is one with this name and version.
        """
        ...

    def rule_packs_changed(self, after: int, limit: int) -> list[AddedPack]:
        """Return packs by revision, beginning behind ``after``."""
        ...

    def add_rule_assignment(self, assignment: AddedAssignment) -> AddedAssignment:
        """Store an assignment and return it with its number."""
        ...

    def rule_assignments_changed(self, after: int, limit: int) -> list[AddedAssignment]:
        """Return assignments by revision, beginning behind ``after``."""
        ...

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name; the row is held until the unit ends."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry of the ledger."""
        ...


# --- What people do -------------------------------------------------------------------------------------------


def add_pack(
    stores: PackStores, text: str, actor: str, now: datetime, *, folder: Sequence[Pack] = ()
) -> Pack:
    """Add a pack, or a version of one; it has to fit to all that are there.

    Args:
        stores: of the unit of work.
        text: TOML.
        actor: who does it.
        now: aware UTC.
        folder: packs of the operator's own folder, beside those that are shipped.

    Raises:
        ConfigError: it is no rule pack, or overlaps another version.
        ConflictError: this version is there already.
    """
    pack = pack_of_text(text)
    revision = stores.raise_revision(REVISION)  # whoever adds another one waits here
    known = known_shelf(stores, folder)
    if any(other.version == pack.version for other in known.versions(pack.id)):
        told = explained("twice", pack=pack.id, version=pack.version)
        raise ConflictError(told.cause).explained(told)
    PackShelf([*known, pack])
    stores.add_rule_pack(
        AddedPack(
            pack_id=pack.id, version=pack.version, text=text, added_at=now, added_by=actor, revision=revision
        )
    )
    span = pack.pack.in_force
    facts = {"deed": "rules-add", "pack": pack.id, "version": pack.version, "from": span.from_.isoformat()}
    stores.append_entry(
        Entry(kind=EntryKind.DEED, at=now, actor=actor, subject=f"rules:{pack.id}", facts=facts)
    )
    return pack


def put_in_force(
    stores: PackStores, wanted: DatedAssignment, actor: str, now: datetime, *, folder: Sequence[Pack] = ()
) -> DatedAssignment:
    """Put a pack in force for somebody, from a moment on; what was in force up to then stays on record.

    Args:
        stores: of the unit of work.
        wanted: which pack, for whom, from when; not from a moment in the past.
        actor: who does it.
        now: aware UTC.
        folder: packs of the operator's own folder, beside those that are shipped.

    Raises:
        ConflictError: it begins in the past.
        NotFoundError: there is no such pack, or no version of it is in force then.
    """
    if wanted.begins < now:
        told = explained("in-the-past", moment=wanted.begins.isoformat(timespec="minutes"))
        raise ConflictError(told.cause).explained(told)
    revision = stores.raise_revision(REVISION)
    if wanted.pack_id is not None:
        known_shelf(stores, folder).in_force(wanted.pack_id, wanted.begins)
    added = AddedAssignment(assignment=wanted, added_at=now, added_by=actor, revision=revision)
    stored = stores.add_rule_assignment(added)
    facts = {
        "deed": "rules-assign",
        "pack": wanted.pack_id or "",
        "service": "" if wanted.service is None else wanted.service.value,
        "begins": wanted.begins.isoformat(),
    }
    stores.append_entry(
        Entry(
            kind=EntryKind.DEED, at=now, actor=actor, operator=wanted.operator, subject="rules", facts=facts
        )
    )
    return stored.assignment


def added_packs(stores: PackStores) -> list[AddedPack]:
    """Return all packs that were added, oldest first."""
    return _all_of(stores.rule_packs_changed)


def added_assignments(stores: PackStores) -> list[AddedAssignment]:
    """Return everything that was put in force, oldest first."""
    return _all_of(stores.rule_assignments_changed)


def _all_of(read: Callable[[int, int], list[Any]]) -> list[Any]:
    found: list[Any] = []
    while page := read(found[-1].revision if found else 0, _PAGE):
        found += page
    return found


def known_shelf(stores: PackStores, folder: Sequence[Pack] = ()) -> PackShelf:
    """Return all packs that are there; what this release cannot read is passed over.

    Args:
        stores: of the unit of work.
        folder: packs of the operator's own folder, beside those that are shipped.
    """
    packs, _ = read_added(added_packs(stores))
    return fitting_shelf(packs, [*shipped_packs(), *folder])


def read_added(added: Iterable[AddedPack]) -> tuple[list[Pack], dict[str, str]]:
    """Return the packs of texts, and why some cannot be read, by name of the pack.

    A text is read when it is added; that it cannot be read later means that an older OpenESIM reads it.
    """
    packs, faults = [], {}
    for each in added:
        try:
            packs.append(parse_pack(each.text))
        except RulePackError as error:
            faults[each.pack_id] = f"version {each.version}: {error}"
    return packs, faults


def fitting_shelf(added: Iterable[Pack], files: Iterable[Pack]) -> PackShelf:
    """Return a shelf with all packs that were added, and those of files that fit beside them.

    Raises:
        ConfigError: the packs that were added do not fit together.
    """
    packs = list(added)
    shelf = PackShelf(packs)
    if not packs:
        return PackShelf(files)
    for each in files:
        try:
            shelf = PackShelf([*packs, each])
        except ConfigError as error:
            _log.warning("rule pack left out", pack=each.id, version=each.version, reason=str(error))
        else:
            packs.append(each)
    return shelf


# --- What the gate asks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Era:
    """A time in which nothing begins and nothing ends, and what was found in it.

    Attributes:
        rules: as they were known then.
        begins: first moment, aware UTC.
        ends: first moment after it.
        packs: pack by operator and class; an error where none is in force.
        free: whether nothing is asked of an operator.
    """

    rules: Rules
    begins: datetime
    ends: datetime
    packs: dict[tuple[str, ServiceClass], Pack | NotFoundError] = field(default_factory=dict)
    free: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def around(cls, rules: Rules, now: datetime) -> _Era:
        """Return the time around a moment."""
        changes = rules.changes()
        begun = [moment for moment in changes if moment <= now]
        coming = [moment for moment in changes if moment > now]
        return cls(rules, begun[-1] if begun else _NEVER, coming[0] if coming else _EVER)

    def find(self, operator: str, service: ServiceClass, now: datetime) -> Pack | NotFoundError:
        """Return the pack that applies, or why there is none."""
        found = self.packs.get((operator, service))
        if found is None:
            try:
                found = self.rules.pack_for(operator, service, now)
            except NotFoundError as error:
                found = error
            self.packs[operator, service] = found
        return found


class RuleBook:
    """The rules as a process knows them; implements ``following.Book``."""

    def __init__(self, files: Iterable[Pack] | None = None, configured: Assignment | None = None) -> None:
        """Know the packs of files; those of the database are read by ``load``.

        Args:
            files: packs that are shipped and those of the operator's folder; None: those that are shipped.
            configured: what holds where nothing was put in force; None: ``open`` for everybody.

        Raises:
            ConfigError: packs of files that do not fit together.
        """
        self._files: Final = tuple(shipped_packs() if files is None else files)
        self._configured: Final = configured or Assignment()
        self._added: dict[tuple[str, str], AddedPack] = {}
        self._assigned: dict[int, DatedAssignment] = {}
        self._faults: dict[str, str] = {}
        self._rules = Rules(PackShelf(self._files), self._configured)
        self._era = _Era(self._rules, _EVER, _NEVER)

    @property
    def name(self) -> str:
        """Name of its revision."""
        return REVISION

    @property
    def rules(self) -> Rules:
        """Everything that is known now."""
        return self._rules

    async def load(self, reading: Reading) -> None:
        """Read all of it.

        Raises:
            ConfigError: the configuration names a pack that is not there.
        """
        await self.refresh(reading, 0)
        unknown = sorted(
            name
            for name in self._configured.packs
            if name not in self._rules.shelf and name not in self._faults
        )
        if unknown:
            known = ", ".join(sorted({pack.id for pack in self._rules.shelf}))
            told = explained("configured", pack=", ".join(unknown), known=known)
            raise ConfigError(told.cause).explained(told)

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        packs: list[AddedPack] = await _pages(reading, "rule_packs_changed", after)
        assigned: list[AddedAssignment] = await _pages(reading, "rule_assignments_changed", after)
        self._added |= {(each.pack_id, each.version): each for each in packs}
        self._assigned |= {each.assignment.number: each.assignment for each in assigned}
        await asyncio.to_thread(self._put_together)

    def _put_together(self) -> None:
        """Make the rules anew of all that was read."""
        packs, faults = read_added(self._added.values())
        for pack_id, fault in faults.items():
            _log.error("rule pack not read, nothing is sold under it", pack=pack_id, reason=fault)
        self._faults = faults
        shelf = fitting_shelf(packs, self._files)
        self._rules = Rules(shelf, self._configured, self._assigned.values(), unreadable=faults)

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that applies to an operator's service.

        Args:
            operator: whose order it is.
            service: for what kind of device.
            now: aware UTC.

        Raises:
            NotFoundError: no version of it is in force, so nothing may be sold.
        """
        found = self._era_of(now).find(operator, service, now)
        if isinstance(found, Pack):
            return found
        again = NotFoundError(str(found))  # an error that is raised twice would keep what it went through
        raise again if found.explanation is None else again.explained(found.explanation)

    def asks_nothing(self, operator: str, now: datetime) -> bool:
        """Tell whether no pack that could apply to an operator asks anything of anybody: then there is no gate.

        Args:
            operator: whose order it is.
            now: aware UTC.
        """
        era = self._era_of(now)
        is_free = era.free.get(operator)
        if is_free is None:
            packs = [era.find(operator, service, now) for service in ServiceClass]
            is_free = all(isinstance(pack, Pack) and asks_nothing(pack) for pack in packs)
            era.free[operator] = is_free
        return is_free

    def _era_of(self, now: datetime) -> _Era:
        era = self._era
        if era.rules is not self._rules or not era.begins <= now < era.ends:
            self._era = era = _Era.around(self._rules, now)
        return era


async def _pages(reading: Reading, name: str, after: int) -> list[Any]:
    """Return all rows that changed, read in pages."""
    found: list[Any] = []
    while page := await reading.ask(_reader(name, found[-1].revision if found else after)):
        found += page
    return found


def _reader(name: str, after: int) -> Callable[[Any], list[Any]]:
    return lambda stores: getattr(stores, name)(after, _PAGE)
