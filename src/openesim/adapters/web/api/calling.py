"""Who calls, and what he may: the API key of a request, its scopes, its name for the call.

Source: RFC 6750 §2.1 (Bearer); draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter, QueryParameter

from openesim.adapters.web.watching import LIMITS
from openesim.services.access import AccessService, Caller, KeyRefusedError, Scope
from openesim.services.limits import Limits
from openesim.services.replies import Call
from openesim.services.request_trace import current_request

_SCOPE: Final = "scope"
_PUBLIC: Final = {_SCOPE: None}

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[!-~]{1,255}$",
        required=False,
        description="Your name for this call. Sent again with the same request within 24 hours, it is answered as "
        "the first time, and nothing is done twice.",
    ),
]
DryRun = Annotated[
    bool,
    QueryParameter(
        required=False, description="Check everything and change nothing; answered as if it were done."
    ),
]


def reach(scope: Scope | None) -> dict[str, Any]:
    """Return what a route states of its reach: the scope of the key; None: no key is asked for."""
    return _PUBLIC if scope is None else {_SCOPE: scope}


def scope_of(handler: BaseRouteHandler) -> Scope | None:
    """Return the scope that a route asks for.

    Raises:
        KeyError: the route does not state its reach; it never answers.
    """
    scope: Scope | None = handler.opt[_SCOPE]
    return scope


async def verify_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse whoever has no key for a route, before anything of his request is read.

    Raises:
        KeyRefusedError: no key, or none that is known or good.
        ScopeMissingError: the key does not reach.
    """
    if connection.scope.get("method") == "OPTIONS":
        return  # tells which methods there are, as the published description does
    scope = scope_of(handler)
    if scope is None:
        return
    kind, _, key = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise KeyRefusedError("an API key is asked for")
    access: AccessService = connection.app.state.access
    caller = await access.caller(key.strip())
    caller.verify_may(scope)
    connection.scope["user"] = caller
    _count_call(connection, caller.operator)


def _count_call(connection: ASGIConnection[Any, Any, Any, Any], operator: str) -> None:
    """Note who asks, and refuse him if he asks too often.

    Raises:
        TooManyRequestsError: he asked too often.
    """
    trace = current_request()
    if trace is not None:
        trace.operator = operator
    limits: Limits | None = connection.scope.get(LIMITS)  # type: ignore[assignment]
    if limits is not None:
        limits.take_operator(operator)


def caller_of(request: Request[Caller, Any, Any]) -> Caller:
    """Return who calls; a route that asks for a key knows."""
    return request.user


def call_of(caller: Caller, key: str | None, what: str, wish: object = None) -> Call | None:
    """Return the name of a call that may be repeated, or None if the caller gave it none.

    Args:
        caller: who calls.
        key: his name for the call.
        what: which route, with what it is about.
        wish: the body as read: members in any order are the same request.
    """
    if key is None:
        return None
    octets = msgspec.json.encode([what, wish], order="deterministic")
    return Call(caller.operator, key, sha256(octets).digest())
