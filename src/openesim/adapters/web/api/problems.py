"""Problem documents: every error of the API in one form, explained in the caller's language.

Source: RFC 9457 §3; RFC 9110 §12.5.4 (Accept-Language).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
)

from openesim.adapters.web.api import problem_types as types
from openesim.adapters.web.api.problem_types import ProblemType
from openesim.adapters.web.languages import language_of
from openesim.kernel.errors import (
    ConflictError,
    DecodeError,
    Explanation,
    FunctionError,
    NotFoundError,
    OpenEsimError,
    PeerError,
    RuleRefused,
    StateError,
    TooManyRequestsError,
)
from openesim.messages.sgp22.explained import Explained, explain_status
from openesim.messages.sgp22.explained.entries import Entry, Language, owner_text
from openesim.services.access import KeyRefusedError, ScopeMissingError
from openesim.services.replies import KeyReusedError
from openesim.services.request_trace import current_request

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"

_UNKNOWN: Final = {("8.2.1", "3.9"), ("8.2.1", "1.2")}
"""No such profile, or another operator's: for who asks it is the same."""

_WRONG: Final = {"1.6": "", "8.1.1/2.2": "/eid", "8.2.6/2.1": "/matching_id", "8.2.5/3.9": "/profile_type"}
"""Refusals of what the request itself says, and where it says so."""

_OURS: Final = {("8.8", "4.2")}
"""What is not the caller's to mend."""

_KINDS: Final = {
    KeyRefusedError: types.KEY_REFUSED,
    ScopeMissingError: types.SCOPE_MISSING,
    NotFoundError: types.NOT_FOUND,
    TooManyRequestsError: types.TOO_MANY,
}

_NAMES: Final = {"in_state": "state", "idempotency_key": "Idempotency-Key"}
"""Parameters that routes know by another name."""

_UNKNOWN_FIELD: Final = re.compile(r"Object contains unknown field `(.{1,64})`")

_log = structlog.get_logger(__name__)


class Gsma(msgspec.Struct, frozen=True):
    """Subject and reason code, as ES2+ would have answered."""

    subject: str
    reason: str


class ProblemExplanation(msgspec.Struct, frozen=True):
    """What a person needs: cause, who can mend it, what to do next."""

    cause: str
    owner: str
    next_step: str


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one value.

    Attributes:
        detail: what is wrong.
        pointer: where it stands in the body (RFC 6901).
        parameter: or the parameter or header that it came in.
    """

    detail: str
    pointer: str | msgspec.UnsetType = msgspec.UNSET
    parameter: str | msgspec.UnsetType = msgspec.UNSET


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong, for programs and for people."""

    type: str
    title: str
    status: int
    detail: str
    explanation: ProblemExplanation
    gsma: Gsma | msgspec.UnsetType = msgspec.UNSET
    errors: tuple[FieldError, ...] | msgspec.UnsetType = msgspec.UNSET


class InvalidRequestError(OpenEsimError):
    """Values of a request that cannot be used; nothing was changed.

    Attributes:
        errors: one a value.
    """

    def __init__(self, errors: Sequence[FieldError]) -> None:
        """Keep what is wrong."""
        super().__init__("; ".join(each.detail for each in errors))
        self.errors = tuple(errors)


class Trouble(OpenEsimError):
    """A problem that a route finds itself.

    Attributes:
        kind: of problem.
    """

    def __init__(self, kind: ProblemType, detail: str) -> None:
        """Keep the kind."""
        super().__init__(detail)
        self.kind = kind


def explanation_in(explanation: Explanation | Entry, language: Language) -> ProblemExplanation:
    """Return an explanation in a language."""
    if isinstance(explanation, Entry):
        words = explanation.words(language)
        return ProblemExplanation(words.cause, owner_text(explanation.owner.value, language), words.next_step)
    if isinstance(explanation, Explained):
        explanation = explanation.in_language(language)
    return ProblemExplanation(
        explanation.cause, owner_text(explanation.owner, language), explanation.next_step
    )


def problem_of(
    kind: ProblemType,
    detail: str,
    language: Language,
    *,
    explanation: Explanation | None = None,
    errors: Sequence[FieldError] = (),
    gsma: Gsma | None = None,
) -> Problem:
    """Return the document of a problem.

    Args:
        kind: of problem.
        detail: what happened this time, without secrets.
        language: of the caller.
        explanation: of this very problem, where there is one; else the kind's.
        errors: values that are wrong.
        gsma: what ES2+ would have answered.
    """
    return Problem(
        type=kind.address,
        title=kind.title[language is Language.CHINESE],
        status=kind.http_status,
        detail=detail,
        explanation=explanation_in(explanation or kind.entry, language),
        gsma=gsma or msgspec.UNSET,
        errors=tuple(errors) or msgspec.UNSET,
    )


def refused(error: FunctionError, language: Language) -> Problem:
    """Return the document of what ES2+ refuses."""
    pair = (error.subject, error.reason)
    if pair in _UNKNOWN:
        return problem_of(types.NOT_FOUND, "no profile of yours has this ICCID", language)
    if error.explanation is not None:
        return problem_of(
            types.NOT_ADMITTED, error.message or "", language, explanation=error.explanation, gsma=Gsma(*pair)
        )
    explanation = explain_status(*pair)
    gsma = Gsma(*pair)
    detail = error.message or str(error)
    if pair in _OURS:
        return problem_of(types.UNAVAILABLE, detail, language, explanation=explanation, gsma=gsma)
    pointer = _WRONG.get(error.subject, _WRONG.get("/".join(pair)))
    if pointer is None:
        return problem_of(types.REFUSED, detail, language, explanation=explanation, gsma=gsma)
    errors = (FieldError(detail, pointer=pointer),)
    return problem_of(types.INVALID, detail, language, explanation=explanation, gsma=gsma, errors=errors)


def tell(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer any error with its problem document."""
    language = language_of(request.headers)
    problem = problem_of_error(error, language)
    headers = {"content-language": language.value, "cache-control": "no-store"}
    if problem.status == types.KEY_REFUSED.http_status:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, HTTPException):
        headers |= {name.lower(): value for name, value in (error.headers or {}).items()}
    if isinstance(error, PeerError):
        headers["retry-after"] = "1"
    if isinstance(error, TooManyRequestsError):
        headers["retry-after"] = str(error.retry_after_s)
    return Response(problem, status_code=problem.status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def problem_of_error(error: Exception, language: Language) -> Problem:
    """Return the document of any error."""
    match error:
        case FunctionError():
            return refused(error, language)
        case InvalidRequestError():
            return problem_of(types.INVALID, str(error), language, errors=error.errors)
        case DecodeError():
            errors = (FieldError(error.reason, pointer="".join(f"/{name}" for name in error.path)),)
            return problem_of(types.INVALID, str(error), language, errors=errors)
        case RuleRefused():
            return problem_of(types.NOT_ADMITTED, str(error), language, explanation=error.explanation)
        case StateError():
            return problem_of(types.REFUSED, str(error), language, explanation=error.explanation)
        case Trouble():
            return problem_of(error.kind, str(error), language)
        case KeyRefusedError() | ScopeMissingError() | NotFoundError() | TooManyRequestsError():
            return problem_of(_KINDS[type(error)], str(error), language)
        case KeyReusedError():
            errors = (FieldError(str(error), parameter="Idempotency-Key"),)
            return problem_of(types.KEY_REUSED, str(error), language, errors=errors)
        case ConflictError():
            return problem_of(types.REFUSED, "what is asked for was taken meanwhile", language)
        case PeerError():
            _log.warning("api unavailable", fault=str(error))
            return problem_of(types.UNAVAILABLE, "the database cannot be reached now", language)
        case HTTPException():
            return _problem_of_framework(error, language)
    return fault(error, language)


def fault(error: Exception, language: Language) -> Problem:
    """Return the document of what was not foreseen: the caller learns a number, the log learns the cause."""
    trace = current_request()
    number = uuid4().hex if trace is None else trace.request_id
    _log.error("request failed", fault=number, exc_info=error)
    return problem_of(types.FAULT, f"internal fault {number}", language)


def _problem_of_framework(error: HTTPException, language: Language) -> Problem:
    """Return the document of what the framework refuses, before a route is asked or as it reads the request."""
    match error:
        case ValidationException():
            errors = [_field_error(each) for each in error.extra or () if isinstance(each, Mapping)]
            detail = "; ".join(each.detail for each in errors) or "the request is not as described"
            return problem_of(types.INVALID, detail, language, errors=errors)
        case NotFoundException():
            return problem_of(types.NOT_FOUND, "there is nothing at this address", language)
        case MethodNotAllowedException():
            return problem_of(types.METHOD_REFUSED, "the resource is not called by this method", language)
    kind = next(
        (each for each in types.PROBLEM_TYPES.values() if each.http_status == error.status_code),
        types.MALFORMED,
    )
    if isinstance(error.__cause__, SerializationException) or kind is types.MALFORMED:
        return problem_of(types.MALFORMED, "the body is no JSON document", language)
    if kind is types.FAULT:
        return fault(error, language)
    return problem_of(kind, kind.entry.en.cause, language)


def _field_error(extra: Mapping[str, Any]) -> FieldError:
    """Return what the framework found wrong with one value; the value itself is not repeated."""
    message, _, place = str(extra.get("message", "")).partition(" - at `$")
    key, source = str(extra.get("key", "")), extra.get("source", "body")
    if message == "'data'":
        return FieldError("a body is needed", pointer="")
    if message.startswith("Invalid enum value"):
        message = "is none of the values that the description names"
    if source != "body":
        return FieldError(message, parameter=_NAMES.get(key, key))
    unknown = _UNKNOWN_FIELD.fullmatch(message)
    place = key if key != "data" else place
    return FieldError(message, pointer=_pointer(place) + (f"/{unknown[1]}" if unknown else ""))


def _pointer(place: str) -> str:
    """Return the JSON pointer of a place such as ``.orders[3].eid`` or ``eid``."""
    parts = [part for part in place.strip("`").replace("[", ".").replace("]", "").split(".") if part]
    return "".join(f"/{part}" for part in parts)


HANDLERS: Final[dict[Any, Any]] = {
    OpenEsimError: tell,
    DecodeError: tell,
    HTTPException: tell,
    Exception: tell,
}
