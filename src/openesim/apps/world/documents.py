"""Numbers in a world: right in every check digit, and nobody's.

Resident numbers name a district that no province has; passports and companies have letters that no authority uses.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from openesim.apps.world.names import COMPANIES, LATIN_FIRST, LATIN_LAST, person_name
from openesim.conditions.identity.documents import mrz_check_digit, resident_id_check_digit
from openesim.conditions.rules.words import DocumentKind, Group
from openesim.kernel.ids import Eid, Imei, luhn_check_digit

_PROVINCES: Final = ("31", "32", "33", "11", "44", "51", "37", "42", "61", "35")
_ISSUERS: Final = ("DEU", "FRA", "USA", "JPN", "KOR", "BRA", "ITA", "NOR")
_MRZ_LINE: Final = 44
_ADULT: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is, as his document says.

    Attributes:
        group: which documents he has to choose from.
        document: what he shows.
        number: of it; of a passport, the machine-readable zone.
        name: as it has it.
        is_minor: a guardian has to stand by him.
    """

    group: Group
    document: DocumentKind
    number: str = field(repr=False)
    name: str = field(repr=False)
    is_minor: bool = False


_SAMPLE_BODY: Final = "31000019880512004"
SAMPLE: Final = Identity(
    group=Group.NATIONAL,
    document=DocumentKind.RESIDENT_ID,
    number=_SAMPLE_BODY + resident_id_check_digit(_SAMPLE_BODY),
    name="陈华",
)
"""The sample subscriber."""


def resident_number(rng: random.Random, year: int) -> str:
    """Return a resident number of somebody who was born in a year."""
    body = f"{rng.choice(_PROVINCES)}0000{year}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    return body + resident_id_check_digit(body)


def resident(rng: random.Random, year: int, *, is_minor: bool = False) -> Identity:
    """Return somebody with an identity card, or a child in its household's register.

    Args:
        rng: draws him.
        year: of his birth.
        is_minor: a child.
    """
    document = DocumentKind.HOUSEHOLD_BOOK if is_minor else DocumentKind.RESIDENT_ID
    return Identity(
        group=Group.NATIONAL,
        document=document,
        number=resident_number(rng, year),
        name=person_name(rng),
        is_minor=is_minor,
    )


def foreigner(rng: random.Random, year: int) -> Identity:
    """Return somebody with a passport."""
    first, last, issuer = rng.choice(LATIN_FIRST), rng.choice(LATIN_LAST), rng.choice(_ISSUERS)
    number = f"ZZ{rng.randint(0, 9_999_999):07d}"
    born = f"{year % 100:02d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    expires = f"35{rng.randint(1, 12):02d}15"
    personal = "<" * 14
    second = f"{number}{mrz_check_digit(number)}{issuer}{born}{mrz_check_digit(born)}X{expires}"
    second += f"{mrz_check_digit(expires)}{personal}0"
    composite = second[:10] + second[13:20] + second[21:43]
    zone = f"P<{issuer}{last}<<{first}".ljust(_MRZ_LINE, "<") + second + mrz_check_digit(composite)
    return Identity(
        group=Group.FOREIGN,
        document=DocumentKind.PASSPORT,
        number=zone,
        name=f"{first.title()} {last.title()}",
    )


def visitor_from_hong_kong(rng: random.Random) -> Identity:
    """Return somebody with a mainland travel permit."""
    return Identity(
        group=Group.HK_MACAU_TAIWAN,
        document=DocumentKind.MAINLAND_TRAVEL_PERMIT,
        number=f"H{rng.randint(0, 99_999_999):08d}",
        name=person_name(rng),
    )


def company(rng: random.Random) -> Identity:
    """Return a company, by its business licence."""
    place = rng.randrange(len(COMPANIES))
    return Identity(
        group=Group.ORGANISATION,
        document=DocumentKind.BUSINESS_LICENCE,
        number=f"ZZ00000000000000{place:02d}",
        name=COMPANIES[place],
    )


def somebody(rng: random.Random, this_year: int) -> Identity:
    """Return a person as he may come to a counter."""
    draw = rng.random()
    if draw < 0.93:
        return resident(rng, this_year - rng.randint(_ADULT + 1, 75))
    if draw < 0.95:
        return resident(rng, this_year - rng.randint(9, 14), is_minor=True)
    if draw < 0.98:
        return foreigner(rng, this_year - rng.randint(_ADULT + 1, 60))
    return visitor_from_hong_kong(rng)


def chip(rng: random.Random, ein: str) -> Eid:
    """Return the number of a chip of a maker."""
    return Eid.with_check_digits(f"{ein}{rng.randrange(10 ** (30 - len(ein))):0{30 - len(ein)}d}")


def device(rng: random.Random, tac: str) -> Imei:
    """Return the number of a device of a type."""
    body = f"{tac}{rng.randrange(1_000_000):06d}"
    return Imei(body + luhn_check_digit(body))
