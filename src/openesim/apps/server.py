"""The server process: listeners, the reader of notifications, the sweeper; ended by SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from datetime import UTC, datetime

import structlog
import uvloop

from openesim.adapters.http_server.listener import Servers
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.delivery import build_outbox
from openesim.apps.settings import ServeSettings, is_verbose
from openesim.apps.wiring import build_listeners, build_service, build_smdp, open_database
from openesim.kernel.errors import ConfigError
from openesim.services.smdp import SmdpService

SWEEP_INTERVAL_S = 60.0
_COLLECT_AFTER = 50_000


def configure_log() -> None:
    """Write structured events to standard error, one JSON object a line."""
    level = logging.DEBUG if is_verbose() else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def run_server(settings: ServeSettings) -> None:
    """Serve until told to stop.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    configure_log()
    uvloop.run(_serve(settings))


async def _serve(settings: ServeSettings) -> None:
    """Open, announce, serve, close."""
    folder = PkiFolder(settings.pki, datetime.now(UTC))
    smdp = build_smdp(folder, settings)
    work = open_database(settings.data)
    service = build_service(smdp, work)
    servers = Servers(build_listeners(settings, folder, service, work))
    stop = _stop_event()
    try:
        addresses = await servers.start()
    except ConfigError:
        work.close()
        raise
    _settle_memory()
    _announce(settings, addresses)
    background = [
        asyncio.create_task(service.read_notifications()),
        asyncio.create_task(_sweep(service)),
        asyncio.create_task(build_outbox(work, folder, settings, smdp).run()),
    ]
    try:
        await servers.serve(stop)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await service.read_left_notifications()
        work.close()


def _settle_memory() -> None:
    """Leave what start-up made out of garbage collection, and collect seldom: requests make no cycles to speak of."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _stop_event() -> asyncio.Event:
    """Return the event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _announce(settings: ServeSettings, addresses: list[tuple[str, int]]) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    schemes = ["http" if settings.plain_http else "https", "https"]
    for name, scheme, (host, port) in zip(("es9", "es2"), schemes, addresses, strict=False):
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.stdout.write(f"{name} listening on {scheme}://{place} as {settings.fqdn} (pid {os.getpid()})\n")
    sys.stdout.flush()


async def _sweep(service: SmdpService) -> None:
    """Remove expired sessions, a small step at a time."""
    while True:
        removed = await service.sweep()
        await asyncio.sleep(0 if removed else SWEEP_INTERVAL_S)
