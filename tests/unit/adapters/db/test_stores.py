"""What the SQL stores have beside the contract: a cache of packages, pages of orders, errors with names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.orders import PackageCache
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.packages import StoredPackage
from tests.support.rig import make_package


def test_packages_at_hand_are_not_loaded_again() -> None:
    cache, loaded = PackageCache(capacity=2), []

    def load(package_id: int) -> StoredPackage:
        loaded.append(package_id)
        return make_package(package_id=package_id)

    for package_id in (1, 2, 1, 3, 1, 2):
        assert cache.get(package_id, load).package_id == package_id
    assert loaded == [1, 2, 3, 2], "the one that was not asked for for longest went"


def test_a_package_that_is_not_there_is_told(work: SqliteWork) -> None:
    with pytest.raises(NotFoundError, match="profile package 7"):
        work.run_now(lambda stores: stores.package(7))


def test_a_package_name_belongs_to_one_package(work: SqliteWork) -> None:
    work.run_now(lambda stores: stores.add_package(make_package(), bytes(32)))
    with pytest.raises(ConflictError):
        work.run_now(lambda stores: stores.add_package(make_package(), bytes(32)))


def test_an_order_without_package_is_refused(work: SqliteWork) -> None:
    order = Order(iccid=Iccid("8988211000000000017"), package_id=7, profile_type="T")
    with pytest.raises(ConflictError):
        work.run_now(lambda stores: stores.add_order(order))


def test_orders_are_listed_in_pages(work: SqliteWork) -> None:
    package = work.run_now(lambda stores: stores.add_package(make_package(), bytes(32)))
    order = Order(iccid=Iccid("8988211000000000017"), package_id=package.package_id, profile_type="T")
    for number in range(7):
        one = replace(order, iccid=Iccid(f"898821100000000{number:04d}"))
        work.run_now(lambda stores, one=one: stores.add_order(one))  # type: ignore[misc]
    pages, after = [], 0
    while page := work.run_now(lambda stores: stores.orders(after, 3)):  # noqa: B023
        pages.append([str(one.iccid)[-1] for one in page])
        after = page[-1].order_id
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
