"""QR codes as pictures.

Source: SGP.22 v2.5 §4.1 (ISO/IEC 18004).
"""

from __future__ import annotations

from io import BytesIO
from typing import Final, Literal

import segno

Kind = Literal["svg", "png"]

SCALE: Final = 8
"""Points a module: a code of usual length fills a phone's screen."""


def draw(text: str, kind: Kind, scale: int = SCALE) -> bytes:
    """Return the picture of a QR code, with the quiet zone that scanners need.

    Args:
        text: what it holds.
        kind: of picture.
        scale: points a module.
    """
    picture = BytesIO()
    # Error correction M: an activation code is shown on screens and printed on cards that wear.
    segno.make(text, micro=False, error="M", boost_error=False).save(
        picture, kind=kind, scale=scale, border=4
    )
    return picture.getvalue()
