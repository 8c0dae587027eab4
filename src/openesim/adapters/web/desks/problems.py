"""Every error as a page: what is the matter, whose move it is, what to do next, and the number for the log."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.response import Redirect

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_by
from openesim.adapters.web.desks.visit import Visit, visit_of
from openesim.kernel.errors import (
    ConflictError,
    DecodeError,
    FunctionError,
    NotFoundError,
    OpenEsimError,
    PeerError,
    RuleRefused,
    StateError,
    TooManyRequestsError,
)
from openesim.services.conditions.accounts.account import ForbiddenError
from openesim.services.conditions.accounts.desk_sessions import FormRefusedError, ProofNeededError, Stage
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.replies import KeyReusedError

STAGES: Final = {
    Stage.EXPECT_CODE: "/sign-in/code",
    Stage.EXPECT_PASSWORD: "/sign-in/password",
    Stage.EXPECT_ENROLMENT: "/sign-in/device",
}
"""Where an unfinished sign-in goes on."""

_log = structlog.get_logger(__name__)


def tell(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer any error with its page, or with the page that comes before the one that was asked for."""
    visit = visit_of(request)
    elsewhere = _elsewhere(request, visit, error)
    if elsewhere:
        return Redirect(elsewhere, status_code=303)
    http_status, kind = _kind(error)
    explained = explained_by(error, visit.language) if isinstance(error, OpenEsimError) else None
    number = visit.request_id or uuid4().hex
    if http_status >= 500:
        _log.error("page failed", fault=number, exc_info=error)
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, TooManyRequestsError) else None
    return visit.page(
        "shell/problem.html",
        http_status=http_status,
        headers=headers,
        kind=kind,
        explained=explained or _of_kind(visit, kind),
        number=number,
    )


def _elsewhere(request: Request[Any, Any, Any], visit: Visit, error: Exception) -> str:
    """Return where somebody has to go first; empty: nowhere."""
    if not isinstance(error, AccountRefused):
        return ""
    after = quote(visit.address(), safe="/") if request.method == "GET" else ""
    if isinstance(error, ProofNeededError):
        return f"/account/prove?next={after}"
    if error.cause is Cause.NOT_SIGNED_IN:
        return f"/sign-in?next={after}"
    if error.cause is Cause.UNFINISHED and visit.signed_in is not None:
        stage = visit.signed_in.session.stage
        return f"{STAGES[stage]}?next={after}" if stage in STAGES else visit.home
    return ""


def _kind(error: Exception) -> tuple[int, str]:
    """Return status and kind of an error; the kind names its words."""
    match error:
        case FormRefusedError():
            return 403, "form"
        case ForbiddenError():
            return 403, "forbidden"
        case NotFoundError() | NotFoundException():
            return 404, "not_found"
        case MethodNotAllowedException():
            return 405, "not_found"
        case TooManyRequestsError():
            return 429, "too_many"
        case PeerError():
            return 503, "unavailable"
        case AccountRefused() | DecodeError():
            return 422, "refused"
        case FunctionError() | StateError() | ConflictError() | RuleRefused() | KeyReusedError():
            return 409, "refused"
        case HTTPException():
            return _kind_of_framework(error.status_code)
    return 500, "fault"


def _kind_of_framework(http_status: int) -> tuple[int, str]:
    """Return status and kind of what the framework refuses."""
    if http_status == 413:
        return 413, "too_large"
    return (http_status, "malformed") if 400 <= http_status < 500 else (500, "fault")


def _of_kind(visit: Visit, kind: str) -> ExplainedError:
    """Return the explanation of a kind."""
    said = {part: visit.say(f"shell.problem.{kind}.{part}") for part in ("cause", "owner", "next_step")}
    return ExplainedError(**said)


HANDLERS: Final[dict[Any, Any]] = {
    OpenEsimError: tell,
    DecodeError: tell,
    HTTPException: tell,
    Exception: tell,
}
