"""Several processes send one outbox, over every kind of stores: nothing is lost, and every profile's order is kept."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.ambient import Ambient
from openesim.services.outbox import Outbox
from openesim.services.outgoing import Message, OutboxRules
from tests.support.outbox import BROKEN, UNREACHABLE, Listener, fault
from tests.support.rig import SteppedClock, entropy_of

PROFILES, MESSAGES, PROCESSES = 6, 6, 3
RULES = OutboxRules(first_pause_s=0.001, longest_pause_s=0.05, page=4, lease=timedelta(seconds=3600))


def processes(reopen: Callable[[], Any], count: int) -> list[Any]:
    """Returns the database as several processes see it; SQLite has one, whose tasks share it."""
    first = reopen()
    return (
        [first] * count if isinstance(first, SqliteWork) else [first, *(reopen() for _ in range(count - 1))]
    )


def fill(work: Any, clock: SteppedClock) -> dict[int, tuple[str, str]]:
    """Adds messages for two destinations and returns whom each is for, and its profile."""

    def unit(stores: Any) -> dict[int, tuple[str, str]]:
        added = {}
        for _ in range(MESSAGES):
            for profile in range(PROFILES):
                key = "AB"[profile % 2], str(profile)
                number = stores.add_message(
                    kind="es2plus",
                    destination=key[0],
                    sequence_key=key[1],
                    payload=b"{}",
                    now=clock.now(),
                )
                added[number] = key
        return added

    added: dict[int, tuple[str, str]] = work.run_now(unit)
    return added


@pytest.mark.parametrize("seed", range(3))
def test_several_processes_keep_every_profiles_order_whatever_fails(
    reopen: Callable[[], Any], runner: asyncio.Runner, seed: int
) -> None:
    chance, clock = random.Random(seed), SteppedClock()
    works = processes(reopen, PROCESSES)
    added = fill(works[0], clock)

    def fail_at_times(_message: Message) -> None:
        if chance.random() < 0.4:
            raise fault(chance.choice([BROKEN, UNREACHABLE]))

    listener = Listener(answer=fail_at_times)
    boxes = [
        Outbox(work, Ambient(clock, entropy_of(f"process {number}")), {"es2plus": listener}, RULES)
        for number, work in enumerate(works)
    ]

    async def send() -> None:
        for _ in range(500):
            await asyncio.gather(*(box.send_due() for box in boxes))
            clock.advance(seconds=1)
            if not works[0].run_now(lambda stores: stores.messages(0, 1)):
                return

    runner.run(send())
    assert works[0].run_now(lambda stores: stores.messages(0, 10)) == []
    assert works[0].run_now(lambda stores: stores.destinations()) == []
    assert sorted(number for _, number in listener.taken) == sorted(added), "each once, as nobody died"
    for profile in {key for _, key in added.values()}:
        arrived = [number for _, number in listener.taken if added[number][1] == profile]
        assert arrived == sorted(arrived)


def test_a_destination_is_served_by_one_process_at_a_time(
    reopen: Callable[[], Any], runner: asyncio.Runner
) -> None:
    clock = SteppedClock()
    works = processes(reopen, 2)
    fill(works[0], clock)
    listener = Listener(slow_s=0.01)
    boxes = [
        Outbox(work, Ambient(clock, entropy_of(str(number))), {"es2plus": listener}, OutboxRules(at_a_time=1))
        for number, work in enumerate(works)
    ]

    async def send() -> None:
        for _ in range(20):
            await asyncio.gather(*(box.send_due() for box in boxes))

    runner.run(send())
    assert len(listener.taken) == PROFILES * MESSAGES
    assert listener.most_at_once <= 2, "one message a destination, whoever sends it"
