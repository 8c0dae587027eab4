"""``services.ports.Es9Client`` over HTTPS: ES9+ and ES11, in JSON or in the ASN.1 binding.

Source: SGP.22 v2.5 §6.1–6.6.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from openesim.adapters.http_client.faults import is_curve_refused, peer_error, status_error
from openesim.adapters.http_client.target import HttpOptions, Target, find_target
from openesim.adapters.http_client.trust import make_context, make_unverified_context
from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import DecodeError, FunctionError, PeerError
from openesim.messages.sgp22.asn1binding import decode_response, encode_request, parse_error
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of, with_outcome
from openesim.messages.sgp22.function import (
    ASN1_MEDIA_TYPE,
    ASN1_PATH,
    JSON_MEDIA_TYPE,
    LPA_USER_AGENT,
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    Function,
    parse_answer,
)
from openesim.security.pki.certificate import Certificate

T = TypeVar("T")

_BRAINPOOL: Final = "brainpoolP256r1"
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back.

    Attributes:
        status: HTTP status.
        body: whole.
        retry_after: header of the name.
    """

    status: int
    body: bytes
    retry_after: str | None


class Es9HttpClient:
    """Calls functions of SM-DP+ and SM-DS. Connections are kept and shared between threads."""

    _user_agent = LPA_USER_AGENT

    def __init__(self, options: HttpOptions | None = None) -> None:
        """Keep the options; connections are made when they are needed."""
        self._options = options or HttpOptions()
        self._timeout = urllib3.Timeout(
            connect=self._options.connect_timeout_s, read=self._options.read_timeout_s
        )
        self._pools: dict[Target, HTTPConnectionPool] = {}
        self._targets: dict[str, Target] = {}
        self._contexts: dict[str | None, ssl.SSLContext] = {}
        self._brainpool: set[Target] = set()
        self._lock = Lock()
        if self._options.is_insecure:
            urllib3.disable_warnings(InsecureRequestWarning)  # the user has asked for it

    def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Args:
            address: FQDN of the server, with a port if it is not 443 (80 without TLS).
            function: row of a ``FUNCTIONS`` table.
            request: the request message of that row.

        Raises:
            FunctionError: the server refused.
            PeerError: no answer that decides anything; the explanation says why.
        """
        target = self._target(address)
        if self._options.speaks_asn1:
            path, media_type, body = ASN1_PATH, ASN1_MEDIA_TYPE, encode_request(function, request)
        else:
            path, media_type = function.path, JSON_MEDIA_TYPE
            body = encode_object(function.request.encode(request))
        headers = {
            "Host": target.authority,
            "User-Agent": self._user_agent,
            "Content-Type": media_type,
            "Accept": media_type,
            PROTOCOL_HEADER: PROTOCOL_VERSION,
        }
        answer = self._post(target, path, body, headers)
        return self._read(address, function, answer)

    def probe(self, address: str) -> None:
        """Find out whether a server can be reached: connect, and greet with TLS.

        Raises:
            PeerError: it cannot; the explanation says why.
        """
        target = self._target(address)

        def connect(pool: HTTPConnectionPool) -> None:
            with closing(pool._new_conn()) as connection:  # noqa: SLF001 (the pool's own way to make one)
                connection.connect()

        self._attempt(target, connect)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self.close()

    # --- Answers ----------------------------------------------------------------------------------------------

    def _read(self, address: str, function: Function, answer: HttpAnswer) -> Any:
        """Return the output of an answer."""
        if not 200 <= answer.status < 300:
            raise _refusal(function, answer) or status_error(
                address, answer.status, answer.body, answer.retry_after
            )
        if function.is_notification or (function.response is None and not answer.body):
            return None  # acknowledged: nothing else can be said
        try:
            if self._options.speaks_asn1:
                return _read_asn1(function, answer.body)
            return parse_answer(function, decode_object(answer.body))
        except DecodeError as error:
            unreadable = PeerError(f"{address}: the answer cannot be read: {error}")
            raise with_outcome(unreadable, LpaOutcome.ANSWER_UNREADABLE) from error

    # --- Connections ------------------------------------------------------------------------------------------

    def _post(self, target: Target, path: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
        """Send a request and return the answer, body read up to its limit.

        Raises:
            PeerError: no answer, or one that is too large.
        """

        def post(pool: HTTPConnectionPool) -> tuple[urllib3.BaseHTTPResponse, bytes]:
            response = pool.urlopen(
                "POST",
                path,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            return response, _read_body(response, self._options.most_octets + 1)

        response, received = self._attempt(target, post)
        if len(received) > self._options.most_octets:
            response.close()
            too_large = PeerError(f"{target.name}: answer longer than {self._options.most_octets} octets")
            raise with_outcome(too_large, LpaOutcome.ANSWER_TOO_LARGE)
        response.release_conn()
        return HttpAnswer(response.status, received, response.headers.get("Retry-After"))

    def _attempt(self, target: Target, action: Callable[[HTTPConnectionPool], T]) -> T:
        """Do something with the connections to a target, once more with brainpool if nothing else is shared.

        Raises:
            PeerError: it failed; the explanation says why.
        """
        try:
            return action(self._pool(target))
        except (HTTPError, OSError) as error:
            if is_curve_refused(error) and self._offer_brainpool(target):
                return self._attempt(target, action)
            raise self._explained(target, error) from error

    def _target(self, address: str) -> Target:
        """Return where requests for an address go."""
        target = self._targets.get(address)
        if target is None:
            target = self._targets[address] = find_target(address, self._options)
        return target

    def _pool(self, target: Target) -> HTTPConnectionPool:
        """Return the connections to a target."""
        with self._lock:
            pool = self._pools.get(target)
            if pool is None:
                pool = self._pools[target] = self._make_pool(target, None)
            return pool

    def _make_pool(self, target: Target, curve: str | None) -> HTTPConnectionPool:
        """Return a new pool."""
        if target.is_plain:
            return HTTPConnectionPool(
                target.host, target.port, maxsize=self._options.connections, timeout=self._timeout
            )
        return HTTPSConnectionPool(
            target.host,
            target.port,
            maxsize=self._options.connections,
            timeout=self._timeout,
            ssl_context=self._context(curve),
            server_hostname=target.name,
            cert_reqs="CERT_NONE" if self._options.is_insecure else "CERT_REQUIRED",
        )

    def _context(self, curve: str | None) -> ssl.SSLContext:
        """Return the TLS context for a curve, made once: loading roots is dear."""
        if curve not in self._contexts:
            if self._options.is_insecure:
                context = make_unverified_context()
            else:
                context = make_context(
                    self._options.trust, uses_system_roots=self._options.uses_system_roots, curve=curve
                )
            if self._options.present is not None:
                self._options.present(context)
            self._contexts[curve] = context
        return self._contexts[curve]

    def _offer_brainpool(self, target: Target) -> bool:
        """Make the next connections to a target offer brainpool instead; False if they did so already."""
        with self._lock:
            if target.is_plain or target in self._brainpool:
                return False
            self._brainpool.add(target)
            self._pools[target] = self._make_pool(target, _BRAINPOOL)
            return True

    def _explained(self, target: Target, error: Exception) -> PeerError:
        """Return the error for a failed request; for a server nobody vouches for, say who issued its certificate."""
        told = peer_error(target.name, error)
        if outcome_of(told) is LpaOutcome.TLS_UNKNOWN_CA:
            issuer = _issuer(target, self._options.connect_timeout_s)
            if issuer:
                return with_outcome(
                    PeerError(f"{told}; its certificate was issued by {issuer}"), LpaOutcome.TLS_UNKNOWN_CA
                )
        return told


def _read_body(response: urllib3.BaseHTTPResponse, most: int) -> bytes:
    """Return the body of a response, cut off after ``most`` octets.

    It is read until nothing comes any more, since only that last read notices a body that broke off.
    """
    pieces = []
    left = most
    while left and (piece := response.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _read_asn1(function: Function, body: bytes) -> Any:
    """Return the output of an answer in the ASN.1 binding.

    Raises:
        FunctionError: it holds the number of a failure.
        DecodeError: it answers something else.
    """
    answered, outcome = decode_response(body)
    if isinstance(outcome, int):
        raise parse_error(answered, outcome)
    if answered.response is not function.response:
        raise DecodeError(f"answer of {answered.name} where {function.name} was called")
    return outcome


def _refusal(function: Function, answer: HttpAnswer) -> FunctionError | None:
    """Return the refusal in an answer that came with a client error status, None if there is none.

    The standard sends refusals with status 200; servers of the field do it otherwise.
    """
    if not 400 <= answer.status < 500 or answer.status == 429:
        return None
    try:
        parse_answer(function, decode_object(answer.body))
    except FunctionError as error:
        return error
    except DecodeError:
        return None
    return None


def _issuer(target: Target, timeout_s: float) -> str:
    """Return who issued a server's certificate, as it says without proof; empty if that cannot be found out."""
    try:
        with (
            urllib3.util.connection.create_connection((target.host, target.port), timeout_s) as plain,
            make_unverified_context().wrap_socket(plain, server_hostname=target.name) as secured,
        ):
            return str(Certificate.decode(secured.getpeercert(binary_form=True) or b"").issuer)
    except (OSError, DecodeError):
        return ""
