"""Binding: a bound profile package is a pure function of what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import TransactionId
from openesim.provisioning.smdp.binding import Binding, build_bound_profile_package
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey
from tests.support.chip import node
from tests.support.rig import eid_of, entropy_of, world_of

CONTENTS = (bytes.fromhex("bf2500"), bytes(3000))


def generate(seed: str = "binding", *, ppk: bool = False, curve: Curve = Curve.P256) -> Binding:
    euicc_otpk = OneTimeKey.generate(curve, entropy_of("chip")).public_key
    return Binding.generate(curve, euicc_otpk, entropy_of(seed), replace_keys=ppk)


def build(binding: Binding, tid: bytes = bytes(16), number: int = 1) -> bytes:
    signer = world_of(binding.curve)["dppb"].credential.signer
    return build_bound_profile_package(binding, TransactionId(tid), eid_of(number), CONTENTS, signer)


@pytest.mark.parametrize("ppk", [False, True])
@pytest.mark.parametrize("curve", list(Curve), ids=lambda curve: curve.name)
def test_the_same_binding_makes_the_same_package(curve: Curve, ppk: bool) -> None:
    binding = generate(curve=curve, ppk=ppk)
    assert build(binding) == build(replace(binding))


def test_the_session_stands_in_the_first_part_only() -> None:
    one, two = (list(node(build(generate(), tid))) for tid in (bytes(16), b"another session."))
    assert one[0].octets != two[0].octets
    assert [part.octets for part in one[1:]] == [part.octets for part in two[1:]]


def test_another_chip_another_host_or_another_key_makes_other_segments() -> None:
    binding = generate()
    built = [
        build(binding),
        build(binding, number=2),
        build(replace(binding, host_id=b"other")),
        build(generate("other")),
    ]
    segments = [part.octets for package in built for part in list(node(package))[1:]]
    assert len(set(segments)) == len(segments)


def test_replaced_session_keys_protect_the_profile_only() -> None:
    plain, ppk = generate(), generate(ppk=True)
    assert (plain.ppk, len(ppk.ppk)) == (b"", 48)
    with_keys = replace(plain, ppk=ppk.ppk)
    one, two = node(build(plain)), node(build(with_keys))
    assert [one[tag].octets == two[tag].octets for tag in (0xA0, 0xA1, 0xA3)] == [True, True, False]


def test_under_its_own_keys_the_profile_is_protected_alike_for_every_chip() -> None:
    """That is what such keys are for: the long part can be prepared beforehand."""
    binding = generate(ppk=True)
    one, two = node(build(binding)), node(build(binding, number=2))
    assert one[0xA3].octets == two[0xA3].octets
    assert one[0xA2].octets != two[0xA2].octets


@pytest.mark.parametrize("point", [bytes(65), b"\4" + bytes(64), b"\4" + b"\xff" * 64])
def test_a_one_time_key_off_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(VerificationError):
        build(replace(generate(), euicc_otpk=point))


def test_a_one_time_key_of_another_curve_is_refused() -> None:
    other = generate(curve=Curve.BRAINPOOL_P256R1)
    with pytest.raises(VerificationError):
        build(replace(generate(), euicc_otpk=other.euicc_otpk))


def test_a_binding_shows_no_secret() -> None:
    binding = generate(ppk=True)
    shown = repr(binding)
    for secret in (binding.smdp_otsk, binding.ppk):
        assert repr(secret)[2:-1] not in shown
