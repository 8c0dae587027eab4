"""The stores inside one unit of work, over a driver's cursor: the same code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from openesim.adapters.db import records
from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.rows import Cursor
from openesim.adapters.db.subscriptions import SubscriptionRows
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Iccid, TransactionId
from openesim.kernel.records import changed
from openesim.provisioning.smdp.binding import Download
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.provisioning.smdp.session import Session


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


class Stores(SubscriptionRows):
    """Implements ``services.ports.SmdpStores`` and what the command line needs beside it."""

    def __init__(
        self,
        cursor: Cursor,
        statements: Mapping[str, str],
        integrity_error: type[Exception],
        keys: DataKeys,
        packages: PackageCache,
    ) -> None:
        """Work on a cursor whose transaction somebody else begins and ends."""
        super().__init__(cursor, statements, integrity_error, keys)
        self._packages = packages

    # --- sessions ---

    def session(self, transaction_id: TransactionId) -> Session | None:
        """Return the session, whatever its state."""
        return self._one("session", records.read_session, transaction_id=bytes(transaction_id))

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        self._do("add_session", records.session_parameters(session))

    def save_session(self, session: Session) -> None:
        """Store a session that changed."""
        parameters = records.session_parameters(session)
        self._do("save_session", parameters | {"key_transaction_id": parameters["transaction_id"]})

    def sweep_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` expired sessions and return how many went."""
        self._do("sweep_sessions", {"now": records.to_milliseconds(now), "most": limit})
        return self._cursor.rowcount

    # --- orders ---

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
        self._do("add_order", records.order_parameters(order))
        return changed(order, order_id=self._cursor.lastrowid or order.order_id)

    def save_order(self, order: Order) -> None:
        """Store an order that changed.

        Raises:
            ConflictError: the matching id is taken.
        """
        self._do("save_order", records.order_parameters(order) | {"key_order_id": order.order_id})

    def save_progress(self, order: Order) -> None:
        """Store what a download changed: state, EID, counters, what the chip told."""
        self._do("save_progress", records.progress_parameters(order))

    # --- packages ---

    def package(self, package_id: int) -> StoredPackage:
        """Return a profile package of the stock.

        Raises:
            NotFoundError: there is none.
        """
        return self._packages.get(package_id, self._load_package)

    def _load_package(self, package_id: int) -> StoredPackage:
        package = self._one("package", records.read_package, package_id=package_id)
        if package is None:
            raise NotFoundError(f"profile package {package_id} does not exist")
        return package

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest (SHA-256), or None."""
        return self._one("package_named", lambda row: (records.read_package(row), bytes(row[2])), name=name)

    def add_package(self, package: StoredPackage, digest: bytes) -> StoredPackage:
        """Store a new package.

        Raises:
            ConflictError: the name is taken.
        """
        self._do("add_package", records.package_parameters(package, digest))
        stored = self.package_named(package.name)
        if stored is None:
            raise NotFoundError("the package that was stored is not there")
        return stored[0]

    # --- downloads ---

    def download(self, transaction_id: TransactionId) -> Download | None:
        """Return what was handed out in a session."""
        return self._one("download", records.read_download, transaction_id=bytes(transaction_id))

    def last_download(self, order_id: int) -> Download | None:
        """Return what was last handed out for an order."""
        return self._one("last_download", records.read_download, order_id=order_id)

    def add_download(self, download: Download) -> None:
        """Store what is about to be handed out; a repeated call replaces what it handed out before."""
        self._do("add_download", records.download_parameters(download))

    def save_download_result(self, download: Download) -> None:
        """Store what the chip reported."""
        key = bytes(download.transaction_id)
        self._do("save_download_result", {"key_transaction_id": key, "result": download.result})

    # --- notifications ---

    def add_notification(self, octets: bytes, received_at: datetime) -> int:
        """Store a notification as received and return its row number."""
        parameters = {"octets": octets, "received_at": records.to_milliseconds(received_at)}
        self._do("add_notification", parameters)
        return self._cursor.lastrowid or 0

    def pending_notifications(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return notifications that were acknowledged and not yet processed, by row number behind ``after``."""
        return self._all(
            "pending_notifications", lambda row: (row[0], bytes(row[1])), after=after, most=limit
        )

    def remove_notification(self, row: int) -> None:
        """Forget a notification that was processed."""
        self._do("remove_notification", {"notification_id": row})
