from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.notifications import PendingNotification
from openesim.services.notification_reading import LEFT_AFTER, NotificationReader
from tests.support.chip import DISABLE, ENABLE
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, NOW, SteppedClock, make_chip

CHIP = make_chip()
ICCIDS = [Iccid(f"898821100000000{number:04d}") for number in range(3)]


class SlowWork(MemoryWork):
    """Stores that take their time, some units longer than others, as several connections do."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def run(self, unit: Callable[[Any], Any], **_: Any) -> Any:
        self.count += 1
        await asyncio.sleep(0.01 if self.count % 2 else 0.001)
        return self.run_now(unit)


def store(work: MemoryWork, octets: bytes, age: timedelta = timedelta()) -> int:
    """Stores a notification that came in so long ago."""
    row: int = work.run_now(lambda stores: stores.add_notification(octets, NOW - age))
    return row


def profile_of(notification: Any) -> str:
    """Returns which of the profiles a notification is about, and what of it."""
    metadata = notification.tbs_other_notification.value
    return f"{ICCIDS.index(metadata.iccid)}:{metadata.seq_number}"


def noting(read: list[Any], name: Callable[[Any], Any]) -> Callable[[Any, Any], str]:
    """Returns what processes a notification by noting it."""

    def process(_: Any, notification: Any) -> str:
        read.append(name(notification))
        return ""

    return process


def test_notifications_of_a_profile_are_read_in_their_order_however_long_each_takes() -> None:
    work, read = SlowWork(), list[str]()

    async def run() -> None:
        reader = NotificationReader(work, noting(read, profile_of), SteppedClock())
        task = asyncio.create_task(reader.run())
        await asyncio.sleep(0.02)
        for number in range(12):
            octets = CHIP.tell(ENABLE if number % 2 else DISABLE, FQDN, ICCIDS[number % 3])
            reader.take_in(store(work, octets), PendingNotification.decode(octets))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert len(read) == 12
    for profile in "012":
        sequence = [int(each[2:]) for each in read if each.startswith(profile)]
        assert sequence == sorted(sequence)


def test_what_another_process_acknowledged_a_moment_ago_is_left_to_it() -> None:
    work, read = MemoryWork(), list[str]()
    old = store(work, CHIP.tell(ENABLE, FQDN, ICCIDS[0]), LEFT_AFTER + timedelta(seconds=1))
    young = store(work, CHIP.tell(ENABLE, FQDN, ICCIDS[1]))
    reader = NotificationReader(work, noting(read, profile_of), SteppedClock())
    assert asyncio.run(reader.read_left(LEFT_AFTER)) == (1, True)
    assert [each[0] for each in read] == ["0"]
    assert list(work.stores.notifications) == [young] != [old]
    assert asyncio.run(reader.read_left()) == (1, True)


def test_two_processes_that_want_the_same_notification_read_it_once() -> None:
    work, read = SlowWork(), list[str]()
    rows = [store(work, CHIP.tell(ENABLE, FQDN, ICCIDS[number % 3])) for number in range(50)]

    async def run() -> None:
        readers = [NotificationReader(work, noting(read, profile_of), SteppedClock()) for _ in range(3)]
        await asyncio.gather(*(reader.read_left() for reader in readers))

    asyncio.run(run())
    assert len(read) == len(set(read)) == len(rows)
    assert work.stores.notifications == {}


def test_octets_that_this_release_cannot_read_are_processed_as_such() -> None:
    work, read = MemoryWork(), list[Any]()
    store(work, b"from the future")
    reader = NotificationReader(work, noting(read, lambda notification: notification), SteppedClock())
    assert asyncio.run(reader.read_left()) == (1, True)
    assert read == [None]
