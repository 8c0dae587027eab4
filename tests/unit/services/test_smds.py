"""The SM-DS as a service: root and alternative, and what each has on disk whatever breaks in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError, FunctionError
from openesim.provisioning.smds.context import SmdsPolicy
from openesim.provisioning.smds.events import EventState
from tests.support.discovery import ALTERNATIVE, ROOT, Sky, SmdsRig, make_smds
from tests.support.memory import MemoryWork
from tests.support.rig import eid_of, make_chip, world_of

EID = eid_of(1)


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture
def root(runner: asyncio.Runner, sky: Sky) -> SmdsRig:
    return SmdsRig(MemoryWork(), runner, sky=sky)


@pytest.fixture
def alternative(root: SmdsRig, sky: Sky) -> SmdsRig:
    smds = make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT)
    return SmdsRig(MemoryWork(), root.runner, smds, sky)


def forward(alternative: SmdsRig, event_id: str = "EVENT-1") -> Any:
    return alternative.register(EID, event_id, forwardingIndicator=True).pair


def test_an_event_that_is_forwarded_stands_at_the_root_under_an_id_of_its_own(
    root: SmdsRig, alternative: SmdsRig
) -> None:
    assert forward(alternative) is None
    (below,), (above,) = alternative.events, root.events
    assert (below.event_id, below.rsp_server_address) == ("EVENT-1", "smdpplus.example.com")
    assert below.state is EventState.REGISTERED
    assert above.event_id == below.forwarded_event_id != below.event_id
    assert (above.eid, above.rsp_server_address, above.registrant) == (EID, ALTERNATIVE, ALTERNATIVE)


def test_an_event_that_is_not_forwarded_stays_here(root: SmdsRig, alternative: SmdsRig) -> None:
    assert alternative.register(EID).pair is None
    assert (len(alternative.events), root.events) == (1, [])


def test_a_chip_finds_its_way_from_the_root_to_the_event(root: SmdsRig, alternative: SmdsRig) -> None:
    forward(alternative)
    forward(alternative, "EVENT-2")
    lpa = root.lpa(make_chip(1))
    lpa.initiate()
    at_root = lpa.authenticate().members["eventEntries"]
    assert [each["rspServerAddress"] for each in at_root] == [ALTERNATIVE] * 2
    below = alternative.lpa(make_chip(1))
    below.initiate()
    (entry,) = below.authenticate(at_root[1]["eventId"]).members["eventEntries"]
    assert entry == {"eventId": "EVENT-2", "rspServerAddress": "smdpplus.example.com"}


def test_the_deletion_goes_through_to_the_root(root: SmdsRig, alternative: SmdsRig) -> None:
    forward(alternative)
    assert alternative.delete(EID).pair is None
    assert (alternative.events, root.events) == ([], [])
    assert alternative.delete(EID).pair == ("8.9.5", "3.9")


def test_a_root_that_lost_the_event_does_not_hinder_the_deletion(root: SmdsRig, alternative: SmdsRig) -> None:
    forward(alternative)
    root.work.run_now(lambda stores: stores.remove_event(root.events[0].event_id))
    assert alternative.delete(EID).pair is None
    assert alternative.events == []


def test_a_root_that_is_not_reached_is_told_of_by_5_1(root: SmdsRig, alternative: SmdsRig, sky: Sky) -> None:
    sky.breaks_before.add("register_event")
    assert forward(alternative) == ("8.9", "5.1")
    lpa = alternative.lpa(make_chip(1))
    lpa.initiate()
    assert lpa.authenticate().members["eventEntries"] == [], "a chip is told of what was promised"
    sky.breaks_before.clear()
    assert forward(alternative) is None, "the same call goes on where the first one ended"
    assert (len(alternative.events), len(root.events)) == (1, 1)

    sky.breaks_before.add("delete_event")
    assert alternative.delete(EID).pair == ("8.9", "5.1")
    assert (len(alternative.events), len(root.events)) == (1, 1)
    sky.breaks_before.clear()
    assert alternative.delete(EID).pair is None


def test_an_answer_of_the_root_that_was_lost_leaves_one_event(
    root: SmdsRig, alternative: SmdsRig, sky: Sky
) -> None:
    sky.breaks_after.add("register_event")
    assert forward(alternative) == ("8.9", "5.1")
    (lost,) = root.events
    sky.breaks_after.clear()
    assert forward(alternative) is None
    (above,), (below,) = root.events, alternative.events
    assert above.event_id == lost.event_id == below.forwarded_event_id

    sky.breaks_after.add("delete_event")
    assert alternative.delete(EID).pair == ("8.9", "5.1")
    sky.breaks_after.clear()
    assert alternative.delete(EID).pair is None
    assert (alternative.events, root.events) == ([], [])


def test_who_gives_up_leaves_nothing_at_the_root(root: SmdsRig, alternative: SmdsRig, sky: Sky) -> None:
    sky.breaks_after.add("register_event")
    forward(alternative)
    assert alternative.delete(EID).pair is None
    assert (alternative.events, root.events) == ([], [])


def test_a_root_that_refuses_is_told_of_by_4_2(alternative: SmdsRig) -> None:
    async def refuse(*_: object) -> Any:
        raise FunctionError("8.9.5", "1.2")

    alternative.service._registrar._peer.call = refuse  # type: ignore[union-attr,method-assign]
    assert forward(alternative) == ("8.9", "4.2")
    assert alternative.events == []


def test_a_process_that_died_while_forwarding_is_taken_up_by_the_same_call(
    root: SmdsRig, alternative: SmdsRig
) -> None:
    class Died(BaseException):
        pass

    async def die(*_: object) -> Any:
        raise Died

    peer: Any = alternative.service._registrar._peer  # type: ignore[union-attr]
    call, peer.call = peer.call, die
    with pytest.raises(Died):
        forward(alternative)
    assert [each.state for each in alternative.events] == [EventState.FORWARDING]
    peer.call = call
    assert alternative.register(eid_of(2), forwardingIndicator=True).pair == ("8.9.5", "3.3")
    assert forward(alternative) is None
    assert (len(alternative.events), len(root.events)) == (1, 1)


@pytest.mark.parametrize("days", [1, None])
def test_events_that_nobody_deletes_go_with_age_if_an_age_is_set(
    runner: asyncio.Runner, sky: Sky, days: int | None
) -> None:
    policy = SmdsPolicy(event_lifetime=None if days is None else timedelta(days=days))
    root = SmdsRig(MemoryWork(), runner, make_smds(world_of(), policy=policy), sky)
    below = make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT, policy=policy)
    alternative = SmdsRig(MemoryWork(), runner, below, sky)
    forward(alternative)
    root.register(EID, "OURS")
    alternative.clock.advance(hours=23)
    root.clock.advance(days=2)
    root.register(EID, "NEW")
    assert alternative.run(alternative.service.sweep()) == 0
    assert root.run(root.service.sweep()) == (0 if days is None else 2)
    alternative.clock.advance(hours=2)
    assert alternative.run(alternative.service.sweep()) == (0 if days is None else 1)
    assert len(root.events) == (3 if days is None else 1)


def test_an_old_event_waits_for_a_root_that_is_not_reached(
    root: SmdsRig, alternative: SmdsRig, sky: Sky
) -> None:
    forward(alternative)
    alternative.clock.advance(days=400)
    sky.breaks_before.add("delete_event")
    assert alternative.run(alternative.service.sweep()) == 0
    sky.breaks_before.clear()
    assert alternative.run(alternative.service.sweep()) == 1
    assert root.events == []


def test_two_who_register_one_id_at_once_are_told_apart(runner: asyncio.Runner) -> None:
    class Racing(MemoryWork):
        async def run(self, unit: Any, **options: Any) -> Any:
            raise ConflictError("a row with the same key exists")

    smds = SmdsRig(Racing(), runner)
    assert smds.register(EID).pair == ("8.9.5", "3.3")


def test_sessions_are_swept(root: SmdsRig) -> None:
    root.lpa().initiate()
    root.clock.advance(hours=1)
    assert root.run(root.service.sweep()) == 1
