"""Key derivation; the published figures are in tests/vectors."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.security.crypto.kdf import ts33220_kdf, x963_kdf


@given(st.binary(max_size=64), st.binary(max_size=64), st.integers(1, 200))
def test_it_gives_what_the_library_gives(secret: bytes, info: bytes, length: int) -> None:
    assert x963_kdf(secret, info, length) == X963KDF(hashes.SHA256(), length, info).derive(secret)


def test_the_counter_starts_at_one() -> None:
    assert x963_kdf(b"Z", b"info", 32) == sha256(b"Z\x00\x00\x00\x01info").digest()


@pytest.mark.parametrize("length", [-1, 0, 65537])
def test_a_length_out_of_range_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        x963_kdf(b"Z", b"", length)


def test_each_parameter_of_3gpp_is_followed_by_its_length() -> None:
    assert ts33220_kdf(b"k", 0x20, b"ab", b"") == hmac.digest(b"k", b"\x20ab\0\2\0\0", "sha256")
    assert ts33220_kdf(b"k", 0x20, b"a", b"b") != ts33220_kdf(b"k", 0x20, b"ab")
