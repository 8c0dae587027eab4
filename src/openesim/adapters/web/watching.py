"""Around a web application: a request gets an id, its address a limit, and whoever watches hears how it ended.

The same as ``http_server/watching.py`` does for the interfaces of the standard. The function of a request is its method
and the form of its path, so that no number of somebody's profile becomes the name of a counter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

from openesim.adapters.web.serving import Asgi, Message, Receive, Send
from openesim.kernel.errors import TooManyRequestsError
from openesim.services.limits import Limits
from openesim.services.request_trace import (
    RequestTrace,
    Watcher,
    begin_request,
    request_id_of,
)

LIMITS: Final = "openesim.limits"
"""Where routes find the limits in the scope of a request."""

FROM_PROXY: Final = "openesim.is_from_proxy"
"""Set in the scope of a request that a trusted proxy has handed on."""

REQUEST_ID: Final = b"x-request-id"

NO_ANSWER: Final = 499
"""Counted for a request whose caller was gone before it was answered."""

TooMany = Callable[[TooManyRequestsError], Asgi]
"""Returns what answers who asks too often."""


class WatchedWeb:
    """A web application, watched.

    Args:
        application: what answers.
        interface: name of the listener, such as ``api``.
        watchers: hear of every answer.
        limits: how often an address or an operator may ask.
        too_many: answers who asks too often.
    """

    def __init__(
        self,
        application: Asgi,
        interface: str,
        watchers: Sequence[Watcher],
        limits: Limits,
        too_many: TooMany,
    ) -> None:
        """Take the application."""
        self._application: Final = application
        self._interface: Final = interface
        self._watchers: Final = tuple(watchers)
        self._limits: Final = limits
        self._too_many: Final = too_many

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = perf_counter()
        address = (scope.get("client") or ("", 0))[0]
        given = dict(scope["headers"]).get(REQUEST_ID, b"") if scope.get(FROM_PROXY) else b""
        trace = RequestTrace(request_id_of(given), self._interface, address)
        begin_request(trace)
        scope[LIMITS] = self._limits
        http_status = NO_ANSWER

        async def sending(message: Message) -> None:
            nonlocal http_status
            if message["type"] == "http.response.start":
                http_status = message["status"]
                name = (REQUEST_ID, trace.request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), name]}
            await send(message)

        try:
            await self._chosen(address)(scope, receive, sending)
        finally:
            trace.function = _function_of(scope) or trace.function
            for watcher in self._watchers:
                watcher.request_ended(trace, http_status, perf_counter() - began)

    def _chosen(self, address: str) -> Asgi:
        """Return what answers: the application, unless the address asks too often."""
        try:
            if address:
                self._limits.take_address(address, self._interface)
        except TooManyRequestsError as error:
            return self._too_many(error)
        return self._application


def _function_of(scope: Any) -> str:
    """Return method and form of the path; nothing where no route has it."""
    template = scope.get("path_template")
    return f"{scope['method']} {template}" if template and "route_handler" in scope else ""
