"""The floor does what the protocol demands: its protected package is the one that our own writer makes."""

from __future__ import annotations

import pytest

from benchmarks.floor import make_floor, protect
from openesim.security.crypto.bsp import BspKeys, BspTag, BspWriter


@pytest.mark.parametrize("octets", [1, 15, 16, 1007, 1008, 12_000])
def test_the_plain_protection_is_that_of_a_bound_profile_package(octets: int) -> None:
    material, command = bytes(range(48)), b"\xbf\x24\x00"
    metadata, profile = b"m" * 120, bytes(number % 251 for number in range(octets))
    writer = BspWriter(BspKeys(material[:16], material[16:32], material[32:]))
    ours = [
        *writer.protect(BspTag.COMMAND, command),
        *writer.protect(BspTag.METADATA, metadata),
        *writer.protect(BspTag.PROFILE_ELEMENTS, profile),
    ]
    assert protect(material, command, metadata, profile) == ours


def test_the_floor_runs() -> None:
    make_floor(100)()
