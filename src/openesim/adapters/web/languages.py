"""Which language a caller wants to be told in.

Source: RFC 9110 §12.5.4 (Accept-Language).
"""

from __future__ import annotations

from collections.abc import Mapping

from openesim.messages.sgp22.explained.entries import Language


def language_of(headers: Mapping[str, str]) -> Language:
    """Return the language in which a caller wants to be told: Chinese where he prefers it, else English."""
    wishes = {Language.ENGLISH: 0.0, Language.CHINESE: 0.0}
    for part in headers.get("accept-language", "").lower().split(",")[:20]:
        tag, _, parameter = part.partition(";")
        primary = tag.strip().partition("-")[0]
        if primary in set(Language):
            wishes[Language(primary)] = max(wishes[Language(primary)], _quality(parameter))
    return max(wishes, key=lambda language: wishes[language])


def _quality(parameter: str) -> float:
    """Return the weight of a language; one that cannot be read counts nothing."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value) if 0 <= float(value) <= 1 else 0.0
    except ValueError:
        return 0.0
