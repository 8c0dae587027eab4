"""What somebody types who means harm, or has a name that nobody thought of."""

from __future__ import annotations

from itertools import count

SCRIPT = "<script>alert(1)</script>"
_LONG = 10_000

ATTACKS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></main></textarea><h1>mine</h1>",
    "=cmd|' /C calc'!A0",
    '@SUM(1+1)*cmd|"/C calc"!A0',
    "+1+1",
    "-2+3",
    "\t=1+1",
    "\u202eevil\u202c\u200b\u200d\ufeff\u2066",
    "{{ 7 * 7 }}{% raw %}{0}{name}%s%(x)s",
    'one,"two"\r\nthree;four\n',
    "javascript:alert(1)//",
    "https://evil.example/?a=b&lt;c&amp;d#e",
    "欧阳若曦 أحمد עברית Ω≈ç√ 👩‍👩‍👧‍👦 \U0001f1e8\U0001f1f3",
    "\x00\x07\x1b[31mred\x7f\x85",
)
"""What is typed, one after another."""

LONG_PLACES = frozenset(
    {"answer", "remark", "plan description", "reason", "condition", "row error", "disabled"}
)
"""Places where somebody may write at length."""


class HostileWords:
    """Types one thing after another, each with a mark by which it is known again."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self, place: str) -> str:
        """Returns what is typed at a place."""
        number = next(self._numbers)
        attack = ATTACKS[number % len(ATTACKS)].replace("\x00", "")
        text = f"{attack} zq{number}qz"
        is_long = place in LONG_PLACES and number % 3 == 0
        return text + " " + "<b>long</b>" * (_LONG // 11) if is_long else text


class MarkedWords:
    """Types harmless things that are known again.

    Attributes:
        mark: in everything that is typed.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._numbers = count()

    def __call__(self, place: str) -> str:
        """Returns what is typed at a place."""
        return f"{self.mark} {place} {next(self._numbers)}"
