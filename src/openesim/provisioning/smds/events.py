"""Events: a server has something for a chip.

::

    RegisterEvent, not to be forwarded ─► REGISTERED
    RegisterEvent, to be forwarded     ─► FORWARDING ─ the root took it    ─► REGISTERED
                                                     ─ it refused          ─► (gone)
                                                     ─ it was not reached  ─► stays
    DeleteEvent, or too old            ─► (gone)

An event that is being forwarded is on disk, with the id that the root will know it by, before the root hears of it.
So whatever dies in between, the same call made again goes on where the first one ended, and a root that has the event
already loses it by DeleteEvent. Chips are told of registered events only. Nothing of an event changes but its state.

Source: SGP.22 v2.5 §3.6.1, §3.6.3, §5.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openesim.kernel.errors import StateError
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed, with_quick_init


class EventState(StrEnum):
    """Where an event stands."""

    FORWARDING = "forwarding"
    REGISTERED = "registered"


class EventStep(StrEnum):
    """What can happen to an event that is there."""

    FORWARD = "the root SM-DS took it"
    REMOVE = "deleted, too old, or refused by the root SM-DS"


_S, _E = EventState, EventStep

TRANSITIONS: dict[EventState, dict[EventStep, EventState | None]] = {
    _S.FORWARDING: {_E.FORWARD: _S.REGISTERED, _E.REMOVE: None},
    _S.REGISTERED: {_E.REMOVE: None},
}
"""Where a step leads; None: the event is gone."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event.

    Attributes:
        event_id: chosen by who registered it.
        eid: the chip it is for.
        rsp_server_address: SM-DP+ or SM-DS that has something for the chip.
        registrant: who registered it, known by certificate; nobody else may delete it.
        created_at: aware UTC.
        state: where it stands.
        forwarded_event_id: the id by which a root SM-DS knows it; None where it is not forwarded.
    """

    event_id: str
    eid: Eid
    rsp_server_address: str
    registrant: str
    created_at: datetime
    state: EventState = EventState.REGISTERED
    forwarded_event_id: str | None = None

    def __repr__(self) -> str:
        """Leave the event id out: with some SM-DP+ it is what downloads the profile."""
        return f"Event(eid={self.eid}, address={self.rsp_server_address}, state={self.state.value})"

    def forwarded(self) -> Event:
        """Return the event once a root SM-DS has taken it.

        Raises:
            StateError: it was not being forwarded.
        """
        state = TRANSITIONS[self.state].get(EventStep.FORWARD)
        if state is None:
            raise StateError(f"an event that is {self.state.value} is not being forwarded")
        return changed(self, state=state)

    @property
    def is_told(self) -> bool:
        """Whether chips are told of it."""
        return self.state is EventState.REGISTERED

    def goes_by(self, event_id: str) -> bool:
        """Tell whether it is known under an id: here, or at a root SM-DS, from where a chip comes with it."""
        return event_id in {self.event_id, self.forwarded_event_id}
