"""Events of the SM-DS, and the sessions in which chips ask for them.

Those sessions stand in the table of the SM-DP+'s, under a state of their own: neither role finds the other's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, literal_column, select

from openesim.adapters.db import records
from openesim.adapters.db.records import Row
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import events, sessions
from openesim.kernel.ids import Eid, TransactionId
from openesim.provisioning.procedures.server_authentication import Handshake
from openesim.provisioning.smds.events import Event, EventState

_DISCOVERY: Final = "discovery"
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode
_STATES: Final = {state.value: state for state in EventState}

STATEMENTS: Final[Statements] = {
    "discovery": select_row(sessions, "transaction_id")
    .where(sessions.c.state == literal_column(f"'{_DISCOVERY}'"))
    .with_for_update(),
    "add_discovery": insert_row(sessions),
    "remove_discovery": delete(sessions)
    .where(sessions.c.transaction_id == bindparam("transaction_id"))
    .where(sessions.c.state == literal_column(f"'{_DISCOVERY}'")),
    "event": select_row(events, "event_id").with_for_update(),
    "events_of_chip": select_row(events, "eid")
    .order_by(events.c.created_at, events.c.event_id)
    .suffix_with(MOST),
    "all_events": select(events)
    .where(events.c.event_id > bindparam("after"))
    .order_by(events.c.event_id)
    .suffix_with(MOST),
    "events_before": select(events)
    .where(events.c.created_at < bindparam("before"))
    .order_by(events.c.created_at)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "add_event": insert_row(events),
    "save_event_state": update_row(events, "event_id", "state"),
    "remove_event": delete(events).where(events.c.event_id == bindparam("event_id")),
}


class EventRows(Rows):
    """Implements ``services.smds.SmdsStores``, and what the command line needs beside it."""

    # --- sessions ---

    def discovery(self, transaction_id: TransactionId) -> Handshake | None:
        """Return the session of a chip that asks for its events."""
        return self._one("discovery", _read_discovery, transaction_id=bytes(transaction_id))

    def add_discovery(self, session: Handshake) -> None:
        """Store a new session."""
        record = (
            session.server_address,
            session.server_challenge,
            session.svn,
            session.identity,
            session.euicc_ci_pkid,
        )
        self._do(
            "add_discovery",
            {
                "transaction_id": bytes(session.transaction_id),
                "state": _DISCOVERY,
                "expires_at": records.to_milliseconds(session.expires_at),
                "order_id": 0,
                "record": _pack(record),
            },
        )

    def remove_discovery(self, transaction_id: TransactionId) -> None:
        """Forget a session that has ended."""
        self._do("remove_discovery", {"transaction_id": bytes(transaction_id)})

    # --- events ---

    def event(self, event_id: str) -> Event | None:
        """Return the event with exactly this id."""
        return self._one("event", _read_event, event_id=str(event_id))

    def events_of_chip(self, eid: Eid, limit: int) -> list[Event]:
        """Return the events of a chip, oldest first."""
        return self._all("events_of_chip", _read_event, eid=str(eid), most=limit)

    def events(self, after: str, limit: int) -> list[Event]:
        """Return events by id, beginning behind ``after``."""
        return self._all("all_events", _read_event, after=after, most=limit)

    def events_before(self, moment: datetime, limit: int) -> list[Event]:
        """Return events that were registered before a moment, oldest first."""
        before = records.to_milliseconds(moment)
        return self._all("events_before", _read_event, before=before, most=limit)

    def add_event(self, event: Event) -> None:
        """Store a new event.

        Raises:
            ConflictError: its id is taken.
        """
        self._do("add_event", _event_parameters(event))

    def save_event_state(self, event: Event) -> None:
        """Store where an event stands now."""
        self._do("save_event_state", {"key_event_id": str(event.event_id), "state": event.state.value})

    def remove_event(self, event_id: str) -> None:
        """Remove an event."""
        self._do("remove_event", {"event_id": str(event_id)})


def _read_discovery(row: Row) -> Handshake:
    """Return the session of a row of ``sessions``."""
    address, challenge, svn, identity, ci_pkid = _unpack(row[4])
    return Handshake(
        transaction_id=TransactionId(row[0]),
        expires_at=records.from_milliseconds(row[2]),
        server_address=address,
        server_challenge=challenge,
        svn=svn,
        identity=identity,
        euicc_ci_pkid=ci_pkid,
    )


def _event_parameters(event: Event) -> dict[str, Any]:
    """Return the columns of an event."""
    forwarded = event.forwarded_event_id
    return {
        "event_id": str(event.event_id),
        "eid": str(event.eid),
        "rsp_server_address": event.rsp_server_address,
        "registrant": event.registrant,
        "created_at": records.to_milliseconds(event.created_at),
        "state": event.state.value,
        "forwarded_event_id": None if forwarded is None else str(forwarded),
    }


def _read_event(row: Row) -> Event:
    """Return the event of a row of ``events``, columns in the table's order."""
    return Event(
        event_id=row[0],
        eid=Eid(row[1]),
        rsp_server_address=row[2],
        registrant=row[3],
        created_at=records.from_milliseconds(row[4]),
        state=_STATES[row[5]],
        forwarded_event_id=row[6],
    )
