"""What ``openesim ledger`` prints."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openesim.services.conditions.ledger.check import Check
    from openesim.transparency.chain import Break, Kept

_PROGRESS_S = 1.0


def progress(*, is_shown: bool) -> Callable[[Check], None]:
    """Return what tells now and then how far a check is."""
    told_at = time.monotonic()

    def tell(check: Check) -> None:
        nonlocal told_at
        if is_shown and time.monotonic() - told_at >= _PROGRESS_S:
            told_at = time.monotonic()
            print(f"{check.head.position} of {check.last} checked", file=sys.stderr)

    return tell


def check_fields(check: Check, language: str) -> dict[str, Any]:
    """Return what a check found, as a JSON object has it."""
    from openesim.transparency.texts import explain

    told = [(broken, explain(broken, language)) for broken in check.breaks]
    return {
        "holds": check.count == 0,
        "entries": check.entries,
        "position": check.head.position,
        "head": check.head.octets.hex(),
        "count": check.count,
        "breaks": [
            {
                "reason": broken.reason.value,
                "position": broken.position,
                "last": broken.last,
                "cause": words.cause,
                "owner": words.owner,
                "next_step": words.next_step,
            }
            for broken, words in told
        ],
    }


_SUMMARY = {
    "en": ("{entries} entries checked: all hold", "{entries} entries checked, {count} breaks found", "head"),
    "zh": ("已核对 {entries} 条记录：全部一致", "已核对 {entries} 条记录，发现 {count} 处异常", "链头"),
}


def print_check(check: Check, language: str) -> None:
    """Print what a check found."""
    for broken in check.breaks:
        print_break(broken, language)
    holds, breaks, head_word = _SUMMARY[language]
    print((breaks if check.count else holds).format(entries=check.entries, count=check.count))
    print(f"{head_word}: {check.head}")


def print_break(broken: Break, language: str) -> None:
    """Print where the chain does not hold, and what to do."""
    from openesim.transparency.texts import explain

    words = explain(broken, language)
    print(f"{broken.reason.value}: {words.cause}")
    print(f"    {words.owner}: {words.next_step}")


def entry_fields(kept: Kept) -> dict[str, Any]:
    """Return an entry, as a JSON object has it."""
    entry, place = kept.entry, kept.head
    return {
        "position": None if place is None else place.position,
        "at": f"{kept.at:%Y-%m-%dT%H:%M:%S}.{kept.at.microsecond // 1000:03}Z",
        "kind": None if entry is None else entry.kind.value,
        "actor": None if entry is None else entry.actor,
        "operator": None if entry is None else entry.operator,
        "subject": None if entry is None else entry.subject,
        "order_id": None if entry is None else entry.order_id,
        "facts": None if entry is None else dict(entry.facts),
        "digest": kept.digest.hex(),
        "head": None if place is None else place.octets.hex(),
    }


def entry_cells(kept: Kept) -> tuple[str, ...]:
    """Return an entry as a row of a table."""
    fields = entry_fields(kept)
    facts = fields["facts"]
    told = "unreadable" if facts is None else ", ".join(f"{name}: {value}" for name, value in facts.items())
    names = ("position", "at", "kind", "actor", "operator", "subject", "order_id")
    return (*("-" if fields[name] is None else plain(str(fields[name])) for name in names), plain(told))


def plain(text: str) -> str:
    """Return a text without anything that moves the cursor of a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)
