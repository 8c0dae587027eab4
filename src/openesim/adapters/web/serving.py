"""Runs an ASGI application on sockets in the event loop that is there, until it is told to close.

uvicorn is made to own a process: signals, logs and lifespan are taken from it, since several listeners share ours.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from socket import socket
from typing import Any, Final

import structlog
import uvicorn

_log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]

FINISH_S: Final = 10
"""How long what is under way may take when the listener closes."""

_REST_S: Final = 15
"""How long a connection may wait for its next request."""

_MOST_CONNECTIONS: Final = 1000


class _Bridge(logging.Handler):
    """Brings what uvicorn has to say into our log, as an event like any other."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        _log.log(record.levelno, "web server", said=record.getMessage(), exc_info=record.exc_info)


def _take_over_log() -> None:
    """Let uvicorn say what is amiss, where everybody else says it; and nothing of its daily work."""
    logger = logging.getLogger("uvicorn.error")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    logger.handlers[:] = [_Bridge()]


class _Guest(uvicorn.Server):
    """A server in a loop of ours: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class WebServer:
    """One ASGI application, heard on sockets that somebody else has bound."""

    def __init__(self, application: Asgi, tls: ssl.SSLContext | None = None) -> None:
        """Take what answers; nothing is heard yet."""
        _take_over_log()
        config = uvicorn.Config(
            application,
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            # A path tells whose order it is, a query whom somebody looks for: neither belongs into a log.
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_REST_S,
            timeout_graceful_shutdown=FINISH_S,
            limit_concurrency=_MOST_CONNECTIONS,
            ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        )
        self._server: Final = _Guest(config)
        self._running: asyncio.Task[None] | None = None

    async def open(self, sockets: Sequence[socket]) -> None:
        """Accept connections on sockets, which are ours from now on."""
        self._running = asyncio.create_task(self._server.serve(sockets=list(sockets)))
        while not self._server.started and not self._running.done():  # noqa: ASYNC110
            await asyncio.sleep(0)  # a few rounds of the loop; it tells nobody when it has begun
        if self._running.done():
            self._running.result()

    async def close(self, rest_s: float = 0.0) -> None:
        """Accept nothing more, finish what is under way, close.

        Args:
            rest_s: how long connections that rest may go on before that.
        """
        if self._running is not None:
            await asyncio.sleep(rest_s)
            self._server.should_exit = True
            await self._running
