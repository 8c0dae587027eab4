"""An LPA whose chip has been admitted to an order: where GetBoundProfilePackage and CancelSession begin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openesim.provisioning.smdp.orders import Order
from tests.support.lpa import Lpa
from tests.support.memory import MemoryWork
from tests.support.rig import Rig, make_chip

Pair = tuple[str, str] | None

UNKNOWN_TRANSACTION = ("8.10.1", "3.9")
NOT_VERIFIED = ("8.1", "6.1")


def flip(octets: bytes) -> bytes:
    """Returns the octets with the last one changed."""
    return octets[:-1] + bytes([octets[-1] ^ 1])


def announced(rig: Rig, number: int = 1, **order: Any) -> Lpa:
    """Returns an LPA whose chip has been admitted to the only order."""
    if order or not isinstance(rig.work, MemoryWork) or not rig.work.stores.orders:
        rig.add_order(**order)
    lpa = rig.lpa(make_chip(number))
    assert lpa.announce("TEST-1").pair is None
    return lpa


def ordered_again(order: Order) -> Order:
    """Returns an order as it is when the operator took it back and sold the profile to another customer."""
    return replace(order, matching_id="TEST-2", download_attempts=0)
