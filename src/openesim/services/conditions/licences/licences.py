"""Licences as a service: what operators and inspectors do to them, each deed one unit of work.

Every deed stores the licence under a new revision, by which the gate of every process hears of it (``book``), and
records itself in the ledger. What people wrote is not in the ledger; the digest of it is, so that a change would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from openesim.conditions.licensing import deeds
from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf
from openesim.conditions.licensing.deeds import Approval, Move
from openesim.conditions.licensing.licence import By, Licence, Missing, Scope
from openesim.conditions.licensing.states import Event
from openesim.conditions.licensing.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.licences.keeping import (
    LicenceStores,
    all_of,
    digest_of,
    facts_of,
    find_licence,
    items_with_files,
    keep,
    record_deed,
)


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
        checklist = self.shelf.for_service(service, by.now)
        licence = stores.add_licence(deeds.begun(operator, service, asked, checklist, by))
        record_deed(stores, licence, "apply", by, facts_of(licence.asked))
        return licence

    def renew(self, stores: LicenceStores, licence_id: int, ends: datetime | None, by: By) -> Licence:
        """Begin an application to renew a licence, for the same from its end on, and return it, a draft.

        Raises:
            NotFoundError: no such licence.
            ConflictError: it cannot be renewed, or has a renewal.
            DecodeError: the renewal would end before it begins.
        """
        licence = find_licence(stores, licence_id, by)
        checklist = self.shelf.for_service(licence.service, by.now)
        renewal = deeds.renewal_of(licence, ends, checklist, by)
        for other in deeds.renewals_of(licence, list(all_of(stores, licence.operator))):
            raise ConflictError(f"licence {licence_id} has a renewal already").explained(
                explained("renewed-already", licence=licence_id, renewal=other.licence_id)
            )
        stored = stores.add_licence(renewal)
        record_deed(stores, stored, "renew", by, {"renews": str(licence_id), **facts_of(stored.asked)})
        return stored

    def amend(self, stores: LicenceStores, licence_id: int, asked: Scope, by: By) -> Licence:
        """Change what is applied for.

        Raises:
            NotFoundError: no such licence.
            StateError: it cannot be changed now.
            DecodeError: what is asked cannot be.
        """
        licence = deeds.amended(find_licence(stores, licence_id, by), asked, by)
        return keep(stores, licence, "amend", by, facts_of(licence.asked))

    def answer(self, stores: LicenceStores, licence_id: int, item: str, text: str, by: By) -> Licence:
        """Answer an item of the checklist; nothing said takes an answer back.

        Raises:
            NotFoundError: no such licence.
            StateError: it cannot be changed now.
            DecodeError: no such item, or no answer to it.
        """
        licence = find_licence(stores, licence_id, by)
        licence = deeds.answered(licence, self.checklist_of(licence), item, text, by)
        return keep(stores, licence, "answer", by, {"item": item, **digest_of(text)})

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
        return keep(stores, licence, Event.SUBMIT, by, facts | digest_of(text))

    def withdraw(self, stores: LicenceStores, licence_id: int, by: By, text: str = "") -> Licence:
        """Give up an application, or an approved licence.

        Raises:
            NotFoundError: no such licence.
            StateError: it is over, or suspended.
        """
        return self._move(stores, licence_id, Move(Event.WITHDRAW, text), by)

    # --- either side ------------------------------------------------------------------------------------------

    def comment(
        self, stores: LicenceStores, licence_id: int, by: By, text: str, item: str | None = None
    ) -> Licence:
        """Write a line into the dialogue, which both sides see.

        Raises:
            NotFoundError: no such licence.
            StateError: it is a draft, or over.
            DecodeError: nothing is said, or no such item.
        """
        return self._move(stores, licence_id, Move(Event.COMMENT, text, item), by)

    # --- the inspector ----------------------------------------------------------------------------------------

    def take_up(self, stores: LicenceStores, licence_id: int, by: By) -> Licence:
        """Take up an application that was submitted.

        Raises:
            NotFoundError: no such licence.
            StateError: it was not submitted.
        """
        licence = deeds.taken_up(find_licence(stores, licence_id, by), by)
        return keep(stores, licence, Event.TAKE_UP, by, {})

    def ask(
        self, stores: LicenceStores, licence_id: int, by: By, text: str, item: str | None = None
    ) -> Licence:
        """Ask back: the operator may change answers and files until he submits again.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not in review.
            DecodeError: nothing is said, or no such item.
        """
        return self._move(stores, licence_id, Move(Event.ASK, text, item), by)

    def approve(self, stores: LicenceStores, licence_id: int, approval: Approval, by: By) -> Licence:
        """Approve an application, perhaps for less than was asked; the gate knows it within two seconds.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not in review, or renews what fell meanwhile.
            DecodeError: more than was asked.
        """
        renewed = _held_renewed(stores, licence_id)
        licence = find_licence(stores, licence_id, by)
        files = items_with_files(stores, licence_id)
        licence = deeds.approved(licence, self.checklist_of(licence), files, approval, by, renewed)
        facts = facts_of(licence.scope) | digest_of(approval.text)
        if licence.conditions:
            facts["conditions"] = sha256("\0".join(licence.conditions).encode()).hexdigest()
        return keep(stores, licence, Event.APPROVE, by, facts)

    def refuse(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Refuse an application.

        Raises:
            NotFoundError: no such licence.
            StateError: nobody has to decide it now.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Move(Event.REFUSE, text), by)

    def suspend(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Suspend a licence and its approved renewals; downloads under it stop within two seconds.

        Raises:
            NotFoundError: no such licence.
            StateError: it does not run.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Move(Event.SUSPEND, text), by)

    def reinstate(self, stores: LicenceStores, licence_id: int, by: By, text: str = "") -> Licence:
        """End a suspension, and that of renewals which were suspended with the licence.

        Raises:
            NotFoundError: no such licence.
            StateError: it is not suspended.
        """
        return self._move(stores, licence_id, Move(Event.REINSTATE, text), by)

    def revoke(self, stores: LicenceStores, licence_id: int, by: By, text: str) -> Licence:
        """Revoke a licence and its approved renewals, for good.

        Raises:
            NotFoundError: no such licence.
            StateError: it does not run.
            DecodeError: nothing is said.
        """
        return self._move(stores, licence_id, Move(Event.REVOKE, text), by)

    # --- what they share --------------------------------------------------------------------------------------

    def checklist_of(self, licence: Licence) -> Checklist:
        """Return the checklist that a licence answers.

        Raises:
            NotFoundError: it is not on the shelf any more.
        """
        return self.shelf.version(licence.checklist, licence.version)

    def missing(self, stores: LicenceStores, licence: Licence) -> list[tuple[str, Missing]]:
        """Return which mandatory items lack what."""
        return self.checklist_of(licence).missing(licence, items_with_files(stores, licence.licence_id))

    def _move(self, stores: LicenceStores, licence_id: int, move: Move, by: By) -> Licence:
        """Move a licence, and the renewals that go its way."""
        licence = find_licence(stores, licence_id, by)
        if move.item is not None:
            deeds.item_of(self.checklist_of(licence), move.item)
        renewals = _held_renewals(stores, licence, move.event)
        facts = digest_of(move.text) | ({} if move.item is None else {"item": move.item})
        moved = keep(stores, deeds.moved(licence, move, by), move.event, by, facts)
        for renewal in renewals:
            with_it = facts | {"with": f"licence:{licence_id}"}
            keep(stores, deeds.moved(renewal, move, by), move.event, by, with_it)
        return moved


def _held_renewed(stores: LicenceStores, licence_id: int) -> Licence | None:
    """Return the licence that one renews, held before it: whoever holds both begins with the older one."""
    known = next(iter(stores.licences(licence_id - 1, 1)), None)
    if known is None or known.licence_id != licence_id or known.renews is None:
        return None
    return stores.licence(known.renews)


def _held_renewals(stores: LicenceStores, licence: Licence, event: Event) -> list[Licence]:
    """Return the renewals that go the way of a licence.

    All are held before anything is stored, by number, as ``_held_renewed`` does: else two units might wait for each other.
    """
    if event not in {Event.SUSPEND, Event.REINSTATE, Event.REVOKE}:
        return []
    known = deeds.renewals_of(licence, list(all_of(stores, licence.operator)))
    held = [stores.licence(each.licence_id) for each in known]
    return [each for each in held if each is not None and deeds.falls_with(each, licence, event)]
