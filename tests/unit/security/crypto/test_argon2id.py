"""Argon2id: hashes of others are verified, ours are for the cost that was asked for, and older ones are told."""

from __future__ import annotations

import os

import pytest

from openesim.kernel.secret import Secret
from openesim.security.crypto.argon2id import RECOMMENDED, Argon2Hashing, Cost

CHEAP = Cost(memory_kib=32, passes=1, lanes=4)

# Made by the reference implementation: github.com/P-H-C/phc-winner-argon2, src/test.c, version 0x13, Argon2id.
OTHERS = [
    ("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
]


@pytest.mark.parametrize(("password", "kept"), OTHERS)
def test_hashes_of_the_reference_implementation_are_verified(password: str, kept: str) -> None:
    hashing = Argon2Hashing(os.urandom, CHEAP)
    assert hashing.is_right(Secret(kept), Secret(password))
    assert not hashing.is_right(Secret(kept), Secret("differentpassword"))


def test_a_password_is_kept_under_a_salt_of_its_own_and_found_right_again() -> None:
    hashing = Argon2Hashing(os.urandom, CHEAP)
    first, second = hashing.hash(Secret("四 words 很 good")), hashing.hash(Secret("四 words 很 good"))
    assert first != second
    assert first.reveal().startswith("$argon2id$v=19$m=32,t=1,p=4$")
    assert hashing.is_right(first, Secret("四 words 很 good"))
    assert hashing.is_right(second, Secret("四 words 很 good"))
    assert not hashing.is_right(first, Secret("四 words 很 good "))


def test_todays_cost_is_the_one_that_the_rfc_recommends() -> None:
    kept = Argon2Hashing(os.urandom).hash(Secret("a few words"))
    assert kept.reveal().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert len(kept.reveal().split("$")[4]) == 22, "16 octets"
    assert len(kept.reveal().split("$")[5]) == 43, "32 octets"


def test_nobodys_password_is_asked_for_at_the_same_cost_and_is_none() -> None:
    hashing = Argon2Hashing(os.urandom, CHEAP)
    form = hashing.hash(Secret("x")).reveal().split("$")
    nobody = hashing.nobody.reveal().split("$")
    assert form[:4] == nobody[:4]
    assert [len(part) for part in form] == [len(part) for part in nobody]
    assert not hashing.is_right(hashing.nobody, Secret("x"))
    assert Argon2Hashing(os.urandom, CHEAP).nobody != hashing.nobody


@pytest.mark.parametrize(
    ("cost", "is_outdated"),
    [
        (CHEAP, False),
        (Cost(memory_kib=64, passes=1, lanes=4), True),
        (Cost(memory_kib=32, passes=2, lanes=4), True),
        (Cost(memory_kib=16, passes=1, lanes=2), False),
        (RECOMMENDED, True),
    ],
)
def test_what_was_hashed_for_less_than_today_is_outdated(cost: Cost, is_outdated: bool) -> None:
    kept = Argon2Hashing(os.urandom, CHEAP).hash(Secret("x"))
    assert Argon2Hashing(os.urandom, cost).is_outdated(kept) is is_outdated


@pytest.mark.parametrize(
    "kept", ["", "nonsense", "$argon2i$v=19$m=32,t=1,p=4$c29tZXNhbHQ$bQk8", "$argon2id$v=19$文"]
)
def test_what_cannot_be_read_is_outdated_and_nobodys_password(kept: str) -> None:
    hashing = Argon2Hashing(os.urandom, CHEAP)
    assert hashing.is_outdated(Secret(kept))
    assert not hashing.is_right(Secret(kept), Secret("x"))


def test_any_text_is_a_password_even_half_a_surrogate() -> None:
    hashing = Argon2Hashing(os.urandom, CHEAP)
    assert hashing.is_right(hashing.hash(Secret("\ud800 and more")), Secret("\ud800 and more"))
