"""Pictures of documents: taken as JPEG or PNG, and kept as text like every other personal value."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Final

from openesim.conditions.identity.faults import FaultyTextError

MOST_OCTETS: Final = 2 * 1024 * 1024
"""No picture is larger."""

_KINDS: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def verify_picture(octets: bytes) -> str:
    """Return a picture as it is kept: base64.

    Raises:
        FaultyTextError: too large, or neither JPEG nor PNG by its first octets.
    """
    if len(octets) > MOST_OCTETS:
        raise FaultyTextError("image-size", most=MOST_OCTETS // 1024)
    if not octets.startswith(tuple(_KINDS)):
        raise FaultyTextError("image-form")
    return b64encode(octets).decode("ascii")


def picture_of(text: str) -> tuple[str, bytes]:
    """Return media type and octets of a picture as it was kept."""
    octets = b64decode(text)
    return next(kind for mark, kind in _KINDS.items() if octets.startswith(mark)), octets
