"""Keys: points on the curve only, scalars never printed."""

from __future__ import annotations

import copy
import os
import pickle

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey, PublicKey

curves = pytest.mark.parametrize("curve", list(Curve))


@curves
def test_the_same_entropy_makes_the_same_key(curve: Curve) -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    key = PrivateKey.generate(curve, entropy)
    assert asked == [40]
    assert key.point == PrivateKey.generate(curve, entropy).point
    expected = int.from_bytes(bytes(range(40)), "big") % (curve.order - 1) + 1
    assert key.scalar.reveal() == expected.to_bytes(32, "big")


@curves
def test_a_scalar_comes_back(curve: Curve) -> None:
    key = PrivateKey.generate(curve, os.urandom)
    assert PrivateKey.from_scalar(curve, key.scalar.reveal()).public_key == key.public_key


@curves
@pytest.mark.parametrize("change", [b"", bytes(31), bytes(32), bytes(33), b"\xff" * 32])
def test_a_scalar_out_of_range_is_refused(curve: Curve, change: bytes) -> None:
    with pytest.raises(DecodeError):
        PrivateKey.from_scalar(curve, change)


@curves
def test_the_order_itself_is_no_scalar(curve: Curve) -> None:
    with pytest.raises(DecodeError):
        PrivateKey.from_scalar(curve, curve.order.to_bytes(32, "big"))
    PrivateKey.from_scalar(curve, (curve.order - 1).to_bytes(32, "big"))


@curves
def test_a_public_key_comes_back_through_its_compressed_form(curve: Curve) -> None:
    for _ in range(4):
        key = PrivateKey.generate(curve, os.urandom).public_key
        assert len(key.compressed) == 33
        assert PublicKey.decompress(curve, key.compressed) == key


@curves
def test_the_first_octet_of_a_compressed_point_chooses_between_two_points(curve: Curve) -> None:
    point = PrivateKey.generate(curve, os.urandom).public_key.compressed
    other = PublicKey.decompress(curve, bytes((point[0] ^ 1,)) + point[1:])
    assert other.point[1:33] == point[1:]
    assert other.compressed != point


@pytest.mark.parametrize(
    "point",
    [
        b"",
        b"\x02" + bytes(31),
        b"\x02" + bytes(33),
        b"\x04" + bytes(32),
        b"\x02" + b"\xff" * 32,
        b"\x03" + (5).to_bytes(32, "big")[:-1] + b"\x01",
    ],
)
def test_a_compressed_point_of_another_form_or_off_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(VerificationError):
        PublicKey.decompress(Curve.P256, point)


@curves
def test_a_public_key_comes_back_through_its_certificate_form(curve: Curve) -> None:
    key = PrivateKey.generate(curve, os.urandom).public_key
    assert PublicKey.decode(key.encode()) == key
    assert hash(PublicKey.decode(key.encode())) == hash(key)
    assert key.encode() == key.primitive.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_a_point_of_the_other_curve_is_refused() -> None:
    point = PrivateKey.generate(Curve.P256, os.urandom).point
    with pytest.raises(VerificationError):
        PublicKey(Curve.BRAINPOOL_P256R1, point)


@curves
@given(data=st.data())
def test_a_false_point_is_refused(curve: Curve, data: st.DataObject) -> None:
    point = bytearray(PrivateKey.from_scalar(curve, (7).to_bytes(32, "big")).point)
    point[data.draw(st.integers(33, 64))] ^= data.draw(st.integers(1, 255))
    # Of all y only -y is on the curve as well, and it differs in more than one octet.
    with pytest.raises(VerificationError):
        PublicKey(curve, bytes(point))


@curves
@pytest.mark.parametrize(
    "point", [b"", b"\x00", b"\x04" + bytes(64), b"\x04" + bytes(63), b"\x02" + bytes(32)]
)
def test_infinity_compressed_and_short_points_are_refused(curve: Curve, point: bytes) -> None:
    with pytest.raises(VerificationError):
        PublicKey(curve, point)


def test_a_key_on_another_curve_is_refused() -> None:
    foreign = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(VerificationError):
        PrivateKey(foreign)
    info = foreign.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(VerificationError):
        PublicKey.decode(info)


@curves
@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
@pytest.mark.parametrize(
    "form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)
def test_private_keys_are_read_in_every_usual_form(
    curve: Curve, encoding: serialization.Encoding, form: serialization.PrivateFormat
) -> None:
    key = PrivateKey.generate(curve, os.urandom)
    octets = key.primitive.private_bytes(encoding, form, serialization.NoEncryption())
    assert PrivateKey.decode(octets).public_key == key.public_key


def test_a_written_key_is_pkcs8_and_comes_back() -> None:
    key = PrivateKey.generate(Curve.P256, os.urandom)
    pem = key.to_pem().reveal()
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert PrivateKey.decode(pem).public_key == key.public_key


def test_encrypted_foreign_and_broken_keys_are_refused_without_quoting_them() -> None:
    key = PrivateKey.generate(Curve.P256, os.urandom)
    encrypted = key.primitive.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"password"),
    )
    edwards = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for octets in (encrypted, edwards, b"", b"hello", key.to_pem().reveal()[:-60]):
        with pytest.raises(DecodeError):
            PrivateKey.decode(octets)


def test_neither_repr_nor_pickle_gives_the_scalar_out() -> None:
    key = PrivateKey.generate(Curve.P256, os.urandom)
    scalar = key.scalar.reveal()
    assert repr(key) == "PrivateKey(P256, <secret>)"
    assert str(key.scalar) == "<secret>"
    assert f"{key.to_pem()}" == "<secret>"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert copy.copy(key).scalar.reveal() == scalar
