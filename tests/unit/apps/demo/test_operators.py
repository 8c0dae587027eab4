"""Each operator draws its own numbers and secrets and keeps of a confirmation code no more than a hash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.apps.demo.operators import OPERATORS, Desk, describe
from openesim.apps.settings import DATABASE_FILE
from openesim.messages.saip.check import check_package
from openesim.messages.saip.package import decode_package
from openesim.provisioning.smdp.orders import OrderState

NORTHWIND, LOTUS = OPERATORS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of the operator that asks for a confirmation code."""
    desk = Desk(LOTUS, tmp_path / "lotus", "zh")
    yield desk
    desk.close()


def test_no_two_subscriptions_are_alike() -> None:
    one, other = (describe(NORTHWIND, "Northwind Mobile", os.urandom) for _ in range(2))
    assert one.iccid != other.iccid
    assert one.imsi != other.imsi
    assert {one.k, one.opc}.isdisjoint({other.k, other.opc})


def test_a_profile_is_clean_and_for_its_owner_alone(desk: Desk) -> None:
    profile = desk.build_profile(os.urandom)
    path = desk.folder / "lotus.der"
    assert path.read_bytes() == profile.octets
    assert path.stat().st_mode & 0o777 == 0o600
    package = decode_package(profile.octets)
    assert check_package(package) == ()
    assert package.header.profile_type == "莲花电信"


def test_an_order_is_released_and_its_confirmation_code_only_a_hash(desk: Desk) -> None:
    profile = desk.build_profile(os.urandom)
    code = desk.place_order(os.urandom)
    order = desk.order
    assert code is not None
    assert code.reveal() not in repr(order)
    assert order.confirmation_hash is not None
    assert (order.state, order.eid, order.iccid) == (OrderState.RELEASED, None, profile.description.iccid)
    for file in desk.data.glob(f"{DATABASE_FILE}*"):
        assert code.reveal().encode() not in file.read_bytes()


def test_an_activation_code_says_that_a_confirmation_code_is_needed(desk: Desk) -> None:
    desk.build_profile(os.urandom)
    desk.place_order(os.urandom)
    matching_id = desk.order.matching_id
    assert desk.activation_code.format() == f"LPA:1$smdp.lotus.example${matching_id}$$1"
