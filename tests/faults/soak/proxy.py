"""A tiny proxy of our own in front of several servers: each request of a connection goes to the next one.

So no two steps of a session that follow one another are answered by the same process. A server that cannot be connected to is passed over; one
that dies with a request in its hands has the caller told 502, as a proxy does that may not repeat what it is given.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable
from itertools import count
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
Streams = dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]]
"""Connections to servers, by port."""

_GONE = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"
_FAULTS = (OSError, asyncio.IncompleteReadError)


class Proxy:
    """A proxy in a thread of its own.

    Attributes:
        backends: ports of the servers; may be changed at any time.
        served: requests answered, by port.
        broken: requests whose server died over them.
    """

    def __init__(self, backends: Iterable[int] = ()) -> None:
        self.backends = list(backends)
        self.served: Counter[int] = Counter()
        self.broken = 0
        self.port = 0
        self._turn = 0
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Where clients call."""
        return f"http://{HOST}:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, HOST, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, each by the next server."""
        upstream: Streams = {}
        self._turn += 1
        try:
            for turn in count(self._turn):
                request = await _read_message(reader)
                writer.write(await self._ask(request, turn, upstream))
                await writer.drain()
        except _FAULTS:
            pass
        finally:
            for _, each in upstream.values():
                each.close()
            writer.close()

    async def _ask(self, request: bytes, turn: int, upstream: Streams) -> bytes:
        """Returns what the server answers whose turn it is, or the next one that is there."""
        for port in [self.backends[(turn + n) % len(self.backends)] for n in range(len(self.backends))]:
            try:
                streams = upstream.pop(port, None) or await asyncio.open_connection(HOST, port)
            except OSError:
                continue  # nobody is there: the next one
            try:
                streams[1].write(request)
                answer = await _read_message(streams[0])
            except _FAULTS:
                streams[1].close()
                self.broken += 1
                return _GONE
            self.served[port] += 1
            if b"connection: close" in answer.partition(b"\r\n\r\n")[0].lower():
                streams[1].close()
            else:
                upstream[port] = streams
            return answer
        return _GONE


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """Returns a whole request or answer, octet for octet."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, found, length = head.lower().partition(b"content-length:")
    return head + await reader.readexactly(int(length.split(b"\r\n")[0]) if found else 0)
