"""Each operator draws its own numbers and secrets; what an issuer keeps of them is sealed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import LOTUS, NORTHWIND, QINGHE, Desk, activation_code, describe
from openesim.messages.saip.check import check_package
from openesim.messages.saip.package import decode_package
from openesim.provisioning.smdp.orders import OrderState


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of an operator."""
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


def test_an_order_is_released_and_bound_to_no_chip(desk: Desk) -> None:
    profile = desk.build_profile(os.urandom)
    desk.place_order(os.urandom)
    order = desk.order
    assert (order.state, order.eid, order.iccid) == (OrderState.RELEASED, None, profile.description.iccid)
    assert desk.order_numbered(order.order_id) == order


def test_an_activation_code_says_whether_a_confirmation_code_is_needed(desk: Desk) -> None:
    desk.build_profile(os.urandom)
    desk.place_order(os.urandom)
    order = desk.order
    plain = f"LPA:1$smdp.lotus.example${order.matching_id}"
    assert activation_code(LOTUS, order).format() == plain
    assert activation_code(LOTUS, replace(order, confirmation_hash=bytes(32))).format() == f"{plain}$$1"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    """An operator with subscribers."""
    issuer = Issuer(QINGHE, tmp_path / "qinghe", "en")
    issuer.build_type(os.urandom)
    yield issuer
    issuer.close()


def test_subscribers_of_an_issuer_are_off_and_their_keys_sealed(issuer: Issuer) -> None:
    issuer.take_subscribers(os.urandom, 2)
    stock = issuer.work.run_now(lambda stores: stores.subscriptions("", 9))
    assert [each.is_active for each in stock] == [False, False]
    assert not any(each.k.reveal() in issuer.on_disk() for each in stock)
    assert issuer.order.state is OrderState.AVAILABLE
    assert issuer.order.operator == "qinghe"
    assert issuer.subscription in stock


def test_what_an_issuer_releases_at_once_can_be_downloaded_by_whoever_has_the_code(issuer: Issuer) -> None:
    issuer.take_subscribers(os.urandom, 1, released=True)
    assert issuer.order.state is OrderState.RELEASED
    assert issuer.order.matching_id
