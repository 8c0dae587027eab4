"""Calls of services that verify people: JSON over HTTPS, one connection a call, a limit on everything that may come back.

What goes to and fro is personal. So nothing of a body is ever in an error, addresses carry none of it, and redirects are
not followed: whoever is asked is whom the configuration names.

Source: RFC 9110 §15; RFC 8259.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec
import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from openesim.adapters.http_client.deadline import deadline
from openesim.adapters.http_client.faults import parse_retry_after, peer_error
from openesim.adapters.http_client.trust import make_context
from openesim.conditions.identity.verifier_texts import Trouble, troubled
from openesim.kernel.errors import ConfigError, PeerError

_DEEPEST: Final = 24
_USER_AGENT: Final = "openesim"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """How to reach a service and whether to believe it.

    Attributes:
        trust: certificates to believe beside the system's roots, DER.
        uses_system_roots: believe the machine's roots.
        is_plain: HTTP without TLS is allowed (a laboratory).
        resolve: where to connect for a name; SNI, Host and verification keep the name.
        present: loads our own certificate and key into a context, where the service asks who we are.
        connect_timeout_s: seconds to make a connection.
        in_all_s: seconds that a whole call may take, however its octets come.
        most_octets: longest body of an answer.
    """

    trust: tuple[bytes, ...] = ()
    uses_system_roots: bool = True
    is_plain: bool = False
    resolve: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    present: Callable[[ssl.SSLContext], None] | None = None
    connect_timeout_s: float = 5.0
    in_all_s: float = 20.0
    most_octets: int = 256 << 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; its text form shows nothing of the body.

    Attributes:
        status: HTTP status.
        media_type: in lower case, without parameters.
        body: whole.
        retry_after_s: seconds of the header Retry-After.
    """

    status: int
    media_type: str
    body: bytes = field(repr=False)
    retry_after_s: float | None = None


class JsonCalls:
    """Calls services; from any thread."""

    def __init__(self, who: str, options: CallOptions) -> None:
        """Take what the service is called in errors, and how to reach it."""
        self._who: Final = who
        self._options: Final = options
        self._context: ssl.SSLContext | None = None
        self._lock: Final = Lock()

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET.

        Raises:
            PeerError: there was none, or one that is too long.
        """
        return self._call("GET", address, headers or {}, None)

    def post(self, address: str, media_type: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a POST.

        Raises:
            PeerError: there was none, or one that is too long.
        """
        return self._call("POST", address, {"Content-Type": media_type, **headers}, body)

    def read_object(self, answer: Answer) -> dict[str, Any]:
        """Return the JSON object in an answer.

        Raises:
            PeerError: it is something else.
        """
        try:
            value = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self.unreadable("the answer is not JSON") from None
        if not isinstance(value, dict) or _depth(value) > _DEEPEST:
            raise self.unreadable("the answer is no JSON object, or nested too deeply")
        return value

    def unreadable(self, what: str) -> PeerError:
        """Return the error for an answer that makes no sense; ``what`` says nothing of its content."""
        return troubled(PeerError(f"{self._who}: {what}"), Trouble.UNREADABLE)

    def refused(self, answer: Answer) -> PeerError:
        """Return the error for an HTTP status that decides nothing; what the body says stays unsaid."""
        told = PeerError(f"{self._who}: HTTP status {answer.status}", answer.retry_after_s)
        if answer.status in {401, 403}:
            return troubled(told, Trouble.REFUSES_US)
        if answer.status in {408, 425, 429} or answer.status >= 500:
            return troubled(told, Trouble.BUSY)
        if 400 <= answer.status < 500:
            return troubled(told, Trouble.REFUSES_QUESTION)
        return troubled(told, Trouble.UNREADABLE)

    def _call(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        url = split_address(address, is_plain=self._options.is_plain)
        told = {"Host": url.netloc, "User-Agent": _USER_AGENT, "Accept": "application/json", **headers}
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            return self._ask(url, method, path, told, body)
        except (HTTPError, OSError, HTTPException) as error:
            told_error = peer_error(self._who, error)
            # Where we connect is in the cause, and nothing of what we said.
            raise troubled(told_error, Trouble.UNREACHABLE) from error

    def _ask(
        self, url: SplitResult, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        """Return the answer; a call that takes too long in all is ended, whoever drips."""
        with self._pool(url) as pool:
            connection = pool._new_conn()  # noqa: SLF001 (the pool's own way to make one)
            with deadline(connection, self._options.in_all_s), closing(connection):
                connection.connect()
                connection.request(
                    method, path, body=body, headers=headers, preload_content=False, decode_content=False
                )
                with closing(connection.getresponse()) as response:
                    return self._read_answer(response)

    def _read_answer(self, response: urllib3.BaseHTTPResponse) -> Answer:
        most = self._options.most_octets
        octets = _read(response, most + 1)
        if len(octets) > most:
            raise self.unreadable(f"the answer is longer than {most} octets")
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        retry_after_s = parse_retry_after(response.headers.get("Retry-After"))
        return Answer(response.status, media_type, octets, retry_after_s)

    def _pool(self, url: SplitResult) -> HTTPConnectionPool:
        """Return the connection to a service, verified by its name."""
        name = url.hostname or ""
        host, port = self._options.resolve.get(
            name, (name, url.port or (80 if url.scheme == "http" else 443))
        )
        timeout = urllib3.Timeout(connect=self._options.connect_timeout_s, read=self._options.in_all_s)
        if url.scheme == "http":
            return HTTPConnectionPool(host, port, maxsize=1, timeout=timeout)
        return HTTPSConnectionPool(
            host,
            port,
            maxsize=1,
            timeout=timeout,
            ssl_context=self._tls(),
            server_hostname=name,
            cert_reqs="CERT_REQUIRED",
        )

    def _tls(self) -> ssl.SSLContext:
        """Return the TLS context, made once: loading roots is dear."""
        with self._lock:
            if self._context is None:
                context = make_context(self._options.trust, uses_system_roots=self._options.uses_system_roots)
                if self._options.present is not None:
                    self._options.present(context)
                self._context = context
            return self._context


def split_address(address: str, *, is_plain: bool) -> SplitResult:
    """Return the parts of an address that may be called.

    Raises:
        ConfigError: it is no https address (or http, where that is allowed), or one with a user or a fragment.
    """
    try:
        url = urlsplit(address)
        is_fit = bool(url.hostname) and url.username is None and not url.fragment and (url.port or 1) > 0
    except ValueError:
        is_fit = False
    else:
        is_fit = is_fit and (url.scheme == "https" or (is_plain and url.scheme == "http"))
    is_printable = address.isascii() and address.isprintable() and " " not in address
    if not is_fit or not is_printable or len(address) > 2000:
        raise ConfigError("an https address is needed, such as https://id.example.com/path")
    return url


def _read(response: urllib3.BaseHTTPResponse, most: int) -> bytes:
    """Return the body, cut off after ``most`` octets; the last read notices one that broke off."""
    pieces = []
    left = most
    while left and (piece := response.read(min(left, 1 << 16))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _depth(value: Any) -> int:
    """Return how deeply a value is nested; more than ``_DEEPEST`` is not looked at."""
    deepest, layer = 0, [value]
    while layer and deepest <= _DEEPEST:
        deepest += 1
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
    return deepest
