"""Orders, and the profile packages they are made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from sqlalchemy import bindparam, func, or_, select

from openesim.adapters.db import records
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import (
    FIRST,
    MOST,
    Statements,
    constant,
    highest_between,
    insert_row,
    select_row,
    update_row,
)
from openesim.adapters.db.tables import orders, packages
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import DOWNLOADABLE, Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage

_downloadable_first = or_(*(orders.c.state == constant(state) for state in sorted(DOWNLOADABLE))).desc()

# Whoever reads an order in a unit of work may change it: on PostgreSQL its row is held until the unit ends, so that
# two processes decide one after the other. SQLite has one writer and knows no such clause.
#
# An index is touched if an UPDATE names its column, changed or not: so the updates of the hot path name only what a
# download changes.
STATEMENTS: Final[Statements] = {
    "order": select_row(orders, "order_id").with_for_update(),
    "order_with_matching_id": select_row(orders, "matching_id").with_for_update(),
    "order_waiting_for": select_row(orders, "eid")
    .where(orders.c.is_default_smdp.is_(True))
    .order_by(_downloadable_first, orders.c.order_id)
    .with_for_update()
    .suffix_with(FIRST),
    "order_of_profile": select_row(orders, "iccid").where(orders.c.is_reusable.is_(False)).with_for_update(),
    "available_order": select_row(orders, "profile_type")
    .where(orders.c.state == constant(OrderState.AVAILABLE))
    .where(orders.c.is_reusable.is_(False))
    .where(orders.c.operator.is_(None) | (orders.c.operator == bindparam("operator")))
    # What another process is about to take is passed over.
    .with_for_update(skip_locked=True)
    .suffix_with(FIRST),
    "add_order": insert_row(orders, numbered="order_id"),
    "save_order": update_row(orders, "order_id"),
    "save_progress": update_row(
        orders,
        "order_id",
        "state",
        "eid",
        "confirmation_attempts",
        "download_attempts",
        "chip_state",
        "chip_sequence",
        "outcome",
        "changed_at",
        "redownloads",
        "metadata_version",
    ),
    "all_orders": select(orders)
    .where(orders.c.order_id > bindparam("after"))
    .order_by(orders.c.order_id)
    .suffix_with(MOST),
    "highest_iccid": highest_between(orders.c.iccid).where(orders.c.is_reusable.is_(False)),
    "stock_levels": select(orders.c.profile_type, func.count())
    .where(orders.c.state == constant(OrderState.AVAILABLE))
    .group_by(orders.c.profile_type),
    "package": select_row(packages, "package_id"),
    "package_named": select_row(packages, "name"),
    "package_names": select(packages.c.name).order_by(packages.c.name),
    "add_package": insert_row(packages, numbered="package_id"),
}


class PackageCache:
    """Packages never change once stored: the last ones used are kept in memory."""

    def __init__(self, capacity: int = 64) -> None:
        """Keep at most ``capacity`` packages."""
        self._capacity: Final = capacity
        self._packages: Final[OrderedDict[int, StoredPackage]] = OrderedDict()

    def get(self, package_id: int, load: Callable[[int], StoredPackage]) -> StoredPackage:
        """Return the package, loading it if it is not at hand."""
        package = self._packages.get(package_id)
        if package is None:
            package = self._packages[package_id] = load(package_id)
            if len(self._packages) > self._capacity:
                self._packages.popitem(last=False)
        else:
            self._packages.move_to_end(package_id)
        return package


class OrderRows(SealedRows):
    """Implements the orders of ``services.ports.SmdpStores``, and what the command line needs beside them."""

    _packages: PackageCache

    def order(self, order_id: int) -> Order | None:
        """Return the order with the row number."""
        return self._one("order", records.read_order, order_id=order_id)

    def order_with_matching_id(self, matching_id: str) -> Order | None:
        """Return the order with exactly this matching id."""
        return self._one("order_with_matching_id", records.read_order, matching_id=str(matching_id))

    def order_waiting_for(self, eid: Eid) -> Order | None:
        """Return the order that a chip finds by its EID: one that can be downloaded before any other."""
        return self._one("order_waiting_for", records.read_order, eid=str(eid))

    def order_of_profile(self, iccid: Iccid, eid: Eid | None = None) -> Order | None:
        """Return the order of a profile, reusable ones left out; with ``eid`` only if it is that chip's."""
        order = self._one("order_of_profile", records.read_order, iccid=str(iccid))
        return order if order is None or eid is None or order.eid == eid else None

    def available_order(self, profile_type: str, operator: str) -> Order | None:
        """Return a profile of the type that is available to the operator."""
        return self._one("available_order", records.read_order, profile_type=profile_type, operator=operator)

    def orders(self, after: int, limit: int) -> list[Order]:
        """Return orders by row number, beginning behind ``after``."""
        return self._all("all_orders", records.read_order, after=after, most=limit)

    def highest_iccid(self, least: str, most: str) -> str | None:
        """Return the highest ICCID in use between two of one length, both included."""
        return self._one("highest_iccid", lambda row: str(row[0]), least=least, most=most, digits=len(least))

    def stock_levels(self) -> dict[str, int]:
        """Return how many profiles of each type are available; types without any are left out."""
        return dict(self._all("stock_levels", lambda row: (str(row[0]), int(row[1]))))

    def add_order(self, order: Order) -> Order:
        """Store a new order and return it with its row number.

        Raises:
            ConflictError: the ICCID or the matching id is taken.
        """
        return changed(order, order_id=self._new("add_order", records.order_parameters(order)))

    def save_order(self, order: Order) -> None:
        """Store an order that changed.

        Raises:
            ConflictError: the matching id is taken.
        """
        parameters = records.order_parameters(order) | {"key_order_id": order.order_id}
        if order.matching_id is None:
            self._put("save_order", parameters)  # nothing of it can be another's
        else:
            self._do("save_order", parameters)

    def save_progress(self, order: Order) -> None:
        """Store what a download changed: state, EID, counters, what the chip told."""
        self._put("save_progress", records.progress_parameters(order))

    # --- packages ---

    def package(self, package_id: int) -> StoredPackage:
        """Return a profile package of the stock.

        Raises:
            NotFoundError: there is none.
        """
        return self._packages.get(package_id, self._load_package)

    def _load_package(self, package_id: int) -> StoredPackage:
        package = self._one("package", self._read_package, package_id=package_id)
        if package is None:
            raise NotFoundError(f"profile package {package_id} does not exist")
        return package

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest (SHA-256), or None."""
        return self._one("package_named", lambda row: (self._read_package(row), bytes(row[2])), name=name)

    def package_names(self) -> list[str]:
        """Return the names of all profile types, sorted."""
        return self._all("package_names", lambda row: str(row[0]))

    def add_package(self, package: StoredPackage, digest: bytes) -> StoredPackage:
        """Store a new package.

        Raises:
            ConflictError: the name is taken.
        """
        parameters = records.package_parameters(package, digest)
        sealed = self._seal("packages", package.name.encode(), package.octets)
        return changed(package, package_id=self._new("add_package", parameters | {"octets": sealed}))

    def _read_package(self, row: records.Row) -> StoredPackage:
        return records.read_package(row, self._open("packages", row[1].encode(), bytes(row[3])))
