"""TUAK: what it refuses and what it never shows (its figures are in tests/vectors)."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.tuak import Tuak, derive_topc

K, TOPC, RAND = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 80))


@pytest.mark.parametrize(
    ("k", "topc"), [(K[1:], TOPC), (K[:24], TOPC), (b"", TOPC), (K, TOPC[1:]), (K, TOPC[:16])]
)
def test_a_key_of_another_length_is_refused(k: bytes, topc: bytes) -> None:
    with pytest.raises(DecodeError):
        Tuak(k, topc)
    with pytest.raises(DecodeError):
        derive_topc(k, topc)


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("mac_octets", 4),
        ("mac_octets", 9),
        ("res_octets", 0),
        ("res_octets", 6),
        ("ck_octets", 8),
        ("ik_octets", 24),
        ("number_of_keccak", 0),
        ("number_of_keccak", 256),
    ],
)
def test_a_length_or_number_the_standard_does_not_know_is_refused(name: str, octets: int) -> None:
    with pytest.raises(DecodeError):
        Tuak(K, TOPC, **{name: octets})


@pytest.mark.parametrize(
    ("rand", "sqn", "amf"),
    [(RAND[1:], bytes(6), bytes(2)), (RAND, bytes(7), bytes(1)), (RAND, bytes(6), bytes(1))],
)
def test_a_challenge_of_another_length_is_refused(rand: bytes, sqn: bytes, amf: bytes) -> None:
    tuak = Tuak(K, TOPC)
    for function in (tuak.f1, tuak.f1_star):
        with pytest.raises(DecodeError):
            function(rand, sqn, amf)


def test_a_short_rand_is_refused_where_only_rand_is_given() -> None:
    tuak = Tuak(K, TOPC)
    for function in (tuak.f2345, tuak.f5_star):
        with pytest.raises(DecodeError):
            function(RAND[1:])


def test_the_same_key_gives_other_answers_with_another_length_or_more_rounds() -> None:
    answers = {
        Tuak(K, TOPC).f2345(RAND).ak,
        Tuak(K, TOPC, number_of_keccak=2).f2345(RAND).ak,
        Tuak(K, TOPC, res_octets=16).f2345(RAND).ak,
        Tuak(K, TOPC, ck_octets=32).f2345(RAND).ak,
        Tuak(K, TOPC, ik_octets=32).f2345(RAND).ak,
        Tuak(K[:16], TOPC).f2345(RAND).ak,
    }
    assert len(answers) == 6


def test_a_short_key_is_not_the_long_key_that_ends_in_zeros() -> None:
    short, long = Tuak(K[:16], TOPC), Tuak(bytes(16) + K[:16], TOPC)
    assert short.f2345(RAND) != long.f2345(RAND)


def test_neither_keys_nor_answers_are_printed() -> None:
    tuak = Tuak(K, TOPC)
    assert repr(tuak) == "Tuak(<secret>)"
    assert repr(tuak.f2345(RAND)) == "AkaAnswer()"
