"""One-time codes of a device that shares a secret with us: TOTP over HMAC-SHA-1, six digits, thirty seconds.

A code tells the time step that it belongs to. Whoever verifies one keeps that step, and takes no code of it or before it again.

Source: RFC 6238 (TOTP), RFC 4226 §5 (HOTP); https://github.com/google/google-authenticator/wiki/Key-Uri-Format (otpauth).
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Final

from openesim.kernel.ambient import Entropy
from openesim.kernel.secret import Secret

SECRET_OCTETS: Final = 20
"""As long as the hash's output (RFC 4226 §4 R6)."""

STEP_S: Final = 30
DIGITS: Final = 6
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

SKEW_STEPS: Final = 1
"""Steps by which a device's clock may differ (RFC 6238 §5.2)."""


def new_secret(entropy: Entropy) -> Secret[bytes]:
    """Return the secret of a new device, 20 octets."""
    return Secret(entropy(SECRET_OCTETS))


def step_of(moment: datetime) -> int:
    """Return the time step of a moment.

    Args:
        moment: aware.
    """
    return int(moment.timestamp()) // STEP_S


def code_of(secret: Secret[bytes], step: int, digits: int = DIGITS) -> str:
    """Return the code of a time step.

    Source: RFC 4226 §5.3, §5.4.

    Args:
        secret: of the device.
        step: at least 0.
        digits: 6 to 8.
    """
    mac = hmac.digest(secret.reveal(), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def find_step(secret: Secret[bytes], code: str, now: datetime, last_step: int = -1) -> int | None:
    """Return the time step that a code belongs to; None: it is not right, or was used before.

    All steps are compared, so that the time tells nothing.

    Args:
        secret: of the device.
        code: six digits.
        now: aware.
        last_step: the last step whose code was used.
    """
    present, found = step_of(now), None
    for step in range(present - SKEW_STEPS, present + SKEW_STEPS + 1):
        is_right = hmac.compare_digest(code_of(secret, step).encode(), code.encode("utf-8", "replace"))
        if is_right and step > last_step:
            found = step
    return found


def format_secret(secret: Secret[bytes]) -> Secret[str]:
    """Return a secret for typing: base32 in fours."""
    text = base64.b32encode(secret.reveal()).decode().rstrip("=")
    return Secret(" ".join(text[at : at + 4] for at in range(0, len(text), 4)))


def otpauth_uri(secret: Secret[bytes], issuer: str, name: str) -> Secret[str]:
    """Return what the QR code for a device holds.

    Args:
        secret: of the device.
        issuer: whose account it is for.
        name: of the account.
    """
    text = base64.b32encode(secret.reveal()).decode().rstrip("=")
    whose = _percent(issuer)
    return Secret(f"otpauth://totp/{whose}%3A{_percent(name)}?secret={text}&issuer={whose}")


def _percent(text: str) -> str:
    """Return a text as it stands in a URI (RFC 3986 §2.1)."""
    return "".join(
        chr(octet) if octet in _UNRESERVED else f"%{octet:02X}" for octet in text.encode("utf-8", "replace")
    )
