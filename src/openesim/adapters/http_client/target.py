"""Where a request goes: from the address of a server, and what the options say about it, to a place on the network."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from openesim.kernel.errors import ConfigError, DecodeError, PeerError
from openesim.messages.sgp22.activation_code import parse_address
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How to reach servers and which to believe.

    Attributes:
        trust: certificates to believe beside the system's roots, DER.
        uses_system_roots: believe the machine's roots.
        is_insecure: verify nobody (a laboratory without certificates).
        is_plain: HTTP without TLS.
        resolve: where to connect for a name; SNI, Host and verification keep the name.
        base_url: ``scheme://host:port`` to connect to whatever the address is.
        connect_timeout_s: seconds to make a connection.
        read_timeout_s: seconds between two octets of an answer.
        most_octets: longest body of an answer.
        connections: connections kept open for each server.
        speaks_asn1: use the ASN.1 binding instead of JSON.
        present: loads our own certificate and key into a context, where the server asks who we are.
    """

    trust: tuple[bytes, ...] = ()
    uses_system_roots: bool = True
    is_insecure: bool = False
    is_plain: bool = False
    resolve: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    base_url: str | None = None
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 60.0
    most_octets: int = 4 << 20
    connections: int = 4
    speaks_asn1: bool = False
    present: Callable[[ssl.SSLContext], None] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A server and the place to connect to for it.

    Attributes:
        name: host name that SNI and the certificate must carry.
        authority: name with the port of the address, for the Host header.
        host: host to connect to.
        port: port to connect to.
        is_plain: HTTP without TLS.
    """

    name: str
    authority: str
    host: str
    port: int
    is_plain: bool


def find_target(address: str, options: HttpOptions) -> Target:
    """Return where requests for an address go.

    Args:
        address: FQDN of the server, with a port if it is not 443 (80 without TLS).
        options: ``base_url`` and ``resolve`` change the place, never the name.

    Raises:
        PeerError: the address is none; a server or a chip may have sent it.
        ConfigError: the base URL is none.
    """
    try:
        authority = parse_address(address)
    except DecodeError as error:
        none = PeerError(f"{address!r} is no server address: {error}")
        raise with_outcome(none, LpaOutcome.NAME_UNKNOWN) from None
    name, _, port = authority.partition(":")
    if options.base_url is not None:
        return _at_base_url(name, authority, options.base_url)
    default = HTTP_PORT if options.is_plain else HTTPS_PORT
    host, connect_port = options.resolve.get(name, (name, int(port or default)))
    return Target(name, authority, host, connect_port, options.is_plain)


def _at_base_url(name: str, authority: str, base_url: str) -> Target:
    """Return the target at a base URL."""
    base = urlsplit(base_url)
    if base.hostname is None or base.scheme not in ("http", "https"):
        raise ConfigError(f"{base_url} is no http or https URL")
    is_plain = base.scheme == "http"
    port = base.port or (HTTP_PORT if is_plain else HTTPS_PORT)
    return Target(name, authority, base.hostname, port, is_plain)
