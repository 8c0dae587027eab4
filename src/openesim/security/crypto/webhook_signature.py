"""The signature of a webhook: who holds the secret knows that we sent it, and when.

Source: Standard Webhooks 1.0.0, signature scheme (symmetric).
"""

from __future__ import annotations

import binascii
import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 (how every secret begins)
SECRET_OCTETS: Final = 32
_LEAST, _MOST = 24, 64


def new_secret(entropy: Entropy) -> Secret[bytes]:
    """Return a fresh secret, 32 octets."""
    return Secret(entropy(SECRET_OCTETS))


def format_secret(secret: Secret[bytes]) -> str:
    """Return a secret as its holder is told it, once: ``whsec_`` and base64."""
    return SECRET_PREFIX + binascii.b2a_base64(secret.reveal(), newline=False).decode()


def parse_secret(text: str) -> Secret[bytes]:
    """Return the secret of a text, with or without its prefix: 24 to 64 octets in base64.

    Raises:
        DecodeError: it is none; the text is not repeated.
    """
    try:
        octets = binascii.a2b_base64(text.removeprefix(SECRET_PREFIX), strict_mode=True)
    except ValueError:
        raise DecodeError("the secret of a webhook is whsec_ and base64") from None
    if not _LEAST <= len(octets) <= _MOST:
        raise DecodeError(f"the secret of a webhook has {_LEAST} to {_MOST} octets")
    return Secret(octets)


def sign(secrets: tuple[Secret[bytes], ...], webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return the header ``webhook-signature``: one signature for every secret that is in use.

    Args:
        secrets: the present one, and the one before it while it is still taken.
        webhook_id: header ``webhook-id``: the same however often the message is sent.
        timestamp: header ``webhook-timestamp``: of this attempt, seconds since 1970.
        body: as sent.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return " ".join(
        "v1,"
        + binascii.b2a_base64(hmac.new(secret.reveal(), signed, sha256).digest(), newline=False).decode()
        for secret in secrets
    )


def headers_of(
    secrets: tuple[Secret[bytes], ...], webhook_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    """Return the three headers of a message as it is sent now."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secrets, webhook_id, timestamp, body),
    }
