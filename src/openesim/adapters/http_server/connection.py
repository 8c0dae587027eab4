"""HTTP/1.1 on one connection: whole requests in, whole responses out, with patience for nobody.

The functions of the GSMA interfaces need little of HTTP: a small body each way, and a connection that is kept between
two calls. So a request is handed on when it is whole and an answer leaves in one write; a server for streams of any
length spends on every request what reading and checking it costs (docs/performance.md, ADR 0007).

A request must arrive whole, head and body, within ten seconds; a head has at most 16 kB and a body 64 kB. A connection
may rest for a minute. There is one timer a connection: it is set where somebody is slow, and a request that comes
whole only moves the deadline that it looks at.

Source: RFC 9112; SGP.22 v2.5 §6.2.
"""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus
from math import inf
from typing import Final, cast

import httptools

from openesim.adapters.http_server.exchange import Application, Request, Response
from openesim.adapters.http_server.proxies import Proxies, certificate_from

REQUEST_TIMEOUT_S = 10.0
REST_S = 60.0
"""How long a connection may rest between two requests, and how long an answer may wait to be read."""

GOODBYE_S = 0.2
"""How long a peer may take to say goodbye when the connection is closed on him."""

MOST_HEAD_OCTETS = 16 * 1024
MOST_BODY_OCTETS = 64 * 1024
_MOST_AHEAD = 8
"""Requests that may wait behind the one being answered before no more is read."""

_STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_PROXIES: Final = Proxies()
_TEXT: Final = ((b"content-type", b"text/plain; charset=utf-8"),)


class Connection(asyncio.Protocol):
    """One connection of a listener: reads, answers in order, ends.

    Attributes:
        closed: done when the connection is.
    """

    def __init__(
        self,
        application: Application,
        connections: set[Connection],
        proxies: Proxies = _NO_PROXIES,
        most_body_octets: int = MOST_BODY_OCTETS,
    ) -> None:
        """Answer with the application.

        Args:
            application: answers whole requests.
            connections: the open ones, for those who close the listener.
            proxies: who is believed when he says for whom he asks.
            most_body_octets: longest body of a request.
        """
        self._proxies = proxies
        self._most_body_octets = most_body_octets
        self._application = application
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request | Response, bool]] = deque()
        self._work: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_last = False  # nothing more is read
        self._is_leaving = False  # the next answer is the last
        self._is_hurried = True  # a request is awaited, and late if it does not come
        self._is_paused = False
        self._begin_request()
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None

    # --- What the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock and look who is there."""
        self._transport = cast("asyncio.Transport", transport)
        tls = transport.get_extra_info("ssl_object")
        self._client_certificate = tls.getpeercert(binary_form=True) if tls else None
        peer = transport.get_extra_info("peername")
        self._client_address: str = peer[0] if isinstance(peer, tuple) else ""
        self._is_proxied = self._proxies.trust(self._client_address)
        self._connections.add(self)
        self._is_hurried = True
        self._end_in(REQUEST_TIMEOUT_S)

    def data_received(self, data: bytes) -> None:
        """Read; what is no request, or too much of one, is answered and is the last thing that is read."""
        if self._is_last:
            return
        headers = self._headers
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._is_last = True  # the request is answered; what follows is in another protocol
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST, "this is not a request of HTTP/1.1")
        if not self._is_arriving:
            return
        if not self._is_hurried:
            self._is_hurried = True
            self._end_in(REQUEST_TIMEOUT_S)
        if self._is_in_head and self._headers is headers:
            # The parser knows no limit: a head without end would be kept until the time is up.
            self._head_octets += len(data)
            if self._head_octets > MOST_HEAD_OCTETS:
                self._refuse_head()

    def pause_writing(self) -> None:
        """Note that answers are not read as fast as they are written."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Go on."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the clock, and what nobody waits for any more; a request under way is carried out."""
        self._connections.discard(self)
        self.closed.set_result(None)
        self._is_last = True
        self._waiting.clear()
        self.resume_writing()
        if self._timer is not None:
            self._timer.cancel()

    # --- What the parser calls ---

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._begin_request()
        self._is_arriving = True

    def on_url(self, url: bytes) -> None:
        """Take the target, or a piece of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers[name.lower()] = value
        self._field_octets += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """Refuse what is too great before the body comes; ask for a body that waits to be asked for."""
        self._is_in_head = False
        length = self._headers.get(b"content-length", b"0")
        if self._field_octets > MOST_HEAD_OCTETS:  # it came whole, in one piece
            self._refuse_head()
        elif not length.isdigit() or int(length) > self._most_body_octets:
            self._refuse_body()
        elif self._work is None and self._headers.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, octets: bytes) -> None:
        """Take a piece of the body."""
        self._body_octets += len(octets)
        if self._body_octets > self._most_body_octets:
            self._refuse_body()
        else:
            self._body.append(octets)

    def on_message_complete(self) -> None:
        """Hand the request on: it is whole."""
        self._is_arriving = self._is_hurried = False
        if self._is_last:
            return
        try:
            path = httptools.parse_url(self._url).path or b""
        except httptools.HttpParserInvalidURLError:
            self._refuse(HTTPStatus.BAD_REQUEST, "the target of the request is not a path")
            return
        self._deadline = inf
        method, body = self._parser.get_method().decode(), b"".join(self._body)
        certificate, address = self._client_certificate, self._client_address
        if self._is_proxied:
            address = self._proxies.client_address(address, self._headers)
            if self._proxies.verify_certificates:
                certificate = certificate_from(self._headers)
        request = Request(
            method, path.decode("latin-1"), self._headers, body, certificate, address, self._is_proxied
        )
        self._put(request, keeps_open=self._parser.should_keep_alive())

    # --- Answers ---

    def end(self, rest_s: float = 0.0) -> None:
        """End with the listener: after the answer that is under way, else when the rest is over.

        Args:
            rest_s: how long to wait for a request where none is under way; 0: it ends at once.
        """
        if rest_s:
            self._is_leaving = True
            if self._work is None and not self._is_hurried:
                self._end_in(rest_s)
            return
        self._is_last = True
        if self._work is None:
            self._close(GOODBYE_S)

    def _begin_request(self) -> None:
        """Forget the request before."""
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._head_octets = self._field_octets = self._body_octets = 0
        self._is_in_head, self._is_arriving = True, False

    def _refuse_head(self) -> None:
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too long")

    def _refuse_body(self) -> None:
        most = self._most_body_octets
        self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {most} octets")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer in the place of a function and read no more."""
        if not self._is_last:
            self._is_last = True
            self._is_arriving = False
            self._put(Response(status.value, _TEXT, message.encode()), keeps_open=False)

    def _put(self, item: Request | Response, *, keeps_open: bool) -> None:
        """Have a request answered, or an answer sent, when its turn comes."""
        self._waiting.append((item, keeps_open))
        if self._work is None:
            self._work = self._loop.create_task(self._answer_all())
        elif len(self._waiting) > _MOST_AHEAD and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    async def _answer_all(self) -> None:
        """Answer what waits, one after the other; then rest, or end."""
        while self._waiting:
            item, keeps_open = self._waiting.popleft()
            is_head = isinstance(item, Request) and item.method == "HEAD"
            response = await self._application(item) if isinstance(item, Request) else item
            if self._transport.is_closing():
                return
            is_last = not keeps_open or ((self._is_last or self._is_leaving) and not self._waiting)
            self._write(response, is_head=is_head, is_last=is_last)
            if is_last:
                self._close(REST_S)
                return
            if self._drained is not None:
                self._end_in(REST_S)
                await self._drained
                if self._transport.is_closing():
                    return
        self._work = None
        if self._is_last:  # the listener closed while the last answer was being read
            self._close(GOODBYE_S)
            return
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        if not self._is_arriving:
            self._end_in(REST_S)

    def _write(self, response: Response, *, is_head: bool, is_last: bool) -> None:
        """Send head and body in one write: half the system calls and packets."""
        http_status, headers, body = response
        parts = [_STATUS_LINES[http_status], *(b"%b: %b\r\n" % header for header in headers)]
        if http_status != HTTPStatus.NO_CONTENT:
            parts.append(b"content-length: %d\r\n" % len(body))
        if is_last:
            parts.append(b"connection: close\r\n")
        parts.append(b"\r\n")
        if not is_head:
            parts.append(body)
        self._transport.write(b"".join(parts))

    # --- Time ---

    def _end_in(self, seconds: float) -> None:
        """End the connection in so many seconds, unless the deadline is moved meanwhile."""
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        """End the connection if its time is up; else look again when it may be."""
        self._timer = None
        if self._deadline <= self._loop.time():
            self._close(GOODBYE_S)
        elif self._deadline < inf:
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _close(self, patience_s: float) -> None:
        """Close, and wait no longer than that for the peer to read what was sent and to say goodbye.

        Source: RFC 8446 §6.1 (nobody has to wait for the other's close_notify).
        """
        self._is_last = True
        if self._transport.is_closing():
            self._transport.abort()
        else:
            self._transport.close()
            self._end_in(patience_s)
