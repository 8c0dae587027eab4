"""The server process: builds its parts, listens, works in the background; ended by SIGTERM or SIGINT.

What it listens with stands in ``apps/listeners.py``, a line a listener; what it does besides in ``apps/background.py``, a
line a task.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack

import structlog
import uvloop

from openesim.adapters.http_server.addresses import bind
from openesim.apps.background import BEGINNINGS, ENDINGS, TASKS
from openesim.apps.config import read_config
from openesim.apps.listeners import Planned, listeners_of
from openesim.apps.logs import configure_log
from openesim.apps.parts import Parts, build_parts
from openesim.apps.settings import ServeSettings, log_level
from openesim.kernel.errors import ConfigError

Bound = dict[str, list[socket.socket]]
"""Sockets by the name of the listener."""

_COLLECT_AFTER = 50_000

_log = structlog.get_logger(__name__)


def run_server(settings: ServeSettings) -> None:
    """Serve until told to stop.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    configure_log(log_level(read_config(settings.data).log.level))
    uvloop.run(_serve(settings))


async def _serve(settings: ServeSettings) -> None:
    """Build, listen, announce, serve, close."""
    parts = build_parts(settings)
    try:
        bound = bind_all(listeners_of(settings))
    except ConfigError:
        parts.work.close()
        raise
    await serve_parts(parts, bound, lambda: _announce(settings, bound))


async def serve_parts(parts: Parts, bound: Bound, tell_ready: Callable[[], None]) -> None:
    """Serve on sockets that are bound, until the life of the process is over; then close the database.

    Args:
        parts: of this process.
        bound: sockets by the name of the listener.
        tell_ready: called when all listeners are open.
    """
    life = parts.life
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, life.stop.set)
    try:
        for beginning in BEGINNINGS:
            await beginning(parts)
        listening = {each.name: each.build(parts) for each in listeners_of(parts.settings)}
        for name, each in listening.items():
            await each.open(bound[name])
        _settle_memory()
        tell_ready()
        background = [asyncio.create_task(task(parts)) for task in TASKS]
        try:
            await life.stop.wait()
            life.is_draining = True
            await asyncio.gather(*(each.close() for each in listening.values()))
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


def _settle_memory() -> None:
    """Leave what start-up made out of garbage collection, and collect seldom: requests make no cycles to speak of."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def bind_all(planned: list[Planned]) -> Bound:
    """Return sockets for all listeners, by name.

    Raises:
        ConfigError: an address is in use, or none of this machine; then nothing is bound.
    """
    bound: Bound = {}
    with ExitStack() as stack:
        for each in planned:
            if each.address is None:
                continue
            bound[each.name] = bind(each.address.host, each.address.port)
            for opened in bound[each.name]:
                stack.callback(opened.close)
        stack.pop_all()
    return bound


def _announce(settings: ServeSettings, bound: Bound) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    for each in listeners_of(settings):
        host, port = bound[each.name][0].getsockname()[:2]
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.stdout.write(
            f"{each.name} listening on {each.scheme}://{place} as {settings.fqdn} (pid {os.getpid()})\n"
        )
    sys.stdout.flush()
