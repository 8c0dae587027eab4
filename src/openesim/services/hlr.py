"""Tells an HLR of others which subscriptions are on: what an installation or a deletion switched, until it has heard.

The switch and the note that it is still to be told are stored in one unit of work (``set_active``); here is the other
end. An HLR that is away hears it when it is back. A refusal is an answer: it is logged, and nobody asks again until
the subscription is switched once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from openesim.kernel.errors import ConflictError, PeerError
from openesim.network.subscription import Subscription
from openesim.services.ports import UnitOfWork

_PAGE: Final = 100
_LOOK_AGAIN_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 300.0

_log = structlog.get_logger(__name__)


class Hlr(Protocol):
    """Keeps subscribers, in a program of others."""

    def provision(self, subscription: Subscription) -> None:
        """Make a subscriber what the subscription says; safe to repeat.

        Raises:
            ConflictError: it refuses.
            PeerError: it did not answer.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class HlrService:
    """Carries switches from the stores to an HLR."""

    def __init__(self, work: UnitOfWork, connect: Callable[[], Hlr]) -> None:
        """Take where switches are noted, and what connects to the HLR."""
        self._work = work
        self._connect = connect

    async def run(self) -> None:
        """Tell what is to be told, as it comes; runs until cancelled."""
        pause_s = _LOOK_AGAIN_S
        while True:
            try:
                await self.tell()
                pause_s = _LOOK_AGAIN_S
            except PeerError as error:
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                _log.warning("HLR not told", fault=str(error), again_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def tell(self) -> int:
        """Tell everything that is to be told now, and return how many switches those were.

        Raises:
            PeerError: the HLR does not answer; what it was not told stays noted.
        """
        untold = await self._work.run(lambda stores: stores.untold_subscriptions(_PAGE))
        if not untold:
            return 0
        hlr = await asyncio.to_thread(self._connect)
        try:
            for subscription in untold:
                await self._tell_one(hlr, subscription)
        finally:
            hlr.close()
        return len(untold)

    async def _tell_one(self, hlr: Hlr, subscription: Subscription) -> None:
        """Tell one switch and note that it was told."""
        iccid, is_active = subscription.iccid, subscription.is_active
        try:
            await asyncio.to_thread(hlr.provision, subscription)
            _log.info("HLR told", imsi=subscription.imsi, is_active=is_active)
        except ConflictError as error:
            _log.error("HLR refused", imsi=subscription.imsi, cause=str(error))
        await self._work.run(lambda stores: stores.set_told(iccid, is_active=is_active))
