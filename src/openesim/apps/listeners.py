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
from openesim.adapters.http_server.listener import HttpServer
from openesim.apps.parts import Parts
from openesim.apps.settings import Address, ServeSettings
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
    address: Address | None
    scheme: str
    build: Callable[[Parts], Listening]


def listeners_of(settings: ServeSettings) -> list[Planned]:
    """Return the listeners that are asked for, in the order in which they are announced."""
    planned = (
        Planned("es9", settings.es9, "http" if settings.plain_http else "https", build_es9),
        Planned("es2", settings.es2, "https", build_es2),
        Planned("api", settings.api, "http" if settings.plain_http else "https", build_api),
    )
    return [each for each in planned if each.address is not None]


def build_es9(parts: Parts) -> Listening:
    """Return ES9+: whole downloads, for LPAs."""
    app = Dispatcher(mount(es9plus.FUNCTIONS, parts.service), with_asn1=True)
    settings = parts.settings
    return HttpServer(app, None if settings.plain_http else server_tls(parts.folder, settings.fqdn))


def build_es2(parts: Parts) -> Listening:
    """Return ES2+: orders, for operators."""
    operators = Es2PlusService(parts.work, parts.ambient, parts.settings.fqdn)
    app = Dispatcher(mount(es2plus.FUNCTIONS, operators), identify=identify_operator(parts.folder))
    return HttpServer(app, mutual_tls(parts.folder, parts.settings.fqdn))


def build_api(parts: Parts) -> Listening:
    """Return the REST API, for operators who do not speak ES2+."""
    from openesim.apps.api import build_api_server, build_api_services  # noqa: PLC0415 (it takes its time)

    settings = parts.settings
    tls = None if settings.plain_http else server_tls(parts.folder, settings.fqdn)
    services = build_api_services(parts.work, parts.ambient, settings.fqdn)
    return build_api_server(services, tls)
