"""How licences are found and kept: whoever changes one stores it with an entry of the ledger, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from openesim.conditions.licensing.licence import By, EvidenceFile, Licence, Scope
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.licensing.texts import explained
from openesim.kernel.errors import NotFoundError
from openesim.transparency.entries import Entry, EntryKind

_PAGE: Final = 200


class NumberedLicences(Protocol):
    """Licences of an operator, inside one unit of work."""

    def licences_of_operator(self, operator: str, after: int, limit: int) -> list[Licence]:
        """Return licences of an operator by number, beginning behind ``after``."""
        ...


class LicenceStores(NumberedLicences, Protocol):
    """The licences, inside one unit of work."""

    def add_licence(self, licence: Licence) -> Licence:
        """Store a new application and return it with its number; the revision rises."""
        ...

    def save_licence(self, licence: Licence) -> Licence:
        """Store a licence that changed and return it; the revision rises."""
        ...

    def licence(self, licence_id: int) -> Licence | None:
        """Return a licence, held until the unit ends."""
        ...

    def licences(self, after: int, limit: int) -> list[Licence]:
        """Return licences by number, beginning behind ``after``."""
        ...

    def licences_in(self, state: LicenceState, after: tuple[datetime, int], limit: int) -> list[Licence]:
        """Return licences in a state by when they changed and number, beginning behind ``after``."""
        ...

    def licences_ending(self, before: datetime, after: int, limit: int) -> list[Licence]:
        """Return approved and suspended licences that end before a moment, by number, beginning behind ``after``."""
        ...

    def licences_changed(self, after: int, limit: int) -> list[Licence]:
        """Return licences that changed, by revision, beginning behind ``after``."""
        ...

    def add_licence_file(self, file: EvidenceFile, octets: bytes) -> EvidenceFile:
        """Store a file and return it with its number."""
        ...

    def remove_licence_file(self, file_id: int) -> None:
        """Forget a file."""
        ...

    def licence_file(self, file_id: int) -> EvidenceFile | None:
        """Return a file without what is in it."""
        ...

    def licence_file_octets(self, file_id: int) -> bytes | None:
        """Return what is in a file."""
        ...

    def files_of_licence(self, licence_id: int) -> list[EvidenceFile]:
        """Return the files of a licence by number, without what is in them."""
        ...

    def operator(self, name: str) -> Any:
        """Return what is known of an operator, or None."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


def find_licence(stores: LicenceStores, licence_id: int, by: By) -> Licence:
    """Return a licence that somebody may see; it is held until the unit ends.

    Raises:
        NotFoundError: there is none, or it is another operator's.
    """
    licence = stores.licence(licence_id)
    if licence is None or by.operator not in {None, licence.operator}:
        raise NotFoundError(f"there is no licence {licence_id}").explained(
            explained("no-licence", licence=licence_id)
        )
    return licence


def all_of(stores: NumberedLicences, operator: str) -> Iterator[Licence]:
    """Yield all licences of an operator, oldest first."""
    after = 0
    while page := stores.licences_of_operator(operator, after, _PAGE):
        yield from page
        after = page[-1].licence_id


def items_with_files(stores: LicenceStores, licence_id: int) -> frozenset[str]:
    """Return the items of the checklist that at least one file is attached to."""
    return frozenset(each.item for each in stores.files_of_licence(licence_id))


def keep(stores: LicenceStores, licence: Licence, deed: str, by: By, facts: Mapping[str, str]) -> Licence:
    """Store a licence that changed and what was done to it, and return it with its revision.

    Args:
        stores: of the unit of work.
        licence: as it stands now.
        deed: what was done.
        by: who did it.
        facts: more of it; nothing that people wrote.
    """
    stored = stores.save_licence(licence)
    record_deed(stores, stored, deed, by, facts)
    return stored


def record_deed(stores: LicenceStores, licence: Licence, deed: str, by: By, facts: Mapping[str, str]) -> None:
    """Record what was done to a licence.

    Args:
        stores: of the unit of work.
        licence: as it was stored.
        deed: what was done.
        by: who did it.
        facts: more of it; nothing that people wrote.
    """
    told = {"deed": f"licence-{deed}", "state": licence.state.value, "service": licence.service.value}
    stores.append_entry(
        Entry(
            kind=EntryKind.DEED,
            at=by.now,
            actor=by.actor,
            operator=licence.operator,
            subject=f"licence:{licence.licence_id}",
            facts=told | dict(facts),
        )
    )


def facts_of(scope: Scope) -> dict[str, str]:
    """Return a scope as facts of an entry."""
    return {
        "begins": scope.begins.isoformat(),
        "ends": "" if scope.ends is None else scope.ends.isoformat(),
        "channels": ",".join(sorted(scope.channels)),
        "regions": ",".join(sorted(scope.regions)),
        "numbers": ",".join(sorted(scope.numbers)),
    }


def digest_of(text: str) -> dict[str, str]:
    """Return the digest of what somebody wrote as a fact; nothing where he wrote nothing."""
    said = text.strip()
    return {"text": sha256(said.encode("utf-8", "replace")).hexdigest()} if said else {}
