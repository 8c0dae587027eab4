"""The application: every resource under ``/api/v1``, behind keys, with one form of errors.

A new resource is a file with its routes, a line in ``RESOURCES``, and its service: a field of ``ApiServices``, which
routes ask for by the field's name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import ResponseHeader, State
from litestar.di import Provide

from openesim.adapters.web.api.activation_codes import ActivationCodeRoutes
from openesim.adapters.web.api.bulk_orders import BulkRoutes
from openesim.adapters.web.api.calling import (
    ApiRequest,
    caller_of,
    doing_of,
    reach,
    verify_access,
    verify_media_type,
)
from openesim.adapters.web.api.chips import ChipRoutes
from openesim.adapters.web.api.describing import describe
from openesim.adapters.web.api.events import EventRoutes
from openesim.adapters.web.api.lines import LineRoutes
from openesim.adapters.web.api.orders import OrderRoutes, list_query
from openesim.adapters.web.api.problem_routes import ProblemRoutes
from openesim.adapters.web.api.problem_types import UNAVAILABLE
from openesim.adapters.web.api.problems import HANDLERS, Trouble, tell
from openesim.adapters.web.api.profile_types import ProfileTypeRoutes
from openesim.adapters.web.api.stock import StockRoutes
from openesim.adapters.web.api.timeline import TimelineRoutes
from openesim.adapters.web.api.webhooks import WebhookRoutes
from openesim.adapters.web.limits import TimeLimit
from openesim.services.access import AccessService
from openesim.services.activation_codes import ActivationCodes
from openesim.services.chips import Chips
from openesim.services.event_feed import EventFeed
from openesim.services.lines import Lines
from openesim.services.listing import Listing
from openesim.services.ordering import Ordering
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies
from openesim.services.webhooks import WebhookService

API_PATH: Final = "/api/v1"
MOST_OCTETS: Final = 64 * 1024
"""Of a body; a resource that takes more says so."""

RESOURCES: Final[tuple[Any, ...]] = (
    *(ProfileTypeRoutes, StockRoutes, OrderRoutes, BulkRoutes, TimelineRoutes, ActivationCodeRoutes),
    *(ChipRoutes, LineRoutes, EventRoutes, WebhookRoutes),
    ProblemRoutes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """What the routes call, each under the name by which they ask for it."""

    access: AccessService
    replies: Replies
    profile_types: ProfileTypes
    listing: Listing
    ordering: Ordering
    activation_codes: ActivationCodes
    chips: Chips
    lines: Lines
    event_feed: EventFeed
    webhooks: WebhookService


def build_api(services: ApiServices) -> TimeLimit:
    """Return the application: routes behind keys, and a limit of time around them."""
    return TimeLimit(build_routes(services), too_late, files=frozenset({f"{API_PATH}/orders/bulk"}))


def build_routes(services: ApiServices) -> Litestar:
    """Return the routes, behind keys."""
    dependencies = _dependencies(services)
    document: list[bytes] = []

    @get("/openapi.json", opt=reach(None), include_in_schema=False, media_type=MediaType.JSON)
    async def openapi() -> Response[bytes]:
        """Return the description of the API."""
        if not document:
            document.append(openapi_document())
        return Response(document[0], media_type=MediaType.JSON)

    # What an operator is told is for him alone.
    headers = [ResponseHeader(name="Cache-Control", value="no-store", documentation_only=False)]
    router = Router(
        API_PATH,
        route_handlers=[*RESOURCES, openapi],
        guards=[verify_access, verify_media_type],
        dependencies=dependencies,
        response_headers=headers,
    )
    return Litestar(
        route_handlers=[router],
        openapi_config=None,
        exception_handlers=HANDLERS,
        request_class=ApiRequest,
        request_max_body_size=MOST_OCTETS,
        state=State({"access": services.access}),
        logging_config=None,
    )


async def too_late(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request whose time is over."""
    error = Trouble(UNAVAILABLE, "the request took too long")
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    response = tell(request, error).to_asgi_response(None, request)
    await response(scope, receive, send)


def openapi_document() -> bytes:
    """Return the OpenAPI document as it is published."""
    router = Router(API_PATH, route_handlers=list(RESOURCES), dependencies=_dependencies(None))
    document = describe([router])
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _dependencies(services: ApiServices | None) -> dict[str, Provide]:
    """Return what routes may ask for, by name; without services, only what the description needs to know of it."""
    dependencies = {
        field.name: _provided(getattr(services, field.name, None)) for field in fields(ApiServices)
    }
    dependencies["caller"] = Provide(caller_of, sync_to_thread=False)
    dependencies["doing"] = Provide(doing_of)
    dependencies["wanted"] = Provide(list_query)
    return dependencies


def _provided(value: Any) -> Provide:
    """Return what gives a route the same value each time."""

    def give() -> Any:
        return value

    return Provide(give, sync_to_thread=False)
