"""The ledger: entries as they are written, and their places in the chain."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from openesim.adapters.db.conditions.tables import ledger
from openesim.adapters.db.records import to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements, insert_row
from openesim.transparency.entries import Entry

_pack: Final = msgspec.msgpack.Encoder(enc_hook=str).encode

STATEMENTS: Final[Statements] = {
    "append_entry": insert_row(ledger, numbered="entry_id", is_told=False),
}


class LedgerRows(Rows):
    """Implements ``services.conditions.ledger.LedgerStores``."""

    def append_entry(self, entry: Entry) -> None:
        """Store what happened with the state that it tells; its place in the chain it is given a moment later.

        Raises:
            DecodeError: a text that cannot be stored.
        """
        self._put("append_entry", _parameters(entry))


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
