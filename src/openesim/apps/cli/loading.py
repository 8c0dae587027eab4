"""What a person at a terminal sees while a large part of the program is imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading(language: str) -> Iterator[None]:
    """Show that something is under way; nothing of it stays, and nothing is written where there is no terminal.

    Args:
        language: ``en`` or ``zh``.
    """
    from rich.console import Console
    from rich.text import Text

    told = "OpenESIM 正在载入……" if language == "zh" else "OpenESIM is being loaded …"
    with Console(highlight=False).status(Text(told, style="dim")):
        yield
