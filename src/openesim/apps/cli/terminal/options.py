"""Options that the commands about terminals share, and who acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")

Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; whoever it concerns is told.")]
Who = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it; left out, the user of this machine.")
]
PAGE = 1000


def actor(by: str | None) -> str:
    """Return who does it, as the ledger has it."""
    import getpass

    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def now() -> datetime:
    """Return the present moment, aware UTC."""
    from datetime import UTC

    return datetime.now(UTC)


def all_of(page: Callable[[T | None], list[T]]) -> list[T]:
    """Return all rows of a list.

    Args:
        page: gives the page behind a row; None: the first.
    """
    found: list[T] = []
    while more := page(found[-1] if found else None):
        found += more
    return found


def given(name: str, read: Callable[[str], T], text: str) -> T:
    """Return an option or argument, read.

    Args:
        name: of the option.
        read: a reader of ``fields`` or ``forms``.
        text: what was typed.

    Raises:
        ConfigError: it cannot be read; the text says how it is written.
    """
    from openesim.kernel.errors import ConfigError, DecodeError

    try:
        return read(text)
    except DecodeError as error:
        wrong = ConfigError(f"{name}: {error.reason}")
        raise (wrong if error.explanation is None else wrong.explained(error.explanation)) from None


def formed(read: Callable[[Mapping[str, str]], T], cells: Mapping[str, str]) -> T:
    """Return what the options say together.

    Args:
        read: a reader of ``forms``.
        cells: what was typed, by field.

    Raises:
        ConfigError: everything that is wrong, each thing with its field.
    """
    from openesim.conditions.terminals.forms import FormError
    from openesim.kernel.errors import ConfigError

    try:
        return read(cells)
    except FormError as error:
        text = "; ".join(f"{each.field}: {each.told.cause}" for each in error.errors)
        raise ConfigError(text).explained(error.errors[0].told) from None
