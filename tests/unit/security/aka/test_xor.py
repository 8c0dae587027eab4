"""The test algorithm: what it refuses (its figures are in tests/vectors)."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.xor import XorAlgorithm

K, RAND = bytes(range(16)), bytes(range(32, 48))


@pytest.mark.parametrize("k", [b"", K[1:], K * 2])
def test_a_key_of_another_length_is_refused(k: bytes) -> None:
    with pytest.raises(DecodeError):
        XorAlgorithm(k)


@pytest.mark.parametrize("res_octets", [0, 3, 17])
def test_a_response_of_another_length_is_refused(res_octets: int) -> None:
    with pytest.raises(DecodeError):
        XorAlgorithm(K, res_octets=res_octets)


@pytest.mark.parametrize("res_octets", range(4, 17))
def test_a_response_has_the_length_that_was_asked_for(res_octets: int) -> None:
    assert len(XorAlgorithm(K, res_octets=res_octets).f2345(RAND).res) == res_octets


@pytest.mark.parametrize(
    ("rand", "sqn", "amf"),
    [(RAND[1:], bytes(6), bytes(2)), (RAND, bytes(7), bytes(1)), (RAND, bytes(6), bytes(1))],
)
def test_a_challenge_of_another_length_is_refused(rand: bytes, sqn: bytes, amf: bytes) -> None:
    with pytest.raises(DecodeError):
        XorAlgorithm(K).f1(rand, sqn, amf)


def test_the_key_is_not_printed() -> None:
    assert repr(XorAlgorithm(K)) == "XorAlgorithm(<secret>)"
