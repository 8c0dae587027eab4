"""Before a route is called: may this visitor call it, and is the form that he sends one of ours."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler

from openesim.adapters.web.desks.cookies import SESSION, VISIT
from openesim.adapters.web.desks.forms import CSRF_FIELD
from openesim.adapters.web.desks.reach import Tenancy, reach_of
from openesim.adapters.web.desks.visit import NUL, Visit, visit_of
from openesim.kernel.errors import NotFoundError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account, ForbiddenError
from openesim.services.conditions.accounts.desk_sessions import FormRefusedError, verify_csrf, verify_recent
from openesim.services.conditions.accounts.roles import Desk
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

_SAFE: Final = {"GET", "HEAD"}
_MOST_NUMBER: Final = 2**63 - 1

Connection = ASGIConnection[Any, Any, Any, Any]


async def verify_method(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse what no route of ours answers: the framework itself answers who asks what there is.

    Raises:
        MethodNotAllowedException: nobody calls a page so.
    """
    if _request(connection).method == "OPTIONS":
        raise MethodNotAllowedException


async def verify_address(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse what stands in an address and no database has room for: nothing can be called so.

    Raises:
        NotFoundError: a number that is too large, or a NUL character.
    """
    if NUL in connection.scope["path"]:
        raise NotFoundError("there is no such thing")
    if any(isinstance(each, int) and abs(each) > _MOST_NUMBER for each in connection.path_params.values()):
        raise NotFoundError("there is no such thing")


async def verify_reach(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse whoever a route is not for, before anything of his request is read.

    Raises:
        AccountRefused: nobody is signed in, or the sign-in is not finished.
        ForbiddenError: his role does not reach.
        ProofNeededError: a grave deed, and the last proof is too old.
    """
    stated = reach_of(handler)
    if stated.permission is None:
        return
    visit = visit_of(_request(connection))
    if visit.signed_in is None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    if visit.account is None:
        raise AccountRefused(Cause.UNFINISHED)
    if not _belongs(visit.account, stated.tenancy):
        raise ForbiddenError(Cause.FORBIDDEN)
    visit.account.verify_may(stated.permission)
    if stated.is_grave:
        verify_recent(visit.signed_in, visit.now)


async def verify_form(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse a form that is not ours: what another site lets a browser send changes nothing.

    Raises:
        FormRefusedError: it is not.
    """
    if _request(connection).method in _SAFE:
        return
    if not _is_same_site(connection):
        raise FormRefusedError(Cause.FORM_TOO_OLD)
    request = _request(connection)
    visit = visit_of(request)
    sent = connection.headers.get("x-csrf-token") or (await request.form()).get(CSRF_FIELD)
    verify_csrf(_secret(visit), sent if isinstance(sent, str) else None)


def _secret(visit: Visit) -> Secret[str] | None:
    """Return what the visitor's forms are made for."""
    kept = visit.cookies.get(SESSION) or visit.cookies.get(VISIT)
    return Secret(kept) if kept else None


def _is_same_site(connection: Connection) -> bool:
    """Tell whether a browser says that one of our own pages asks; an old browser says nothing.

    Source: Fetch Metadata Request Headers §2.2; RFC 6454 §7.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def _belongs(account: Account, tenancy: Tenancy) -> bool:
    """Tell whether somebody has what a route shows."""
    match tenancy:
        case Tenancy.OPERATOR:
            return account.operator is not None
        case Tenancy.VENDOR:
            return account.vendor_id is not None
        case Tenancy.NATION:
            return account.desk is Desk.REGULATOR
    return True


def _request(connection: Connection) -> Request[Any, Any, Any]:
    """Return the request: pages are asked for by nothing else."""
    assert isinstance(connection, Request)  # noqa: S101
    return connection
