"""Around every application: a request gets an id, its address a limit, and whoever watches hears how it ended.

The id comes from a proxy that is trusted, if it sends one in good form; else it is ours: eight random octets a process,
and a number. It is answered in ``X-Request-ID``, and every line of the log that the request causes carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Final

from openesim.adapters.http_server.dispatcher import too_many
from openesim.adapters.http_server.exchange import Application, Request, Response
from openesim.kernel.errors import TooManyRequestsError
from openesim.services.limits import Limits
from openesim.services.request_trace import RequestTrace, Watcher, begin_request, request_id_of

REQUEST_ID: Final = b"x-request-id"


class Watched:
    """The application of a listener, watched.

    Args:
        application: what answers.
        interface: name of the listener, such as ``es9plus``.
        watchers: hear of every answer.
        limits: how often an address may ask; None: as often as it likes.
    """

    def __init__(
        self,
        application: Application,
        interface: str,
        watchers: Sequence[Watcher] = (),
        limits: Limits | None = None,
    ) -> None:
        """Take the application."""
        self._application = application
        self._interface = interface
        self._watchers = tuple(watchers)
        self._limits = limits

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        began = perf_counter()
        given = request.headers.get(REQUEST_ID, b"") if request.is_from_proxy else b""
        trace = RequestTrace(request_id_of(given), self._interface, request.client_address)
        begin_request(trace)
        response = await self._answer(request, trace)
        seconds = perf_counter() - began
        for watcher in self._watchers:
            watcher.request_ended(trace, response.http_status, seconds)
        headers = (*response.headers, (REQUEST_ID, trace.request_id.encode()))
        return Response(response.http_status, headers, response.body)

    async def _answer(self, request: Request, trace: RequestTrace) -> Response:
        """Answer, unless the address asks too often."""
        limits = self._limits
        if limits is None or not trace.client_address:
            return await self._application(request)
        try:
            limits.take_address(trace.client_address, self._interface)
        except TooManyRequestsError as error:
            return too_many(error)
        response = await self._application(request)
        limits.note_answer(trace)
        return response
