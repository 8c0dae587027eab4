"""Keeping rules: packs and who is under which, as people add them in the database while servers run.

What is added must fit to everything else and is refused as a whole otherwise; a pack's text is kept as it was given, and what
was in force is never rewritten. A later OpenESIM may ship a version that was added before by hand: then the added one stays,
and the shipped one is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from openesim.conditions.rules.in_force import DatedAssignment, PackShelf
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.texts import explained
from openesim.kernel.errors import ConfigError, ConflictError
from openesim.services.rules import pack_of_text, shipped_packs
from openesim.transparency.entries import Entry, EntryKind

REVISION: Final = "rules"
"""Name of the revision that rises with every pack and every assignment."""

_PAGE: Final = 100

_log = structlog.get_logger(__name__)


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
