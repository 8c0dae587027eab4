"""Where a step leads an event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import StateError
from openesim.provisioning.smds.events import TRANSITIONS, Event, EventState, EventStep
from tests.support.rig import NOW, eid_of

EVENT = Event(
    event_id="E",
    eid=eid_of(1),
    rsp_server_address="a.example.com",
    registrant="somebody",
    created_at=NOW,
    state=EventState.FORWARDING,
    forwarded_event_id="F",
)


def test_an_event_is_forwarded_once() -> None:
    registered = EVENT.forwarded()
    assert registered == replace(EVENT, state=EventState.REGISTERED)
    with pytest.raises(StateError):
        registered.forwarded()


def test_every_event_can_be_removed() -> None:
    assert set(TRANSITIONS) == set(EventState)
    assert all(EventStep.REMOVE in steps for steps in TRANSITIONS.values())


def test_an_event_goes_by_both_ids() -> None:
    assert [EVENT.goes_by(name) for name in ("E", "F", "G", "")] == [True, True, False, False]
    assert not replace(EVENT, forwarded_event_id=None).goes_by("F")


def test_chips_are_told_of_what_is_registered() -> None:
    assert not EVENT.is_told
    assert EVENT.forwarded().is_told
