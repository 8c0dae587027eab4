"""Milenage: what it refuses and what it never shows (its figures are in tests/vectors)."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.milenage import ROTATION_CONSTANTS, XORING_CONSTANTS, Milenage, derive_opc

K, OPC, RAND = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ((K[1:], OPC), "K "),
        ((K * 2, OPC), "K "),
        ((K, OPC + b"\0"), "OPc"),
        ((K, b""), "OPc"),
        ((K, OPC, bytes(4)), "rotation"),
        ((K, OPC, bytes((64, 0, 32, 64, 128))), "rotation"),
        ((K, OPC, ROTATION_CONSTANTS, XORING_CONSTANTS[1:]), "XORing"),
    ],
)
def test_a_key_or_constant_of_another_length_is_refused_by_name(keys: Any, named: str) -> None:
    with pytest.raises(DecodeError, match=named):
        Milenage(*keys)


@pytest.mark.parametrize(("k", "op"), [(K[1:], OPC), (K, OPC[1:])])
def test_opc_is_not_derived_from_values_of_another_length(k: bytes, op: bytes) -> None:
    with pytest.raises(DecodeError):
        derive_opc(k, op)


@pytest.mark.parametrize(
    ("rand", "sqn", "amf"),
    [(RAND[1:], bytes(6), bytes(2)), (RAND, bytes(5), bytes(2)), (RAND, bytes(6), bytes(3))],
)
def test_a_challenge_of_another_length_is_refused(rand: bytes, sqn: bytes, amf: bytes) -> None:
    milenage = Milenage(K, OPC)
    for function in (milenage.f1, milenage.f1_star):
        with pytest.raises(DecodeError):
            function(rand, sqn, amf)


def test_a_short_rand_is_refused_where_only_rand_is_given() -> None:
    milenage = Milenage(K, OPC)
    for function in (milenage.f2345, milenage.f5_star):
        with pytest.raises(DecodeError, match="RAND must have 16 octets, not 15"):
            function(RAND[1:])


def test_other_constants_change_every_answer() -> None:
    standard, other = Milenage(K, OPC), Milenage(K, OPC, bytes((8, 16, 24, 40, 48)))
    assert standard.f1(RAND, bytes(6), bytes(2)) != other.f1(RAND, bytes(6), bytes(2))
    assert standard.f2345(RAND) != other.f2345(RAND)
    assert standard.f5_star(RAND) != other.f5_star(RAND)


def test_neither_keys_nor_answers_are_printed() -> None:
    milenage = Milenage(K, OPC)
    assert repr(milenage) == "Milenage(<secret>)"
    assert repr(milenage.f2345(RAND)) == "AkaAnswer()"
