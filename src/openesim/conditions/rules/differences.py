"""What is different in two packs: every place, with what stood there before and what stands there after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from openesim.conditions.rules.pack import Pack

_ZERO_ASKS: Final = {"freshness_days", "document_images_days"}
"""Fields of which 0 is a demand, and the strictest one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two packs differ.

    Attributes:
        path: where it stands, such as ``limits.per_operator``.
        before: what stands there in the first pack, as text; None: nothing.
        after: the same in the second.
    """

    path: str
    before: str | None
    after: str | None


def find_differences(before: Pack, after: Pack) -> list[Difference]:
    """Return where two packs differ, in the order in which a pack is written; a table that one lacks is one place."""
    found = _compare("", msgspec.to_builtins(before), msgspec.to_builtins(after))
    return [each for each in found if each.before != each.after]


def text_of(value: object) -> str:
    """Return a value of a pack as a person reads it."""
    if isinstance(value, dict):
        told = {key: each for key, each in value.items() if not is_nothing(key, each)}
        return "; ".join(
            f"{key}: ({text_of(each)})" if isinstance(each, dict) else f"{key}: {text_of(each)}"
            for key, each in told.items()
        )
    if isinstance(value, (list, tuple)):
        return ", ".join(text_of(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def is_nothing(name: str, value: object) -> bool:
    """Tell whether a field asks nothing: not there, empty, or the number 0 where that is no demand."""
    is_zero = value == 0 and not isinstance(value, bool) and name not in _ZERO_ASKS
    return value is None or value in ((), [], {}) or is_zero


def _compare(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _compare(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    elif before != after:
        name = path.rpartition(".")[2]
        yield Difference(
            path, *(None if is_nothing(name, each) else text_of(each) for each in (before, after))
        )
