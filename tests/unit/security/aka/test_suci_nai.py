"""The concealed identity of an NAI: its form, and what it does not take (figures are in tests/vectors)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.aka.suci import Scheme, conceal_input, reveal_input
from openesim.security.aka.suci_nai import NaiSuci
from openesim.security.crypto import x25519

HOME, EPHEMERAL = bytes(range(1, 33)), bytes(range(33, 65))
PLAIN = NaiSuci("example.com", "678", Scheme.NULL, 0, b"user17")
CONCEALED = replace(
    PLAIN,
    scheme=Scheme.PROFILE_A,
    key_id=27,
    scheme_output=conceal_input(Scheme.PROFILE_A, x25519.public_key(HOME), b"user17", EPHEMERAL),
)


@pytest.mark.parametrize("suci", [PLAIN, CONCEALED, replace(PLAIN, scheme_output="用户@家".encode())])
def test_either_form_comes_back(suci: NaiSuci) -> None:
    assert NaiSuci.parse(suci.format()) == suci
    assert NaiSuci.decode(suci.encode()) == suci


def test_the_null_scheme_names_no_key() -> None:
    assert PLAIN.format() == "type1.rid678.schid0.useriduser17@example.com"


def test_the_user_name_is_revealed_with_the_key() -> None:
    read = NaiSuci.parse(CONCEALED.format())
    assert reveal_input(read.scheme, HOME, read.scheme_output) == b"user17"


@pytest.mark.parametrize(
    "change",
    [
        {"realm": ""},
        {"realm": "a@b"},
        {"routing_indicator": "12345"},
        {"key_id": 256},
        {"scheme_output": b"\xff"},
        {"scheme": Scheme.PROFILE_A},
        {"scheme": Scheme.PROFILE_B},
    ],
)
def test_values_without_a_wire_form_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(DecodeError):
        replace(PLAIN, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "user17@example.com",
        "type0.rid678.schid0.useriduser17@example.com",
        "type1.rid678.schid0.useriduser17",
        "type1.rid67890.schid0.useriduser17@example.com",
        "type1.rid678.schid0.user17@example.com",
        "type1.rid678.schid7.useriduser17@example.com",
        "type1.rid678.schid1.hnkey27.useriduser17@example.com",
        "type1.rid678.schid1.hnkey999.ecckeyAA.cip.mac0011223344556677@example.com",
        "type1.rid678.schid1.hnkey27.ecckeyAA.cip.mac0011223344556677@example.com",
        "type1.rid678.schid1.hnkey27.ecckeyA.cip.mac0011223344556677@example.com",
    ],
)
def test_an_nai_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        NaiSuci.parse(text)


@pytest.mark.parametrize("octets", [b"", b"\x11", b"\x01" + PLAIN.encode()[1:], b"\x11\xff"])
def test_octets_that_are_no_nai_are_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        NaiSuci.decode(octets)
