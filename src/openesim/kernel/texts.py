"""Values put into texts for people: between Chinese and Latin words stands a blank, between Chinese ones none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_IS_HAN: Final = re.compile(_HAN)
_PLACE: Final = re.compile(rf"(?P<before>(?<={_HAN}) )?\{{(?P<name>\w+)\}}(?P<after> (?={_HAN}))?")


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return a text with values in its braces.

    Raises:
        KeyError: a value is missing, and the mapping has nothing else for it.
    """
    return fitted(text, values).format_map(values) if "{" in text else text


def fitted(text: str, values: Mapping[str, object]) -> str:
    """Return a text, braces unfilled, without the blanks that would stand between two Chinese words once it is filled.

    A Chinese text has blanks around its braces, since what comes there is Latin or a number as a rule.
    """

    def fit(found: re.Match[str]) -> str:
        """Return a place with the blanks that its value wants around it."""
        value = str(values.get(found["name"], ""))
        before = "" if _IS_HAN.match(value[:1]) else found["before"] or ""
        after = "" if _IS_HAN.match(value[-1:]) else found["after"] or ""
        return f"{before}{{{found['name']}}}{after}"

    return _PLACE.sub(fit, text)
