"""Cursors: where a list goes on, as a text that nobody has to understand.

A cursor holds a place in the caller's own list and the digest of his filters, no secret: whoever makes one up finds
his own orders. With other filters it is refused, since it would lead past some of them.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from litestar.params import QueryParameter

from openesim.kernel.errors import DecodeError
from openesim.services.listing import Filters, Place

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_NOT_OURS: Final = (
    "is no cursor of this list: take it from next of the page before, and leave the filters as they are"
)

_Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

Limit = Annotated[int, QueryParameter(ge=1, le=200, required=False, description="How many at most.")]
Cursor = Annotated[
    str | None,
    QueryParameter(
        required=False,
        min_length=1,
        max_length=128,
        description="`next` of the page before, with the same filters; without: from the beginning.",
    ),
]


class _Kept(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What stands in a cursor: a digest of the filters, a time in milliseconds, a row number."""

    digest: str
    at: _Number
    row: _Number


def encode_cursor(place: Place | None, filters: Filters | str) -> str | None:
    """Return the cursor of a place; None where the list ends."""
    if place is None:
        return None
    at = ((place.at or _EPOCH) - _EPOCH) // _MILLISECOND
    kept = _Kept(_digest(filters), at, place.order_id)
    return urlsafe_b64encode(msgspec.json.encode(kept)).decode().rstrip("=")


def decode_cursor(text: str | None, filters: Filters | str) -> Place | None:
    """Return the place of a cursor; None: the beginning.

    Raises:
        DecodeError: it is none of ours, or of a list with other filters.
    """
    if text is None:
        return None
    try:
        kept = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Kept)
    except (ValueError, msgspec.MsgspecError):
        raise DecodeError(_NOT_OURS) from None
    if kept.digest != _digest(filters):
        raise DecodeError(_NOT_OURS)
    return Place(_EPOCH + min(kept.at, _LAST) * _MILLISECOND, kept.row)


_LAST: Final = 253_000_000_000_000
"""Milliseconds to a moment that calendars still know."""


def _digest(filters: Any) -> str:
    """Return what tells filters from others."""
    return sha256(repr(filters).encode()).hexdigest()[:16]
