"""ECIES: whatever is changed on the way is noticed (its figures are in tests/vectors)."""

from __future__ import annotations

import os

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.aka.ecies import EciesProfile, decipher, draw_key, encipher, public_key, split_output
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey

HOME = bytes(range(1, 33))
EPHEMERAL = bytes(range(33, 65))
P256 = PrivateKey.from_scalar(Curve.P256, HOME).public_key
PUBLIC = {profile: public_key(profile, HOME) for profile in EciesProfile}
PLAINTEXT = b"\x00\x01\x20\x80\xf6"

profiles = pytest.mark.parametrize("profile", list(EciesProfile))


@pytest.mark.parametrize(("profile", "octets"), [(EciesProfile.A, 32), (EciesProfile.B, 40)])
def test_a_key_is_drawn_from_so_much_entropy_and_the_same_from_the_same(
    profile: EciesProfile, octets: int
) -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    assert draw_key(profile, entropy) == draw_key(profile, entropy)
    assert asked == [octets, octets]
    assert len(public_key(profile, draw_key(profile, entropy))) == len(PUBLIC[profile])


@profiles
def test_what_was_enciphered_is_deciphered(profile: EciesProfile) -> None:
    for octets in (0, 1, 5, 16, 33, 253):
        plaintext = os.urandom(octets)
        output = encipher(profile, PUBLIC[profile], plaintext, EPHEMERAL)
        assert decipher(profile, HOME, output) == plaintext


@profiles
def test_the_same_identity_looks_different_under_another_ephemeral_key(profile: EciesProfile) -> None:
    outputs = {encipher(profile, PUBLIC[profile], PLAINTEXT, os.urandom(31) + b"\x01") for _ in range(8)}
    assert len({output[-13:] for output in outputs}) == 8


@profiles
def test_any_changed_octet_is_noticed(profile: EciesProfile) -> None:
    output = encipher(profile, PUBLIC[profile], PLAINTEXT, EPHEMERAL)
    for at in range(len(output)):
        changed = output[:at] + bytes((output[at] ^ 0x10,)) + output[at + 1 :]
        with pytest.raises(VerificationError):
            decipher(profile, HOME, changed)


@profiles
def test_another_home_key_reveals_nothing(profile: EciesProfile) -> None:
    output = encipher(profile, PUBLIC[profile], PLAINTEXT, EPHEMERAL)
    with pytest.raises(VerificationError, match="not made for this key"):
        decipher(profile, EPHEMERAL, output)


@profiles
def test_a_scheme_output_without_room_for_key_and_tag_is_refused(profile: EciesProfile) -> None:
    output = encipher(profile, PUBLIC[profile], b"", EPHEMERAL)
    assert decipher(profile, HOME, output) == b""
    for length in range(len(output)):
        with pytest.raises(DecodeError, match="at least"):
            decipher(profile, HOME, output[:length])


def test_an_all_zero_shared_secret_is_refused_on_either_side() -> None:
    with pytest.raises(VerificationError, match="low order"):
        encipher(EciesProfile.A, bytes(32), PLAINTEXT, EPHEMERAL)
    with pytest.raises(VerificationError, match="low order"):
        decipher(EciesProfile.A, HOME, bytes(32) + bytes(13))


@pytest.mark.parametrize(
    "point", [b"", bytes(33), b"\x02" + b"\xff" * 32, P256.point[:-1] + b"\0", bytes(65)]
)
def test_a_home_key_that_is_no_point_is_refused(point: bytes) -> None:
    with pytest.raises(VerificationError):
        encipher(EciesProfile.B, point, PLAINTEXT, EPHEMERAL)


def test_a_home_key_may_be_compressed_or_not() -> None:
    outputs = {
        encipher(EciesProfile.B, point, PLAINTEXT, EPHEMERAL) for point in (P256.point, P256.compressed)
    }
    assert len(outputs) == 1


def test_an_uncompressed_ephemeral_key_is_tolerated() -> None:
    key, ciphertext, tag = split_output(
        EciesProfile.B, encipher(EciesProfile.B, P256.point, PLAINTEXT, EPHEMERAL)
    )
    point = PrivateKey.from_scalar(Curve.P256, EPHEMERAL).public_key
    assert point.compressed == key
    assert decipher(EciesProfile.B, HOME, point.point + ciphertext + tag) == PLAINTEXT


@pytest.mark.parametrize("ephemeral", [b"", bytes(31), bytes(33)])
@profiles
def test_an_ephemeral_key_of_another_length_is_refused(profile: EciesProfile, ephemeral: bytes) -> None:
    with pytest.raises(DecodeError):
        encipher(profile, PUBLIC[profile], PLAINTEXT, ephemeral)


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32])
def test_an_ephemeral_scalar_out_of_range_is_refused(scalar: bytes) -> None:
    with pytest.raises(DecodeError):
        encipher(EciesProfile.B, PUBLIC[EciesProfile.B], PLAINTEXT, scalar)
