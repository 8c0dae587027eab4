"""A server with sockets on the loopback interface, in a thread of its own, and a client that may be rude."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.http_server.dispatcher import Identify
from openesim.adapters.http_server.listener import Listener, Servers
from tests.support.database import read
from tests.support.lpa import Reply
from tests.support.rig import Rig

HOST = "127.0.0.1"
WAIT_S = 20.0


@dataclass
class Live:
    """A running server.

    Attributes:
        database: its file; orders are read from it as another process would.
        ports: of ES9+ and, if asked for, of ES2+.
    """

    database: Path
    ports: list[int] = field(default_factory=list)
    trust: ssl.SSLContext | None = None

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Posts to ES9+ on a connection of its own."""
        return request(self.ports[0], "POST", path, headers, body)

    def talk(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """Sends octets as they are and returns everything that comes back until the server closes."""
        return talk(self.ports[0], *parts, pause=pause)

    def orders(self) -> list[Any]:
        """Returns all orders as they stand on disk."""
        return read(self.database, "SELECT * FROM orders ORDER BY order_id")


def request(
    port: int,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    context: ssl.SSLContext | None = None,
) -> Reply:
    """Sends a request on a connection of its own and returns the answer."""
    if context is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=WAIT_S)
    else:
        connection = http.client.HTTPSConnection(HOST, port, timeout=WAIT_S, context=context)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, told, answer.read())
    finally:
        connection.close()


def talk(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Sends octets as they are, with pauses, and returns everything that comes back until the server closes."""
    received = b""
    with socket.create_connection((HOST, port), timeout=WAIT_S) as connection:
        try:
            for number, part in enumerate(parts):
                if number and pause:
                    connection.settimeout(pause)
                    with suppress(TimeoutError):
                        received += connection.recv(65536)
                    connection.settimeout(WAIT_S)
                connection.sendall(part)
            while octets := connection.recv(65536):
                received += octets
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


@dataclass
class Faces:
    """What a live server listens with.

    Attributes:
        tls: of ES9+; None: plain HTTP.
        es2: of ES2+, with mutual TLS; None: no such listener.
        identify: names the operator behind a connection.
    """

    tls: ssl.SSLContext | None = None
    es2: ssl.SSLContext | None = None
    identify: Identify | None = None


@contextmanager
def serving(database: Path, faces: Faces | None = None) -> Iterator[Live]:
    """Runs a server on a database that is there, in the test world and at its time."""
    live = Live(database)
    started, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    faults: list[BaseException] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        work = SqliteWork(database)
        rig = Rig(work, asyncio.Runner())
        listeners = [Listener(HOST, 0, rig.es9, (faces or Faces()).tls)]
        if faces is not None and faces.es2 is not None:
            if faces.identify is not None:
                rig.es2._identify = faces.identify
            listeners.append(Listener(HOST, 0, rig.es2, faces.es2))
        servers = Servers(listeners)
        live.ports = [port for _, port in await servers.start()]
        reader = asyncio.create_task(rig.service.read_notifications())
        started.set()
        try:
            await servers.serve(stop)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            work.close()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(serve())
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            started.set()

    thread = threading.Thread(target=run, name="server")
    thread.start()
    assert started.wait(WAIT_S)
    try:
        if not faults:
            yield live
    finally:
        if not faults:
            loops[0].call_soon_threadsafe(stop.set)
        thread.join(WAIT_S)
    assert not faults, faults
    assert not thread.is_alive()
