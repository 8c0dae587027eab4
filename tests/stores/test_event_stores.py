"""The contract of ``SmdsStores``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import TransactionId
from openesim.provisioning.procedures.server_authentication import Handshake
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.session import Session
from openesim.provisioning.smds.events import Event, EventState
from tests.support.discovery import ALTERNATIVE, ROOT, AnnouncingRig, Sky, SmdsRig, make_smds
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, NOW, eid_of, make_chip, world_of

TID = TransactionId(bytes(range(16)))
HANDSHAKE = Handshake(
    transaction_id=TID,
    expires_at=NOW,
    server_address="smds.example.com",
    server_challenge=bytes(range(16)),
    svn=b"\2\5\0",
    identity=b"i" * 20,
    euicc_ci_pkid=b"c" * 20,
)
EVENT = Event(
    event_id="E-1",
    eid=eid_of(1),
    rsp_server_address="smdp.example.com",
    registrant="2.999.10 CN=smdp.example.com",
    created_at=NOW,
)
FORWARDED = replace(EVENT, event_id="E-2", state=EventState.FORWARDING, forwarded_event_id="F-2")


def ask(work: Any, method: str, *arguments: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments))


def test_a_session_comes_back_until_it_is_removed(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_discovery", HANDSHAKE)
    assert ask(reopen(), "discovery", TID) == HANDSHAKE
    ask(work, "remove_discovery", TID)
    assert ask(work, "discovery", TID) is None


def test_neither_role_finds_the_others_sessions(work: Any) -> None:
    ask(work, "add_discovery", HANDSHAKE)
    assert ask(work, "session", TID) is None
    other = TransactionId(b"other")
    ask(work, "add_session", replace(Session.of(HANDSHAKE), transaction_id=other))
    assert ask(work, "discovery", other) is None
    ask(work, "remove_discovery", other)
    assert ask(work, "session", other) is not None


def test_sessions_of_both_roles_are_swept(work: Any) -> None:
    ask(work, "add_discovery", HANDSHAKE)
    ask(work, "add_session", replace(Session.of(HANDSHAKE), transaction_id=TransactionId(b"other")))
    assert ask(work, "sweep_sessions", NOW, 10) == 0
    assert ask(work, "sweep_sessions", NOW + timedelta(seconds=1), 10) == 2
    assert ask(work, "discovery", TID) is None


@pytest.mark.parametrize("event", [EVENT, FORWARDED], ids=["registered", "forwarding"])
def test_an_event_comes_back_as_it_was_stored(work: Any, reopen: Callable[[], Any], event: Event) -> None:
    ask(work, "add_event", event)
    assert ask(reopen(), "event", event.event_id) == event
    assert ask(work, "event", "e-1") is None, "ids are compared exactly"
    assert ask(work, "event", "E-1\0") is None


def test_an_event_id_is_one_events(work: Any) -> None:
    ask(work, "add_event", EVENT)
    with pytest.raises(ConflictError):
        ask(work, "add_event", replace(EVENT, eid=eid_of(2)))


def test_the_state_of_an_event_is_stored_and_nothing_else_of_it(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_event", FORWARDED)
    ask(work, "save_event_state", FORWARDED.forwarded())
    assert ask(reopen(), "event", "E-2") == replace(FORWARDED, state=EventState.REGISTERED)
    ask(work, "remove_event", "E-2")
    assert ask(reopen(), "event", "E-2") is None


def test_events_are_found_by_chip_and_by_age(work: Any) -> None:
    made = [replace(EVENT, event_id=f"E-{n}", created_at=NOW - timedelta(days=n)) for n in range(4)]
    for each in (*made, replace(EVENT, event_id="THEIRS", eid=eid_of(2))):
        ask(work, "add_event", each)
    assert ask(work, "events_of_chip", eid_of(1), 10) == made[::-1]
    assert ask(work, "events_of_chip", eid_of(1), 2) == [made[3], made[2]]
    assert ask(work, "events_of_chip", eid_of(3), 10) == []
    assert ask(work, "events_before", made[2].created_at, 10) == [made[3]]
    assert ask(work, "events_before", NOW, 2) == [made[3], made[2]]
    assert [each.event_id for each in ask(work, "events", "E-1", 2)] == ["E-2", "E-3"]


def test_an_order_is_announced_through_two_sm_ds_and_withdrawn_on_every_kind_of_stores(
    work: Any, runner: asyncio.Runner
) -> None:
    """SM-DP+ and alternative SM-DS share one database, as they may; the root has its own."""
    sky = Sky()
    root = SmdsRig(MemoryWork(), runner, sky=sky)
    below = SmdsRig(work, runner, make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT), sky)
    smdp = AnnouncingRig(work, runner, sky)
    assert smdp.order_through(ALTERNATIVE).pair is None
    assert [each.state for each in below.events] == [EventState.REGISTERED]
    lpa = below.lpa(make_chip(1))
    lpa.initiate()
    (entry,) = lpa.authenticate(root.events[0].event_id).members["eventEntries"]
    assert smdp.lpa(make_chip(1)).download(entry["eventId"]).http_status == 204
    smdp.process()
    smdp.send()
    assert (smdp.order().state, below.events, root.events) == (OrderState.INSTALLED, [], [])

    again = smdp.work.run_now(lambda stores: stores.order_of_profile(ICCID))
    smdp.save_order(replace(again, state=OrderState.ALLOCATED, matching_id=None, smds_address=None, eid=None))
    sky.breaks_after.add("register_event")
    assert smdp.confirm(ALTERNATIVE).pair == ("8.9", "5.1")
    assert (smdp.order().matching_id, len(smdp.waiting)) == (None, 1)
    sky.breaks_after.clear()
    assert smdp.confirm(ALTERNATIVE).pair is None
    smdp.send()
    assert [each.event_id for each in below.events] == [smdp.order().matching_id]
