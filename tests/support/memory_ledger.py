"""The ledger in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from openesim.kernel.errors import DecodeError
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.chain import START, Head, Kept
from openesim.transparency.entries import Entry


class MemoryLedger:
    """Implements ``LedgerStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger_rows: dict[int, Kept] = {}
        self.ledger_last = 0

    def append_entry(self, entry: Entry) -> None:
        if "\0" in f"{entry.actor}{entry.operator}{entry.subject}":
            raise DecodeError("a text with characters that cannot be stored")
        number = len(self.ledger_rows) + 1
        at = entry.at - timedelta(microseconds=entry.at.microsecond % 1000)
        stored = replace(entry, at=at.astimezone(UTC), facts=dict(entry.facts))
        self.ledger_rows[number] = Kept(entry_id=number, at=stored.at, entry=stored, digest=entry.digest)

    def _unsealed(self) -> list[Kept]:
        return [kept for kept in self.ledger_rows.values() if kept.head is None]

    def has_unsealed(self) -> bool:
        return bool(self._unsealed())

    def oldest_unsealed(self) -> datetime | None:
        return next((kept.at for kept in self._unsealed()), None)

    def take_chain(self) -> int | None:
        return self.ledger_last

    def unsealed_entries(self, limit: int) -> list[tuple[int, bytes]]:
        return [(kept.entry_id, kept.digest) for kept in self._unsealed()[:limit]]

    def seal_entry(self, entry_id: int, head: Head) -> None:
        self.ledger_rows[entry_id] = replace(self.ledger_rows[entry_id], head=head)

    def note_last_place(self, position: int) -> None:
        self.ledger_last = position

    def last_place(self) -> int:
        return self.ledger_last

    def _chain(self) -> list[Kept]:
        sealed = [kept for kept in self.ledger_rows.values() if kept.head is not None]
        return sorted(sealed, key=lambda kept: (kept.head or START).position)

    def chain_head(self) -> Head:
        chain = [kept for kept in self._chain() if (kept.head or START).position > 0]
        return (chain[-1].head or START) if chain else START

    def sealed_entries(self, after: int, limit: int) -> list[Kept]:
        return [kept for kept in self._chain() if (kept.head or START).position > after][:limit]

    def sealed_entry(self, position: int) -> Kept | None:
        return next((each for each in self._chain() if (each.head or START).position == position), None)

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        after = window.after
        found = [
            kept
            for kept in self.ledger_rows.values()
            if (window.since is None or kept.at >= window.since)
            and (window.before is None or kept.at < window.before)
            and (after is None or (kept.at, kept.entry_id) < (after.at, after.entry_id))
            and kept.entry is not None
            and _is_in(kept.entry, window)
        ]
        return sorted(found, key=lambda kept: (kept.at, kept.entry_id), reverse=True)[:limit]


def _is_in(entry: Entry, window: Window) -> bool:
    value = {
        Range.ORDER: entry.order_id,
        Range.SUBJECT: entry.subject,
        Range.OPERATOR: entry.operator,
        Range.ACTOR: entry.actor,
        Range.KIND: window.value,
    }[window.range]
    return value == window.value and window.kind in {None, entry.kind}
