"""An SM-DS alone in its process; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop

from openesim.adapters.http_server.exchange import Application
from openesim.adapters.http_server.listener import HttpServer
from openesim.apps.config import Config
from openesim.apps.keys import open_pki
from openesim.apps.listeners import Planned
from openesim.apps.logs import configure_log
from openesim.apps.smds import SmdsPart, SmdsSettings, build_part
from openesim.apps.sockets import Bound, bind_all, kept_files, place_of
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
    configure_log(config.log.level)
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
    _announce(part.settings, planned, bound)
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


def _announce(settings: SmdsSettings, planned: list[Planned], bound: Bound) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    for each in planned:
        if each.name in bound:
            place = place_of(each.scheme, bound[each.name][0])
            sys.stdout.write(f"{each.name} listening on {place} as {settings.fqdn} (pid {os.getpid()})\n")
    sys.stdout.flush()
