"""Operators as the SM-DP+ knows them: how they are called back, and of what they want to hear.

An operator is known by his client certificate; what is kept of him beside it is here. One of whom nothing is kept may
order all the same, and is called back by nobody.

Source: SGP.22 v2.5 §5.3.6 (notification points).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.activation_code import parse_address

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_SCHEME: Final = "https://"
_LARGEST_ID: Final = 0x7FFF_FFFF


class Point(StrEnum):
    """A notification point: where in the life of a profile the operator may be called back."""

    ELIGIBILITY = "eligibility"
    CONFIRMATION_FAILURE = "confirmation"
    DOWNLOAD = "download"
    INSTALLATION = "installation"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"


FIXED_IDS: Final[Mapping[Point, int]] = {
    Point.ELIGIBILITY: 1,
    Point.CONFIRMATION_FAILURE: 2,
    Point.DOWNLOAD: 3,
    Point.INSTALLATION: 4,
}
"""Numbers that the standard gives."""

USUAL_IDS: Final[Mapping[Point, int]] = {**FIXED_IDS, Point.ENABLE: 6, Point.DISABLE: 7, Point.DELETE: 8}
"""Version 2 numbers nothing behind the installation; these are the most common, and each operator may have others."""

_BY_WORD: Final = {
    **{point.value: point for point in Point},
    **{str(number): point for point, number in FIXED_IDS.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What is kept of an operator.

    Attributes:
        name: as orders carry it: 1 to 64 letters, digits, ``.``, ``_`` and ``-``.
        display_name: for people.
        created_at: when it was first kept, aware UTC.
        certificate: client certificate, DER; None: the PKI folder holds it.
        callback_address: ``HOST[:PORT][/PREFIX]`` where ES2+ HandleDownloadProgressInfo is heard; None: nowhere.
        points: notification points that he wants to hear of, each with the number he knows it by.
        requests_per_minute: how often he may call; None: as the server's owner set it for all.
    """

    name: str
    display_name: str
    created_at: datetime
    certificate: bytes | None = None
    callback_address: str | None = None
    points: Mapping[Point, int] = field(default_factory=dict)
    requests_per_minute: int | None = None


def parse_operator_name(text: str) -> str:
    """Return the name of an operator.

    Raises:
        DecodeError: it is none.
    """
    if not _NAME.fullmatch(text):
        raise DecodeError("an operator's name has 1 to 64 letters, digits, dots, hyphens and underscores")
    return text


def parse_points(text: str) -> dict[Point, int]:
    """Return notification points of a text such as ``1,2,3,4,enable=101,disable=102,delete=5``.

    ``all`` stands for every point with its usual number; an empty text for none.

    Raises:
        DecodeError: an unknown point, one that comes twice, or a number that is none or is another point's.
    """
    points: dict[Point, int] = {}
    for word in filter(None, map(str.strip, text.split(","))):
        if word == "all":
            points = {**USUAL_IDS, **points}
            continue
        name, _, number = word.partition("=")
        point = _BY_WORD.get(name.strip().lower())
        if point is None:
            known = ", ".join(each.value for each in Point)
            raise DecodeError(f"{name.strip()!r} is no notification point: 1 to 4, all, or one of {known}")
        points[point] = _read_id(point, number.strip()) if number else USUAL_IDS[point]
    if len(set(points.values())) < len(points):
        raise DecodeError("two notification points have the same number")
    return points


def _read_id(point: Point, number: str) -> int:
    if point in FIXED_IDS and number != str(FIXED_IDS[point]):
        raise DecodeError(f"the standard numbers {point.value} {FIXED_IDS[point]}, it has no other number")
    if not (number.isascii() and number.isdigit()) or not 0 < int(number[:12]) <= _LARGEST_ID:
        raise DecodeError(f"{number!r} is no number of a notification point")
    return int(number)


def format_points(points: Mapping[Point, int]) -> str:
    """Return the text that ``parse_points`` reads."""
    return ",".join(
        str(points[point]) if point in FIXED_IDS else f"{point.value}={points[point]}"
        for point in Point
        if point in points
    )


def parse_callback_address(text: str) -> str:
    """Return where an operator hears ES2+, as ``HOST[:PORT][/PREFIX]`` in lower case but for the prefix.

    The standard's path comes behind the prefix, which most operators do not have.

    Raises:
        DecodeError: no host name, or a prefix with a query or the like; http without TLS.
    """
    tidy = text.strip()
    if "://" in tidy and not tidy.lower().startswith(_SCHEME):
        raise DecodeError("an operator is called back over https")
    rest = tidy[len(_SCHEME) :] if tidy.lower().startswith(_SCHEME) else tidy
    authority, slash, prefix = rest.partition("/")
    path = (slash + prefix).rstrip("/")
    if not _PREFIX.fullmatch(path):
        raise DecodeError("the prefix of a call-back address is a path without query and blanks")
    return parse_address(authority) + path
