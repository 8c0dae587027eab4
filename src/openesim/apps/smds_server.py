"""An SM-DS alone in its process; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from openesim.adapters.http_server.listener import Listener, Servers
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.config import Config
from openesim.apps.server import configure_log
from openesim.apps.smds import SmdsPart, SmdsSettings, build_es11, build_es12, build_part
from openesim.apps.wiring import open_database


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
    configure_log()
    folder = PkiFolder(pki, datetime.now(UTC))
    work = open_database(data)
    try:
        uvloop.run(_serve(build_part(folder, settings, config, work)))
    finally:
        work.close()


async def _serve(part: SmdsPart) -> None:
    """Listen, announce, serve, close."""
    stop, settings = asyncio.Event(), part.settings
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    application, tls = build_es11(part.folder, settings, part.service)
    listeners = [Listener(settings.es11.host, settings.es11.port, application, tls)]
    if settings.es12 is not None:
        application, tls = build_es12(part.folder, settings, part.service)
        listeners.append(Listener(settings.es12.host, settings.es12.port, application, tls))
    servers = Servers(listeners)
    addresses = await servers.start()
    _announce(settings, addresses)
    sweeper = asyncio.create_task(part.sweep())
    try:
        await servers.serve(stop)
    finally:
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper


def _announce(settings: SmdsSettings, addresses: list[tuple[str, int]]) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    schemes = ["http" if settings.plain_http else "https", "https"]
    for name, scheme, (host, port) in zip(("es11", "es12"), schemes, addresses, strict=False):
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.stdout.write(f"{name} listening on {scheme}://{place} as {settings.fqdn} (pid {os.getpid()})\n")
    sys.stdout.flush()
