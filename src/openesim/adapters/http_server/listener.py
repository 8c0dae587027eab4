"""Listeners: one per interface, in one event loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from openesim.adapters.http_server.addresses import bind
from openesim.adapters.http_server.connection import GOODBYE_S, REQUEST_TIMEOUT_S, Connection
from openesim.adapters.http_server.exchange import Application
from openesim.kernel.errors import ConfigError

FINISH_S: Final = 10.0
"""How long what is under way may take when the listeners close."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where to listen, with what, for whom.

    Attributes:
        host: address to bind.
        port: port to bind; 0: any.
        application: answers requests.
        tls: the context, or None for plain HTTP.
    """

    host: str
    port: int
    application: Application
    tls: ssl.SSLContext | None = None


class Servers:
    """Several listeners in one event loop."""

    def __init__(self, listeners: list[Listener]) -> None:
        """Take the listeners; nothing is bound yet."""
        self._listeners: Final = listeners
        self._servers: list[asyncio.Server] = []
        self._connections: Final[set[Connection]] = set()

    async def start(self) -> list[tuple[str, int]]:
        """Listen, and return the addresses in the order of the listeners.

        Raises:
            ConfigError: an address is in use, or none of this machine; then nothing listens.
        """
        bound: list[list[socket.socket]] = []
        try:
            for listener in self._listeners:
                bound.append(bind(listener.host, listener.port))  # noqa: PERF401 (what was bound is closed)
        except ConfigError:
            for sockets in bound:
                for each in sockets:
                    each.close()
            raise
        for listener, sockets in zip(self._listeners, bound, strict=True):
            for each in sockets:
                await self._listen(listener, each)
        return [sockets[0].getsockname()[:2] for sockets in bound]

    async def _listen(self, listener: Listener, bound: socket.socket) -> None:
        """Accept connections on a socket."""
        make: Callable[[], Connection] = partial(Connection, listener.application, self._connections)
        handshake_s, goodbye_s = (None, None) if listener.tls is None else (REQUEST_TIMEOUT_S, GOODBYE_S)
        server = await asyncio.get_running_loop().create_server(
            make,
            sock=bound,
            ssl=listener.tls,
            ssl_handshake_timeout=handshake_s,
            ssl_shutdown_timeout=goodbye_s,
        )
        self._servers.append(server)

    async def serve(self, until: asyncio.Event) -> None:
        """Serve until the event is set; then finish what is under way and close."""
        await until.wait()
        for server in self._servers:
            server.close()
        open_ones = tuple(self._connections)
        for connection in open_ones:
            connection.end()
        if open_ones:
            await asyncio.wait([connection.closed for connection in open_ones], timeout=FINISH_S)
