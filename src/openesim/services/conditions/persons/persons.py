"""Persons as a service: found by what they show, verified again, frozen by their own wish, disputing what is in their name.

A person is a keyed digest. Operators share it and learn nothing of each other's customers: who asks for a person has his
document before him.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Person
from openesim.conditions.identity.documents import parse_document
from openesim.conditions.identity.faults import FaultyTextError, FormError
from openesim.conditions.identity.naming import person_text
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import DocumentKind, Trigger
from openesim.kernel.errors import Explanation, NotFoundError, RuleRefused
from openesim.kernel.records import changed
from openesim.services.conditions.persons.acts import Act, person_deed
from openesim.services.conditions.persons.cases import CaseStores, held, revoke, store
from openesim.transparency.entries import Entry


class PersonStores(Protocol):
    """Persons, inside one unit of work."""

    def hold_person(self, person: bytes, now: datetime) -> Person:
        """Return a person, known from now on at the latest, whose row is held until the unit ends."""
        ...

    def save_person(self, person: Person) -> None:
        """Store a person as he is known now."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry of the ledger."""
        ...


def person_with(
    stores: CaseStores,
    kind: DocumentKind,
    number: str,
    today: date,
    *,
    country: str,
    issuer: str | None = None,
) -> bytes:
    """Return the keyed digest of whoever shows a document: so people are found whose numbers nobody can read.

    Args:
        stores: of the unit of work.
        kind: of the document.
        number: as typed; of a passport, the machine-readable zone.
        today: the day it is there.
        country: whose rules name the kinds, as a pack says it.
        issuer: who issued it, where the number does not tell it.

    Raises:
        FormError: the number is wrong.
    """
    try:
        document = parse_document(kind, number, today, country)
    except FaultyTextError as error:
        raise FormError({"number": error.fault}) from None
    return stores.person_digest(person_text(kind, document.number, document.issuer or issuer, country))


def trigger(stores: CaseStores, case_id: str, sign: Trigger, pack: Pack, act: Act) -> Case:
    """Have a person verify again, in the time that the rules give him; the person's row says so to every operator.

    Args:
        stores: of the unit of work.
        case_id: of a verified case of his.
        sign: what asks for it.
        pack: the rules in force.
        act: who does it, and when.

    Raises:
        NotFoundError: there is no such case.
        RuleRefused: the rules know no verifying again for this sign.
        CaseStateError: nobody was verified.
    """
    case = held(stores, case_id)
    rule = pack.risk.reverify
    if rule is None or sign not in rule.triggers:
        cause = f"the rules in force ({pack.id} {pack.version}) ask nobody to verify again for this sign: {sign.value}"
        raise RuleRefused("risk.reverify", {"trigger": sign.value}).explained(
            Explanation(
                cause, "whoever asked for it", "choose a sign that the rules name, or revoke the verification"
            )
        )
    until = act.now + timedelta(hours=rule.within_hours)
    moved = steps.triggered(case, until, act.now)
    if case.person is not None:
        _urge(stores, case.person, sign, until, act.now)
    return store(
        stores, moved, "case-trigger", act, trigger=sign.value, until=until.isoformat(timespec="minutes")
    )


def _urge(stores: CaseStores, person: bytes, sign: Trigger, until: datetime, now: datetime) -> None:
    """Note of a person that he has to verify again; an earlier time limit stays."""
    known = stores.hold_person(person, now)
    if known.reverify_until is None or until < known.reverify_until:
        stores.save_person(changed(known, reverify_trigger=sign.value, reverify_until=until))


def freeze(stores: PersonStores, person: bytes, act: Act) -> Person:
    """Let no new line begin in a person's name, as he wishes; what was frozen before stays so.

    Args:
        stores: of the unit of work.
        person: keyed digest, 32 octets.
        act: who does it, and when.
    """
    known = stores.hold_person(person, act.now)
    if known.frozen_at is not None:
        return known
    return _save(stores, changed(known, frozen_at=act.now), "person-freeze", act)


def unfreeze(stores: PersonStores, person: bytes, act: Act) -> Person:
    """Let lines begin in a person's name again."""
    known = stores.hold_person(person, act.now)
    if known.frozen_at is None:
        return known
    return _save(stores, changed(known, frozen_at=None), "person-unfreeze", act)


def dispute(stores: CaseStores, case_id: str, person: bytes, act: Act) -> Case:
    """Take a person's word that a verification in his name was not him: it is revoked, and downloads on it stop.

    Args:
        stores: of the unit of work.
        case_id: of the case that he disputes.
        person: keyed digest of who disputes it, 32 octets.
        act: who does it, and when.

    Raises:
        NotFoundError: there is no such case in his name.
        CaseStateError: nobody was verified, or it was revoked before.
    """
    if held(stores, case_id).person != person:
        raise NotFoundError("there is no such case")
    return revoke(stores, case_id, "disputed", act)


def _save(stores: PersonStores, person: Person, name: str, act: Act) -> Person:
    stores.save_person(person)
    stores.append_entry(person_deed(person.person, name, act))
    return person
