"""Who does something to a case or a person, and how the ledger tells it: by case or keyed digest, never by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.identity.case import Case
from openesim.transparency.entries import Entry, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, and when.

    Attributes:
        actor: an account (``account:…``), a verifier, or who is at the command line.
        now: aware UTC.
    """

    actor: str
    now: datetime


def deed(case: Case, name: str, act: Act, **facts: str) -> Entry:
    """Return the entry of something that was done to a case.

    Args:
        case: as it stands behind it.
        name: of what was done, such as ``case-verify``.
        act: who did it, and when.
        facts: what else it tells; nothing personal.
    """
    return Entry(
        kind=EntryKind.DEED,
        at=act.now,
        actor=act.actor,
        operator=case.operator,
        subject=f"case:{case.case_id}",
        facts={"deed": name, "state": case.state.value, **facts},
    )


def look_entry(case: Case, act: Act, **facts: str) -> Entry:
    """Return the entry of a look at personal data of a case.

    Args:
        case: whose data they are.
        act: who looked, and when.
        facts: what he looked at, and why.
    """
    return Entry(
        kind=EntryKind.LOOK,
        at=act.now,
        actor=act.actor,
        operator=case.operator,
        subject=f"case:{case.case_id}",
        facts=facts,
    )


def person_deed(person: bytes, name: str, act: Act, operator: str | None = None, **facts: str) -> Entry:
    """Return the entry of something that was done to a person, told by the keyed digest.

    Args:
        person: keyed digest, 32 octets.
        name: of what was done, such as ``person-freeze``.
        act: who did it, and when.
        operator: whose matter it is; None: nobody's in particular.
        facts: what else it tells; nothing personal.
    """
    return Entry(
        kind=EntryKind.DEED,
        at=act.now,
        actor=act.actor,
        operator=operator,
        subject=f"person:{person.hex()}",
        facts={"deed": name, **facts},
    )
