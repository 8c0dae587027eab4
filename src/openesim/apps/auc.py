"""The process of the authentication centre: hostapd is answered, an osmo-hlr is told; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import ExitStack, suppress

from openesim.adapters.network.hostapd import GatewaySocket
from openesim.adapters.network.osmo_hlr import OsmoHlr
from openesim.apps.config import read_config
from openesim.apps.logs import configure_log
from openesim.apps.settings import Address, AucSettings, log_level
from openesim.apps.wiring import Work, open_database
from openesim.services.auc import AucService
from openesim.services.hlr import HlrService


def run_auc(settings: AucSettings) -> None:
    """Serve until told to stop.

    Raises:
        ConfigError: something has to be mended before work can begin.
        ConflictError: another process answers at the socket.
    """
    configure_log(log_level(read_config(settings.data).log.level))
    with ExitStack() as stack:
        work = open_database(settings.data)
        stack.callback(work.close)
        socket = None if settings.socket is None else stack.enter_context(GatewaySocket(settings.socket))
        asyncio.run(_serve(settings, work, socket))


async def _serve(settings: AucSettings, work: Work, socket: GatewaySocket | None) -> None:
    """Announce, serve, finish what was begun."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway = None if socket is None else await socket.serve(AucService(work, os.urandom))
    telling = None if settings.osmo_hlr is None else asyncio.create_task(_hlr(work, settings.osmo_hlr).run())
    _announce(settings)
    await stop.wait()
    if telling is not None:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
    if gateway is not None:
        await gateway.close()


def _hlr(work: Work, address: Address) -> HlrService:
    """Return what tells an osmo-hlr."""
    return HlrService(work, lambda: OsmoHlr(address.host, address.port))


def _announce(settings: AucSettings) -> None:
    """Tell on standard output what is served: programs wait for these lines."""
    if settings.socket is not None:
        sys.stdout.write(f"auc listening on unix:{settings.socket} (pid {os.getpid()})\n")
    if settings.osmo_hlr is not None:
        sys.stdout.write(
            f"osmo-hlr at {settings.osmo_hlr.host}:{settings.osmo_hlr.port} is told (pid {os.getpid()})\n"
        )
    sys.stdout.flush()
