"""Words of a declaration that carry behaviour: bit strings, sizes, signed values."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from openesim.encoding.asn1 import Bits, Signed, Size


class Flags(Bits):
    READ = 1 << 0
    WRITE_ALL = 1 << 1
    S16 = 1 << 5


def test_the_named_bits_have_the_type_of_their_bit_string() -> None:
    assert type(Flags.READ) is Flags
    assert type(Flags.READ | Flags.S16) is Flags
    assert type((Flags.READ | Flags.S16) & Flags.S16) is Flags


def test_bits_are_listed_by_name_in_their_order() -> None:
    assert Flags.names() == {"READ": 1, "WRITE_ALL": 2, "S16": 32}
    assert Flags(0b10_0010).set_names == ["write_all", "s16"]
    assert Flags(0).set_names == []


def test_a_bit_without_a_name_is_kept() -> None:
    flags = Flags(1 << 9) | Flags.READ
    assert flags == 0b10_0000_0001
    assert flags.set_names == ["read"]


def test_a_bit_string_keeps_its_type_through_a_pickle() -> None:
    twin = pickle.loads(pickle.dumps(Flags.READ | Flags.S16))
    assert twin == 0b10_0001
    assert type(twin) is Flags


def test_a_single_size_means_exactly_that_many() -> None:
    assert Size(16).bounds == (16, 16)
    assert Size(1, 16).bounds == (1, 16)
    assert Size(0, 0).bounds == (0, 0)


def test_what_was_signed_cannot_be_exchanged() -> None:
    signed = Signed(1, b"\x02\x01\x01")
    with pytest.raises(dataclasses.FrozenInstanceError):
        signed.octets = b""  # type: ignore[misc]
    assert signed == Signed(1, b"\x02\x01\x01")
    assert signed != Signed(1, b"\x02\x02\x00\x01")
