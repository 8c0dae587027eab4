"""Reading of notifications that were acknowledged: soon, in the order of each profile, and once.

A process reads what it acknowledged itself as it comes in. What stays (a process died, the disk was full) is read by
whichever process looks next: each looks every few seconds, takes the oldest in small steps, and passes over what
another one is at. Whoever reads a notification removes it in the same unit of work, before anything else: of two that
want the same one, the second finds nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

import structlog

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.notifications import (
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
)
from openesim.services.ports import SmdpStores, UnitOfWork, never

Notification = ProfileInstallationResult | OtherSignedNotification
Stored = tuple[int, Notification | None]
"""Row number and notification; None where another release took in what this one cannot read."""

Process = Callable[[SmdpStores, Notification | None], str]
"""Stores what a notification changes and returns a line for the log."""

LOOK_S: Final = 3.0
"""How often a process looks for what stayed."""

LEFT_AFTER: Final = timedelta(seconds=5)
"""What is older than this was left, whoever acknowledged it."""

_STEP: Final = 20
_LONGEST_PAUSE_S: Final = 60.0

_log = structlog.get_logger(__name__)


class NotificationReader:
    """Reads notifications, those of this process and those that another one left."""

    def __init__(self, work: UnitOfWork, process: Process, clock: Clock) -> None:
        """Bind what is done with a notification to where they are stored."""
        self._work: Final = work
        self._process: Final = process
        self._clock: Final = clock
        self._arrived: Final = asyncio.Event()
        self._unread: list[Stored] = []

    def take_in(self, row: int, notification: Notification) -> None:
        """Have a notification read that was just stored."""
        self._unread.append((row, notification))
        self._arrived.set()

    async def run(self) -> None:
        """Read as they arrive, and first what an earlier process left; runs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look_for_left())
            tasks.create_task(self._read_arriving())

    async def _read_arriving(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            unread, self._unread = self._unread, []
            await asyncio.gather(*map(self._read, _by_profile(unread)))

    async def _look_for_left(self) -> None:
        """Read what stayed; where that fails (the disk is full, say), less and less often."""
        age, pause_s = timedelta(), LOOK_S
        while True:
            try:
                _, is_all = await self.read_left(age)
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("notifications not read", fault=repr(fault))
                is_all = False
            if is_all:
                age, pause_s = LEFT_AFTER, LOOK_S
            await asyncio.sleep(pause_s)
            if not is_all:
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def read_left(self, age: timedelta = timedelta()) -> tuple[int, bool]:
        """Read what is stored and at least so old, oldest first; return how many, and whether all went well."""
        before = self._clock.now() - age if age else None
        count, after, is_all = 0, 0, True

        def _look(stores: SmdpStores) -> list[Stored]:
            page = stores.pending_notifications(after, _STEP, before)
            return [(row, _decode(octets)) for row, octets in page]

        def _read_page(stores: SmdpStores) -> list[Stored]:
            page = _look(stores)
            self._read_in(stores, page)
            return page

        while True:
            try:
                page = await self._work.run(_read_page, must_last=_is_end)
            except Exception:  # noqa: BLE001 (one of them, or the stores: each is read for itself, and tells)
                page = await self._work.run(_look)
                is_all = all([await self._read([one]) for one in page]) and is_all
            if not page:
                return count, is_all
            count, after = count + len(page), page[-1][0]

    async def _read(self, several: Sequence[Stored]) -> bool:
        """Read notifications one after the other in one unit of work; tell whether all went well."""
        try:
            await self._work.run(lambda stores: self._read_in(stores, several), must_last=never)
        except Exception as fault:  # noqa: BLE001 (whatever it is: it stays stored, and stops no other)
            if len(several) == 1:
                _log.error("notification not processed", row=several[0][0], fault=repr(fault))
                return False
            return all([await self._read([one]) for one in several])
        return True

    def _read_in(self, stores: SmdpStores, several: Iterable[Stored]) -> None:
        """Read notifications inside a unit of work."""
        for row, notification in several:
            if stores.take_notification(row):
                note = self._process(stores, notification)
                _log.debug("notification processed", row=row, note=note)


def _is_end(page: list[Stored]) -> bool:
    """Tell whether a page is the empty one: behind it, all is on disk."""
    return not page


def _by_profile(unread: Iterable[Stored]) -> Iterable[list[Stored]]:
    """Return notifications about one profile together, in their order."""
    profiles: dict[object, list[Stored]] = {}
    for row, notification in unread:
        profiles.setdefault(_profile_of(notification) or row, []).append((row, notification))
    return profiles.values()


def _profile_of(notification: Notification | None) -> object:
    """Return the ICCID that a notification is about, or None."""
    if notification is None:
        return None
    if isinstance(notification, ProfileInstallationResult):
        return notification.profile_installation_result_data.value.notification_metadata.iccid
    return notification.tbs_other_notification.value.iccid


def _decode(octets: bytes) -> Notification | None:
    try:
        return PendingNotification.decode(octets)
    except DecodeError:
        return None
