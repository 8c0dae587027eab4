"""What a process acknowledged and did not read is read by the others, by one of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from openesim.adapters.db.postgres import PostgresWork
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services import notification_reading
from tests.support.chip import DISABLE, ENABLE
from tests.support.database import Cluster
from tests.support.rig import ICCID, Rig


@pytest.fixture
def rigs(cluster: Cluster, runner: asyncio.Runner) -> Any:
    """Three processes on one PostgreSQL."""
    address = cluster.new_database()
    works = [PostgresWork(address) for _ in range(3)]
    yield [Rig(work, runner, seed=f"process {number}") for number, work in enumerate(works)]
    for work in works:
        work.close()


def left_by(rig: Rig) -> int:
    """Lets a chip tell a process a lot that it does not read any more; returns how much."""
    rig.add_order()
    lpa = rig.lpa()
    assert lpa.fetch("TEST-1").pair is None
    lpa.deliver(lpa.install())
    for number in range(60):
        lpa.deliver(lpa.chip.change(ICCID, DISABLE if number % 2 else ENABLE))
    return 61


def test_several_processes_that_read_at_once_read_everything_once(rigs: list[Rig]) -> None:
    dead, *living = rigs
    count = left_by(dead)

    async def read() -> list[int]:
        return await asyncio.gather(*(rig.service.read_left_notifications() for rig in living))

    living[0].run(read())
    order = living[0].order()
    assert (order.state, order.chip_state) == (OrderState.INSTALLED, ChipState.DISABLED)
    steps = living[0].work.run_now(lambda stores: stores.steps_of_order(order.order_id))
    told = Counter(step.action for step in steps)
    assert told[Action.INSTALLATION_RESULT] == 1
    assert 1 <= told[Action.CHIP_NOTIFICATION] <= count - 1
    assert living[0].work.run_now(lambda stores: stores.pending_notifications(0, 9)) == []


def test_what_a_dead_process_left_is_read_without_a_restart(
    rigs: list[Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_reading, "LOOK_S", 0.05)
    dead, living, _ = rigs

    async def run() -> None:
        reader = asyncio.create_task(living.service.read_notifications())
        await asyncio.sleep(0.1)
        await asyncio.to_thread(left_by, other)
        living.clock.advance(seconds=notification_reading.LEFT_AFTER / timedelta(seconds=1) + 1)
        for _ in range(100):
            await asyncio.sleep(0.05)
            order = await living.work.run(lambda stores: stores.order_of_profile(ICCID))
            if order.chip_state is ChipState.DISABLED and not await living.work.run(
                lambda stores: stores.pending_notifications(0, 1)
            ):
                break
        else:
            pytest.fail("nobody read it")
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    with asyncio.Runner() as apart:
        other = Rig(dead.work, apart, seed="dead")
        living.run(run())
