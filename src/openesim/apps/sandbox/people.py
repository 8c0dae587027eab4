"""The people that the sandbox authority knows: made up from a seed, with numbers whose form is right.

They are nobody. Names begin with 沙箱 or Sandbox; the region in a number is a province without a county, which no resident
has; passports and permits are numbered from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from openesim.conditions.identity.documents import resident_id_check_digit
from openesim.conditions.rules.words import DocumentKind, Group


class Scenario(StrEnum):
    """What the sandbox does when somebody is asked about."""

    MATCH = "match"
    FACE_DIFFERS = "face-differs"
    DOCUMENT_EXPIRED = "document-expired"
    LISTED = "listed"
    SLOW = "slow"
    PENDING = "pending"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPerson:
    """Somebody made up.

    Attributes:
        group: which documents he has to choose from.
        document: that he has.
        number: of the document.
        name: as it has it.
        born: date of birth.
        scenario: what happens when he is asked about.
    """

    group: Group
    document: DocumentKind
    number: str
    name: str
    born: date
    scenario: Scenario


_PROVINCES: Final = ("11", "31", "44", "50", "65")
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_FIRST_BORN: Final = date(1950, 1, 1)
_DAYS: Final = (date(2012, 12, 31) - _FIRST_BORN).days
# Of ten people seven show a resident identity card.
_KINDS: Final = (
    *((Group.NATIONAL, DocumentKind.RESIDENT_ID),) * 7,
    (Group.FOREIGN, DocumentKind.PASSPORT),
    (Group.HK_MACAU_TAIWAN, DocumentKind.MAINLAND_TRAVEL_PERMIT),
    (Group.HK_MACAU_TAIWAN, DocumentKind.RESIDENCE_PERMIT),
)


def make_people(seed: int, count: int) -> list[SandboxPerson]:
    """Return people, the same for the same seed, each scenario in turn."""
    return list(_make_people(random.Random(seed), count))  # noqa: S311 (they are to be the same again)


def _make_people(drawing: random.Random, count: int) -> Iterator[SandboxPerson]:
    scenarios, numbers = tuple(Scenario), set[str]()
    while len(numbers) < count:
        at = len(numbers)
        group, document = _KINDS[(at // len(scenarios)) % len(_KINDS)]
        born = _FIRST_BORN + timedelta(days=drawing.randrange(_DAYS))
        number = _number(drawing, document, born)
        if number in numbers:
            continue
        numbers.add(number)
        yield SandboxPerson(
            group=group,
            document=document,
            number=number,
            name=_name(group, at),
            born=born,
            scenario=scenarios[at % len(scenarios)],
        )


def _number(drawing: random.Random, document: DocumentKind, born: date) -> str:
    """Return a number of the document's form."""
    digits = f"{drawing.randrange(10**7):07}"
    match document:
        case DocumentKind.PASSPORT:
            return f"SX{digits}"
        case DocumentKind.MAINLAND_TRAVEL_PERMIT:
            return f"{drawing.choice('HM')}0{digits}"
        case _:
            is_permit = document is DocumentKind.RESIDENCE_PERMIT
            province = drawing.choice(("81", "82", "83") if is_permit else _PROVINCES)
            body = f"{province}0000{born:%Y%m%d}{digits[:3]}"
            return body + resident_id_check_digit(body)


def _name(group: Group, at: int) -> str:
    """Return a name that says that nobody has it."""
    if group is Group.FOREIGN:
        return f"Sandbox Person {at + 1}"
    turn = f"{at // 60 + 1}" if at >= 60 else ""
    return f"沙箱{_STEMS[at % 10]}{_BRANCHES[at % 12]}{turn}"
