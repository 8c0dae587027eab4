"""The ledger: entries as they are written, and their places in the chain.

No statement changes what an entry tells, or deletes one, and triggers of the database refuse both (``m0004``). A place is
given once. The row of ``revisions`` called "ledger" holds the last place that was given: whoever holds the row seals.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, literal_column, select, tuple_, update

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_nothing

from openesim.adapters.db.conditions.tables import ledger
from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import FIRST, MOST, Statements, insert_row
from openesim.adapters.db.tables import revisions
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.chain import START, Head, Kept
from openesim.transparency.entries import GATE, Entry, EntryKind

_pack: Final = msgspec.msgpack.Encoder(enc_hook=str).encode
# Facts are texts. Whoever wrote something else all the same must not look like one who changed it.
_unpack: Final = msgspec.msgpack.Decoder(dict[str, Any]).decode

_CHAIN: Final = revisions.c.name == literal_column("'ledger'")
_WAITS: Final = ledger.c.position.is_(None)
_NEWEST_FIRST: Final[Any] = (
    select(ledger)
    .where(ledger.c.at >= bindparam("since"))
    .where(tuple_(ledger.c.at, ledger.c.entry_id) < tuple_(bindparam("at"), bindparam("place")))
    .order_by(ledger.c.at.desc(), ledger.c.entry_id.desc())
    .suffix_with(MOST)
)
_OF_KIND: Final = ledger.c.kind == bindparam("kind")
# As it stands in the index: that of decisions holds no others.
_OF_PEOPLE: Final = ledger.c.actor != literal_column(f"'{GATE}'")

STATEMENTS: Final[Statements] = {
    "append_entry": insert_row(ledger, numbered="entry_id", is_told=False),
    "begin_chain": insert_or_nothing(revisions)
    .values({"name": literal_column("'ledger'"), "number": literal_column("0")})
    .on_conflict_do_nothing(),
    "take_chain": select(revisions.c.number).where(_CHAIN).with_for_update(skip_locked=True),
    "last_place": select(revisions.c.number).where(_CHAIN),
    "note_last_place": update(revisions).where(_CHAIN).values({"number": bindparam("number")}),
    "unsealed_entries": select(ledger.c.entry_id, ledger.c.digest)
    .where(_WAITS)
    .order_by(ledger.c.entry_id)
    .suffix_with(MOST),
    "oldest_unsealed": select(ledger.c.at).where(_WAITS).order_by(ledger.c.entry_id).suffix_with(FIRST),
    "seal_entry": update(ledger)
    .where(ledger.c.entry_id == bindparam("key_entry_id"), _WAITS)
    .values({"position": bindparam("position"), "head": bindparam("head")}),
    "chain_head": select(ledger.c.position, ledger.c.head)
    .where(ledger.c.position > literal_column("0"))
    .order_by(ledger.c.position.desc())
    .suffix_with(FIRST),
    "sealed_entries": select(ledger)
    .where(ledger.c.position > bindparam("after"))
    .order_by(ledger.c.position)
    .suffix_with(MOST),
    "sealed_entry": select(ledger).where(ledger.c.position == bindparam("position")),
    "ledger_by_order": _NEWEST_FIRST.where(ledger.c.order_id == bindparam("value")),
    "ledger_by_subject": _NEWEST_FIRST.where(ledger.c.subject == bindparam("value")),
    "ledger_by_operator": _NEWEST_FIRST.where(ledger.c.operator == bindparam("value"), _OF_KIND),
    "ledger_by_actor": _NEWEST_FIRST.where(ledger.c.actor == bindparam("value"), _OF_PEOPLE),
    "ledger_by_kind": _NEWEST_FIRST.where(_OF_KIND),
}

_FAR: Final = 2**62


class LedgerRows(Rows):
    """Implements ``services.conditions.ledger.ledger.LedgerStores``."""

    def append_entry(self, entry: Entry) -> None:
        """Store what happened with the state that it tells; its place in the chain it is given a moment later.

        Raises:
            DecodeError: a text that cannot be stored.
        """
        self._put("append_entry", _parameters(entry))

    # --- places in the chain

    def has_unsealed(self) -> bool:
        """Tell whether entries wait for their place."""
        return self.oldest_unsealed() is not None

    def oldest_unsealed(self) -> datetime | None:
        """Return when the first of the entries was written that wait for their place."""
        return self._one("oldest_unsealed", lambda row: _moment(row[0]))

    def take_chain(self) -> int | None:
        """Hold the chain until the unit ends, and return the last place that was given; None: another one holds it."""
        last = self._one("take_chain", _number)
        if last is None:
            # The first time there is no row to hold.
            self._do("begin_chain", {})
            last = self._one("take_chain", _number)
        return last

    def unsealed_entries(self, limit: int) -> list[tuple[int, bytes]]:
        """Return row numbers and digests of entries that wait for their place, lower numbers first."""
        return self._all("unsealed_entries", lambda row: (int(row[0]), bytes(row[1])), most=limit)

    def seal_entry(self, entry_id: int, head: Head) -> None:
        """Give an entry its place."""
        self._put("seal_entry", {"key_entry_id": entry_id, "position": head.position, "head": head.octets})

    def note_last_place(self, position: int) -> None:
        """Store the last place that was given."""
        self._put("note_last_place", {"number": position})

    def last_place(self) -> int:
        """Return the last place that was given; 0 before the first."""
        return self._one("last_place", _number) or 0

    def chain_head(self) -> Head:
        """Return the head at the end of the chain."""
        return self._one("chain_head", lambda row: Head(_whole(row[0]), _octets(row[1]))) or START

    # --- what was recorded

    def sealed_entries(self, after: int, limit: int) -> list[Kept]:
        """Return entries that have a place, in the order of places, beginning behind ``after``."""
        return self._all("sealed_entries", _read, after=after, most=limit)

    def sealed_entry(self, position: int) -> Kept | None:
        """Return the entry at a place."""
        return self._one("sealed_entry", _read, position=position)

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        """Return at most ``limit`` entries of a window, newest first."""
        before = _FAR if window.before is None else to_milliseconds(window.before)
        bounds: dict[str, Any] = {
            "since": -_FAR if window.since is None else to_milliseconds(window.since),
            "at": before,
            "place": -1,
            "most": limit,
        }
        if window.after is not None:
            behind = to_milliseconds(window.after.at)
            if behind < before:
                bounds |= {"at": behind, "place": window.after.entry_id}
        if window.range is not Range.KIND:
            bounds["value"] = window.value
        if window.range in _BY_KIND:
            bounds["kind"] = None if window.kind is None else window.kind.value
        return self._all(f"ledger_by_{window.range.value}", _read, **bounds)


_BY_KIND: Final = frozenset({Range.KIND, Range.OPERATOR})


def _parameters(entry: Entry) -> dict[str, Any]:
    """Return the columns of an entry without a place, all but its number."""
    return {
        "kind": entry.kind.value,
        "at": to_milliseconds(entry.at),
        "actor": entry.actor,
        "operator": entry.operator,
        "subject": entry.subject,
        "order_id": entry.order_id,
        "record": _pack(dict(entry.facts)),
        "digest": entry.digest,
        "position": None,
        "head": None,
    }


def _number(row: Row) -> int:
    return int(row[0])


def _read(row: Row) -> Kept:
    """Return the entry of a row of ``ledger``; what somebody made unreadable is told as such, not raised."""
    return Kept(
        entry_id=row[0],
        at=_moment(row[2]),
        entry=_entry(row),
        digest=_octets(row[8]),
        head=None if row[9] is None else Head(_whole(row[9]), _octets(row[10])),
    )


def _entry(row: Row) -> Entry | None:
    try:
        return Entry(
            kind=EntryKind(row[1]),
            at=from_milliseconds(row[2]),
            actor=row[3],
            operator=row[4],
            subject=row[5],
            order_id=row[6],
            facts=_unpack(row[7]),
        )
    except (ValueError, TypeError, OverflowError):
        return None


def _moment(value: Any) -> datetime:
    try:
        return from_milliseconds(value)
    except (TypeError, OverflowError):
        return from_milliseconds(0)


def _octets(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
