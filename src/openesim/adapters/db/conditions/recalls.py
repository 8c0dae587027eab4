"""Recalls, and who is hit by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, distinct, func, select

from openesim.adapters.db.conditions.paging import changes, page
from openesim.adapters.db.conditions.tables import bindings, lines, recalls
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import orders
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target

_OF_CHIPS: Final = orders.c.eid.between(bindparam("first"), bindparam("last"))
_OF_DEVICES: Final = bindings.c.imei.between(bindparam("first"), bindparam("last"))
_devices: Final = bindings.join(orders, orders.c.eid == bindings.c.eid)
_HAS_BEGUN: Final = lines.c.ended_at.is_(None)


def _by_state(found: Any) -> Any:
    """Return a SELECT of how many of the orders that were found are in each state."""
    some = found.suffix_with(MOST).subquery()
    return select(some.c.state, func.count()).group_by(some.c.state)


def _of_persons(found: Any) -> Any:
    """Return a SELECT of how many lines were found, and of how many persons."""
    some = found.where(_HAS_BEGUN).suffix_with(MOST).subquery()
    return select(func.count(), func.count(distinct(some.c.person)))


_on_chips: Final = orders.join(lines, lines.c.order_id == orders.c.order_id)
_on_devices: Final = _devices.join(lines, lines.c.order_id == orders.c.order_id)

STATEMENTS: Final[Statements] = {
    "add_recall": insert_row(recalls, numbered="recall_id"),
    "save_recall": update_row(recalls, "recall_id"),
    "recall": select_row(recalls, "recall_id").with_for_update(),
    "recalls": page(recalls, "recall_id"),
    "recalls_changed": changes(recalls, "recall_id"),
    "newest_recalls": select(recalls)
    .where(recalls.c.recall_id < bindparam("before"))
    .order_by(recalls.c.recall_id.desc())
    .suffix_with(MOST),
    "recalls_lifted": select(recalls)
    .where(recalls.c.lifted_at >= bindparam("since"), recalls.c.lifted_at.is_not(None))
    .order_by(recalls.c.lifted_at.desc(), recalls.c.recall_id.desc())
    .suffix_with(MOST),
    "orders_of_chips": _by_state(select(orders.c.state).where(_OF_CHIPS)),
    "orders_of_devices": _by_state(select(orders.c.state).select_from(_devices).where(_OF_DEVICES)),
    "lines_of_chips": _of_persons(select(lines.c.person).select_from(_on_chips).where(_OF_CHIPS)),
    "lines_of_devices": _of_persons(select(lines.c.person).select_from(_on_devices).where(_OF_DEVICES)),
}


class RecallRows(Rows):
    """Implements the part of ``TerminalStores`` that is about recalls."""

    def add_recall(self, recall: Recall) -> int:
        """Store a new recall and return its number."""
        return self._new("add_recall", _parameters(recall))

    def save_recall(self, recall: Recall) -> None:
        """Store a recall that was lifted."""
        self._do("save_recall", _parameters(recall) | {"key_recall_id": recall.recall_id})

    def recall(self, recall_id: int) -> Recall | None:
        """Return a recall, lifted or not; the row is held until the unit ends."""
        return self._one("recall", _read, recall_id=recall_id)

    def recalls(self, after: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by number, beginning behind ``after``."""
        return self._all("recalls", _read, after=after, most=limit)

    def recalls_changed(self, after: tuple[int, int], limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by revision and number, beginning behind ``after``."""
        return self._all("recalls_changed", _read, revision=after[0], after=after[1], most=limit)

    def newest_recalls(self, before: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, newest first, beginning before one."""
        return self._all("newest_recalls", _read, before=before, most=limit)

    def recalls_lifted(self, since: datetime, limit: int) -> list[Recall]:
        """Return recalls that were lifted since a moment, those that were lifted last before."""
        return self._all("recalls_lifted", _read, since=to_milliseconds(since), most=limit)

    def orders_of_chips(self, first: str, last: str, most: int) -> dict[str, int]:
        """Return how many orders of a range of EIDs are in each state; no more than ``most`` are looked at."""
        return dict(self._all("orders_of_chips", _read_pair, first=first, last=last, most=most))

    def orders_of_devices(self, first: str, last: str, most: int) -> dict[str, int]:
        """Return the same for chips that are held to a range of IMEIs."""
        return dict(self._all("orders_of_devices", _read_pair, first=first, last=last, most=most))

    def lines_of_chips(self, first: str, last: str, most: int) -> tuple[int, int]:
        """Return how many active lines a range of EIDs has, and of how many persons; ``most`` are looked at."""
        return self._one("lines_of_chips", _read_counts, first=first, last=last, most=most) or (0, 0)

    def lines_of_devices(self, first: str, last: str, most: int) -> tuple[int, int]:
        """Return the same for chips that are held to a range of IMEIs."""
        return self._one("lines_of_devices", _read_counts, first=first, last=last, most=most) or (0, 0)


def _parameters(recall: Recall) -> Parameters:
    return {
        "kind": recall.target.kind.value,
        "first": recall.target.first,
        "last": recall.target.last,
        "maker_id": recall.target.maker_id,
        "reason": recall.reason,
        "created_at": to_milliseconds(recall.created_at),
        "created_by": recall.created_by,
        "lifted_at": None if recall.lifted_at is None else to_milliseconds(recall.lifted_at),
        "lifted_by": recall.lifted_by,
        "lifted_reason": recall.lifted_reason,
        "revision": recall.revision,
    }


def _read(row: Row) -> Recall:
    return Recall(
        recall_id=row[0],
        target=Target(kind=RecallKind(row[1]), first=row[2], last=row[3], maker_id=row[4]),
        reason=row[5],
        created_at=from_milliseconds(row[6]),
        created_by=row[7],
        lifted_at=None if row[8] is None else from_milliseconds(row[8]),
        lifted_by=row[9],
        lifted_reason=row[10],
        revision=row[11],
    )


def _read_pair(row: Row) -> tuple[str, int]:
    return str(row[0]), int(row[1])


def _read_counts(row: Row) -> tuple[int, int]:
    return int(row[0]), int(row[1])
