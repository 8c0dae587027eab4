"""The ASN.1 binding of ES9+ and ES11: one address, one wrapper A2 around every request and response.

What the JSON binding says by path and by subject and reason code, this one says by a tag and by an integer of
the function's own; the two sets of failures are not one to one.

A tag on a type that already has one replaces it (``BF39`` stands once). A widespread toolkit writes it twice
where the type is a CHOICE: both forms are read, the standard's is written.

Source: SGP.22 v2.5 §6.6, Annex H.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from openesim.encoding import tlv
from openesim.encoding.asn1 import Choice, Message, alternative
from openesim.encoding.asn1.compiler import MAX_OCTETS
from openesim.kernel.errors import DecodeError, FunctionError
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientError,
    AuthenticateClientRequest,
    AuthenticateClientResponseEs9,
    CancelSessionErrorEs9,
    CancelSessionRequestEs9,
    CancelSessionResponseEs9,
    GetBoundProfilePackageError,
    GetBoundProfilePackageRequest,
    GetBoundProfilePackageResponse,
    HandleNotificationRequest,
    InitiateAuthenticationError,
    InitiateAuthenticationRequest,
    InitiateAuthenticationResponse,
)
from openesim.messages.sgp22.es11 import (
    AUTHENTICATE_CLIENT_ES11,
    INITIATE_AUTHENTICATION_ES11,
    AuthenticateClientErrorEs11,
    AuthenticateClientResponseEs11,
)
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.status import Reason, Status, Subject

_WRAPPER = 0xA2

_REQUESTS: dict[type[Message], Function] = {
    InitiateAuthenticationRequest: INITIATE_AUTHENTICATION,
    AuthenticateClientRequest: AUTHENTICATE_CLIENT,
    GetBoundProfilePackageRequest: GET_BOUND_PROFILE_PACKAGE,
    CancelSessionRequestEs9: CANCEL_SESSION,
    HandleNotificationRequest: HANDLE_NOTIFICATION,
}
_Request: Choice[Any] = Choice(*map(alternative, _REQUESTS), tag=_WRAPPER)


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a function answers: tag and CHOICE of its response, the numbers of its failures."""

    tag: int
    choice: Choice[Any]
    errors: type[IntEnum]
    numbers: Mapping[tuple[Subject, Reason], IntEnum]


_INITIATE_AUTHENTICATION = {
    (Subject.SMDP_ADDRESS, Reason.REFUSED): InitiateAuthenticationError.INVALID_DP_ADDRESS,
    (Subject.SMDP_SVN, Reason.UNSUPPORTED): InitiateAuthenticationError.EUICC_VERSION_NOT_SUPPORTED_BY_DP,
    (
        Subject.SMDP_SECURITY_CONFIGURATION,
        Reason.UNSUPPORTED,
    ): InitiateAuthenticationError.CI_PK_NOT_SUPPORTED,
    # No number of its own: no certificate under a CI that the chip verifies with.
    (Subject.SMDP_CERTIFICATE, Reason.UNAVAILABLE): InitiateAuthenticationError.CI_PK_NOT_SUPPORTED,
    # The SM-DS answers the same message, with subjects of its own.
    (Subject.SMDS_ADDRESS, Reason.REFUSED): InitiateAuthenticationError.INVALID_DP_ADDRESS,
    (Subject.SMDS_SVN, Reason.UNSUPPORTED): InitiateAuthenticationError.EUICC_VERSION_NOT_SUPPORTED_BY_DP,
    (
        Subject.SMDS_SECURITY_CONFIGURATION,
        Reason.UNSUPPORTED,
    ): InitiateAuthenticationError.CI_PK_NOT_SUPPORTED,
    (Subject.SMDS_CERTIFICATE, Reason.UNAVAILABLE): InitiateAuthenticationError.CI_PK_NOT_SUPPORTED,
}
_AUTHENTICATE_CLIENT = {
    (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED): AuthenticateClientError.EUM_CERTIFICATE_INVALID,
    (Subject.EUM_CERTIFICATE, Reason.EXPIRED): AuthenticateClientError.EUM_CERTIFICATE_EXPIRED,
    (
        Subject.EUICC_CERTIFICATE,
        Reason.VERIFICATION_FAILED,
    ): AuthenticateClientError.EUICC_CERTIFICATE_INVALID,
    (Subject.EUICC_CERTIFICATE, Reason.EXPIRED): AuthenticateClientError.EUICC_CERTIFICATE_EXPIRED,
    (Subject.EUICC, Reason.VERIFICATION_FAILED): AuthenticateClientError.EUICC_SIGNATURE_INVALID,
    (Subject.MATCHING_ID, Reason.REFUSED): AuthenticateClientError.MATCHING_ID_REFUSED,
    (Subject.EID, Reason.REFUSED): AuthenticateClientError.EID_MISMATCH,
    (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING): AuthenticateClientError.NO_ELIGIBLE_PROFILE,
    (Subject.CI_PUBLIC_KEY, Reason.UNKNOWN): AuthenticateClientError.CI_PK_UNKNOWN,
    (Subject.TRANSACTION_ID, Reason.UNKNOWN): AuthenticateClientError.INVALID_TRANSACTION_ID,
    (Subject.EUICC, Reason.INSUFFICIENT_MEMORY): AuthenticateClientError.INSUFFICIENT_MEMORY,
}
_GET_BOUND_PROFILE_PACKAGE = {
    (Subject.EUICC, Reason.VERIFICATION_FAILED): GetBoundProfilePackageError.EUICC_SIGNATURE_INVALID,
    (
        Subject.CONFIRMATION_CODE,
        Reason.MANDATORY_ELEMENT_MISSING,
    ): GetBoundProfilePackageError.CONFIRMATION_CODE_MISSING,
    (Subject.CONFIRMATION_CODE, Reason.REFUSED): GetBoundProfilePackageError.CONFIRMATION_CODE_REFUSED,
    (
        Subject.CONFIRMATION_CODE,
        Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED,
    ): GetBoundProfilePackageError.CONFIRMATION_CODE_RETRIES_EXCEEDED,
    (Subject.PROFILE, Reason.UNAVAILABLE): GetBoundProfilePackageError.BPP_REBINDING_REFUSED,
    (Subject.DOWNLOAD_ORDER, Reason.TIME_TO_LIVE_EXPIRED): GetBoundProfilePackageError.DOWNLOAD_ORDER_EXPIRED,
    (Subject.TRANSACTION_ID, Reason.UNKNOWN): GetBoundProfilePackageError.INVALID_TRANSACTION_ID,
}
_CANCEL_SESSION = {
    (Subject.TRANSACTION_ID, Reason.UNKNOWN): CancelSessionErrorEs9.INVALID_TRANSACTION_ID,
    (Subject.EUICC, Reason.VERIFICATION_FAILED): CancelSessionErrorEs9.EUICC_SIGNATURE_INVALID,
}
_AUTHENTICATE_CLIENT_ES11 = {
    (
        Subject.EUM_CERTIFICATE,
        Reason.VERIFICATION_FAILED,
    ): AuthenticateClientErrorEs11.EUM_CERTIFICATE_INVALID,
    (Subject.EUM_CERTIFICATE, Reason.EXPIRED): AuthenticateClientErrorEs11.EUM_CERTIFICATE_EXPIRED,
    (
        Subject.EUICC_CERTIFICATE,
        Reason.VERIFICATION_FAILED,
    ): AuthenticateClientErrorEs11.EUICC_CERTIFICATE_INVALID,
    (Subject.EUICC_CERTIFICATE, Reason.EXPIRED): AuthenticateClientErrorEs11.EUICC_CERTIFICATE_EXPIRED,
    (Subject.EUICC, Reason.VERIFICATION_FAILED): AuthenticateClientErrorEs11.EUICC_SIGNATURE_INVALID,
    (Subject.EVENT_RECORD, Reason.UNKNOWN): AuthenticateClientErrorEs11.EVENT_ID_UNKNOWN,
    (Subject.TRANSACTION_ID, Reason.UNKNOWN): AuthenticateClientErrorEs11.INVALID_TRANSACTION_ID,
}

_INITIATION = _Answer(
    0xBF39, InitiateAuthenticationResponse, InitiateAuthenticationError, _INITIATE_AUTHENTICATION
)

_ANSWERS: dict[Function, _Answer] = {
    # The tag is one for both interfaces: a response is read as ES9+'s, the last row.
    INITIATE_AUTHENTICATION_ES11: _INITIATION,
    INITIATE_AUTHENTICATION: _INITIATION,
    AUTHENTICATE_CLIENT: _Answer(
        0xBF3B, AuthenticateClientResponseEs9, AuthenticateClientError, _AUTHENTICATE_CLIENT
    ),
    GET_BOUND_PROFILE_PACKAGE: _Answer(
        0xBF3A, GetBoundProfilePackageResponse, GetBoundProfilePackageError, _GET_BOUND_PROFILE_PACKAGE
    ),
    CANCEL_SESSION: _Answer(0xBF41, CancelSessionResponseEs9, CancelSessionErrorEs9, _CANCEL_SESSION),
    AUTHENTICATE_CLIENT_ES11: _Answer(
        0xBF40, AuthenticateClientResponseEs11, AuthenticateClientErrorEs11, _AUTHENTICATE_CLIENT_ES11
    ),
}
_ANSWERS_BY_TAG: dict[int, tuple[Function, Choice[Any]]] = {
    answer.tag: (function, answer.choice) for function, answer in _ANSWERS.items()
}


def decode_request(octets: bytes) -> tuple[Function, Any]:
    """Return the function that a RemoteProfileProvisioningRequest calls, and the request.

    AuthenticateClient looks the same on ES9+ and ES11: the function of ES9+ is returned, and the host that was
    called knows which one it answers.

    Raises:
        DecodeError: the octets do not follow the declaration, with field path and octet offset.
    """
    request = _Request.decode(octets)
    return _REQUESTS[type(request)], request


def encode_request(function: Function, request: Any) -> bytes:
    """Return the RemoteProfileProvisioningRequest.

    Raises:
        TypeError: the request is not one of this function.
    """
    known = _REQUESTS.get(type(request))
    if known is None or known.request is not function.request:
        raise TypeError(f"{type(request).__name__} is no request of {function.name}")
    return _Request.encode(request)


def decode_response(octets: bytes) -> tuple[Function, Any]:
    """Return the function that a RemoteProfileProvisioningResponse answers, and its output or error number.

    Raises:
        DecodeError: the octets do not follow the declaration, with field path and octet offset.
    """
    if len(octets) > MAX_OCTETS:
        raise DecodeError(f"more than {MAX_OCTETS} octets")
    wrapper = tlv.read_one(bytes(octets))
    if wrapper.tag != _WRAPPER:
        raise DecodeError(f"tag {wrapper.tag:X} where {_WRAPPER:X} is expected", offset=0)
    inner = next(wrapper.children(), None)
    if inner is None or inner.end != wrapper.end:
        raise DecodeError("response must hold one value", offset=0)
    if inner.tag not in _ANSWERS_BY_TAG:
        raise DecodeError(f"no alternative has tag {inner.tag:X}", offset=inner.start)
    function, choice = _ANSWERS_BY_TAG[inner.tag]
    return function, choice.element.read(inner.buffer, inner.tag, inner.start, inner.value_start, inner.end)


def encode_response(function: Function, outcome: Any) -> bytes:
    """Return the RemoteProfileProvisioningResponse.

    Args:
        function: what is answered.
        outcome: the output, or the number of the failure (``error_number``).

    Raises:
        ValueError: the function is a notification, which is answered without a body.
    """
    return tlv.encode(_WRAPPER, _answer_of(function).choice.encode(outcome))


def error_number(function: Function, status: Status) -> int:
    """Return the function's number for a failure, 127 (undefinedError) where it has none.

    Raises:
        ValueError: the function is a notification, which is answered without a body.
    """
    answer = _answer_of(function)
    return answer.numbers.get((status.subject, status.reason), answer.errors(127))


def parse_error(function: Function, number: int) -> FunctionError:
    """Return the failure that a number of the function stands for.

    A number that several pairs share becomes the first of them; a number without a pair has codes ``?``.

    Raises:
        ValueError: the function is a notification, which is answered without a body.
    """
    answer = _answer_of(function)
    named = {int(known): known.name.lower().replace("_", " ") for known in answer.errors}
    for (subject, reason), known in answer.numbers.items():
        if known == number:
            return FunctionError(subject.value, reason.value, named[number])
    return FunctionError("?", "?", named.get(number, f"error {number}"))


def _answer_of(function: Function) -> _Answer:
    """Return how a function is answered."""
    if function not in _ANSWERS:
        raise ValueError(f"{function.name} is answered without a body")
    return _ANSWERS[function]
