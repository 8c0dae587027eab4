"""Who calls, and what he may: the API key of a request, its scopes, its name for the call.

Source: RFC 6750 §2.1 (Bearer); draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter, QueryParameter

from openesim.adapters.web.api.problem_types import MALFORMED, MEDIA_TYPE
from openesim.adapters.web.api.problems import Trouble
from openesim.adapters.web.watching import LIMITS
from openesim.services.access import AccessService, Caller, KeyRefusedError, Scope
from openesim.services.limits import Limits
from openesim.services.replies import Call, Replies, Resume, Unit
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


class ApiRequest(Request[Any, Any, Any]):
    """A request whose body may hold anything."""

    async def json(self) -> Any:
        """Return the body, read.

        Raises:
            Trouble: it is nested deeper than anything that is asked for.
        """
        try:
            return await super().json()
        except RecursionError:
            raise Trouble(MALFORMED, "the body is nested too deep") from None


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


async def verify_media_type(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Refuse a body of another kind than a route reads; one that does not say its kind is taken.

    Raises:
        Trouble: it is of another kind.
    """
    given = connection.headers.get("content-type")
    if given is None or "data" not in handler.parsed_fn_signature.parameters:
        return
    wanted = handler.opt.get("reads", MediaType.JSON.value)
    if given.partition(";")[0].strip().lower() != wanted:
        raise Trouble(MEDIA_TYPE, f"the body must be {wanted}")


class Doing:
    """What a route changes things with: once for each name that the caller gives, or in rehearsal only."""

    def __init__(
        self, operator: str, replies: Replies, idempotency_key: str | None, *, dry_run: bool
    ) -> None:
        """Take whose things, and how the caller wants it done."""
        self.operator: Final = operator
        self.dry_run: Final = dry_run
        self._replies: Final = replies
        self._key: Final = idempotency_key

    def of_row(self, number: int) -> Doing:
        """Return what one row of a call with many is done with: the same, under a name of its own.

        A caller's own names have no blank, so that none of them is a row's.
        """
        key = None if self._key is None else f"{self._key} row {number}"
        return Doing(self.operator, self._replies, key, dry_run=self.dry_run)

    async def once(self, what: str, wish: object, unit: Unit, resume: Resume | None = None) -> Response[Any]:
        """Return the response of a call.

        Args:
            what: which route, with what it is about: a part of what the caller asks for.
            wish: the body as read; None: there is none. Members in any order are the same request.
            unit: does it, inside a unit of work.
            resume: goes on with what an earlier try began.

        Raises:
            FunctionError: refused.
            ConflictError: what is asked for was taken meanwhile.
            KeyReusedError: the caller gave the same name to another request.
        """
        if self.dry_run:
            answer = await self._replies.rehearse(unit)
        else:
            answer = await self._replies.once(self._call(what, wish), unit, resume)
        headers = {} if answer.location is None else {"location": answer.location}
        return Response(
            answer.body, status_code=answer.http_status, headers=headers, media_type=MediaType.JSON
        )

    def _call(self, what: str, wish: object) -> Call | None:
        if self._key is None:
            return None
        octets = msgspec.json.encode([what, wish], order="deterministic")
        return Call(self.operator, self._key, sha256(octets).digest())


async def doing_of(
    caller: NamedDependency[Caller],
    replies: NamedDependency[Replies],
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
) -> Doing:
    """Return what a route changes things with."""
    return Doing(caller.operator, replies, idempotency_key, dry_run=dry_run)
