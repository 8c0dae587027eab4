"""Everything that a server process hears with: one line a listener, in ``listeners_of``.

An address is bound before the process is built, by whoever starts it: the process alone, or the parent of several that
share the sockets. So a listener is first planned, from settings alone, and then built from the parts of the process.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from openesim.adapters.http_server.dispatcher import Dispatcher, mount
from openesim.adapters.http_server.exchange import Application
from openesim.adapters.http_server.listener import HttpServer
from openesim.adapters.http_server.proxies import Proxies
from openesim.apps.delivery import build_webhooks
from openesim.apps.parts import Parts
from openesim.apps.settings import Listen, ServeSettings
from openesim.apps.smds import SmdsPart, smds_settings
from openesim.apps.watching import OpsParts
from openesim.apps.wiring import identify_operator, mutual_tls, server_tls
from openesim.messages.sgp22 import es2plus, es9plus
from openesim.services.es2plus import Es2PlusService


class Listening(Protocol):
    """What hears on sockets: ours is ``HttpServer``; a framework's server is wrapped to look like it."""

    async def open(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on sockets, which are ours from now on."""

    async def close(self, rest_s: float = 0.0) -> None:
        """Accept nothing more, finish what is under way, close.

        Args:
            rest_s: how long a connection without a request may wait for one that is on its way.
        """


@dataclass(frozen=True, slots=True)
class Planned:
    """A listener before it is built.

    Attributes:
        name: as announced on standard output.
        address: where; None: it is not asked for.
        scheme: as announced.
        build: makes it from the parts of the process.
    """

    name: str
    address: Listen | None
    scheme: str
    build: Callable[[Parts], Listening]


def listeners_of(settings: ServeSettings) -> list[Planned]:
    """Return the listeners that are asked for, in the order in which they are announced."""
    is_behind = settings.config.serve.es2_certificate == "proxy"
    lpa_scheme = "http" if settings.plain_http else "https"
    desk_scheme = "http" if settings.config.desks.plain_http else lpa_scheme
    smds = smds_settings(settings.config, settings.fqdn, plain_http=settings.plain_http)
    planned = (
        Planned("es9", settings.es9, lpa_scheme, build_es9),
        Planned("es2", settings.es2, "http" if is_behind else "https", build_es2),
        Planned("es11", None if smds is None else smds.es11, lpa_scheme, build_es11),
        Planned("es12", None if smds is None else smds.es12, "http" if is_behind else "https", build_es12),
        Planned("api", settings.api, lpa_scheme, build_api),
        Planned("desks", settings.desks, desk_scheme, build_desks),
        Planned("ops", settings.ops, "http", build_ops),
    )
    return [each for each in planned if each.address is not None]


def build_es9(parts: Parts) -> Listening:
    """Return ES9+: whole downloads, for LPAs."""
    app = parts.watch.around(Dispatcher(mount(es9plus.FUNCTIONS, parts.service), with_asn1=True), "es9plus")
    settings = parts.settings
    tls = None if settings.plain_http else server_tls(parts.folder, settings.fqdn)
    return HttpServer(app, tls, Proxies.of(parts.config.serve.trusted_proxies))


def build_es2(parts: Parts) -> Listening:
    """Return ES2+: orders, for operators."""
    operators = es2plus_of(parts)
    app = Dispatcher(
        mount(es2plus.FUNCTIONS, operators),
        identify=identify_operator(parts.operators),
        limits=parts.watch.limits,
    )
    return mutual_server(parts, parts.watch.around(app, "es2plus"))


def es2plus_of(parts: Parts) -> Es2PlusService:
    """Return the functions of ES2+ behind the gate."""
    return Es2PlusService(
        parts.work, parts.ambient, parts.settings.fqdn, parts.announcer, parts.conditions.gate
    )


def mutual_server(parts: Parts, application: Application) -> HttpServer:
    """Return a server whose callers show a certificate: to us, or to the proxy that hands it on."""
    serve = parts.config.serve
    is_behind = serve.es2_certificate == "proxy"
    tls = None if is_behind else mutual_tls(parts.folder, parts.settings.fqdn, parts.operators)
    return HttpServer(application, tls, Proxies.of(serve.trusted_proxies, verify_certificates=is_behind))


def build_ops(parts: Parts) -> Listening:
    """Return metrics, health and readiness: for those who run the server."""

    async def draining() -> str:
        """Say whether the process is about to end."""
        return "the process is about to end" if parts.life.is_draining else ""

    ops = OpsParts(parts.work, parts.smdp, parts.ambient.clock, parts.watch)
    return HttpServer(ops.application(draining))


def build_api(parts: Parts) -> Listening:
    """Return the REST API, for operators who do not speak ES2+."""
    from openesim.apps.api import build_api_server, build_api_services  # noqa: PLC0415 (it takes its time)

    settings = parts.settings
    tls = None if settings.plain_http else server_tls(parts.folder, settings.fqdn)
    services = build_api_services(
        parts.work, parts.ambient, es2plus_of(parts), build_webhooks(parts), parts.conditions.gate
    )
    proxies = Proxies.of(parts.config.serve.trusted_proxies)
    return build_api_server(services, tls, parts.watch, proxies)


def build_desks(parts: Parts) -> Listening:
    """Return the desks, for people."""
    from openesim.apps.desks.building import build_desks_server, desk_parts_of  # noqa: PLC0415 (it takes its time)

    settings = parts.settings
    is_plain = settings.plain_http or parts.config.desks.plain_http
    tls = None if is_plain else server_tls(parts.folder, settings.fqdn)
    proxies = Proxies.of(parts.config.serve.trusted_proxies)
    return build_desks_server(desk_parts_of(parts), tls, parts.watch, proxies)


def build_es11(parts: Parts) -> Listening:
    """Return ES11: events of chips, for LPAs."""
    return _smds_of(parts).es11(parts.watch.around)


def build_es12(parts: Parts) -> Listening:
    """Return ES12 and ES15: events, for SM-DP+s and other SM-DSs."""
    return _smds_of(parts).es12(parts.watch.around)


def _smds_of(parts: Parts) -> SmdsPart:
    """Return the SM-DS, which is there where a listener of it is asked for."""
    assert parts.smds is not None  # noqa: S101 (planned and built from the same section)
    return parts.smds
