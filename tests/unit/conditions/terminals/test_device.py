"""A device is of the type that it tells, or that its IMEI begins with."""

from __future__ import annotations

from openesim.conditions.terminals.device import Device


def test_the_type_is_told_or_read_off_the_imei() -> None:
    assert Device(eid="").type_code is None
    assert Device(eid="", imei="352906110000000").type_code == "35290611"
    assert Device(eid="", imei="352906110000000", tac="11111111").type_code == "11111111"
