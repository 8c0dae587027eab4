"""The server process: builds its parts, listens, works in the background; ended by SIGTERM or SIGINT.

What it listens with stands in ``apps/listeners.py``, a line a listener; what it does besides in ``apps/background.py``, a
line a task.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

import structlog
import uvloop

from openesim.apps.background import BEGINNINGS, ENDINGS, TASKS
from openesim.apps.collecting import collect_seldom
from openesim.apps.listeners import listeners_of
from openesim.apps.parts import Parts, build_parts
from openesim.apps.settings import ServeSettings
from openesim.apps.sockets import Bound, announce, bind_all, kept_files
from openesim.apps.systemd import notify
from openesim.kernel.errors import ConfigError

_log = structlog.get_logger(__name__)


def run_alone(settings: ServeSettings) -> None:
    """Serve as one process until told to stop.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    uvloop.run(_serve_alone(settings))


async def _serve_alone(settings: ServeSettings) -> None:
    """Build, listen, announce, serve, close."""
    parts = build_parts(settings)
    planned = listeners_of(settings)
    try:
        bound = bind_all(planned)
    except ConfigError:
        parts.work.close()
        raise
    with kept_files(planned):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, parts.life.end)
        loop.add_signal_handler(signal.SIGHUP, _refuse_renewal)

        def tell_ready() -> None:
            announce(planned, settings.fqdn, bound)
            notify("READY=1")

        await serve_parts(parts, bound, tell_ready)
        notify("STOPPING=1")


def _refuse_renewal() -> None:
    """Say why SIGHUP does nothing."""
    _log.warning(
        "not renewed",
        reason="a server without --workers cannot be renewed while it runs; start it with --workers 1",
    )


async def serve_parts(parts: Parts, bound: Bound, tell_ready: Callable[[], None]) -> None:
    """Serve on sockets that are bound, until the life of the process is over; then close the database.

    Args:
        parts: of this process.
        bound: sockets by the name of the listener.
        tell_ready: called when all listeners are open.
    """
    life = parts.life
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, life.end)
    try:
        for beginning in BEGINNINGS:
            await beginning(parts)
        listening = {each.name: each.build(parts) for each in listeners_of(parts.settings)}
        for name, each in listening.items():
            await each.open(bound[name])
        collect_seldom()
        tell_ready()
        background = [asyncio.create_task(task(parts), name=task.__name__) for task in TASKS]
        try:
            await life.stop.wait()
            life.is_draining = True
            with suppress(TimeoutError):
                await asyncio.wait_for(life.hurry.wait(), life.drain_s)
            await asyncio.gather(*(each.close(life.rest_s) for each in listening.values()))
        finally:
            await _end(background)
            for ending in ENDINGS:
                await ending(parts)
    finally:
        parts.work.close()


async def _end(background: list[asyncio.Task[None]]) -> None:
    """Cancel the tasks of the background and wait until they have ended."""
    for task in background:
        task.cancel()
    for task, ended in zip(
        background, await asyncio.gather(*background, return_exceptions=True), strict=True
    ):
        if isinstance(ended, Exception):
            _log.error("background task failed", task=task.get_name(), fault=repr(ended))
