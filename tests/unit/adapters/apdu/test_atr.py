"""The Answer To Reset, read as a terminal reads it."""

from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu.atr import build_atr, is_euicc


def interface_octets(atr: bytes) -> tuple[dict[str, int], bytes]:
    """Interface octets by name, and what follows them, as ISO/IEC 7816-3 §8.2 says to find them."""
    found: dict[str, int] = {}
    announced, position, number = atr[1] >> 4, 2, 1
    while announced:
        for bit, letter in enumerate("ABCD"):
            if announced >> bit & 1:
                found[f"T{letter}{number}"] = atr[position]
                position += 1
        announced = found.get(f"TD{number}", 0) >> 4
        number += 1
    return found, atr[position:]


def test_the_check_octet_closes_the_atr() -> None:
    assert reduce(xor, build_atr()[1:]) == 0


def test_t0_is_the_only_protocol_and_what_holds_for_all_follows() -> None:
    octets, _ = interface_octets(build_atr())
    assert [value & 0x0F for name, value in octets.items() if name.startswith("TD")] == [0, 15]
    assert octets["TA3"] & 0x3F == 0b000111  # classes A, B and C


def test_a_terminal_that_looks_for_euiccs_finds_one() -> None:
    octets, _ = interface_octets(build_atr())
    assert octets["TB3"] == 0x82  # what Android looks for


def test_the_historical_octets_are_compact_data_objects() -> None:
    atr = build_atr()
    _, rest = interface_octets(atr)
    historical = rest[:-1]
    assert len(historical) == atr[1] & 0x0F
    assert historical[0] == 0x80
    position, found = 1, {}
    while position < len(historical):
        tag, length = historical[position] >> 4, historical[position] & 0x0F
        found[tag] = historical[position + 1 : position + 1 + length]
        position += 1 + length
    assert position == len(historical)
    assert {tag: len(value) for tag, value in found.items()} == {3: 1, 7: 3}


@pytest.mark.parametrize(
    ("atr", "expected"),
    [
        (build_atr().hex(), True),
        # a published UICC of sysmocom, and a bank card: no eUICC
        ("3b9f96801f878031e073fe211b674a357530350265f8", False),
        ("3b6500002063cb6800", False),
        ("3b9f96803fc7a08031e073fe211b674a4c753034054bA9", False),
        ("", False),
        ("3b", False),
        ("3bff", False),
    ],
)
def test_an_euicc_is_told_from_other_cards(atr: str, expected: bool) -> None:
    assert is_euicc(bytes.fromhex(atr)) is expected


@given(st.binary(max_size=40))
def test_no_atr_is_too_broken_to_be_looked_at(atr: bytes) -> None:
    assert is_euicc(atr) in (True, False)
