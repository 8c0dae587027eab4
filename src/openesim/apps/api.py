"""The REST API of a server: its services over the database, and what it is heard with.

Imported where it is asked for: the framework takes its time.
"""

from __future__ import annotations

import ssl
from collections.abc import MutableMapping
from typing import Any

from litestar import Request

from openesim.adapters.http_server.proxies import Proxies
from openesim.adapters.web.api.app import ApiServices, build_api
from openesim.adapters.web.api.problems import tell
from openesim.adapters.web.serving import Asgi, Receive, Send, WebServer
from openesim.adapters.web.watching import FROM_PROXY, WatchedWeb
from openesim.apps.watching import Watch
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import TooManyRequestsError
from openesim.services.access import AccessService
from openesim.services.activation_codes import ActivationCodes
from openesim.services.chips import Chips
from openesim.services.conditions.gate.gate import Gate
from openesim.services.es2plus import Es2PlusService
from openesim.services.event_feed import EventFeed
from openesim.services.lines import Lines
from openesim.services.listing import Listing
from openesim.services.ordering import Ordering
from openesim.services.ports import AnyWork
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies
from openesim.services.webhooks import WebhookService


def build_api_services(
    work: AnyWork,
    ambient: Ambient,
    functions: Es2PlusService,
    webhooks: WebhookService,
    gate: Gate | None = None,
) -> ApiServices:
    """Return what the routes call.

    Args:
        work: the database.
        ambient: clock and randomness.
        functions: of ES2+, which orders are made by.
        webhooks: those of operators.
        gate: that they ask, if there is one.
    """
    listing = Listing(work)
    return ApiServices(
        access=AccessService(work, ambient.clock),
        replies=Replies(work, ambient.clock),
        profile_types=ProfileTypes(work),
        listing=listing,
        ordering=Ordering(functions, ambient, gate),
        activation_codes=ActivationCodes(listing, functions.smdp_address),
        chips=Chips(work),
        lines=Lines(work),
        event_feed=EventFeed(work, ambient.clock),
        webhooks=webhooks,
    )


def build_api_server(
    services: ApiServices,
    tls: ssl.SSLContext | None,
    watch: Watch | None = None,
    proxies: Proxies | None = None,
) -> WebServer:
    """Return what answers the REST API; it hears nothing yet."""
    app: Asgi = build_api(services)
    if watch is not None:
        app = WatchedWeb(app, "api", watch.watchers, watch.limits, too_many)
    return WebServer(behind(proxies or Proxies(), app), tls)


def too_many(error: TooManyRequestsError) -> Asgi:
    """Return what answers who asks too often."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        await tell(request, error).to_asgi_response(None, request)(scope, receive, send)

    return answer


def behind(proxies: Proxies, application: Asgi) -> Asgi:
    """Return an application that sees the client in the place of a trusted proxy."""

    async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        client = scope.get("client")
        peer = client[0] if client else ""
        if scope["type"] == "http" and proxies.trust(peer):
            address = proxies.client_address(peer, dict(scope["headers"]))
            scope = {**scope, "client": (address, 0) if address else None, FROM_PROXY: True}
        await application(scope, receive, send)

    return answer
