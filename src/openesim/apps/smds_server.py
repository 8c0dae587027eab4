"""An SM-DS alone in its process; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from openesim.adapters.http_server.listener import Listener, Servers
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.config import Config
from openesim.apps.logs import configure_log
from openesim.apps.smds import SmdsPart, SmdsSettings, build_es11, build_es12, build_part
from openesim.apps.wiring import open_database
from openesim.services.blocklist import BlocklistService
from openesim.services.guards import Guards


def run_smds(data: Path, pki: Path, settings: SmdsSettings, config: Config) -> None:
    """Serve until told to stop.

    Args:
        data: folder of the database.
        pki: PKI folder.
        settings: what the SM-DS is told.
        config: the configuration.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    configure_log(config.log.level)
    folder = PkiFolder(pki, datetime.now(UTC))
    work = open_database(data)
    blocklist = BlocklistService(work)
    try:
        part = build_part(folder, settings, config, work, Guards(blocklist))
        uvloop.run(_serve(part, blocklist))
    finally:
        work.close()


async def _serve(part: SmdsPart, blocklist: BlocklistService) -> None:
    """Listen, announce, serve, close."""
    stop, settings = asyncio.Event(), part.settings
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    application, tls = build_es11(part.folder, settings, part.service)
    listeners = [Listener(settings.es11.host, settings.es11.port, application, tls)]
    if settings.es12 is not None:
        application, tls = build_es12(part.folder, settings, part.service)
        listeners.append(Listener(settings.es12.host, settings.es12.port, application, tls))
    await blocklist.load()
    servers = Servers(listeners)
    addresses = await servers.start()
    _announce(settings, addresses)
    background = [asyncio.create_task(part.sweep()), asyncio.create_task(blocklist.follow())]
    try:
        await servers.serve(stop)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


def _announce(settings: SmdsSettings, addresses: list[tuple[str, int]]) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    schemes = ["http" if settings.plain_http else "https", "https"]
    for name, scheme, (host, port) in zip(("es11", "es12"), schemes, addresses, strict=False):
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.stdout.write(f"{name} listening on {scheme}://{place} as {settings.fqdn} (pid {os.getpid()})\n")
    sys.stdout.flush()
