"""The generator of FIPS 186-2: lengths, and its SHA-1 against the library's (figures are in tests/vectors)."""

from __future__ import annotations

import hashlib

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.crypto import fips186_2
from openesim.security.crypto.fips186_2 import fips186_2_prf


@pytest.mark.parametrize(
    ("xkey", "length"), [(bytes(19), 40), (bytes(64), 40), (bytes(20), 0), (bytes(20), 4097)]
)
def test_a_key_or_length_out_of_range_is_refused(xkey: bytes, length: int) -> None:
    with pytest.raises(DecodeError):
        fips186_2_prf(xkey, length)


@pytest.mark.parametrize("length", [1, 19, 20, 21, 160])
def test_a_shorter_output_is_the_front_of_a_longer_one(length: int) -> None:
    assert fips186_2_prf(bytes(20), length) == fips186_2_prf(bytes(20), 200)[:length]


@pytest.mark.parametrize("octets", [0, 1, 20, 55])
def test_over_a_padded_block_the_compression_is_sha1(octets: int) -> None:
    message = bytes(range(octets))
    padded = (message + b"\x80").ljust(56, b"\0") + (8 * octets).to_bytes(8, "big")
    assert fips186_2._compress(padded) == hashlib.sha1(message).digest()
