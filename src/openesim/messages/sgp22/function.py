"""Functions of the off-card interfaces: name, path, messages; and the envelope around them in JSON.

A row of a ``FUNCTIONS`` table is everything the transport has to know about a function. The service
method that answers it has the row's name.

Source: SGP.22 v2.5 §5.2, §6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from openesim.encoding.jsonbinding import TEXT, Json, JsonBinding, nested
from openesim.kernel.errors import DecodeError, FunctionError
from openesim.messages.sgp22.status import ExecutionStatus, Status

PATH_PREFIX = "/gsma/rsp2"
ASN1_PATH = f"{PATH_PREFIX}/asn1"
JSON_MEDIA_TYPE = "application/json"
ASN1_MEDIA_TYPE = "application/x-gsma-rsp-asn1"
PROTOCOL_HEADER = "X-Admin-Protocol"
PROTOCOL_VERSION = "gsma/rsp/v2.5.0"
LPA_USER_AGENT = "gsma-rsp-lpad"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHeader:
    """Who calls, and the caller's own name for the call."""

    function_requester_identifier: Annotated[str, Json("functionRequesterIdentifier", TEXT)] = ""
    function_call_identifier: Annotated[str, Json("functionCallIdentifier", TEXT)] = ""


HEADER = nested(JsonBinding(RequestHeader))


@dataclass(frozen=True, slots=True)
class Function:
    """One function of an interface.

    Attributes:
        name: name in snake_case: the service method's name too.
        path: HTTP path.
        request: JSON binding of the request.
        response: JSON binding of the output fields; None where there are none.
        is_notification: answered 204 without a body.
    """

    name: str
    path: str
    request: JsonBinding[Any]
    response: JsonBinding[Any] | None = None
    is_notification: bool = False


# A widespread LPA keeps such a text in a buffer of 128 octets and does not look how long it is.
_LONGEST_TEXT = 120

_SUCCESS: dict[str, Any] = {"functionExecutionStatus": {"status": ExecutionStatus.EXECUTED_SUCCESS.value}}


def format_success(function: Function, output: Any) -> dict[str, Any]:
    """Return the JSON object of a successful answer: header and every output field."""
    fields = function.response.encode(output) if function.response and output is not None else {}
    return {"header": _SUCCESS, **fields}


def format_failure(status: Status) -> dict[str, Any]:
    """Return the JSON object of a failed answer: header only, no output fields."""
    data = {"subjectCode": status.subject.value, "reasonCode": status.reason.value}
    if status.identifier is not None:
        data["subjectIdentifier"] = _shortened(status.identifier)
    if status.message is not None:
        data["message"] = _shortened(status.message)
    return {
        "header": {
            "functionExecutionStatus": {"status": ExecutionStatus.FAILED.value, "statusCodeData": data}
        }
    }


def parse_answer(function: Function, body: Mapping[str, Any]) -> Any:
    """Return the output of an answer.

    The status may be written in any case; codes and message may be missing.

    Raises:
        FunctionError: the answer says Failed or Expired.
        DecodeError: the answer has no status, or an output field is missing or malformed.
    """
    header = body.get("header")
    execution = header.get("functionExecutionStatus") if isinstance(header, Mapping) else None
    status = execution.get("status") if isinstance(execution, Mapping) else None
    if not isinstance(execution, Mapping) or not isinstance(status, str):
        raise DecodeError("answer has no functionExecutionStatus", ("header",))
    if not status.lower().startswith("executed"):
        data = execution.get("statusCodeData")
        codes = data if isinstance(data, Mapping) else {}
        subject, reason = (_text(codes.get(name)) or "?" for name in ("subjectCode", "reasonCode"))
        raise FunctionError(subject, reason, _text(codes.get("message")))
    return function.response.decode(body) if function.response else None


def _shortened(text: str) -> str:
    """Return as much of the text as fits into the octets that peers have for it."""
    return text.encode()[:_LONGEST_TEXT].decode(errors="ignore")


def _text(value: Any) -> str | None:
    """Return the peer's text, shortened, if it is text."""
    return value[:200] if isinstance(value, str) else None
