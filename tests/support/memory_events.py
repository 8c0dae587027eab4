"""What an SM-DS keeps, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Eid, TransactionId
from openesim.provisioning.procedures.server_authentication import Handshake
from openesim.provisioning.smds.events import Event


class MemoryEvents:
    """Implements ``SmdsStores`` but for the sweeping of sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.discoveries: dict[bytes, Handshake] = {}
        self.events_by_id: dict[str, Event] = {}

    def discovery(self, transaction_id: TransactionId) -> Handshake | None:
        return self.discoveries.get(transaction_id)

    def add_discovery(self, session: Handshake) -> None:
        self.discoveries[session.transaction_id] = session

    def remove_discovery(self, transaction_id: TransactionId) -> None:
        self.discoveries.pop(transaction_id, None)

    def event(self, event_id: str) -> Event | None:
        return self.events_by_id.get(event_id)

    def events_of_chip(self, eid: Eid, limit: int) -> list[Event]:
        found = [each for each in self.events_by_id.values() if each.eid == eid]
        return sorted(found, key=lambda each: (each.created_at, each.event_id))[:limit]

    def events(self, after: str, limit: int) -> list[Event]:
        return [each for key, each in sorted(self.events_by_id.items()) if key > after][:limit]

    def events_before(self, moment: datetime, limit: int) -> list[Event]:
        found = [each for each in self.events_by_id.values() if each.created_at < moment]
        return sorted(found, key=lambda each: each.created_at)[:limit]

    def add_event(self, event: Event) -> None:
        if event.event_id in self.events_by_id:
            raise ConflictError("a row with the same key exists")
        self.events_by_id[event.event_id] = event

    def save_event_state(self, event: Event) -> None:
        known = self.events_by_id[event.event_id]
        self.events_by_id[event.event_id] = replace(known, state=event.state)

    def remove_event(self, event_id: str) -> None:
        self.events_by_id.pop(event_id, None)
