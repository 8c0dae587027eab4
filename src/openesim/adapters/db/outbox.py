"""The outbox: messages that are still to be told to others, and whom they are for.

What waits is found by destination, never by reading what waits: the destinations are found by leaps through the index
(one probe each), and one that is left alone, or served by another process, is passed over with all its messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
    update,
)

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_unless

from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row
from openesim.adapters.db.tables import destinations, outbox
from openesim.services.outgoing import Destination, Level, Message

# Constants as they stand in SQL: Core would make parameters of them.
_NONE: Final[Any] = literal_column("0")
_ONE: Final[Any] = literal_column("1")
_NOBODY: Final[Any] = literal_column("''")

# As an expression, so that nobody looks through all that waits by ``due_at`` where a sequence key says it better.
_due_at: Final[Any] = literal_column("due_at + 0")

_waiting: Final = outbox.c.is_stuck.is_(False)
_of_destination: Final = and_(
    outbox.c.kind == bindparam("kind"), outbox.c.destination == bindparam("destination")
)
_this_destination: Final = and_(
    destinations.c.kind == bindparam("key_kind"), destinations.c.destination == bindparam("key_destination")
)
_held: Final = and_(_this_destination, destinations.c.holder == bindparam("key_holder"))
_earlier: Final = outbox.alias("earlier")
_is_in_the_way: Final = and_(
    _earlier.c.kind == outbox.c.kind,
    _earlier.c.destination == outbox.c.destination,
    _earlier.c.sequence_key == outbox.c.sequence_key,
    _earlier.c.message_id < outbox.c.message_id,
    _earlier.c.is_stuck.is_(False),
)
_has_earlier: Final = exists(select(_earlier.c.message_id).where(_is_in_the_way))
_of_sequence: Final = and_(
    outbox.c.kind == bindparam("key_kind"),
    outbox.c.destination == bindparam("key_destination"),
    outbox.c.sequence_key == bindparam("key_sequence_key"),
    _waiting,
)


def _leap() -> Any:
    """Return a SELECT of the destinations of a kind that have messages, each with the moment its first is due.

    A recursive query that goes from one destination to the next costs one probe of the index each; SELECT DISTINCT
    would read every message.
    """
    next_one, due = outbox.alias("next_one"), outbox.alias("due")
    found = (
        select(func.min(outbox.c.destination).label("destination"))
        .where(outbox.c.kind == bindparam("kind"), _waiting, outbox.c.destination > _NOBODY)
        .cte("found", recursive=True)
    )
    following = (
        select(func.min(next_one.c.destination))
        .where(
            next_one.c.kind == bindparam("kind"),
            next_one.c.is_stuck.is_(False),
            next_one.c.destination > found.c.destination,
        )
        .scalar_subquery()
    )
    found = found.union_all(select(following).where(found.c.destination.is_not(None)))
    first_due = (
        select(func.min(due.c.due_at))
        .where(
            due.c.kind == bindparam("kind"),
            due.c.destination == found.c.destination,
            due.c.is_stuck.is_(False),
        )
        .scalar_subquery()
    )
    return select(found.c.destination, first_due).where(found.c.destination.is_not(None))


STATEMENTS: Final[Statements] = {
    "add_message": insert_row(outbox, numbered="message_id"),
    "waiting_destinations": _leap(),
    "destinations": select(destinations),
    "add_destination": insert_unless(destinations)
    .values({c.name: bindparam(c.name) for c in destinations.columns})
    .on_conflict_do_nothing(),
    # What another process is about to take is passed over.
    "destination_due": select(destinations)
    .where(_this_destination, destinations.c.due_at <= bindparam("now"))
    .with_for_update(skip_locked=True),
    "hold_destination": update(destinations)
    .where(_this_destination)
    .values(holder=bindparam("holder"), due_at=bindparam("due_at")),
    "renew_claim": update(destinations).where(_held).values(due_at=bindparam("due_at")),
    "release_destination": delete(destinations).where(_held),
    "rest_destination": update(destinations)
    .where(_held)
    .values(
        {name: bindparam(name) for name in ("holder", "due_at", "failures", "failing_since", "last_fault")}
    ),
    "wake_destination": update(destinations)
    .where(_this_destination, destinations.c.holder == _NOBODY)
    .values(due_at=bindparam("due_at")),
    "due_messages": select(outbox)
    .where(_of_destination, _waiting, outbox.c.due_at <= bindparam("now"), ~_has_earlier)
    .order_by(outbox.c.due_at, outbox.c.message_id)
    .suffix_with(MOST),
    "put_behind": update(outbox)
    .where(_of_destination, _waiting, outbox.c.due_at <= bindparam("now"), _has_earlier)
    .values(due_at=select(func.max(_earlier.c.due_at)).where(_is_in_the_way).scalar_subquery()),
    "message": select_row(outbox, "message_id"),
    "remove_message": delete(outbox).where(outbox.c.message_id == bindparam("message_id")),
    "hurry_sequence": update(outbox)
    .where(_of_sequence, _due_at > bindparam("due_at"))
    .values(due_at=bindparam("due_at")),
    "postpone_message": update(outbox)
    .where(outbox.c.message_id == bindparam("key_message_id"))
    .values(
        attempts=outbox.c.attempts + _ONE, due_at=bindparam("due_at"), last_fault=bindparam("last_fault")
    ),
    "postpone_sequence": update(outbox)
    .where(_of_sequence, _due_at < bindparam("due_at"))
    .values(due_at=bindparam("due_at")),
    "give_up_message": update(outbox)
    .where(outbox.c.message_id == bindparam("key_message_id"))
    .values(is_stuck=true(), attempts=outbox.c.attempts + _ONE, last_fault=bindparam("last_fault")),
    # A message is due when it was created at the earliest, so the index by due_at finds what is old.
    "give_up_older": update(outbox)
    .where(
        outbox.c.message_id.in_(
            select(outbox.c.message_id)
            .where(_of_destination, _waiting, outbox.c.due_at < bindparam("before"))
            .suffix_with(MOST)
        )
    )
    .values(is_stuck=true(), last_fault=bindparam("last_fault")),
    "all_messages": select(outbox)
    .where(outbox.c.message_id > bindparam("after"))
    .order_by(outbox.c.message_id)
    .suffix_with(MOST),
    "messages_of_destination": select(outbox)
    .where(_of_destination, outbox.c.message_id > bindparam("after"))
    .order_by(outbox.c.message_id)
    .suffix_with(MOST),
    "stuck_messages": select(outbox)
    .where(outbox.c.is_stuck.is_(True), outbox.c.created_at >= bindparam("after"))
    .order_by(outbox.c.created_at)
    .suffix_with(MOST),
    "waiting_messages_of": select(outbox)
    .where(_of_destination, _waiting)
    .order_by(outbox.c.due_at, outbox.c.message_id)
    .suffix_with(MOST),
    "stuck_messages_of": select(outbox)
    .where(_of_destination, outbox.c.is_stuck.is_(True), outbox.c.message_id > bindparam("after"))
    .order_by(outbox.c.message_id)
    .suffix_with(MOST),
    "destination": select(destinations).where(_this_destination),
    "retry_message": update(outbox)
    .where(outbox.c.message_id == bindparam("key_message_id"))
    .values(is_stuck=false(), due_at=bindparam("due_at")),
    "outbox_levels": select(
        outbox.c.kind,
        outbox.c.destination,
        func.sum(case((_waiting, _ONE), else_=_NONE)),
        func.sum(case((_waiting, _NONE), else_=_ONE)),
        func.min(case((_waiting, outbox.c.created_at))),
    )
    .group_by(outbox.c.kind, outbox.c.destination)
    .order_by(outbox.c.kind, outbox.c.destination),
    "sweep_stuck": delete(outbox).where(
        outbox.c.message_id.in_(
            select(outbox.c.message_id)
            .where(outbox.c.is_stuck.is_(True), outbox.c.created_at < bindparam("before"))
            .with_for_update(skip_locked=True)
            .suffix_with(MOST)
        )
    ),
}


class OutboxRows(Rows):
    """Implements ``services.outgoing.OutboxStores``."""

    def add_message(
        self, *, kind: str, destination: str, sequence_key: str, payload: bytes, now: datetime
    ) -> int:
        """Store a message with the state that it tells, and return its row number."""
        moment = to_milliseconds(now)
        return self._new(
            "add_message",
            {
                "kind": kind,
                "destination": destination,
                "sequence_key": sequence_key,
                "created_at": moment,
                "due_at": moment,
                "attempts": 0,
                "is_stuck": False,
                "last_fault": None,
                "payload": payload,
            },
        )

    # --- destinations ---

    def claim_destinations(
        self, kinds: tuple[str, ...], holder: str, now: datetime, until: datetime, limit: int
    ) -> list[Destination]:
        """Take destinations that have messages which are due and that nobody serves, each until a moment."""
        moment = to_milliseconds(now)
        due = [
            (first_due, kind, name)
            for kind in kinds
            for name, first_due in self._all("waiting_destinations", tuple, kind=kind)
            if first_due <= moment
        ]
        if not due:
            return []
        known = {(row[0], row[1]): row[3] for row in self._all("destinations", tuple)}
        free = [key for _, *key in sorted(due) if known.get((key[0], key[1]), 0) <= moment]
        claimed: list[Destination] = []
        for kind, name in free:
            if len(claimed) >= limit:
                break
            fresh = Destination(kind=kind, destination=name, holder=holder, due_at=until)
            taken = self._take(fresh, moment, is_known=(kind, name) in known)
            if taken is not None:
                claimed.append(taken)
        return claimed

    def _take(self, wanted: Destination, now: int, *, is_known: bool) -> Destination | None:
        """Take one destination, if nobody was quicker."""
        key = {"key_kind": wanted.kind, "key_destination": wanted.destination}
        if not is_known:
            self._do("add_destination", _destination_parameters(wanted))
            return wanted if self._cursor.rowcount > 0 else None
        found = self._one("destination_due", _read_destination, **key, now=now)
        if found is None:
            return None
        until = to_milliseconds(wanted.due_at)
        self._do("hold_destination", key | {"holder": wanted.holder, "due_at": until})
        return found

    def renew_claim(self, kind: str, destination: str, holder: str, until: datetime) -> bool:
        """Keep a destination for longer; False where it is no longer the holder's."""
        key = {"key_kind": kind, "key_destination": destination, "key_holder": holder}
        self._do("renew_claim", key | {"due_at": to_milliseconds(until)})
        return self._cursor.rowcount > 0

    def release_destination(self, kind: str, destination: str, holder: str) -> None:
        """Let go of a destination that answers: whoever finds messages for it may take it at once."""
        self._do(
            "release_destination",
            {"key_kind": kind, "key_destination": destination, "key_holder": holder},
        )

    def rest_destination(self, resting: Destination, holder: str) -> None:
        """Let go of a destination that does not answer: nobody takes it before its time."""
        parameters = _destination_parameters(resting)
        key = {
            "key_kind": parameters.pop("kind"),
            "key_destination": parameters.pop("destination"),
            "key_holder": holder,
        }
        self._do("rest_destination", parameters | key | {"holder": ""})

    def wake_destination(self, kind: str, destination: str, now: datetime) -> None:
        """Have a destination that is left alone tried at once."""
        key = {"key_kind": kind, "key_destination": destination}
        self._do("wake_destination", key | {"due_at": to_milliseconds(now)})

    def destination(self, kind: str, destination: str) -> Destination | None:
        """Return a destination that is served, or left alone, at the moment; None: neither."""
        return self._one("destination", _read_destination, key_kind=kind, key_destination=destination)

    def destinations(self) -> list[Destination]:
        """Return destinations that are served, or left alone, at the moment."""
        return self._all("destinations", _read_destination)

    # --- messages ---

    def due_messages(self, kind: str, destination: str, now: datetime, limit: int) -> list[Message]:
        """Return messages that are due, oldest first, and of every sequence key only the first."""
        return self._all(
            "due_messages",
            _read_message,
            kind=kind,
            destination=destination,
            now=to_milliseconds(now),
            most=limit,
        )

    def put_behind(self, kind: str, destination: str, now: datetime) -> int:
        """Have messages that are due wait as long as the earlier one in their way; return how many that were."""
        key = {"kind": kind, "destination": destination}
        self._do("put_behind", key | {"now": to_milliseconds(now)})
        return self._cursor.rowcount

    def remove_message(self, message: Message, now: datetime) -> None:
        """Forget a message that arrived; those behind it are due at once."""
        self._do("remove_message", {"message_id": message.message_id})
        if message.attempts:
            self._do("hurry_sequence", _sequence(message) | {"due_at": to_milliseconds(now)})

    def postpone_message(self, message: Message, due_at: datetime, fault: str) -> None:
        """Note a failed attempt; the message and those behind it wait."""
        moment = to_milliseconds(due_at)
        self._do(
            "postpone_message",
            {"key_message_id": message.message_id, "due_at": moment, "last_fault": fault},
        )
        self._do("postpone_sequence", _sequence(message) | {"due_at": moment})

    def give_up_message(self, message: Message, fault: str) -> None:
        """Note that a message was given up; those behind it wait no longer."""
        self._do("give_up_message", {"key_message_id": message.message_id, "last_fault": fault})
        moment = to_milliseconds(message.created_at)
        self._do("hurry_sequence", _sequence(message) | {"due_at": moment})

    def give_up_older(self, kind: str, destination: str, before: datetime, fault: str, limit: int) -> int:
        """Give up messages of a destination created before a moment, a few at a time, and return how many."""
        key = {"kind": kind, "destination": destination, "before": to_milliseconds(before)}
        self._do("give_up_older", key | {"last_fault": fault, "most": limit})
        return self._cursor.rowcount

    def message(self, message_id: int) -> Message | None:
        """Return a message."""
        return self._one("message", _read_message, message_id=message_id)

    def messages(
        self, after: int, limit: int, *, kind: str | None = None, destination: str | None = None
    ) -> list[Message]:
        """Return messages by row number, beginning behind ``after``; of one destination, or of all."""
        if kind is None or destination is None:
            return self._all("all_messages", _read_message, after=after, most=limit)
        return self._all(
            "messages_of_destination",
            _read_message,
            kind=kind,
            destination=destination,
            after=after,
            most=limit,
        )

    def stuck_messages(self, after: datetime, limit: int) -> list[Message]:
        """Return messages that were given up, by the moment they were created, from ``after`` on."""
        return self._all("stuck_messages", _read_message, after=to_milliseconds(after), most=limit)

    def waiting_messages_of(self, kind: str, destination: str, limit: int) -> list[Message]:
        """Return messages of a destination that are still to be sent, those that are due first."""
        return self._all("waiting_messages_of", _read_message, kind=kind, destination=destination, most=limit)

    def stuck_messages_of(self, kind: str, destination: str, after: int, limit: int) -> list[Message]:
        """Return messages of a destination that were given up, by row number, beginning behind ``after``."""
        return self._all(
            "stuck_messages_of",
            _read_message,
            kind=kind,
            destination=destination,
            after=after,
            most=limit,
        )

    def retry_message(self, message_id: int, now: datetime) -> bool:
        """Have a message sent at once, also one that was given up; False where there is none."""
        self._do("retry_message", {"key_message_id": message_id, "due_at": to_milliseconds(now)})
        return self._cursor.rowcount > 0

    def drop_message(self, message_id: int) -> bool:
        """Forget a message; False where there is none."""
        self._do("remove_message", {"message_id": message_id})
        return self._cursor.rowcount > 0

    def outbox_levels(self) -> list[Level]:
        """Return how many messages there are, a line a destination; reads the whole outbox."""
        return self._all("outbox_levels", _read_level)

    def sweep_stuck(self, before: datetime, limit: int) -> int:
        """Forget messages that were given up and are older, in a small step, and return how many."""
        self._do("sweep_stuck", {"before": to_milliseconds(before), "most": limit})
        return self._cursor.rowcount


def _sequence(message: Message) -> dict[str, Any]:
    return {
        "key_kind": message.kind,
        "key_destination": message.destination,
        "key_sequence_key": message.sequence_key,
    }


def _destination_parameters(destination: Destination) -> dict[str, Any]:
    """Return the columns of a destination."""
    since = destination.failing_since
    return {
        "kind": destination.kind,
        "destination": destination.destination,
        "holder": destination.holder,
        "due_at": to_milliseconds(destination.due_at),
        "failures": destination.failures,
        "failing_since": None if since is None else to_milliseconds(since),
        "last_fault": destination.last_fault,
    }


def _read_destination(row: Row) -> Destination:
    """Return the destination of a row of ``destinations``."""
    return Destination(
        kind=row[0],
        destination=row[1],
        holder=row[2],
        due_at=from_milliseconds(row[3]),
        failures=row[4],
        failing_since=None if row[5] is None else from_milliseconds(row[5]),
        last_fault=row[6],
    )


def _read_message(row: Row) -> Message:
    """Return the message of a row of ``outbox``."""
    return Message(
        message_id=row[0],
        kind=row[1],
        destination=row[2],
        sequence_key=row[3],
        created_at=from_milliseconds(row[4]),
        due_at=from_milliseconds(row[5]),
        attempts=row[6],
        is_stuck=bool(row[7]),
        last_fault=row[8],
        payload=bytes(row[9]),
    )


def _read_level(row: Row) -> Level:
    return Level(
        kind=row[0],
        destination=row[1],
        waiting=int(row[2]),
        stuck=int(row[3]),
        oldest=None if row[4] is None else from_milliseconds(int(row[4])),
    )
