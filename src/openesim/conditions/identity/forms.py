"""What people type beside the number of a document, checked for form: names, days, contacts, addresses, reasons.

Texts come out in one form (Unicode NFKC, single blanks), so that one name is one text. Characters that nobody sees, and
those that turn the direction of writing, never come through: a name is read by clerks, printed in tables and exported.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from openesim.conditions.identity.documents import BORN_EARLIEST
from openesim.conditions.identity.faults import FaultyTextError
from openesim.conditions.rules.words import DocumentKind

LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 200
SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 200

_SIGNS: Final = frozenset("·-'’. ")
_DOT: Final = "·"
_DOTS: Final = str.maketrans(dict.fromkeys("•・‧∙", _DOT))
_HAN: Final = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC")
_IN_HAN: Final = frozenset(
    {
        DocumentKind.RESIDENT_ID,
        DocumentKind.TEMPORARY_ID,
        DocumentKind.HOUSEHOLD_BOOK,
        DocumentKind.MILITARY_ID,
        DocumentKind.POLICE_ID,
    }
)
_TELEPHONE: Final = re.compile(r"\+?[0-9]{5,15}")
_MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG_NUMBER: Final = re.compile(r"(?:\d[\s.-]?){7,}")
# Letters and marks that are drawn as nothing: fillers of Hangul, joiners, and selectors of variants.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def parse_line(text: str, least: int, most: int) -> str:
    """Return a line of text in its one form.

    Args:
        text: as typed.
        least: fewest characters.
        most: most characters.

    Raises:
        FaultyTextError: too short, too long, or characters that nobody sees.
    """
    is_control = any(unicodedata.category(each)[0] == "C" and each not in "\t\r\n" for each in text)
    if is_control or _UNSEEN.search(text):
        raise FaultyTextError("control-characters")
    line = " ".join(unicodedata.normalize("NFKC", text).split())
    if not line and least:
        raise FaultyTextError("missing")
    if len(line) > most:
        raise FaultyTextError("too-long", most=most, count=len(line))
    if len(line) < least:
        raise FaultyTextError("too-short", least=least, count=len(line))
    return line


def parse_name(kind: DocumentKind, text: str) -> str:
    """Return a name as a document of a kind has it.

    Raises:
        FaultyTextError: no name: digits, signs, a script that this kind of document is not written in, two scripts in a word.
    """
    name = parse_line(text.translate(_DOTS), 1, LONGEST_NAME)
    if kind is DocumentKind.BUSINESS_LICENCE:
        return name
    letters = [each for each in name if each not in _SIGNS]
    if not letters or not all(unicodedata.category(each)[0] in "LM" for each in letters):
        raise FaultyTextError("name-characters")
    if kind in _IN_HAN:
        if not all(unicodedata.name(each, "").startswith(_HAN) for each in letters):
            raise FaultyTextError("name-han")
        return name.replace(" ", "")
    for word in re.split(r"[\s·-]", name):
        scripts = {
            _script(each) for each in word if each not in _SIGNS and unicodedata.category(each)[0] == "L"
        }
        if len(scripts - {""}) > 1:
            raise FaultyTextError("name-mixed")
    return name


def parse_day(text: str) -> date:
    """Return a day as ISO 8601 has it.

    Raises:
        FaultyTextError: it is none.
    """
    line = parse_line(text, 1, 20)
    if not _DAY.fullmatch(line):
        raise FaultyTextError("born-form")
    try:
        return date.fromisoformat(line)
    except ValueError:
        raise FaultyTextError("born-form") from None


def parse_born(text: str, today: date) -> date:
    """Return a day of birth.

    Raises:
        FaultyTextError: no day, or one on which nobody was born who is alive.
    """
    born = parse_day(text)
    if not BORN_EARLIEST <= born <= today:
        raise FaultyTextError("born-range")
    return born


def parse_contact(text: str) -> str:
    """Return a telephone number without blanks, or an e-mail address.

    Raises:
        FaultyTextError: neither.
    """
    line = parse_line(text, 1, 254)
    number = re.sub(r"[\s().-]", "", line)
    if _TELEPHONE.fullmatch(number):
        return number
    if _MAIL.fullmatch(line):
        return line
    raise FaultyTextError("contact-form")


def parse_address(text: str) -> str:
    """Return an address on one line.

    Raises:
        FaultyTextError: too short, too long, or characters that nobody sees.
    """
    return parse_line(text, 4, LONGEST_ADDRESS)


def parse_reason(text: str) -> str:
    """Return why somebody does something, as it is kept for good.

    Raises:
        FaultyTextError: too short, too long, characters that nobody sees, or a number that leads to somebody.
    """
    reason = parse_line(text, SHORTEST_REASON, LONGEST_REASON)
    if _LONG_NUMBER.search(reason):
        raise FaultyTextError("reason-number")
    return reason


def _script(letter: str) -> str:
    """Return the script of a letter, as its name in Unicode begins; the forms of Han and Kana are one."""
    first = unicodedata.name(letter, "").split(" ", maxsplit=1)[0]
    return (
        "CJK" if first in {"IDEOGRAPHIC", "KATAKANA", "HIRAGANA", "BOPOMOFO", "KATAKANA-HIRAGANA"} else first
    )
