"""One-time key agreement."""

from __future__ import annotations

import os

import pytest

from openesim.kernel.ambient import KeyAgreement
from openesim.kernel.errors import VerificationError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey

curves = pytest.mark.parametrize("curve", list(Curve))


@curves
def test_both_sides_agree(curve: Curve) -> None:
    server: KeyAgreement = OneTimeKey.generate(curve, os.urandom)
    chip: KeyAgreement = OneTimeKey.generate(curve, os.urandom)
    assert server.agree(chip.public_key) == chip.agree(server.public_key)
    assert len(server.agree(chip.public_key)) == 32


@curves
def test_a_kept_key_agrees_again_after_a_broken_download(curve: Curve) -> None:
    first, chip = OneTimeKey.generate(curve, os.urandom), OneTimeKey.generate(curve, os.urandom)
    again = OneTimeKey.from_scalar(first.curve, first.scalar.reveal())
    assert again.public_key == first.public_key
    assert again.agree(chip.public_key) == first.agree(chip.public_key)


def test_a_point_of_the_other_curve_is_refused() -> None:
    ours = OneTimeKey.generate(Curve.P256, os.urandom)
    theirs = OneTimeKey.generate(Curve.BRAINPOOL_P256R1, os.urandom)
    with pytest.raises(VerificationError):
        ours.agree(theirs.public_key)


def test_a_one_time_key_shows_its_public_half_only() -> None:
    key = OneTimeKey.generate(Curve.P256, os.urandom)
    assert key.scalar.reveal().hex() not in repr(key)
    assert repr(key.scalar) == "<secret>"
