"""Documents, checked for form: what can be told to be wrong before anybody is asked.

A number that passes may still belong to nobody: only a verifier can say that. A number that fails was mistyped, and the
field is told what is wrong with it. Errors never repeat the number.

Source: GB 11643-1999 (resident identity number), GB/T 2260 (regions), ICAO Doc 9303 part 3 and 4 (machine-readable
passports).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import DecodeError

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
    """

    kind: DocumentKind
    number: str
    born: date | None = None
    region: str | None = None
    expires: date | None = None

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
        DecodeError: length, digits, province, date of birth or check digit are wrong.
    """
    number = _compact(text)
    if len(number) != 18:
        raise DecodeError(f"a resident identity number has 18 places, these are {len(number)}")
    if not set(number[:17]) <= _ASCII_DIGITS or number[17] not in "0123456789X":
        raise DecodeError("a resident identity number has 17 digits, and a digit or X at its end")
    if number[:2] not in _PROVINCES:
        raise DecodeError("no province has the code that the first two digits name")
    born = _date(number[6:14], "the date of birth in places 7 to 14")
    if not date(1850, 1, 1) <= born <= today:
        raise DecodeError("nobody is born on the day that places 7 to 14 name")
    if number[17] != resident_id_check_digit(number[:17]):
        raise DecodeError("the check digit at the end does not fit: one of the digits is mistyped")
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
        DecodeError: length, letters, kind of document, dates, or one of the five check digits are wrong.
    """
    lines = "".join(text.split()).upper()
    if len(lines) != 2 * _MRZ_LINE:
        raise DecodeError(f"the two lines have 88 places together, these are {len(lines)}")
    if not set(lines) <= {*_MRZ_LETTERS, "<"}:
        raise DecodeError("the lines hold digits, capital letters and < only")
    if not lines.startswith("P"):
        raise DecodeError("this is not the zone of a passport: it begins with P")
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
            raise DecodeError(f"the check digit of the {name} does not fit: something is mistyped")
    born = _short_date(second[13:19], "date of birth", latest=today)
    expires = _short_date(second[21:27], "date of expiry", latest=date(today.year + 50, 12, 31))
    return Document(DocumentKind.PASSPORT, second[:9].rstrip("<"), born, None, expires)


def parse_mainland_travel_permit(text: str) -> Document:
    """Read the number of a mainland travel permit: H or M with 8 digits (Hong Kong, Macau), or 8 digits (Taiwan).

    Raises:
        DecodeError: another form.
    """
    number = _compact(text)
    digits = number[1:] if number[:1] in {"H", "M"} else number
    if len(digits) != 8 or not set(digits) <= _ASCII_DIGITS:
        raise DecodeError("a mainland travel permit has H or M and 8 digits, or 8 digits")
    return Document(DocumentKind.MAINLAND_TRAVEL_PERMIT, number)


def parse_residence_permit(text: str, today: date) -> Document:
    """Read a residence permit for people of Hong Kong, Macau and Taiwan: a number like a resident's, from 81, 82 or 83.

    Raises:
        DecodeError: another form.
    """
    document = parse_resident_id(text, today)
    if document.region not in {"81", "82", "83"}:
        raise DecodeError("a residence permit begins with 81, 82 or 83")
    return Document(DocumentKind.RESIDENCE_PERMIT, document.number, document.born, document.region)


def parse_other(kind: DocumentKind, text: str) -> Document:
    """Read the number of a document whose form is not known here: letters and digits, 4 to 32.

    Raises:
        DecodeError: too short, too long, or something else in it.
    """
    number = _compact(text)
    if not 4 <= len(number) <= 32:
        raise DecodeError(f"a number of 4 to 32 places is needed, these are {len(number)}")
    if not set(number) <= {*_MRZ_LETTERS, "-"}:
        raise DecodeError("letters A to Z, digits and - only")
    return Document(kind, number)


_READERS: Final[Mapping[DocumentKind, Callable[[str, date], Document]]] = {
    DocumentKind.RESIDENT_ID: parse_resident_id,
    DocumentKind.TEMPORARY_ID: parse_resident_id,
    DocumentKind.HOUSEHOLD_BOOK: parse_resident_id,
    DocumentKind.PASSPORT: parse_passport_mrz,
    DocumentKind.MAINLAND_TRAVEL_PERMIT: lambda text, _today: parse_mainland_travel_permit(text),
    DocumentKind.RESIDENCE_PERMIT: parse_residence_permit,
}


def parse_document(kind: DocumentKind, text: str, today: date) -> Document:
    """Read the number of a document, or for passports the machine-readable zone.

    Args:
        kind: what it is said to be.
        text: as typed or scanned.
        today: the day it is looked at.

    Raises:
        DecodeError: the form is wrong; the text says how, without the number.
    """
    reader = _READERS.get(kind)
    if reader is None:
        return parse_other(kind, text)
    document = reader(text, today)
    return Document(kind, document.number, document.born, document.region, document.expires)


def age_on(born: date, day: date) -> int:
    """Return the age in full years; whoever is born on 29 February grows older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _date(digits: str, name: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise DecodeError(f"{name} is no day of the calendar") from None


def _short_date(digits: str, name: str, latest: date) -> date:
    """Return the last day with these two digits of the year that is not later than ``latest``."""
    if not set(digits) <= _ASCII_DIGITS:
        raise DecodeError(f"the {name} is not known: digits are needed")
    for century in (latest.year // 100, latest.year // 100 - 1):
        day = _date(f"{century:02d}{digits}", f"the {name}")
        if day <= latest:
            return day
    raise DecodeError(f"the {name} is no day of the calendar")  # pragma: no cover
