"""An SM-DS alone in its process; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import uvloop

from openesim.adapters.http_server.exchange import Application
from openesim.adapters.http_server.listener import HttpServer
from openesim.apps.config import Config
from openesim.apps.keys import open_pki
from openesim.apps.listeners import Planned
from openesim.apps.logs import configure_log
from openesim.apps.settings import log_level
from openesim.apps.smds import SmdsPart, SmdsSettings, build_part
from openesim.apps.sockets import announce, bind_all, kept_files
from openesim.apps.wiring import open_database
from openesim.services.blocklist import BlocklistService
from openesim.services.guards import Guards


def run_smds(data: Path, pki: Path, settings: SmdsSettings, config: Config) -> None:
    """Serve until told to stop.

    Args:
        data: data folder, or the configuration file.
        pki: PKI folder.
        settings: what the SM-DS is told.
        config: the configuration.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    configure_log(log_level(config.log.level))
    folder = open_pki(pki, data)
    work = open_database(data)
    blocklist = BlocklistService(work)
    planned = [
        Planned("es11", settings.es11, settings.es11_scheme, _unused),
        Planned("es12", settings.es12, settings.es12_scheme, _unused),
    ]
    try:
        part = build_part(folder, settings, config, work, Guards(blocklist))
        with kept_files(planned):
            uvloop.run(_serve(part, blocklist, planned))
    finally:
        work.close()


async def _serve(part: SmdsPart, blocklist: BlocklistService, planned: list[Planned]) -> None:
    """Listen, announce, serve, close."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    servers = {"es11": part.es11(_as_it_is)}
    if part.settings.es12 is not None:
        servers["es12"] = part.es12(_as_it_is)
    await blocklist.load()
    bound = bind_all(planned)
    for name, server in servers.items():
        await server.open(bound[name])
    announce(planned, part.settings.fqdn, bound)
    background = [asyncio.create_task(part.sweep()), asyncio.create_task(blocklist.follow())]
    try:
        await stop.wait()
        await asyncio.gather(*(server.close() for server in servers.values()))
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


def _as_it_is(application: Application, _interface: str) -> Application:
    """Return an application that nobody watches."""
    return application


def _unused(_: object) -> HttpServer:
    """Stand where a process of the SM-DP+ builds its listeners; this one builds its own."""
    raise NotImplementedError
