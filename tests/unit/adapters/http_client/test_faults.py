"""What went wrong on the line, sorted by what helps."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)

from openesim.adapters.http_client.faults import (
    is_curve_refused,
    parse_retry_after,
    peer_error,
    snippet,
    status_error,
)
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

CONNECTION = HTTPConnection("127.0.0.1")


def verification_error(code: int) -> SSLError:
    inner = ssl.SSLCertVerificationError(1, "no")
    inner.verify_code, inner.verify_message = code, "told by OpenSSL"
    return SSLError(inner)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NameResolutionError("h", CONNECTION, OSError()), LpaOutcome.NAME_UNKNOWN),  # type: ignore[arg-type]
        (NewConnectionError(CONNECTION, "refused"), LpaOutcome.CONNECTION_FAILED),
        (ConnectTimeoutError(CONNECTION, "slow"), LpaOutcome.TIMED_OUT),
        (TimeoutError(), LpaOutcome.TIMED_OUT),
        (
            ProtocolError("aborted", ConnectionResetError(104, "Connection reset")),
            LpaOutcome.CONNECTION_FAILED,
        ),
        (HTTPError("?"), LpaOutcome.CONNECTION_FAILED),
        (OSError(101, "Network is unreachable"), LpaOutcome.CONNECTION_FAILED),
        (ValueError("?"), LpaOutcome.CONNECTION_FAILED),
        (verification_error(9), LpaOutcome.TLS_NOT_YET_VALID),
        (verification_error(10), LpaOutcome.TLS_EXPIRED),
        (verification_error(19), LpaOutcome.TLS_UNKNOWN_CA),
        (verification_error(62), LpaOutcome.TLS_NAME_MISMATCH),
        (verification_error(23), LpaOutcome.TLS_FAILED),
        (SSLError("no protocols"), LpaOutcome.TLS_FAILED),
        (ssl.SSLError(1, "raw"), LpaOutcome.TLS_FAILED),
    ],
)
def test_every_failure_has_its_explanation_and_names_the_server(
    error: Exception, outcome: LpaOutcome
) -> None:
    told = peer_error("smdp.example.com", error)
    assert outcome_of(told) is outcome
    assert str(told).startswith("smdp.example.com: ")
    assert "0x" not in str(told), "no addresses of objects"


def test_what_the_system_says_is_told() -> None:
    assert "Connection reset" in str(
        peer_error("a", ProtocolError("x", ConnectionResetError(104, "Connection reset")))
    )


@pytest.mark.parametrize(("error", "refused"), [(SSLError("x"), False), (OSError(), False)])
def test_only_a_refused_handshake_is_worth_another_curve(error: Exception, refused: bool) -> None:
    assert is_curve_refused(error) is refused


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("-1", None),
        ("soon", None),
        ("1e9", None),
        ("9" * 20, None),
    ],
)
def test_a_wish_for_a_pause_may_be_a_number(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


def test_a_wish_for_a_pause_may_be_a_moment() -> None:
    later = datetime.now(UTC) + timedelta(seconds=100)
    assert 90 < (parse_retry_after(format_datetime(later, usegmt=True)) or 0) <= 100
    assert parse_retry_after(format_datetime(later - timedelta(days=1), usegmt=True)) == 0.0


def test_a_body_is_shown_as_one_short_printable_line() -> None:
    assert snippet(b"") == ""
    assert snippet(b"a\r\n\tb\x00\x1b[31m") == "a b [31m"
    assert len(snippet(b"x" * 10_000)) == 160
    assert snippet(b"\xff\xfe")


def test_a_status_without_a_body_is_told_by_its_number() -> None:
    assert str(status_error("a", 502, b"", None)) == "a: HTTP status 502"
