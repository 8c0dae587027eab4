"""One-time codes: those of the RFCs, within a step of the clock, each once, and what a device scans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import (
    code_of,
    find_step,
    format_secret,
    new_secret,
    otpauth_uri,
    step_of,
)

SECRET = Secret(b"12345678901234567890")

# RFC 6238 appendix B, SHA-1: moment in seconds since 1970, eight digits.
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]

# RFC 4226 appendix D: counter, six digits.
RFC_4226 = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_of(SECRET, step_of(moment), digits=8) == code
    assert code_of(SECRET, step_of(moment)) == code[2:]
    assert find_step(SECRET, code[2:], moment) == seconds // 30


@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_codes_are_those_of_rfc_4226(counter: int, code: str) -> None:
    assert code_of(SECRET, counter) == code


MOMENT = datetime(2026, 11, 29, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(("away", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_within_a_step_of_the_clock(away: int, is_right: bool) -> None:
    step = step_of(MOMENT) + away
    assert find_step(SECRET, code_of(SECRET, step), MOMENT) == (step if is_right else None)


def test_a_code_is_good_once_and_none_before_it_either() -> None:
    step = step_of(MOMENT)
    code, before, after = (code_of(SECRET, step + away) for away in (0, -1, 1))
    assert find_step(SECRET, code, MOMENT, last_step=step) is None
    assert find_step(SECRET, before, MOMENT, last_step=step) is None
    assert find_step(SECRET, after, MOMENT, last_step=step) == step + 1
    assert find_step(SECRET, code, MOMENT, last_step=step - 1) == step


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800", "-12345"])
def test_what_is_no_code_is_not_right(text: str) -> None:
    assert find_step(SECRET, text, MOMENT) is None


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**31), st.integers(-1, 1))
def test_whatever_a_device_shows_is_right_once(secret: bytes, seconds: int, away: int) -> None:
    kept, now = Secret(secret), datetime.fromtimestamp(seconds, UTC) + timedelta(minutes=5)
    step = step_of(now) + away
    code = code_of(kept, step)
    found = find_step(kept, code, now)
    assert found is not None
    assert find_step(kept, code, now, last_step=step_of(now) + 1) is None


def test_a_secret_has_twenty_octets_and_never_shows_itself() -> None:
    secret = new_secret(lambda octets: b"s" * octets)
    assert secret.reveal() == b"s" * 20
    assert "s" * 4 not in repr(otpauth_uri(secret, "OpenESIM", "somebody"))


def test_devices_scan_issuer_account_and_secret() -> None:
    uri = urlsplit(otpauth_uri(SECRET, "Open ESIM", "mei@qinghe").reveal())
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Open ESIM:mei@qinghe"
    assert parse_qs(uri.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Open ESIM"]}
    assert "+" not in uri.query
    assert format_secret(SECRET).reveal() == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
