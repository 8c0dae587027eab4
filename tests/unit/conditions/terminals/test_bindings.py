"""Chip and device are bound where each is held to the other, and where nothing contradicts it."""

from __future__ import annotations

import pytest

from openesim.conditions.rules.words import Binding
from openesim.conditions.terminals.bindings import Bond, found_binding
from tests.support.rig import NOW

HERE = Bond(eid="1" * 32, imei="1" * 15, source="counter", bound_at=NOW)
ELSEWHERE = Bond(eid="1" * 32, imei="2" * 15, source="counter", bound_at=NOW)
ANOTHER = Bond(eid="2" * 32, imei="1" * 15, source="counter", bound_at=NOW)


@pytest.mark.parametrize(
    ("imei", "of_chip", "of_device", "expected"),
    [
        (HERE.imei, HERE, HERE, Binding.TWO_WAY),
        (None, HERE, None, Binding.EID),
        (HERE.imei, None, None, Binding.NONE),
        (None, None, None, Binding.NONE),
        (HERE.imei, ELSEWHERE, None, Binding.NONE),
        (HERE.imei, ELSEWHERE, ANOTHER, Binding.NONE),
        (HERE.imei, None, ANOTHER, Binding.NONE),
    ],
)
def test_how_chip_and_device_are_found_bound(
    imei: str | None, of_chip: Bond | None, of_device: Bond | None, expected: Binding
) -> None:
    assert found_binding(imei, of_chip, of_device) is expected
