"""Key agreement on Curve25519: what it refuses (its figures are in tests/vectors)."""

from __future__ import annotations

import os

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto import x25519

OURS = bytes(range(1, 33))


def test_both_sides_agree() -> None:
    theirs = os.urandom(32)
    assert x25519.agree(OURS, x25519.public_key(theirs)) == x25519.agree(theirs, x25519.public_key(OURS))


@pytest.mark.parametrize("octets", [0, 31, 33, 65])
def test_keys_of_another_length_are_refused(octets: int) -> None:
    with pytest.raises(VerificationError, match="must have 32 octets"):
        x25519.agree(OURS, bytes(octets))
    with pytest.raises(DecodeError):
        x25519.agree(bytes(octets), x25519.public_key(OURS))
    with pytest.raises(DecodeError):
        x25519.public_key(bytes(octets))


@pytest.mark.parametrize("peer", [bytes(32), b"\x01" + bytes(31)])
def test_a_public_key_that_makes_the_secret_zero_is_refused(peer: bytes) -> None:
    with pytest.raises(VerificationError, match="low order"):
        x25519.agree(OURS, peer)
