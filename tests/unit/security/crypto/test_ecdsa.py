"""Signatures: deterministic, raw and DER never mixed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import utils
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.kernel.errors import VerificationError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import (
    PrivateKey,
    SoftwareSigner,
    der_to_raw,
    raw_to_der,
    verify_der_signature,
    verify_signature,
)

curves = pytest.mark.parametrize("curve", list(Curve))
numbers = st.one_of(st.integers(0, 2**256 - 1), st.integers(0, 2**16), st.just(2**255))


@curves
def test_a_signature_holds_for_its_message_and_key_only(curve: Curve) -> None:
    key = PrivateKey.generate(curve, os.urandom)
    signer = SoftwareSigner(key)
    signature = signer.sign(b"message")
    assert len(signature) == 64
    verify_signature(signer.public_key, b"message", signature)
    verify_der_signature(signer.public_key, b"message", raw_to_der(signature))
    stranger = PrivateKey.generate(curve, os.urandom).public_key
    for other_key, message in ((signer.public_key, b"massage"), (stranger, b"message")):
        with pytest.raises(VerificationError):
            verify_signature(other_key, message, signature)


@curves
def test_a_message_has_one_signature(curve: Curve) -> None:
    signer = SoftwareSigner(PrivateKey.generate(curve, os.urandom))
    assert signer.sign(b"message") == signer.sign(b"message")
    assert signer.sign(b"message")[:32] != signer.sign(b"other message")[:32]


@curves
def test_every_changed_octet_is_seen(curve: Curve) -> None:
    signer = SoftwareSigner(PrivateKey.generate(curve, os.urandom))
    signature = signer.sign(b"message")
    for position in range(64):
        false = bytearray(signature)
        false[position] ^= 0x80
        with pytest.raises(VerificationError):
            verify_signature(signer.public_key, b"message", bytes(false))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 70])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    public_key = PrivateKey.generate(Curve.P256, os.urandom).public_key
    with pytest.raises(VerificationError):
        verify_signature(public_key, b"message", bytes(length))


def test_a_true_signature_with_a_zero_too_many_is_refused() -> None:
    signer = SoftwareSigner(PrivateKey.generate(Curve.P256, os.urandom))
    signature = signer.sign(b"message")
    for longer in (b"\0" + signature, signature[:32] + b"\0" + signature[32:]):
        with pytest.raises(VerificationError, match="64 octets"):
            verify_signature(signer.public_key, b"message", longer)


def test_a_der_signature_is_not_taken_for_a_raw_one_nor_the_other_way_round() -> None:
    signer = SoftwareSigner(PrivateKey.generate(Curve.P256, os.urandom))
    raw = signer.sign(b"message")
    with pytest.raises(VerificationError):
        verify_signature(signer.public_key, b"message", raw_to_der(raw))
    with pytest.raises(VerificationError):
        verify_der_signature(signer.public_key, b"message", raw)


@given(numbers, numbers)
def test_both_forms_are_those_of_the_library(r: int, s: int) -> None:
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert raw_to_der(raw) == utils.encode_dss_signature(r, s)
    assert der_to_raw(raw_to_der(raw)) == raw


@given(st.binary(max_size=80))
def test_arbitrary_octets_are_no_der_signature(octets: bytes) -> None:
    try:
        raw = der_to_raw(octets)
    except VerificationError:
        return
    assert raw_to_der(raw) == octets


def test_a_number_of_more_than_32_octets_is_refused() -> None:
    with pytest.raises(VerificationError):
        der_to_raw(utils.encode_dss_signature(2**256, 1))


def test_a_signer_shows_its_public_key_only() -> None:
    key = PrivateKey.generate(Curve.P256, os.urandom)
    text = repr(SoftwareSigner(key))
    assert key.point.hex() in text
    assert key.scalar.reveal().hex() not in text


def test_the_recorded_signature_is_made_again(shared: Path) -> None:
    """ServerSignature1 of the recorded session, over serverSigned1 as it stands there."""
    response = (shared / "vectors/euicc-rsp-session/initiate-response.der").read_bytes()
    key = PrivateKey.decode((shared / "certs/session/dpauth-key.pem").read_bytes())
    signed = next(item for item in tlv.read_one(response).children() if item.tag == 0x30)
    signature = response[response.index(b"\x5f\x37\x40") + 3 :][:64]
    verify_signature(key.public_key, signed.octets, signature)
    assert SoftwareSigner(key).sign(signed.octets) == signature
