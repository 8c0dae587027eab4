"""Licences as a service: what operators and inspectors do to them, each deed one unit of work.

Every deed stores the licence under a new revision, by which the gate of every process hears of it (``licence_book``), and
records itself in the ledger. What people wrote is not in the ledger; the digest of it is, so that a change would show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from openesim.conditions.licensing import deeds
from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf
from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.licence import By, EvidenceFile, Licence, Scope
from openesim.conditions.licensing.states import Event, LicenceState, Party
from openesim.conditions.licensing.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.transparency.entries import Entry, EntryKind

_PAGE: Final = 200


class LicenceStores(Protocol):
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

    def licences_of_operator(self, operator: str, after: int, limit: int) -> list[Licence]:
        """Return licences of an operator by number, beginning behind ``after``."""
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


@dataclass(frozen=True, slots=True)
class Licensing:
    """What is done to licences. Every method is a unit of work, or a part of one.

    What raises ``NotFoundError`` does so for another operator's licence, too: whoever asks learns nothing of it.

    Attributes:
        shelf: all checklists.
    """

    shelf: ChecklistShelf

    # --- the operator -----------------------------------------------------------------------------------------

    def apply(
        self, stores: LicenceStores, operator: str, service: ServiceClass, asked: Scope, by: By
    ) -> Licence:
        """Begin an application and return it, a draft.

        Raises:
            NotFoundError: no such operator, or no checklist for the class of service.
            DecodeError: what is asked cannot be.
        """
        if by.operator not in {None, operator} or stores.operator(operator) is None:
            raise NotFoundError("no such operator").explained(explained("no-operator"))
        checklist = self.shelf.for_service(service, by.now.astimezone(UTC).date())
        licence = stores.add_licence(deeds.begun(operator, service, asked, checklist, by))
        _record(stores, licence, "apply", by, _told(licence.asked))
        return licence

    def renew(self, stores: LicenceStores, licence_id: int, ends: datetime | None, by: By) -> Licence:
        """Begin an application to renew a licence, for the same from its end on, and return it, a draft.

        Raises:
            NotFoundError: no such licence.
            ConflictError: it cannot be renewed, or has a renewal.
            DecodeError: the renewal would end before it begins.
        """
        licence = find_licence(stores, licence_id, by)
        checklist = self.shelf.for_service(licence.service, by.now.astimezone(UTC).date())
        renewal = deeds.renewal_of(licence, ends, checklist, by)
        for other in deeds.renewals_of(licence, list(all_of(stores, licence.operator))):
            raise ConflictError(f"licence {licence_id} has a renewal already").explained(
                explained("renewed-already", licence=licence_id, renewal=other.licence_id)
            )
        stored = stores.add_licence(renewal)
        _record(stores, stored, "renew", by, {"renews": str(licence_id), **_told(stored.asked)})
        return stored

    def amend(self, stores: LicenceStores, licence_id: int, asked: Scope, by: By) -> Licence:
        """Change what is applied for.

        Raises:
            NotFoundError: no such licence.
            StateError: it cannot be changed now.
            DecodeError: what is asked cannot be.
        """
        licence = deeds.amended(find_licence(stores, licence_id, by), asked, by)
        return _kept(stores, licence, "amend", by, _told(licence.asked))

    def answer(self, stores: LicenceStores, licence_id: int, item: str, text: str, by: By) -> Licence:
        """Answer an item of the checklist; nothing said takes an answer back.

        Raises:
            NotFoundError: no such licence.
            StateError: it cannot be changed now.
            DecodeError: no such item, or no answer to it.
        """
        licence = find_licence(stores, licence_id, by)
        licence = deeds.answered(licence, self.checklist_of(licence), item, text, by)
        return _kept(stores, licence, "answer", by, {"item": item, **_digest(text)})

    def submit(self, stores: LicenceStores, licence_id: int, by: By, text: str = "") -> Licence:
        """Submit an application.

        Raises:
            NotFoundError: no such licence.
            StateError: it was submitted before.
            IncompleteError: something mandatory is missing; it names every item.
        """
        licence = find_licence(stores, licence_id, by)
        files = items_with_files(stores, licence_id)
        licence = deeds.submitted(licence, self.checklist_of(licence), files, by, text)
        digests = b"".join(each.digest for each in stores.files_of_licence(licence_id))
        facts = {"checklist": f"{licence.checklist} {licence.version}", "files": sha256(digests).hexdigest()}
        return _kept(stores, licence, Event.SUBMIT, by, facts | _digest(text))

    def withdraw(self, stores: LicenceStores, licence_id: int, by: By, text: str = "") -> Licence:
        """Give up an application, or an approved licence.

        Raises:
            NotFoundError: no such licence.
            StateError: it is over, or suspended.
        """
        return self._move(stores, licence_id, Event.WITHDRAW, Party.OPERATOR, by, text)

    # --- either side ------------------------------------------------------------------------------------------

    def comment(
        self,
        stores: LicenceStores,
        licence_id: int,
        party: Party,
        by: By,
        text: str,
        item: str | None = None,
    ) -> Licence:
        """Write a line into the dialogue, which both sides see.

        Raises:
            NotFoundError: no such licence.
            StateError: it is a draft, or over.
            DecodeError: nothing is said, or no such item.
        """
        return self._move(stores, licence_id, Event.COMMENT, party, by, text, item)

    # --- the inspector ----------------------------------------------------------------------------------------

    def take_up(self, stores: LicenceStores, licence_id: int, by: By) -> Licence:
        """Take up an application that was submitted.

        Raises:
            NotFoundError: no such licence.
            StateError: it was not submitted.
        """
        licence = deeds.taken_up(find_licence(stores, licence_id, by), by)
        return _kept(stores, licence, Event.TAKE_UP, by, {})

    def ask(
        self, stores: LicenceStores, licence_id: int, by: By, text: str, item: str | None = None
    ) -> Licence:
        """Ask back: the operator may change answers and files until he submits again.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not in review.
            DecodeError: nothing is said, or no such item.
        """
        return self._move(stores, licence_id, Event.ASK, Party.INSPECTOR, by, text, item)

    def approve(self, stores: LicenceStores, licence_id: int, approval: Approval, by: By) -> Licence:
        """Approve an application, perhaps for less than was asked; the gate knows it within two seconds.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not in review, or renews what fell meanwhile.
            DecodeError: more than was asked.
        """
        licence = find_licence(stores, licence_id, by)
        renewed = None if licence.renews is None else stores.licence(licence.renews)
        files = items_with_files(stores, licence_id)
        licence = deeds.approved(licence, self.checklist_of(licence), files, approval, by, renewed)
        facts = _told(licence.scope) | _digest(approval.text)
        if licence.conditions:
            facts["conditions"] = sha256("\0".join(licence.conditions).encode()).hexdigest()
        return _kept(stores, licence, Event.APPROVE, by, facts)

    def refuse(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Refuse an application.

        Raises:
            NotFoundError: no such licence.
            StateError: nobody has to decide it now.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Event.REFUSE, Party.INSPECTOR, by, text)

    def suspend(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Suspend a licence and its approved renewals; downloads under it stop within two seconds.

        Raises:
            NotFoundError: no such licence.
            StateError: it does not run.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Event.SUSPEND, Party.INSPECTOR, by, text)

    def reinstate(self, stores: LicenceStores, licence_id: int, by: By, text: str = "") -> Licence:
        """End a suspension, and that of renewals which were suspended with the licence.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not suspended.
        """
        return self._move(stores, licence_id, Event.REINSTATE, Party.INSPECTOR, by, text)

    def revoke(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Revoke a licence and its approved renewals, for good.

        Raises:
            NotFoundError: no such licence.
            StateError: it does not run.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Event.REVOKE, Party.INSPECTOR, by, text)

    # --- what they share --------------------------------------------------------------------------------------

    def checklist_of(self, licence: Licence) -> Checklist:
        """Return the checklist that a licence answers.

        Raises:
            NotFoundError: it is not on the shelf any more.
        """
        return self.shelf.version(licence.checklist, licence.version)

    def missing(self, stores: LicenceStores, licence: Licence) -> list[tuple[str, Any]]:
        """Return which mandatory items lack what."""
        return self.checklist_of(licence).missing(licence, items_with_files(stores, licence.licence_id))

    def _move(
        self,
        stores: LicenceStores,
        licence_id: int,
        event: Event,
        party: Party,
        by: By,
        text: str,
        item: str | None = None,
    ) -> Licence:
        """Move a licence, and the renewals that go its way."""
        licence = find_licence(stores, licence_id, by)
        if item is not None:
            deeds.item_of(self.checklist_of(licence), item)
        renewals = _held_renewals(stores, licence, event)
        facts = _digest(text) | ({} if item is None else {"item": item})
        moved = _kept(stores, deeds.moved(licence, event, party, by, text, item), event, by, facts)
        for renewal in renewals:
            with_it = facts | {"with": f"licence:{licence_id}"}
            _kept(stores, deeds.moved(renewal, event, party, by, text), event, by, with_it)
        return moved


# --- reading --------------------------------------------------------------------------------------------------------


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


def all_of(stores: LicenceStores, operator: str) -> Iterator[Licence]:
    """Yield all licences of an operator, oldest first."""
    after = 0
    while page := stores.licences_of_operator(operator, after, _PAGE):
        yield from page
        after = page[-1].licence_id


def items_with_files(stores: LicenceStores, licence_id: int) -> frozenset[str]:
    """Return the items of the checklist that at least one file is attached to."""
    return frozenset(each.item for each in stores.files_of_licence(licence_id))


def _held_renewals(stores: LicenceStores, licence: Licence, event: Event) -> list[Licence]:
    """Return the renewals that go the way of a licence, all held before anything is stored: else two might wait for each other."""
    if event not in {Event.SUSPEND, Event.REINSTATE, Event.REVOKE}:
        return []
    known = deeds.renewals_of(licence, list(all_of(stores, licence.operator)))
    held = [stores.licence(each.licence_id) for each in known]
    return [each for each in held if each is not None and deeds.falls_with(each, licence, event)]


# --- storing --------------------------------------------------------------------------------------------------------


def _kept(stores: LicenceStores, licence: Licence, deed: str, by: By, facts: Mapping[str, str]) -> Licence:
    """Store a licence that changed, and that it did."""
    stored = stores.save_licence(licence)
    _record(stores, stored, deed, by, facts)
    return stored


def _record(stores: LicenceStores, licence: Licence, deed: str, by: By, facts: Mapping[str, str]) -> None:
    record_deed(stores.append_entry, licence, deed, by, facts)


def record_deed(
    append: Callable[[Entry], None], licence: Licence, deed: str, by: By, facts: Mapping[str, str]
) -> None:
    """Record what was done to a licence.

    Args:
        append: adds an entry to the ledger.
        licence: as it stands now.
        deed: what was done.
        by: who did it.
        facts: more of it; nothing that people wrote.
    """
    told = {"deed": f"licence-{deed}", "state": licence.state.value, "service": licence.service.value}
    append(
        Entry(
            kind=EntryKind.DEED,
            at=by.now,
            actor=by.actor,
            operator=licence.operator,
            subject=f"licence:{licence.licence_id}",
            facts=told | dict(facts),
        )
    )


def _told(scope: Scope) -> dict[str, str]:
    """Return a scope as facts."""
    return {
        "begins": scope.begins.isoformat(),
        "ends": "" if scope.ends is None else scope.ends.isoformat(),
        "channels": ",".join(sorted(scope.channels)),
        "regions": ",".join(sorted(scope.regions)),
        "numbers": ",".join(sorted(scope.numbers)),
    }


def _digest(text: str) -> dict[str, str]:
    """Return the digest of what somebody wrote; nothing where he wrote nothing."""
    return {"text": sha256(text.strip().encode("utf-8", "replace")).hexdigest()} if text.strip() else {}
