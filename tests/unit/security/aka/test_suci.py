"""The concealed identity: its forms, and what none of them takes (figures are in tests/vectors)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Plmn
from openesim.security.aka.suci import Scheme, Suci, conceal, conceal_input, draw_ephemeral_key, reveal
from openesim.security.crypto import x25519

HOME, EPHEMERAL = bytes(range(1, 33)), bytes(range(33, 65))
PLAIN = Suci(Plmn("20893"), "0", Scheme.NULL, 0, bytes.fromhex("0000477890"))


def test_the_null_scheme_shows_the_msin_and_needs_no_key() -> None:
    output = conceal(Scheme.NULL, b"", "0123456789", b"")
    assert output.hex() == "1032547698"
    assert reveal(Scheme.NULL, b"", output) == "0123456789"


@pytest.mark.parametrize(
    ("scheme", "octets"), [(Scheme.PROFILE_A, [32]), (Scheme.PROFILE_B, [40]), (Scheme.NULL, [])]
)
def test_an_ephemeral_key_is_drawn_where_the_scheme_needs_one(scheme: Scheme, octets: list[int]) -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    key = draw_ephemeral_key(scheme, entropy)
    assert asked == octets
    assert len(key) == (32 if octets else 0)


def test_an_msin_of_odd_length_is_filled_with_f() -> None:
    assert conceal(Scheme.NULL, b"", "012345678", b"").hex() == "10325476f8"


@pytest.mark.parametrize("msin", ["", "12a", "01234567890", "١٢٣"])
def test_a_text_that_is_no_msin_is_refused(msin: str) -> None:
    with pytest.raises(DecodeError):
        conceal(Scheme.NULL, b"", msin, b"")


@pytest.mark.parametrize("octets", ["", "ff", "a1", "1f", "12ff", "103254769810"])
def test_an_output_that_holds_no_msin_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError, match="no MSIN"):
        reveal(Scheme.NULL, b"", bytes.fromhex(octets))


def test_what_was_concealed_but_is_no_msin_is_refused() -> None:
    output = conceal_input(Scheme.PROFILE_A, x25519.public_key(HOME), b"\xaa", EPHEMERAL)
    with pytest.raises(DecodeError, match="no MSIN"):
        reveal(Scheme.PROFILE_A, HOME, output)


@pytest.mark.parametrize(
    ("plmn", "routing_indicator", "octets"),
    [
        ("20893", "0", "0102f839f0ff0000"),
        ("208012", "1234", "0102281021430000"),
        ("20810", "17", "0102f80171ff0000"),
    ],
)
def test_network_and_routing_indicator_are_packed_as_the_standard_draws_them(
    plmn: str, routing_indicator: str, octets: str
) -> None:
    suci = replace(PLAIN, plmn=Plmn(plmn), routing_indicator=routing_indicator)
    assert suci.encode() == bytes.fromhex(octets) + PLAIN.scheme_output
    assert Suci.decode(suci.encode()) == suci


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "0102f839f0ff00",
        "1102f839f0ff000000",
        "0202f839f0ff000000",
        "01fffffff0ff000000",
        "01a2f839f0ff000000",
        "0102f8ffF0ff000000",
        "010200f000f0ff0000",
        "0102f839ffff000000",
        "0102f8390fff000000",
        "0102f839f0ff030000",
        "0102f839f0ff100000",
    ],
)
def test_octets_that_are_no_suci_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        Suci.decode(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "change",
    [
        {"routing_indicator": ""},
        {"routing_indicator": "12345"},
        {"routing_indicator": "F"},
        {"key_id": 256},
        {"key_id": -1},
    ],
)
def test_values_without_a_wire_form_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(DecodeError):
        replace(PLAIN, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "suci",
        "imsi-208930000007487",
        "suci-1-208-93-0-0-0-00007487",
        "suci-0-208-93-0-0-0",
        "suci-0-20-893-0-0-0-00007487",
        "suci-0-208-9-0-0-0-00007487",
        "suci-0-208--0-0-0-00007487",
        "suci-0-2a8-93-0-0-0-00007487",
        "suci-0-208-93-0-0-0-00007487-1",
        "suci-0-208-93-0-9-0-00007487",
        "suci-0-208-93-0-x-0-00007487",
        "suci-0-208-93-0-1-9999-00",
        "suci-0-208-93-0-1-1-",
        "suci-0-208-93-0-1-1-0",
        "suci-0-208-93-0-1-1-0g",
        "suci-0-208-93-0-1-1-00 00 0",
        "suci-0-208-93-0-0-0-0000748a",
    ],
)
def test_text_that_is_no_suci_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        Suci.parse(text)
