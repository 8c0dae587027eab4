"""Watching and limiting, put together for one process: what counts, what logs, what holds back, what says ready."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final

import structlog

from openesim.adapters.http_server.exchange import Application
from openesim.adapters.http_server.ops import CHECK_S, Check, Ops
from openesim.adapters.http_server.watching import Watched
from openesim.adapters.metrics.counting import Counting
from openesim.adapters.metrics.exposition import MEDIA_TYPE, expose
from openesim.apps.config import Config, RateLimits
from openesim.apps.logs import AccessLog
from openesim.kernel.ambient import Clock
from openesim.provisioning.smdp.context import Smdp
from openesim.services.blocklist import BlocklistService
from openesim.services.figures import Figures, FigureService
from openesim.services.guards import Guards
from openesim.services.limits import Limits, Rates, everybodys
from openesim.services.ports import UnitOfWork, never
from openesim.services.request_trace import Watcher

_log = structlog.get_logger(__name__)

KEYS_TRIED_EVERY: Final = timedelta(seconds=30)
"""How often a signature is made to see whether the keys can be used; it costs one of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What watches and limits a process.

    Attributes:
        counting: what /metrics tells.
        watchers: hear of every answered request.
        limits: how often somebody may ask.
        blocklist: chips that get nothing.
    """

    counting: Counting
    watchers: Sequence[Watcher]
    limits: Limits
    blocklist: BlocklistService

    @property
    def guards(self) -> Guards:
        """What chips are held back by."""
        return Guards(self.blocklist, self.limits)

    def around(self, application: Application, interface: str) -> Application:
        """Return the application of a listener, watched."""
        return Watched(application, interface, self.watchers, self.limits)


def build_watch(
    config: Config, work: UnitOfWork, counting: Counting, rate_of: Callable[[str], int | None] = everybodys
) -> Watch:
    """Return what watches and limits a process, as it is configured.

    Args:
        config: the configuration.
        work: the database.
        counting: what is counted.
        rate_of: returns an operator's own rate, or None.
    """
    watchers: list[Watcher] = [counting]
    if config.log.access:
        watchers.append(AccessLog())
    return Watch(
        counting=counting,
        watchers=watchers,
        limits=Limits(rates_of(config.limits), rate_of_operator=rate_of),
        blocklist=BlocklistService(work),
    )


def rates_of(limits: RateLimits) -> Rates:
    """Return the rates that the configuration sets."""
    return Rates(
        address=limits.requests_per_address,
        eid=limits.downloads_per_eid,
        operator=limits.requests_per_operator,
        guesses_of_address=limits.wrong_codes_per_address or None,
        guesses_of_eid=limits.wrong_codes_per_eid or None,
    )


class OpsParts:
    """What the ops listener asks."""

    def __init__(self, work: UnitOfWork, smdp: Smdp, clock: Clock, watch: Watch) -> None:
        """Take the parts of the process."""
        self._work = work
        self._smdp = smdp
        self._clock = clock
        self._watch = watch
        self._figures = FigureService(work, clock)
        self._keys_tried_at: datetime | None = None

    def application(self, draining: Check) -> Ops:
        """Return the application of the listener.

        Args:
            draining: says whether the process is about to end.
        """
        checks = {
            "draining": draining,
            "database": self._check_database,
            "keys": self._check_keys,
            "certificates": self._check_certificates,
        }
        return Ops(checks, self._metrics, MEDIA_TYPE)

    async def _check_database(self) -> str:
        """See whether the database answers."""
        await self._work.run(lambda stores: stores.package_named(""), must_last=never)
        return ""

    async def _check_keys(self) -> str:
        """Make a signature with each key, now and then."""
        now = self._clock.now()
        if self._keys_tried_at is None or now - self._keys_tried_at >= KEYS_TRIED_EVERY:
            for identity in self._smdp.identities.values():
                for credential in (identity.auth, identity.binding):
                    if credential is not None:
                        credential.signer.sign(b"readyz" + os.urandom(16))
            self._keys_tried_at = now
        return ""

    async def _check_certificates(self) -> str:
        """See whether the certificates that chips are shown are in their time: at least those of one CI."""
        now, faults = self._clock.now(), []
        for identity in self._smdp.identities.values():
            pair = [each.certificate for each in (identity.auth, identity.binding) if each is not None]
            late = [each for each in pair if not each.not_before <= now <= each.not_after]
            if not late:
                return ""
            faults.append(
                f"{late[0].subject}: valid {late[0].not_before:%Y-%m-%d} to {late[0].not_after:%Y-%m-%d}"
            )
        return "; ".join(faults)

    async def _metrics(self) -> bytes:
        """Tell what was counted, here and in the other processes, and what the database holds."""
        return expose(self._watch.counting.all_snapshots(), await self._counted(), version("openesim"))

    async def _counted(self) -> Figures | None:
        """Return what the database holds, or None where it does not answer."""
        try:
            return await asyncio.wait_for(self._figures.figures(), 5 * CHECK_S)
        except Exception as fault:  # noqa: BLE001 (the other metrics are told all the same)
            _log.error("database not counted", fault=repr(fault))
            return None
