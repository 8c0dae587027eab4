"""The application of a listener: one dictionary look-up from path to function.

What goes wrong with the transport is a 4xx; what goes wrong inside a function is a 200 with a status, since LPAs drop
the body of anything else.

Source: SGP.22 v2.5 §6.2–6.6.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog

from openesim.adapters.http_server.exchange import Request, Response
from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import DecodeError, TooManyRequestsError
from openesim.messages.sgp22 import asn1binding
from openesim.messages.sgp22.function import (
    ASN1_MEDIA_TYPE,
    ASN1_PATH,
    JSON_MEDIA_TYPE,
    PROTOCOL_VERSION,
    Function,
    format_failure,
    format_success,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.services.limits import Limits
from openesim.services.request_trace import RequestTrace, current_request

Method = Callable[..., Awaitable[Any]]
Identify = Callable[[Request], str]

_JSON = JSON_MEDIA_TYPE.encode()
_ASN1 = ASN1_MEDIA_TYPE.encode()
_PROTOCOL = PROTOCOL_VERSION.encode()
_PROTOCOL_FAMILY = b"gsma/rsp/v"

_log = structlog.get_logger(__name__)


class TransportError(Exception):
    """The request never reached a function; carries the HTTP status and a word for the caller."""

    def __init__(self, http_status: int, message: str) -> None:
        """Keep status and message."""
        super().__init__(message)
        self.http_status = http_status
        self.message = message


@dataclass(frozen=True, slots=True)
class Mount:
    """A function and the service method that answers it."""

    function: Function
    method: Method


def mount(functions: Iterable[Function], service: object) -> dict[str, Mount]:
    """Return the mounts of an interface; a function without a method fails here, at start-up.

    Raises:
        AttributeError: the service lacks a method.
    """
    return {row.path: Mount(row, getattr(service, row.name)) for row in functions}


class Dispatcher:
    """The application of one listener.

    Args:
        mounts: what is answered, by path.
        identify: names the caller of a mutual-TLS listener, for the method's second argument; None elsewhere.
        with_asn1: answer the ASN.1 binding too.
        limits: how often an operator may ask; None: as often as he likes.
    """

    def __init__(
        self,
        mounts: Mapping[str, Mount],
        *,
        identify: Identify | None = None,
        with_asn1: bool = False,
        limits: Limits | None = None,
    ) -> None:
        """Take the mounts."""
        self._mounts = dict(mounts)
        self._by_function = {entry.function.name: entry for entry in self._mounts.values()}
        self._identify = identify
        self._with_asn1 = with_asn1
        self._limits = limits

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            http_status, media_type, body = await self._answer(request)
        except TransportError as error:
            status = Status(Subject.FUNCTION, Reason.INVALID, error.message)
            http_status, media_type, body = error.http_status, _JSON, encode_object(format_failure(status))
        except TooManyRequestsError as error:
            return too_many(error)
        protocol = (b"x-admin-protocol", _protocol_version(request.headers))
        headers = (protocol, (b"content-type", media_type)) if media_type else (protocol,)
        return Response(http_status, headers, body)

    async def _answer(self, request: Request) -> tuple[int, bytes, bytes]:
        """Return HTTP status, media type and body.

        Raises:
            TransportError: the request reached no function, or the function failed unforeseen.
        """
        path = request.path
        entry = self._mounts.get(path)
        is_asn1 = entry is None and self._with_asn1 and path == ASN1_PATH
        if entry is None and not is_asn1:
            raise TransportError(404, "no such function")
        if request.method != "POST":
            raise TransportError(405, "functions are called by POST")
        _check_headers(request.headers, _ASN1 if is_asn1 else _JSON)
        trace = current_request() or RequestTrace(uuid4().hex)
        caller = (self._named(request, trace),) if self._identify else ()
        try:
            if entry is None:
                return await self._answer_asn1(request.body, trace)
            return await self._answer_json(entry, request.body, caller, trace)
        except DecodeError as error:
            reason = Reason.MANDATORY_ELEMENT_MISSING if "missing" in error.reason else Reason.INVALID
            status = Status(Subject.FUNCTION, reason, str(error))
            return 400, _JSON, encode_object(format_failure(status))
        except (TransportError, TooManyRequestsError):
            raise
        except Exception:  # noqa: BLE001 (the last line: the caller learns an id, the log learns the cause)
            fault = trace.request_id
            _log.exception("request failed", fault=fault, path=path)
            raise TransportError(500, f"internal fault {fault}") from None

    def _named(self, request: Request, trace: RequestTrace) -> str:
        """Return the name of the operator who asks, if he may ask now.

        Raises:
            TransportError: nobody we know.
            TooManyRequestsError: he asked too often.
        """
        assert self._identify is not None  # noqa: S101 (only asked where it is there)
        trace.operator = self._identify(request)
        if self._limits is not None:
            self._limits.take_operator(trace.operator)
        return trace.operator

    @staticmethod
    async def _answer_json(
        entry: Mount, octets: bytes, caller: tuple[str, ...], trace: RequestTrace
    ) -> tuple[int, bytes, bytes]:
        """Answer a function in its JSON binding."""
        function = entry.function
        trace.function = function.name
        answer = await entry.method(function.request.decode(decode_object(octets)), *caller)
        if isinstance(answer, Status):
            trace.status = str(answer)
            _log.info("refused", function=function.name, status=trace.status, reason=answer.message)
            return 200, _JSON, encode_object(format_failure(answer))
        if function.is_notification:
            return 204, b"", b""
        return 200, _JSON, encode_object(format_success(function, answer))

    async def _answer_asn1(self, octets: bytes, trace: RequestTrace) -> tuple[int, bytes, bytes]:
        """Answer a function in its ASN.1 binding."""
        function, request = asn1binding.decode_request(octets)
        trace.function = function.name
        entry = self._by_function.get(function.name)
        if entry is None:
            raise TransportError(404, "no such function")
        answer = await entry.method(request)
        # The same request is answered otherwise on ES11: the row that is mounted here knows how.
        function = entry.function
        if function.is_notification:
            return 204, b"", b""
        if isinstance(answer, Status):
            trace.status = str(answer)
            _log.info("refused", function=function.name, status=trace.status, reason=answer.message)
            answer = asn1binding.error_number(function, answer)
        return 200, _ASN1, asn1binding.encode_response(function, answer)


def too_many(error: TooManyRequestsError) -> Response:
    """Return the answer to who asks too often: plain HTTP knows it, and LPAs that read on find a status.

    Source: RFC 6585 §4.
    """
    status = Status(Subject.FUNCTION_PROVIDER, Reason.EXECUTION_UNAVAILABLE, str(error))
    headers = (
        (b"x-admin-protocol", _PROTOCOL),
        (b"content-type", _JSON),
        (b"retry-after", str(error.retry_after_s).encode()),
    )
    return Response(429, headers, encode_object(format_failure(status)))


def _check_headers(headers: Mapping[bytes, bytes], media_type: bytes) -> None:
    """Refuse a foreign media type or protocol; a missing header is tolerated."""
    given = headers.get(b"content-type", media_type)
    if not given.lower().lstrip().startswith(media_type):
        raise TransportError(415, f"content type must be {media_type.decode()}")
    protocol = headers.get(b"x-admin-protocol", _PROTOCOL)
    if not protocol.strip().startswith(_PROTOCOL_FAMILY):
        raise TransportError(400, f"X-Admin-Protocol must begin with {_PROTOCOL_FAMILY.decode()}")


def _protocol_version(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the version to answer with: the caller's own if it is of version 2."""
    protocol = headers.get(b"x-admin-protocol", b"").strip()
    is_ours = protocol.startswith(b"gsma/rsp/v2.") and len(protocol) < 24
    return protocol if is_ours and protocol[12:].replace(b".", b"").isdigit() else _PROTOCOL
