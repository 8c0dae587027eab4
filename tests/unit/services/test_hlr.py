"""An HLR hears of every switch once it can, and what it refuses is not said again."""

from __future__ import annotations

import asyncio

import pytest

from openesim.kernel.errors import ConflictError, PeerError
from openesim.kernel.ids import Iccid, Imsi
from openesim.network.subscription import Subscription
from openesim.services.hlr import HlrService
from tests.support.memory import MemoryWork
from tests.support.subscriptions import make_subscription, work_with

FIRST = make_subscription(is_active=False)
SECOND = make_subscription(
    iccid=Iccid("8988001010000000026"), imsi=Imsi("001010000000002"), msisdn=None, is_active=False
)


class MemoryHlr:
    """Implements ``Hlr``: remembers who is let in."""

    def __init__(self) -> None:
        self.is_on: dict[str, bool] = {}
        self.refused: set[str] = set()
        self.is_away = False
        self.connections = 0

    def connect(self) -> MemoryHlr:
        if self.is_away:
            raise PeerError("nobody there")
        self.connections += 1
        return self

    def provision(self, subscription: Subscription) -> None:
        if subscription.imsi in self.refused:
            raise ConflictError("the number is taken")
        self.is_on[subscription.imsi] = subscription.is_active

    def close(self) -> None:
        self.connections -= 1


@pytest.fixture
def work() -> MemoryWork:
    return work_with(FIRST, SECOND)


@pytest.fixture
def hlr() -> MemoryHlr:
    return MemoryHlr()


def test_switches_are_told_once(work: MemoryWork, hlr: MemoryHlr) -> None:
    service = HlrService(work, hlr.connect)
    work.stores.set_active(FIRST.iccid, is_active=True)
    assert asyncio.run(service.tell()) == 1
    assert asyncio.run(service.tell()) == 0
    work.stores.set_active(FIRST.iccid, is_active=False)
    work.stores.set_active(SECOND.iccid, is_active=True)
    assert asyncio.run(service.tell()) == 2
    assert hlr.is_on == {FIRST.imsi: False, SECOND.imsi: True}
    assert hlr.connections == 0


def test_an_hlr_that_is_away_hears_it_when_it_is_back(work: MemoryWork, hlr: MemoryHlr) -> None:
    service = HlrService(work, hlr.connect)
    work.stores.set_active(FIRST.iccid, is_active=True)
    hlr.is_away = True
    with pytest.raises(PeerError):
        asyncio.run(service.tell())
    hlr.is_away = False
    assert asyncio.run(service.tell()) == 1
    assert hlr.is_on == {FIRST.imsi: True}


def test_a_refusal_is_final_and_keeps_nobody_waiting(work: MemoryWork, hlr: MemoryHlr) -> None:
    hlr.refused = {FIRST.imsi}
    service = HlrService(work, hlr.connect)
    work.stores.set_active(FIRST.iccid, is_active=True)
    work.stores.set_active(SECOND.iccid, is_active=True)
    asyncio.run(service.tell())
    assert hlr.is_on == {SECOND.imsi: True}
    assert asyncio.run(service.tell()) == 0


def test_the_service_waits_for_an_hlr_that_comes_later(
    work: MemoryWork, hlr: MemoryHlr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openesim.services.hlr._LOOK_AGAIN_S", 0.0)
    work.stores.set_active(FIRST.iccid, is_active=True)
    attempts = [PeerError("nobody there"), PeerError("nobody there")]

    def connect() -> MemoryHlr:
        if attempts:
            raise attempts.pop()
        return hlr.connect()

    async def come_later() -> None:
        task = asyncio.create_task(HlrService(work, connect).run())
        while not hlr.is_on:  # noqa: ASYNC110 (the thread that tells has no event)
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(come_later())
    assert hlr.is_on == {FIRST.imsi: True}
