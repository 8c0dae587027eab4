"""Whether what was shown and done is enough: what the rules ask of a person, held against a case.

The gate asks the same again for every order, and of other facts beside it; here a clerk or a person learns at once what
is missing, as long as it can still be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.documents import age_on
from openesim.conditions.rules.days import day_at
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Assurance, DocumentKind, Group

DOCUMENT = "document-kind"
"""What is missing where another kind of document is needed."""

AGE = "age-unknown"
"""What is missing where nobody knows whether the person is a minor."""

NOTICES = "notices"
"""What is missing where the person was not shown what the rules have to say to him."""

GROUP_NOT_SERVED = "group-not-served"
NO_AGENTS = "no-agents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules say of a case.

    Attributes:
        refusal: why it ends, as a word of ``identity.texts``; None: it does not.
        missing: what is still to be shown or done, as words of ``identity.texts``.
    """

    refusal: str | None = None
    missing: tuple[str, ...] = ()


def judge(pack: Pack, case: Case) -> Judgement:
    """Judge a case whose findings are in.

    Args:
        pack: the rules in force.
        case: with group, document, assurance, age and everything that was brought.
    """
    if case.group is None or case.document is None:
        return Judgement(missing=(DOCUMENT,))
    accepted = pack.person.documents_for(case.group, case.channel)
    if not accepted:
        return Judgement(refusal=GROUP_NOT_SERVED)
    if case.acts_for_another and not pack.person.agent.allowed:
        return Judgement(refusal=NO_AGENTS)
    missing = [] if case.document in accepted else [DOCUMENT]
    done = case.assurance
    missing += [each.value for each in pack.person.assurance_for(case.channel) if each not in done]
    missing += _missing_for_another(pack, case)
    missing += [] if set(pack.notices) <= set(case.notices) else [NOTICES]
    return Judgement(missing=tuple(dict.fromkeys(missing)))


def _missing_for_another(pack: Pack, case: Case) -> list[str]:
    """Return what agents and minors still have to bring."""
    missing: list[str] = []
    if case.acts_for_another:
        missing += [each for each in pack.person.agent.needs if each not in case.brought]
    minor = pack.person.minor
    if not minor.below or case.group is Group.ORGANISATION:
        return missing
    if case.age is None:
        return [*missing, AGE]
    if case.age < minor.below:
        missing += [each for each in minor.needs if each not in case.brought]
    return missing


def is_minor(pack: Pack, age: int | None) -> bool:
    """Tell whether somebody is too young to act alone."""
    return age is not None and age < pack.person.minor.below


def asks_second_clerk(pack: Pack, case: Case) -> bool:
    """Tell whether the rules want a second clerk to agree."""
    return case.channel in pack.person.four_eyes


def day_of(pack: Pack, now: datetime) -> date:
    """Return the day that it is where the rules are from."""
    return day_at(now, pack.pack.utc_offset)


def age_of(pack: Pack, born: date | None, now: datetime) -> int | None:
    """Return an age in full years; None where the day of birth is not known."""
    return None if born is None else age_on(born, day_of(pack, now))


def accepted_kinds(pack: Pack, case: Case, group: Group) -> tuple[DocumentKind, ...]:
    """Return what somebody of a group may show."""
    return pack.person.documents_for(group, case.channel)


def asked_assurance(pack: Pack, case: Case) -> tuple[Assurance, ...]:
    """Return what has to be done to be sure of the person."""
    return pack.person.assurance_for(case.channel)
