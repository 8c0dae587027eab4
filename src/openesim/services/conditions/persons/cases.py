"""Cases as a service: applied for, asked more of, refused, revoked, given up; how they are verified: ``verifying``.

Every function is one unit of work: it reads the case and holds it, lets ``identity.steps`` move it, stores it, and writes
into the ledger who did what. Nothing personal is in the case, in the ledger or in an error; it is in fields of its own,
sealed, each with the day on which it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Field, Person
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.evidence import Evidence, verify_evidence
from openesim.conditions.identity.naming import address_text
from openesim.conditions.identity.steps import Application
from openesim.conditions.identity.texts import MISSING_TEXTS, REFUSAL_TEXTS
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid
from openesim.services.conditions.persons.acts import Act, deed
from openesim.transparency.entries import Entry

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LETTERS: Final = 16


class CaseStores(Protocol):
    """Cases, persons and their fields, inside one unit of work."""

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands."""
        ...

    def hold_case(self, case_id: str) -> Case | None:
        """Return a case that will be changed; nobody else changes it before this unit ends."""
        ...

    def add_case(self, case: Case) -> None:
        """Store a new case."""
        ...

    def save_case(self, case: Case) -> None:
        """Store a case as it is now."""
        ...

    def case_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, a verified one before any other."""
        ...

    def newest_case_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, verified or not."""
        ...

    def cases_of_operator(
        self, operator: str, state: CaseState | None, after: Case | None, limit: int
    ) -> list[Case]:
        """Return cases of an operator, newest first: in a state or in any, beginning behind a case."""
        ...

    def cases_of_person(self, person: bytes, operator: str | None, limit: int = 100) -> list[Case]:
        """Return cases of a person, newest first: at an operator, or at all of them."""
        ...

    def cases_of_account(self, account: str, limit: int = 100) -> list[Case]:
        """Return cases that a subscriber's account applied for, newest first."""
        ...

    def person_digest(self, text: str) -> bytes:
        """Return the keyed digest of what names a person or something of his, 32 octets."""
        ...

    def hold_person(self, person: bytes, now: datetime) -> Person:
        """Return a person, known from now on at the latest, whose row is held until the unit ends."""
        ...

    def save_person(self, person: Person) -> None:
        """Store a person as he is known now."""
        ...

    def put_field(self, case_id: str, field: Field, text: str, delete_after: datetime | None) -> None:
        """Store a personal value of a case, sealed; one that is there is replaced."""
        ...

    def field(self, case_id: str, field: Field) -> str | None:
        """Return a personal value of a case."""
        ...

    def fields_of(self, case_id: str) -> dict[Field, datetime | None]:
        """Return which personal values of a case are kept, and when each goes."""
        ...

    def keep_field(self, case_id: str, field: Field, delete_after: datetime | None) -> None:
        """Store when a personal value goes."""
        ...

    def add_evidence(
        self, digest: bytes, case_id: str, octets: bytes, now: datetime, delete_after: datetime | None
    ) -> None:
        """Store the record of what was shown and done."""
        ...

    def evidence(self, digest: bytes) -> bytes | None:
        """Return the record with a digest."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry of the ledger."""
        ...


def apply(stores: CaseStores, application: Application, act: Act, entropy: Entropy) -> Case:
    """Begin a case.

    Args:
        stores: of the unit of work.
        application: what is applied for.
        act: who does it, and when.
        entropy: makes the name of the case.
    """
    address = application.address
    digest = None if address is None else stores.person_digest(address_text(address))
    case = steps.applied(_new_id(entropy), application, digest, act.now)
    stores.add_case(case)
    stores.append_entry(deed(case, "case-apply", act))
    return case


def ask_more(stores: CaseStores, case_id: str, missing: Sequence[str], act: Act) -> Case:
    """Ask for more than was shown, as the gate of an order or a clerk may.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        missing: words of ``identity.texts.MISSING_TEXTS``.
        act: who asks, and when.

    Raises:
        NotFoundError: there is no such case, or no such word.
        StateError: nothing can be asked for any more.
    """
    for word in missing:
        _verify_word(word, MISSING_TEXTS)
    case = steps.asked_more(held(stores, case_id), tuple(missing), act.now)
    return store(stores, case, "case-ask-more", act, missing=", ".join(missing))


# --- endings --------------------------------------------------------------------------------------------------


def refuse(stores: CaseStores, case_id: str, refusal: str, act: Act) -> Case:
    """Refuse a case.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        refusal: why, a word of ``identity.texts.REFUSAL_TEXTS``.
        act: who does it, and when.

    Raises:
        NotFoundError: there is no such case, or no such word.
        StateError: the case has ended.
    """
    _verify_word(refusal, REFUSAL_TEXTS)
    return store(stores, steps.refused(held(stores, case_id), refusal, act.now), "case-refuse", act)


def revoke(stores: CaseStores, case_id: str, refusal: str, act: Act) -> Case:
    """Revoke a verification: the gate reads the case at every step, so downloads stop in the middle.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        refusal: why, a word of ``identity.texts.REFUSAL_TEXTS``.
        act: who does it, and when.

    Raises:
        NotFoundError: there is no such case, or no such word.
        StateError: nobody was verified, or it was revoked before.
    """
    _verify_word(refusal, REFUSAL_TEXTS)
    return store(stores, steps.revoked(held(stores, case_id), refusal, act.now), "case-revoke", act)


def withdraw(stores: CaseStores, case_id: str, act: Act) -> Case:
    """Give a case up, as the person wishes.

    Raises:
        NotFoundError: there is no such case.
        StateError: the case has ended, or somebody was verified.
    """
    return store(stores, steps.withdrawn(held(stores, case_id), act.now), "case-withdraw", act)


# --- reading and storing --------------------------------------------------------------------------------------


def known(stores: CaseStores, case_id: str) -> Case:
    """Return a case.

    Raises:
        NotFoundError: there is none with this name.
    """
    case = stores.case(case_id)
    if case is None:
        raise NotFoundError("there is no such case")
    return case


def case_of_operator(stores: CaseStores, operator: str, case_id: str, *, is_held: bool = False) -> Case:
    """Return a case of an operator; another's is answered as one that is not there.

    Args:
        stores: of the unit of work.
        operator: whose it has to be.
        case_id: its name.
        is_held: nobody else changes it before the unit ends.

    Raises:
        NotFoundError: there is none, or it is another's.
    """
    return _own(stores, case_id, lambda case: case.operator == operator, is_held=is_held)


def case_of_account(stores: CaseStores, account_id: str, case_id: str, *, is_held: bool = False) -> Case:
    """Return a case of a subscriber's account; another's is answered as one that is not there.

    Args:
        stores: of the unit of work.
        account_id: whose it has to be.
        case_id: its name.
        is_held: nobody else changes it before the unit ends.

    Raises:
        NotFoundError: there is none, or it is another's.
    """
    return _own(stores, case_id, lambda case: case.account == account_id, is_held=is_held)


def _own(stores: CaseStores, case_id: str, is_own: Callable[[Case], bool], *, is_held: bool) -> Case:
    case = stores.hold_case(case_id) if is_held else stores.case(case_id)
    if case is None or not is_own(case):
        raise NotFoundError("there is no such thing")
    return case


def held(stores: CaseStores, case_id: str) -> Case:
    """Return a case that will be changed, held until the unit ends.

    Raises:
        NotFoundError: there is none with this name.
    """
    case = stores.hold_case(case_id)
    if case is None:
        raise NotFoundError("there is no such case")
    return case


def evidence_of(stores: CaseStores, digest: bytes) -> Evidence:
    """Return an evidence record by its hash, found to be the one.

    Raises:
        NotFoundError: there is none, or its time was over and it was deleted.
        VerificationError: it was changed.
    """
    octets = stores.evidence(digest)
    if octets is None:
        raise NotFoundError("no evidence record with that hash is kept")
    return verify_evidence(octets, digest)


def store(stores: CaseStores, case: Case, name: str, act: Act, **facts: str) -> Case:
    """Store a case, and write into the ledger what was done."""
    stores.save_case(case)
    if case.refusal is not None:
        facts["refusal"] = case.refusal
    stores.append_entry(deed(case, name, act, **{key: value for key, value in facts.items() if value}))
    return case


def _new_id(entropy: Entropy) -> str:
    """Return a name that nobody can guess: 16 letters and digits, 80 bits."""
    return "".join(_LETTERS[octet % 32] for octet in entropy(_ID_LETTERS))


def _verify_word(word: str, texts: Mapping[str, object]) -> None:
    if word not in texts:
        raise NotFoundError(f"there is no such word; there is {', '.join(texts)}")
