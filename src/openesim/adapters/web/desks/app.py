"""The application: four desks and what is before them, behind sessions, with one form of pages.

A new page is a route in the folder of its desk, a template and a file of words, all three of one name; the route stands in
the desk's plan (``regulator/plan.py``). ``docs/desks.md`` shows one from beginning to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import tzinfo
from typing import Any, Final

from litestar import Litestar, MediaType, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from openesim.adapters.web.desks.account.plan import ROUTES as ACCOUNT_ROUTES
from openesim.adapters.web.desks.assets import STATIC_PATH, Assets
from openesim.adapters.web.desks.guarding import verify_address, verify_form, verify_method, verify_reach
from openesim.adapters.web.desks.operator.plan import OPERATOR
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.problems import HANDLERS
from openesim.adapters.web.desks.reach import Tenancy, reach, reach_of
from openesim.adapters.web.desks.regulator.plan import REGULATOR
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.styleguide.pages import ROUTES as STYLEGUIDE_ROUTES
from openesim.adapters.web.desks.subscriber.plan import SUBSCRIBER
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.vendor.plan import VENDOR
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.visit import visit_of
from openesim.adapters.web.desks.visiting import Visiting
from openesim.adapters.web.desks.wording import read_wording
from openesim.adapters.web.limits import TimeLimit
from openesim.kernel.ambient import Ambient
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.sessions import SessionService
from openesim.services.conditions.accounts.sign_in import SignInService

MOST_OCTETS: Final = 64 * 1024
"""Of a form; a route that takes files says so (``request_max_body_size``)."""

PLANS: Final = (REGULATOR, OPERATOR, VENDOR, SUBSCRIBER)
"""The four desks."""

_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskServices:
    """What the routes call, each under the name by which they ask for it."""

    sessions: SessionService
    sign_in: SignInService
    accounts: AccountService
    regulator: RegulatorServices
    operator: OperatorServices
    vendor: VendorServices
    subscriber: SubscriberServices


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """How the desks are run.

    Attributes:
        zone: in which times are told; None: UTC.
        is_test: nothing here is real, and every page says so.
        has_styleguide: show ``/styleguide``.
        verifier_titles: what people read of a verifier, by its name as cases have it (``oidc:…``), then by language.
    """

    zone: tzinfo | None = None
    is_test: bool = False
    has_styleguide: bool = False
    verifier_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def build_desks(services: DeskServices, ambient: Ambient, rules: DeskRules | None = None) -> TimeLimit:
    """Return the application: visits around routes, and a limit of time around both."""
    rules = rules or DeskRules()
    pages = Pages(
        read_wording(),
        Assets(),
        PLANS,
        rules.zone,
        is_test=rules.is_test,
        verifier_titles=rules.verifier_titles,
    )
    routes = build_routes(services, pages, rules)
    visiting = Visiting(routes, services.sessions, pages, ambient)
    return TimeLimit(visiting, too_late, files=paths_with_files(routes))


def paths_with_files(app: Litestar) -> frozenset[str]:
    """Return the paths that take files, for which a request has more time."""
    return frozenset(
        path
        for handler in handlers_of(app)
        if isinstance(handler.request_max_body_size, int) and handler.request_max_body_size > MOST_OCTETS
        for path in handler.paths
    )


def build_routes(services: DeskServices, pages: Pages, rules: DeskRules) -> Litestar:
    """Return the routes, behind guards.

    Raises:
        KeyError: a route does not state its reach.
    """
    handlers: list[Any] = [_static(pages.assets), *ACCOUNT_ROUTES]
    for plan in PLANS:
        handlers += plan.routes
    if rules.has_styleguide:
        handlers += STYLEGUIDE_ROUTES
    app = Litestar(
        route_handlers=handlers,
        guards=[verify_method, verify_reach, verify_address, verify_form],
        dependencies=_dependencies(services),
        exception_handlers=HANDLERS,
        openapi_config=None,
        request_max_body_size=MOST_OCTETS,
        state=State({}),
        logging_config=None,
    )
    for handler in handlers_of(app):
        reach_of(handler)
    return app


def handlers_of(app: Litestar) -> list[HTTPRouteHandler]:
    """Return every route of the application, each once."""
    found: dict[int, HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.handler_name != "options_handler":
                found[id(handler)] = handler
    return list(found.values())


async def too_late(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer a request whose time is over: in plain text, since it may be the database that we wait for."""
    text = (
        "This took too long. Nothing was lost: please try again. / 处理超时，数据未受影响，请重试。".encode()
    )
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _static(assets: Assets) -> HTTPRouteHandler:
    """Return the route of static files."""

    @get(STATIC_PATH + "/{address:str}", opt=reach(None, Tenancy.NOBODY))
    async def static(address: FromPath[str]) -> Response[bytes]:
        """Return a file by its name and hash; it never changes."""
        asset = assets.find(address)
        if asset is None:
            return Response(b"", status_code=404, media_type=MediaType.TEXT)
        return Response(asset.octets, media_type=asset.media_type, headers={"cache-control": _FOR_EVER})

    return static


def _dependencies(services: DeskServices) -> dict[str, Provide]:
    """Return what routes may ask for, by name."""
    dependencies = {each.name: _provided(getattr(services, each.name)) for each in fields(DeskServices)}
    dependencies["visit"] = Provide(visit_of, sync_to_thread=False)
    return dependencies


def _provided(value: Any) -> Provide:
    """Return what gives a route the same value each time."""

    def give() -> Any:
        return value

    return Provide(give, sync_to_thread=False)
