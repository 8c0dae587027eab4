"""Vectors and their tokens: what is verified, what is refused, what is never shown (figures are in tests/vectors)."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.vectors import build_auts, build_vector, c2, c3, verify_autn, verify_auts

CARD = Milenage(bytes(range(16)), bytes(range(16, 32)))
STRANGER = Milenage(bytes(16), bytes(range(16, 32)))
RAND = bytes(range(32, 48))
AMF = b"\x80\x00"


def flipped(octets: bytes, at: int) -> bytes:
    """Return the octets with one bit changed."""
    return octets[:at] + bytes((octets[at] ^ 1,)) + octets[at + 1 :]


@pytest.mark.parametrize("at", range(16))
def test_a_challenge_with_any_octet_changed_is_refused(at: int) -> None:
    autn = build_vector(CARD, RAND, 0x1234, AMF).autn
    with pytest.raises(VerificationError, match="MAC-A"):
        verify_autn(CARD, RAND, flipped(autn, at))
    with pytest.raises(VerificationError):
        verify_autn(CARD, flipped(RAND, at), autn)


def test_a_challenge_of_another_key_is_refused() -> None:
    with pytest.raises(VerificationError):
        verify_autn(CARD, RAND, build_vector(STRANGER, RAND, 1, AMF).autn)


@pytest.mark.parametrize("at", range(14))
def test_a_resynchronisation_with_any_octet_changed_is_refused(at: int) -> None:
    auts = build_auts(CARD, RAND, 0x1234)
    with pytest.raises(VerificationError, match="MAC-S"):
        verify_auts(CARD, RAND, flipped(auts, at))


def test_a_resynchronisation_made_without_the_key_is_refused() -> None:
    with pytest.raises(VerificationError):
        verify_auts(CARD, RAND, build_auts(STRANGER, RAND, 1 << 47))


def test_a_resynchronisation_holds_for_its_challenge_only() -> None:
    with pytest.raises(VerificationError):
        verify_auts(CARD, bytes(16), build_auts(CARD, RAND, 7))


@pytest.mark.parametrize("octets", [0, 13, 15, 16, 17])
def test_tokens_of_another_length_are_refused(octets: int) -> None:
    if octets != 16:
        with pytest.raises(DecodeError, match="AUTN must have 16 octets"):
            verify_autn(CARD, RAND, bytes(octets))
    with pytest.raises(DecodeError, match="AUTS must have 14 octets"):
        verify_auts(CARD, RAND, bytes(octets))


@pytest.mark.parametrize("sqn", [-1, 1 << 48])
def test_a_sequence_number_out_of_range_is_refused(sqn: int) -> None:
    with pytest.raises(DecodeError, match="48 bits"):
        build_vector(CARD, RAND, sqn, AMF)
    with pytest.raises(DecodeError, match="48 bits"):
        build_auts(CARD, RAND, sqn)


def test_an_algorithm_with_longer_macs_makes_no_tokens() -> None:
    tuak = Tuak(bytes(16), bytes(32), mac_octets=16)
    with pytest.raises(DecodeError, match="MAC-A must have 8 octets"):
        build_vector(tuak, RAND, 1, AMF)
    with pytest.raises(DecodeError, match="MAC-S must have 8 octets"):
        build_auts(tuak, RAND, 1)


def test_response_and_keys_are_not_printed() -> None:
    vector = build_vector(CARD, RAND, 1, AMF)
    for secret in (vector.xres, vector.ck, vector.ik):
        assert repr(secret) not in repr(vector)
    assert repr(verify_autn(CARD, RAND, vector.autn).answer) == "AkaAnswer()"


@pytest.mark.parametrize(
    ("res", "sres"),
    [
        ("01020304", "01020304"),
        ("0102030410", "11020304"),
        ("0102030410203040", "11223344"),
        ("01020304102030400102030410203040", "00000000"),
    ],
)
def test_a_response_of_any_length_is_filled_up_and_folded(res: str, sres: str) -> None:
    assert c2(bytes.fromhex(res)).hex() == sres


@pytest.mark.parametrize("octets", [0, 3, 17, 32])
def test_a_response_gsm_does_not_know_is_refused(octets: int) -> None:
    with pytest.raises(DecodeError):
        c2(bytes(octets))


@pytest.mark.parametrize(("ck", "ik"), [(bytes(32), bytes(16)), (bytes(16), bytes(8))])
def test_keys_gsm_does_not_know_are_refused(ck: bytes, ik: bytes) -> None:
    with pytest.raises(DecodeError):
        c3(ck, ik)
