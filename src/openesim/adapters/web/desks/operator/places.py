"""Where lists go on, as a text of an address: a moment and a row number, or a number alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.kernel.ids import Iccid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LAST: Final = 253_000_000_000_000
"""Milliseconds to a moment that calendars still know."""


def place_text(at: datetime, number: int) -> str:
    """Return a place as a text."""
    return f"{(at - _EPOCH) // _MILLISECOND}.{number}"


def place_of(text: str) -> tuple[datetime, int] | None:
    """Return the place of a text; None for one that is none of ours: the beginning."""
    at, _, number = text.partition(".")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit() and len(text) <= 40):
        return None
    return _EPOCH + min(int(at), _LAST) * _MILLISECOND, min(int(number), 2**62)


def number_of(text: str) -> int | None:
    """Return the number of a text; None for one that is none: the beginning."""
    return min(int(text), 2**62) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def iccid_of(text: str) -> Iccid:
    """Return the ICCID that stands in an address.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return Iccid.parse(text)
    except DecodeError:
        raise NotFoundError("no order has this address") from None
