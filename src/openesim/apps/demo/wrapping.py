"""Breaks lines of English and Chinese alike: between words, and between Chinese characters but for punctuation.

The breaking of rich knows words between spaces only, and would begin lines with a comma.
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

_OPENING: Final = "（《“‘「【"
_CLOSING: Final = "，。、；：？！）》”’」】…"

# Blanks; or what stays together: opening marks, then one Chinese character or one word, then closing marks.
_CHINESE: Final = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_PIECE: Final = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_CHINESE}{_OPENING}{_CLOSING}]+|[{_CHINESE}]|$)?[{_CLOSING}]*"
)


def wrap(text: str, columns: int) -> list[str]:
    """Return the lines of a text.

    Args:
        text: one paragraph.
        columns: longest line; only a single word that is longer still stands on a line of its own.
    """
    lines = [""]
    for piece in filter(None, _PIECE.findall(text)):
        if cell_len(lines[-1] + piece.rstrip()) <= columns or not lines[-1].strip():
            lines[-1] += piece
        else:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
    return [line.rstrip() for line in lines]
