"""Documents, checked for form: what can be told to be wrong before anybody is asked.

A number that passes may still belong to nobody: only a verifier can say that. A number that fails was mistyped, and the
field is told what is wrong with it (``faults``). Errors never repeat the number.

Source: GB 11643-1999 (resident identity number), GB/T 2260 (regions), ICAO Doc 9303 part 3 and 4 (machine-readable
passports).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.faults import FaultyTextError
from openesim.conditions.rules.words import DocumentKind

BORN_EARLIEST: Final = date(1850, 1, 1)
"""Nobody who is alive was born before."""

CHINA: Final = "CN"
"""Country of packs whose kinds of documents are known by their form."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_PROVINCES: Final = frozenset(
    {
        *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
        *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
        *("71", "81", "82", "83"),
    }
)
_MRZ_WEIGHTS: Final = (7, 3, 1)
_MRZ_LINE: Final = 44
_MRZ_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTS: Final = {
    "number": "护照号码",
    "date of birth": "出生日期",
    "date of expiry": "有效期",
    "personal number": "个人号码",
    "whole second line": "第二行整体",
}
_ASCII_DIGITS: Final = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose form is right.

    Attributes:
        kind: what it is.
        number: as it is written, without blanks, letters in capitals.
        born: date of birth, where the number tells it.
        region: code of the province, where the number tells it.
        expires: last day, where the number tells it.
        issuer: who issued it, as three letters, where the number tells it.
    """

    kind: DocumentKind
    number: str
    born: date | None = None
    region: str | None = None
    expires: date | None = None
    issuer: str | None = None

    def __repr__(self) -> str:
        """Leave the number out."""
        return f"Document({self.kind.value})"


def resident_id_check_digit(body: str) -> str:
    """Return the check digit of the first 17 digits of a resident identity number: 0 to 9, or X for ten."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def parse_resident_id(text: str, today: date) -> Document:
    """Read a resident identity number of 18 places.

    Args:
        text: as typed; blanks and a small x are tolerated.
        today: nobody is born later.

    Raises:
        FaultyTextError: length, digits, province, date of birth or check digit are wrong.
    """
    number = _compact(text)
    if len(number) != 18:
        raise FaultyTextError("resident-length", count=len(number))
    if not set(number[:17]) <= _ASCII_DIGITS or number[17] not in "0123456789X":
        raise FaultyTextError("resident-digits")
    if number[:2] not in _PROVINCES:
        raise FaultyTextError("resident-province")
    born = _date(number[6:14], FaultyTextError("resident-date"))
    if not BORN_EARLIEST <= born <= today:
        raise FaultyTextError("resident-born")
    if number[17] != resident_id_check_digit(number[:17]):
        raise FaultyTextError("resident-check")
    return Document(DocumentKind.RESIDENT_ID, number, born, number[:2])


def mrz_check_digit(field: str) -> str:
    """Return the check digit of a field of a machine-readable zone.

    Source: ICAO Doc 9303 part 3 §4.9.
    """
    values = (0 if letter == "<" else _MRZ_LETTERS.index(letter) for letter in field)
    return str(sum(value * _MRZ_WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def parse_passport_mrz(text: str, today: date) -> Document:
    """Read the two lines of a passport's machine-readable zone (TD3).

    Args:
        text: both lines of 44 places, with or without a break between them.
        today: to tell the century of the birth.

    Raises:
        FaultyTextError: length, letters, kind of document, number, dates, or one of the five check digits are wrong.
    """
    lines = "".join(text.split()).upper()
    if len(lines) != 2 * _MRZ_LINE:
        raise FaultyTextError("mrz-length", count=len(lines))
    if not set(lines) <= {*_MRZ_LETTERS, "<"}:
        raise FaultyTextError("mrz-letters")
    if not lines.startswith("P"):
        raise FaultyTextError("mrz-kind")
    second = lines[_MRZ_LINE:]
    fields = {
        "number": (second[:9], second[9]),
        "date of birth": (second[13:19], second[19]),
        "date of expiry": (second[21:27], second[27]),
        "personal number": (second[28:42], second[42] if second[42] != "<" else "0"),
        "whole second line": (second[:10] + second[13:20] + second[21:43], second[43]),
    }
    for name, (field, check) in fields.items():
        if mrz_check_digit(field) != check:
            raise FaultyTextError("mrz-check", part=name, part_zh=_PARTS[name])
    number = second[:9].rstrip("<")
    if not number:
        raise FaultyTextError("number-length", count=0)
    born = _short_date(second[13:19], "date of birth", latest=today)
    expires = _short_date(second[21:27], "date of expiry", latest=date(today.year + 50, 12, 31))
    issuer = country_code(lines[2:5])
    return Document(DocumentKind.PASSPORT, number, born, None, expires, issuer)


def parse_mainland_travel_permit(text: str) -> Document:
    """Read the number of a mainland travel permit: H or M with 8 digits (Hong Kong, Macau), or 8 digits (Taiwan).

    Raises:
        FaultyTextError: another form.
    """
    number = _compact(text)
    digits = number[1:] if number[:1] in {"H", "M"} else number
    if len(digits) != 8 or not set(digits) <= _ASCII_DIGITS:
        raise FaultyTextError("travel-permit-form")
    return Document(DocumentKind.MAINLAND_TRAVEL_PERMIT, number)


def parse_residence_permit(text: str, today: date) -> Document:
    """Read a residence permit for people of Hong Kong, Macau and Taiwan: a number like a resident's, from 81, 82 or 83.

    Raises:
        FaultyTextError: another form.
    """
    document = parse_resident_id(text, today)
    if document.region not in {"81", "82", "83"}:
        raise FaultyTextError("residence-permit-form")
    return Document(DocumentKind.RESIDENCE_PERMIT, document.number, document.born, document.region)


def parse_other(kind: DocumentKind, text: str) -> Document:
    """Read the number of a document whose form is not known here: letters and digits, 4 to 32.

    Raises:
        FaultyTextError: too short, too long, or something else in it.
    """
    number = _compact(text)
    if not 4 <= len(number) <= 32:
        raise FaultyTextError("number-length", count=len(number))
    if not set(number) <= {*_MRZ_LETTERS, "-"}:
        raise FaultyTextError("number-letters")
    return Document(kind, number)


_READERS: Final[Mapping[DocumentKind, Callable[[str, date], Document]]] = {
    DocumentKind.RESIDENT_ID: parse_resident_id,
    DocumentKind.TEMPORARY_ID: parse_resident_id,
    DocumentKind.HOUSEHOLD_BOOK: parse_resident_id,
    DocumentKind.PASSPORT: parse_passport_mrz,
    DocumentKind.MAINLAND_TRAVEL_PERMIT: lambda text, _today: parse_mainland_travel_permit(text),
    DocumentKind.RESIDENCE_PERMIT: parse_residence_permit,
}


_TELLING: Final = frozenset(
    {
        DocumentKind.RESIDENT_ID,
        DocumentKind.TEMPORARY_ID,
        DocumentKind.HOUSEHOLD_BOOK,
        DocumentKind.RESIDENCE_PERMIT,
    }
)
"""In whose numbers the day of birth stands in China."""


def parse_document(kind: DocumentKind, text: str, today: date, country: str = CHINA) -> Document:
    """Read the number of a document, or for passports the machine-readable zone.

    Args:
        kind: what it is said to be.
        text: as typed or scanned.
        today: the day it is looked at.
        country: whose rules name the kinds, as a pack says it; elsewhere than in China other numbers stand on the same
            kinds, and passports alone have one form everywhere.

    Raises:
        FaultyTextError: the form is wrong; the text says how, without the number.
    """
    reader = _READERS.get(kind)
    if reader is None or (country != CHINA and kind is not DocumentKind.PASSPORT):
        return parse_other(kind, text)
    return replace(reader(text, today), kind=kind)


def tells_birth(kind: DocumentKind, country: str = CHINA) -> bool:
    """Tell whether the number of a document, or its machine-readable zone, tells the day of birth."""
    return kind is DocumentKind.PASSPORT or (country == CHINA and kind in _TELLING)


def age_on(born: date, day: date) -> int:
    """Return the age in full years; whoever is born on 29 February grows older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _date(digits: str, fault: FaultyTextError) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise fault from None


def _short_date(digits: str, name: str, latest: date) -> date:
    """Return the last day with these two digits of the year that is not later than ``latest``."""
    facts = {"part": name, "part_zh": _PARTS[name]}
    if not set(digits) <= _ASCII_DIGITS:
        raise FaultyTextError("mrz-date-unknown", **facts)
    for century in (latest.year // 100, latest.year // 100 - 1):
        day = _date(f"{century:02d}{digits}", FaultyTextError("mrz-date", **facts))
        if day <= latest:
            return day
    raise FaultyTextError("mrz-date", **facts)  # pragma: no cover
