"""Differences between packages, for people and programs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from openesim.apps.cli.profile.tree import spoken
from openesim.messages.saip.differences import ABSENT, Difference
from openesim.messages.saip.outline import MASK, plain


def difference_values(one: Difference) -> dict[str, Any]:
    """Return a difference as JSON has it: a side that is absent is left out, keys are masked."""
    sides = {"before": one.before, "after": one.after}
    return {"element": one.element, "place": one.place} | {
        name: plain(value) for name, value in sides.items() if value is not ABSENT
    }


def print_differences(found: Iterable[Difference]) -> None:
    """Print differences by element, or that there are none."""
    console = Console(highlight=False, soft_wrap=True)
    is_same = True
    for element, differences in groupby(found, lambda one: one.element):
        is_same = False
        console.print(Text(element or "package", style="bold cyan"))
        for one in differences:
            _print(console, one)
    if is_same:
        console.print("The packages say the same.")


def _print(console: Console, one: Difference) -> None:
    before, after = (None if side is ABSENT else spoken(plain(side)) for side in (one.before, one.after))
    place = f"  {one.place or 'the element'}  "
    if before == after == MASK:
        console.print(Text.assemble((place, "dim"), ("differ", "yellow"), (" (secret)", "dim")))
        return
    console.print(Text(place, style="dim"))
    if before is not None:
        console.print(Text(f"    - {before}", style="red"))
    if after is not None:
        console.print(Text(f"    + {after}", style="green"))
