"""``services.webhooks.WebhookClient`` over HTTPS: posts to addresses that tenants have given, so it trusts none of them.

A name is resolved here, every address behind it is looked at, and the connection goes to the very address that was
looked at: a name that leads elsewhere a moment later leads nowhere. Redirects are not followed, and what comes back is
read no further than its status.

Source: Standard Webhooks 1.0.0; RFC 6890 (addresses that are no one's in particular).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from openesim.adapters.http_client.deadline import deadline
from openesim.adapters.http_client.faults import peer_error, status_error
from openesim.adapters.http_client.trust import make_context
from openesim.kernel.errors import NotFoundError, PeerError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

_CONNECT_S: Final = 5.0
_READ_S: Final = 15.0
_IN_ALL_S: Final = 30.0
_MOST_OCTETS: Final = 4096
_USER_AGENT: Final = "openesim-webhooks"
# An IPv4 address in IPv6 clothes: through a translator it leads wherever the IPv4 address does.
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class WebhookHttpClient:
    """Posts to webhooks, on a connection each: they are many and seldom told anything twice in a row."""

    def __init__(self, trust: tuple[bytes, ...] = (), *, allow_private: bool = False) -> None:
        """Take whom to believe.

        Args:
            trust: certificates to believe beside the system's roots, DER.
            allow_private: let addresses be private, and without TLS (a laboratory).
        """
        self._allow_private: Final = allow_private
        self._trust: Final = trust
        self._context: ssl.SSLContext | None = None
        self._timeout: Final = urllib3.Timeout(connect=_CONNECT_S, read=_READ_S)

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> None:
        """Deliver a message.

        Raises:
            NotFoundError: the other side says that it is gone for good.
            PeerError: it did not take it.
        """
        url = urlsplit(address)
        name = url.hostname or ""
        place = self._resolve(name, url.port or _default_port(url))
        told = {
            "Host": url.netloc,
            "User-Agent": _USER_AGENT,
            "Content-Type": "application/json",
            **headers,
        }
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            status, said, retry_after = self._ask(url, place, path, told, body)
        except (HTTPError, OSError, HTTPException) as error:
            raise peer_error(name, error) from error
        if status == HTTPStatus.GONE:
            raise NotFoundError(f"{name}: HTTP status 410, gone for good")
        if not 200 <= status < 300:
            raise status_error(name, status, said, retry_after)

    def _ask(
        self, url: SplitResult, place: tuple[str, int], path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, str | None]:
        """Return status, beginning of the answer and Retry-After; a connection that takes too long in all is ended.

        Timeouts are between two octets: who drips his answer would hold us for as long as he likes.
        """
        with self._pool(url, place) as pool:
            connection = pool._new_conn()  # noqa: SLF001 (the pool's own way to make one)
            with deadline(connection, _IN_ALL_S), closing(connection):
                connection.connect()
                connection.request(
                    "POST", path, body=body, headers=headers, preload_content=False, decode_content=False
                )
                with closing(connection.getresponse()) as response:
                    return response.status, response.read(_MOST_OCTETS), response.headers.get("Retry-After")

    def _pool(self, url: SplitResult, place: tuple[str, int]) -> HTTPConnectionPool:
        """Return the connection to a place that was looked at, verified by the name."""
        if url.scheme == "http":
            return HTTPConnectionPool(place[0], place[1], maxsize=1, timeout=self._timeout)
        if self._context is None:
            self._context = make_context(self._trust)
        return HTTPSConnectionPool(
            place[0],
            place[1],
            maxsize=1,
            timeout=self._timeout,
            ssl_context=self._context,
            server_hostname=url.hostname,
            cert_reqs="CERT_REQUIRED",
        )

    def _resolve(self, name: str, port: int) -> tuple[str, int]:
        """Return where to connect to.

        Raises:
            PeerError: the name is unknown, or leads into a network that is nobody's business.
        """
        try:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            unknown = PeerError(f"{name}: the name is unknown")
            raise with_outcome(unknown, LpaOutcome.NAME_UNKNOWN) from None
        places = [str(entry[4][0]) for entry in found]
        if not self._allow_private and not all(map(is_public, places)):
            private = PeerError(
                f"{name}: leads to an address that is not public; webhooks are told on the internet only"
            )
            raise with_outcome(private, LpaOutcome.CONNECTION_FAILED)
        return places[0], port


def is_public(place: str) -> bool:
    """Tell whether an IP address is one of the internet, and no other in disguise."""
    try:
        address = ip_address(place.partition("%")[0])
    except ValueError:
        return False
    hidden = _hidden(address)
    if hidden is not None and not is_public(str(hidden)):
        return False
    return address.is_global and not address.is_multicast


def _hidden(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _default_port(url: SplitResult) -> int:
    return 80 if url.scheme == "http" else 443
