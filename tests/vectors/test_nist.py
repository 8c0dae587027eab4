"""The published P-256 key agreement of RFC 5903 (folder nist)."""

from __future__ import annotations

from pathlib import Path

from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey

FOLDER = Path(__file__).parent / "nist"


def test_p256_key_agreement_gives_the_published_x() -> None:
    scalar, point, shared = map(bytes.fromhex, (FOLDER / "ecdh-p256.txt").read_text(encoding="ascii").split())
    assert OneTimeKey.from_scalar(Curve.P256, scalar).agree(point) == shared
