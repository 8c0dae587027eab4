"""Fields as people and files write them: read, or refused with what is wrong.

The same readers serve commands, desks and imports. A text that a spreadsheet would run as a formula, that hides
characters or that holds markup is refused, wherever it comes from: it is shown again to others.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from openesim.conditions.terminals.texts import mistake
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Imei, is_decimal

LONGEST_NAME: Final = 100
LONGEST_REMARK: Final = 500

_FORMULA: Final = frozenset("=+-@\t\r＝＋－＠")
"""What makes a cell a formula; some spreadsheets take the wide forms, too."""
_TAC_DIGITS: Final = 8
_EID_DIGITS: Final = 32
_IMEI_DIGITS: Final = 15
_SHORTEST_EIN: Final = 5
_KEY: Final = re.compile(r"[0-9a-f]{40}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

W = TypeVar("W", bound=StrEnum)

Span = tuple[str, str]
"""First and last of a range, both included, of the same length."""


def read_text(text: str, most: int = LONGEST_NAME) -> str:
    """Return a name or a remark, without blanks around it.

    Args:
        text: as written.
        most: characters it may have.

    Raises:
        DecodeError: nothing in it, too long, a formula, markup, or characters that cannot be seen.
    """
    if text[:1] in _FORMULA and text:
        raise mistake("formula", sign=_sign(text[0]))
    stripped = text.strip(" ")
    if not stripped:
        raise mistake("missing")
    if stripped[0] in _FORMULA:
        raise mistake("formula", sign=_sign(stripped[0]))
    if len(stripped) > most:
        raise mistake("too-long", length=len(stripped), most=most)
    if not stripped.isprintable():
        raise mistake("not-printable")
    if "<" in stripped or ">" in stripped:
        raise mistake("markup")
    return stripped


def read_word(text: str, words: type[W]) -> W:
    """Return the word that is written.

    Raises:
        DecodeError: none of them.
    """
    try:
        return words(text.strip(" ").lower())
    except ValueError:
        raise mistake("not-a-word", known=" ".join(words)) from None


def read_country(text: str) -> str:
    """Return a country: two capital letters of ISO 3166.

    Raises:
        DecodeError: another form.
    """
    country = text.strip(" ")
    if not _COUNTRY.fullmatch(country):
        raise mistake("not-a-country")
    return country


def read_yes_or_no(text: str) -> bool:
    """Return whether something is so.

    Raises:
        DecodeError: neither yes nor no.
    """
    word = text.strip(" ").lower()
    if word in {"yes", "true", "1", "是"}:
        return True
    if word in {"no", "false", "0", "否"}:
        return False
    raise mistake("not-yes-or-no")


def read_first_day(text: str) -> datetime:
    """Return the first moment of a day, UTC.

    Raises:
        DecodeError: no day of the calendar, or not written YYYY-MM-DD.
    """
    return datetime.combine(_day(text), time(), UTC)


def read_last_day(text: str) -> datetime:
    """Return the last moment of a day, UTC, to the millisecond.

    Raises:
        DecodeError: no day of the calendar, or not written YYYY-MM-DD.
    """
    return read_first_day(text) + timedelta(days=1, milliseconds=-1)


def read_tacs(text: str) -> Span:
    """Return a range of TACs: one of 8 digits, or FIRST-LAST.

    Raises:
        DecodeError: other characters than the digits 0 to 9, another length, or the ends exchanged.
    """
    first, has_last, last = text.replace(" ", "").partition("-")
    span = (first, last if has_last else first)
    if not all(len(each) == _TAC_DIGITS and is_decimal(each) for each in span):
        raise mistake("not-a-tac")
    return _in_order(span)


def read_eins(text: str) -> Span:
    """Return a range of EIDs: the digits that they begin with, or FIRST-LAST of such; 32 digits each.

    Source: GSMA SGP.29 (the leading digits of an EID name its issuer).

    Raises:
        DecodeError: other characters than the digits 0 to 9, another length, or the ends exchanged.
    """
    first, has_last, last = text.replace(" ", "").partition("-")
    last = last if has_last else first
    if not all(_SHORTEST_EIN <= len(each) <= _EID_DIGITS and is_decimal(each) for each in (first, last)):
        raise mistake("not-an-ein")
    return _in_order((first.ljust(_EID_DIGITS, "0"), last.ljust(_EID_DIGITS, "9")))


def read_eid(text: str) -> Eid:
    """Return an EID; blanks between its digits are passed over.

    Raises:
        DecodeError: wrong length, characters or check digits.
    """
    digits = "".join(text.split(" "))
    if len(digits) != _EID_DIGITS or not is_decimal(digits):
        raise mistake("not-an-eid")
    try:
        return Eid.parse(digits)
    except DecodeError:
        raise mistake("eid-check") from None


def read_imei(text: str) -> Imei:
    """Return an IMEI; blanks between its digits are passed over.

    Raises:
        DecodeError: wrong length, characters or check digit.
    """
    digits = "".join(text.split(" "))
    if len(digits) != _IMEI_DIGITS or not is_decimal(digits):
        raise mistake("not-an-imei")
    try:
        return Imei.parse(digits)
    except DecodeError:
        raise mistake("imei-check") from None


def read_key(text: str) -> str:
    """Return a key identifier: 40 hexadecimal digits in small letters.

    Raises:
        DecodeError: another form.
    """
    key = text.replace(":", "").replace(" ", "").lower()
    if not _KEY.fullmatch(key):
        raise mistake("not-a-key")
    return key


def read_versions(text: str) -> Span:
    """Return a range of versions of a chip's software: one such as ``4.2.0``, or FIRST-LAST.

    Raises:
        DecodeError: another form, or the ends exchanged.
    """
    first, has_last, last = text.replace(" ", "").partition("-")
    low, high = version_octets(first), version_octets(last if has_last else first)
    if high < low:
        raise mistake("backwards")
    return version_text(low), version_text(high)


def version_octets(text: str) -> bytes:
    """Return the 3 octets of a version as a chip tells it.

    Raises:
        DecodeError: not three numbers up to 255.
    """
    numbers = text.split(".")
    is_version = len(numbers) == 3 and all(is_decimal(each) and len(each) <= 3 for each in numbers)
    if not is_version or max(map(int, numbers)) > 0xFF:
        raise mistake("not-a-version")
    return bytes(map(int, numbers))


def version_text(octets: bytes) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, octets))


def _day(text: str) -> date:
    day = text.strip(" ")
    try:
        return date.fromisoformat(day) if _DAY.fullmatch(day) else date.fromisoformat("")
    except ValueError:
        raise mistake("not-a-day") from None


def _in_order(span: Span) -> Span:
    if span[1] < span[0]:
        raise mistake("backwards")
    return span


def _sign(character: str) -> str:
    return {"\t": "TAB", "\r": "CR"}.get(character, character)
