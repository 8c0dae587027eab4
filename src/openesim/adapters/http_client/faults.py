"""What went wrong on the line, in our errors, each with what to do.

Refused is not unreachable: everything here is a PeerError, because no SM-DP+ has said no.

Source: RFC 9110 §15, §10.2.3; RFC 5280 §6; OpenSSL x509_vfy(3) for the verification codes.
"""

from __future__ import annotations

import ssl
import time
from email.utils import parsedate_to_datetime

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from openesim.kernel.errors import PeerError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

_LONGEST_SNIPPET = 160

_VERIFICATION = {
    9: LpaOutcome.TLS_NOT_YET_VALID,
    10: LpaOutcome.TLS_EXPIRED,
    2: LpaOutcome.TLS_UNKNOWN_CA,
    18: LpaOutcome.TLS_UNKNOWN_CA,
    19: LpaOutcome.TLS_UNKNOWN_CA,
    20: LpaOutcome.TLS_UNKNOWN_CA,
    21: LpaOutcome.TLS_UNKNOWN_CA,
    62: LpaOutcome.TLS_NAME_MISMATCH,
    64: LpaOutcome.TLS_NAME_MISMATCH,
}


def peer_error(address: str, error: Exception) -> PeerError:
    """Return the error for a request that got no answer."""
    match error:
        case SSLError() | ssl.SSLError():
            return _tls_error(address, error)
        case NameResolutionError():
            return with_outcome(PeerError(f"{address}: the name is unknown"), LpaOutcome.NAME_UNKNOWN)
        case NewConnectionError():  # urllib3 counts it among the timeouts
            return with_outcome(PeerError(f"{address}: {_reason(error)}"), LpaOutcome.CONNECTION_FAILED)
        case ConnectTimeoutError() | ReadTimeoutError() | TimeoutError():
            return with_outcome(PeerError(f"{address}: no answer in time"), LpaOutcome.TIMED_OUT)
        case HTTPError() | OSError():
            told = PeerError(f"{address}: {_reason(error)}")
            return with_outcome(told, LpaOutcome.CONNECTION_FAILED)
        case _:
            return with_outcome(PeerError(f"{address}: {error}"), LpaOutcome.CONNECTION_FAILED)


def status_error(address: str, status: int, body: bytes, retry_after: str | None) -> PeerError:
    """Return the error for an HTTP status that is not the interface's.

    Args:
        address: server that was called.
        status: HTTP status outside 2xx.
        body: beginning of the answer; shown, since it often tells more than the status.
        retry_after: value of the Retry-After header.
    """
    said = snippet(body)
    message = f"{address}: HTTP status {status}" + (f": {said}" if said else "")
    error = PeerError(message, parse_retry_after(retry_after))
    if status in (429, 503):
        return with_outcome(error, LpaOutcome.SERVER_BUSY)
    if status >= 500:
        return with_outcome(error, LpaOutcome.SERVER_FAILED)
    return with_outcome(error, LpaOutcome.REDIRECTED if status < 400 else LpaOutcome.REQUEST_REJECTED)


def snippet(body: bytes) -> str:
    """Return the beginning of a body as one printable line."""
    text = body[: 4 * _LONGEST_SNIPPET].decode("utf-8", "replace")
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= _LONGEST_SNIPPET else line[: _LONGEST_SNIPPET - 1] + "…"


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which may be a number or a date; None for anything else."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def is_curve_refused(error: Exception) -> bool:
    """Tell whether a handshake failed for want of a common cipher, as with a server that has a brainpool key."""
    cause = _cause(error)
    return isinstance(cause, ssl.SSLError) and cause.reason in (
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_INSUFFICIENT_SECURITY",
    )


def _tls_error(address: str, error: Exception) -> PeerError:
    """Return the error for a TLS connection that was not made."""
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        outcome = _VERIFICATION.get(cause.verify_code, LpaOutcome.TLS_FAILED)
        return with_outcome(PeerError(f"{address}: TLS: {cause.verify_message}"), outcome)
    reason = getattr(cause, "reason", None) or str(cause)
    return with_outcome(PeerError(f"{address}: TLS: {reason}"), LpaOutcome.TLS_FAILED)


def _cause(error: BaseException) -> BaseException:
    """Return the innermost error that urllib3 wrapped or raised from."""
    wrapped = (argument for argument in error.args if isinstance(argument, BaseException))
    inner = next(wrapped, error.__cause__)
    return error if inner is None else _cause(inner)


def _reason(error: BaseException) -> str:
    """Return what the system says about a failed connection, without the objects' addresses that urllib3 prints."""
    cause = _cause(error)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "the connection broke"
