"""Listeners: one an interface, in one event loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from openesim.adapters.http_server.addresses import BACKLOG, bind
from openesim.adapters.http_server.connection import (
    GOODBYE_S,
    MOST_BODY_OCTETS,
    REQUEST_TIMEOUT_S,
    Connection,
)
from openesim.adapters.http_server.exchange import Application
from openesim.adapters.http_server.proxies import Proxies

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


class HttpServer:
    """One interface, heard on sockets that somebody else has bound."""

    def __init__(
        self,
        application: Application,
        tls: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
        most_body_octets: int = MOST_BODY_OCTETS,
    ) -> None:
        """Take what answers, and who is believed when he says for whom he asks; nothing is heard yet."""
        self._proxies: Final = proxies or Proxies()
        self._most_body_octets: Final = most_body_octets
        self._application: Final = application
        self._tls: Final = tls
        self._servers: Final[list[asyncio.Server]] = []
        self._connections: Final[set[Connection]] = set()
        self._rest_s = 0.0

    async def open(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on sockets, which are ours from now on."""
        handshake_s, goodbye_s = (None, None) if self._tls is None else (REQUEST_TIMEOUT_S, GOODBYE_S)
        loop = asyncio.get_running_loop()
        for each in sockets:
            create = loop.create_unix_server if each.family == socket.AF_UNIX else loop.create_server
            server = await create(
                self._connection,
                sock=each,
                backlog=BACKLOG,
                ssl=self._tls,
                ssl_handshake_timeout=handshake_s,
                ssl_shutdown_timeout=goodbye_s,
            )
            self._servers.append(server)

    async def close(self, rest_s: float = 0.0) -> None:
        """Accept nothing more, finish what is under way, close.

        Args:
            rest_s: how long a connection without a request may wait for one that is on its way; it is answered, and
                the answer says that it was the last.
        """
        self._rest_s = rest_s
        for server in self._servers:
            server.close()
        if rest_s:
            for connection in tuple(self._connections):
                connection.end(rest_s)
            # Who is still greeting us with TLS comes in meanwhile.
            await asyncio.sleep(rest_s)
        open_ones = tuple(self._connections)
        for connection in open_ones:
            connection.end()
        if open_ones:
            await asyncio.wait([each.closed for each in open_ones], timeout=FINISH_S)

    def _connection(self) -> Connection:
        """Return the protocol of a connection that comes in."""
        connection = Connection(self._application, self._connections, self._proxies, self._most_body_octets)
        if self._rest_s:
            connection.end(self._rest_s)
        return connection


class Servers:
    """Several listeners in one event loop, with sockets of their own."""

    def __init__(self, listeners: list[Listener]) -> None:
        """Take the listeners; nothing is bound yet."""
        self._listeners: Final = listeners
        self._servers: Final[list[HttpServer]] = []

    async def start(self) -> list[tuple[str, int]]:
        """Listen, and return the addresses in the order of the listeners.

        Raises:
            ConfigError: an address is in use, or none of this machine; then nothing listens.
        """
        bound: list[list[socket.socket]] = []
        with ExitStack() as stack:
            for listener in self._listeners:
                sockets = bind(listener.host, listener.port)
                for each in sockets:
                    stack.callback(each.close)
                bound.append(sockets)
            stack.pop_all()
        for listener, sockets in zip(self._listeners, bound, strict=True):
            server = HttpServer(listener.application, listener.tls)
            await server.open(sockets)
            self._servers.append(server)
        return [sockets[0].getsockname()[:2] for sockets in bound]

    async def serve(self, until: asyncio.Event) -> None:
        """Serve until the event is set; then finish what is under way and close."""
        await until.wait()
        await asyncio.gather(*(server.close() for server in self._servers))
