"""The two curves and the way from entropy to a scalar."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from openesim.kernel.errors import VerificationError
from openesim.security.crypto.curves import Curve, curve_of


@pytest.mark.parametrize("curve", list(Curve))
def test_the_order_is_the_order_of_the_group(curve: Curve) -> None:
    """(n - 1)·G = -G: same x as G, which holds for no other n of this size."""
    generator = ec.derive_private_key(1, curve.primitive).public_key().public_numbers()
    last = ec.derive_private_key(curve.order - 1, curve.primitive).public_key().public_numbers()
    assert last.x == generator.x
    assert last.y != generator.y


@pytest.mark.parametrize("curve", list(Curve))
def test_every_entropy_gives_a_scalar_in_range(curve: Curve) -> None:
    assert curve.scalar(bytes) == 1
    assert 0 < curve.scalar(lambda count: b"\xff" * count) < curve.order
    assert curve.scalar(lambda count: (curve.order - 2).to_bytes(count, "big")) == curve.order - 1


@pytest.mark.parametrize("curve", list(Curve))
def test_a_curve_is_found_by_its_openssl_class(curve: Curve) -> None:
    assert curve_of(type(curve.primitive)()) is curve


def test_other_curves_are_not_supported() -> None:
    with pytest.raises(VerificationError):
        curve_of(ec.SECP521R1())
