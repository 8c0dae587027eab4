"""Whose document it is: one text for one person, out of which stores make a keyed digest.

One number may stand on several documents of one person (identity card, temporary card, household book): they are one
family. A number of another family, or a new passport, is another person to us: nothing on paper tells that it is not.
The same number shown at two operators is the same text, so lines of a person are counted across operators, who learn
nothing of each other.
"""

from __future__ import annotations

from typing import Final

from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.documents import CHINA
from openesim.conditions.rules.words import DocumentKind

_SIGNS: Final = str.maketrans("", "", "-<")
"""Hyphens and fillers: one writes them, the next one does not."""

_CHINESE_NUMBER: Final = frozenset(
    {
        DocumentKind.RESIDENT_ID,
        DocumentKind.TEMPORARY_ID,
        DocumentKind.HOUSEHOLD_BOOK,
        DocumentKind.RESIDENCE_PERMIT,
    }
)


def person_text(kind: DocumentKind, number: str, issuer: str | None, country: str) -> str:
    """Return what names a person by a document.

    Args:
        kind: of the document.
        number: in the form that ``documents.parse_document`` gives it.
        issuer: code of who issued it; None: not known, which means the country of the rules, but for passports.
        country: whose rules name the kinds, as a pack says it.
    """
    if country == CHINA and kind in _CHINESE_NUMBER:
        return f"chinese-number\n{number}"
    known, number = country_code(issuer or ""), number.translate(_SIGNS)
    if kind is DocumentKind.PASSPORT:
        return f"passport\n{known or ''}\n{number}"
    return f"{kind.value}\n{known or country_code(country) or country}\n{number}"


def address_text(address: str) -> str:
    """Return what names a network address, out of which stores make a keyed digest.

    Args:
        address: as the system writes it.
    """
    return f"address\n{address}"
