"""A request and its response, each in one piece: all that a function sees of HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

Headers = tuple[tuple[bytes, bytes], ...]


class Request(NamedTuple):
    """A request that has arrived to its last octet.

    Attributes:
        method: as sent; methods are told apart by case.
        path: without query.
        headers: by name in lower case.
        body: at most ``MOST_BODY_OCTETS``.
        client_certificate: of a mutual-TLS connection, DER; None elsewhere.
        client_address: IP address of who asks; empty where that cannot be known (a socket in the file system).
        is_from_proxy: a proxy that is trusted handed it on: what it says of the request is believed.
    """

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    body: bytes = b""
    client_certificate: bytes | None = None
    client_address: str = ""
    is_from_proxy: bool = False


class Response(NamedTuple):
    """An answer.

    Attributes:
        http_status: 204 has no body.
        headers: all but ``content-length`` and ``connection``, which are the connection's business.
        body: the content.
    """

    http_status: int
    headers: Headers = ()
    body: bytes = b""


Application = Callable[[Request], Awaitable[Response]]
"""What answers requests: never raises."""
