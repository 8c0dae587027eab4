"""Listeners: uvicorn servers, one per interface, with patience for nobody.

A request must arrive whole, head and body, within ten seconds, and its head must not be longer than 16 kB, or its
connection ends; the length of bodies is the dispatcher's business. On a mutual-TLS listener the client's certificate
is handed to the application in the scope.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from openesim.adapters.http_server.addresses import bind
from openesim.adapters.http_server.dispatcher import WHOLE_RESPONSE
from openesim.kernel.errors import ConfigError

REQUEST_TIMEOUT_S = 10.0
REST_S = 60.0
"""How long a connection may rest between two requests."""

MOST_HEAD_OCTETS = 16 * 1024
GOODBYE_S = 0.2
"""How long a TLS peer may take to say goodbye; the event loop alone would wait half a minute for it."""

CLIENT_CERTIFICATE = "openesim.client_certificate"
"""Key of the scope under which the client's certificate stands, DER; None without one."""


class _WholeWrites:
    """A transport on which head and body of a response leave in one write: half the system calls and packets."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Stand in front of the transport."""
        self._transport = transport
        self._head = b""

    def write(self, data: bytes) -> None:
        """Hold the head of a final response back until its body comes, which may be empty."""
        if (
            data.startswith(b"HTTP/1.1 ")
            and not data.startswith(b"HTTP/1.1 1")
            and data.endswith(b"\r\n\r\n")
        ):
            self._head = data
            return
        self._transport.write(self._head + data)
        self._head = b""

    def flush(self) -> None:
        """Send a head that no body followed."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is left, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the transport."""
        return getattr(self._transport, name)


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with a time limit for requests and the client's certificate in the scope.

    Timers are set where somebody is slow, not for every request: making and cancelling two of them, and sending head
    and body through ASGI one after the other, takes a third of the time that a request takes here
    (docs/performance.md).
    """

    _request_timer: asyncio.TimerHandle | None = None
    _rest_timer: asyncio.TimerHandle | None = None
    _rests_since: float | None = None
    _is_arriving = False
    _client_certificate: bytes | None = None
    _is_in_head = True
    _heads = 0
    _head_octets = 0

    def connection_made(self, transport: Any) -> None:
        """Start the clock and look who is there."""
        super().connection_made(cast("asyncio.Transport", _WholeWrites(transport)))
        tls = transport.get_extra_info("ssl_object")
        self._client_certificate = tls.getpeercert(binary_form=True) if tls else None
        self._request_timer = self.loop.call_later(REQUEST_TIMEOUT_S, self._hang_up)

    def data_received(self, data: bytes) -> None:
        """Begin a new wait if a request begins on a connection kept alive and did not come whole."""
        self._rests_since = None
        heads = self._heads
        super().data_received(data)
        if self._request_timer is None and (
            self._is_arriving or getattr(self.cycle, "response_complete", True)
        ):
            self._request_timer = self.loop.call_later(REQUEST_TIMEOUT_S, self._hang_up)
        if self._is_in_head and self._heads == heads:
            # The parser knows no limit: a head without end would be kept until the time is up.
            self._head_octets += len(data)
            if self._head_octets > MOST_HEAD_OCTETS and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._is_arriving = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hand over the client's certificate, and a short way to answer."""
        self._is_in_head = False
        self._heads += 1
        self._head_octets = 0
        super().on_headers_complete()
        scope: Any = self.scope
        scope[CLIENT_CERTIFICATE] = self._client_certificate
        scope[WHOLE_RESPONSE] = partial(self._respond, self.cycle)

    def on_message_complete(self) -> None:
        """Stop the clock: the request is whole."""
        self._stop_clock()
        self._is_in_head = True
        self._is_arriving = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, or rest.

        In place of uvicorn's own, which makes a timer for every response.
        """
        cast("_WholeWrites", self.transport).flush()  # a head that no body followed, as the answer to HEAD
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._rests_since = self.loop.time()
        if self._rest_timer is None:
            self._rest_timer = self.loop.call_later(REST_S, self._look_whether_it_rests)

    def _look_whether_it_rests(self) -> None:
        """Close the connection if it has rested too long; else look again when it might have."""
        since = self._rests_since
        left = REST_S if since is None else since + REST_S - self.loop.time()
        if left <= 0:
            self._hang_up()
        else:
            self._rest_timer = self.loop.call_later(left, self._look_whether_it_rests)

    def _respond(
        self, cycle: RequestResponseCycle, http_status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> bool:
        """Send a whole response in one piece; False where ASGI's longer way has to be gone."""
        if (
            cycle.disconnected
            or cycle.response_started
            or not cycle.keep_alive
            or self.flow.write_paused
            or cycle.scope["method"] != "POST"
        ):
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        lines = [b"%b: %b\r\n" % header for header in headers]
        self.transport.write(b"".join((STATUS_LINE[http_status], *lines, b"\r\n", body)))
        cycle.message_event.set()
        cycle.on_response()
        return True

    def shutdown(self) -> None:
        """End with the server: at once if nothing is under way, else after the response."""
        super().shutdown()
        if self.transport.is_closing():
            self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._stop_clock()
        if self._rest_timer is not None:
            self._rest_timer.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        """Close, whether or not a TLS peer answers the goodbye: an idle client does not read it.

        Source: RFC 8446 §6.1 (nobody has to wait for the other's close_notify).
        """
        self.transport.close()
        self.loop.call_later(GOODBYE_S, self.transport.abort)

    def _stop_clock(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Where to listen, with what, for whom.

    Attributes:
        host: address to bind.
        port: port to bind; 0: any.
        app: the ASGI application.
        tls: the context, or None for plain HTTP.
    """

    host: str
    port: int
    app: Any
    tls: ssl.SSLContext | None = None


class Servers:
    """Several listeners in one event loop."""

    def __init__(self, listeners: list[Listener]) -> None:
        """Set the servers up; nothing is bound yet."""
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        self._servers: Final = [uvicorn.Server(_config(listener)) for listener in listeners]

    async def start(self) -> list[tuple[str, int]]:
        """Bind every listener and return the addresses in order.

        Raises:
            ConfigError: an address is in use, or none of this machine; then nothing listens.
        """
        bound: list[list[socket.socket]] = []
        try:
            for server in self._servers:
                bound.append(bind(server.config.host, server.config.port))  # noqa: PERF401 (what was bound is closed)
        except ConfigError:
            for each in chain.from_iterable(bound):
                each.close()
            raise
        for server, sockets in zip(self._servers, bound, strict=True):
            server.config.load()
            server.lifespan = server.config.lifespan_class(server.config)
            await server.startup(sockets)
        return [sockets[0].getsockname()[:2] for sockets in bound]

    async def serve(self, until: asyncio.Event) -> None:
        """Serve until the event is set; then finish what is under way and close."""
        loops = [asyncio.create_task(server.main_loop()) for server in self._servers]
        await until.wait()
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*loops)
        await asyncio.gather(*(server.shutdown() for server in self._servers))


def _config(listener: Listener) -> uvicorn.Config:
    """Return uvicorn's settings of a listener."""
    context = listener.tls
    factory: Callable[..., ssl.SSLContext] | None = None
    if context is not None:
        tls = context

        def factory(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
            return tls

    return uvicorn.Config(
        listener.app,
        host=listener.host,
        port=listener.port,
        http=PatientProtocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        ssl_context_factory=factory,
    )
