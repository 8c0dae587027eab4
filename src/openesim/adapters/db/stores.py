"""The stores inside one unit of work, over a driver's cursor: the same code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from openesim.adapters.db.access import AccessRows
from openesim.adapters.db.blocks import BlockRows
from openesim.adapters.db.conditions.rooms import ConditionRows
from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.downloads import DownloadRows
from openesim.adapters.db.events import EventRows
from openesim.adapters.db.figures import FigureRows
from openesim.adapters.db.history import HistoryRows
from openesim.adapters.db.keys import KeyRows
from openesim.adapters.db.listing import ListingRows
from openesim.adapters.db.metadata import ChangedPackages, MetadataRows
from openesim.adapters.db.operator_figures import OperatorFigureRows
from openesim.adapters.db.operators import ListenerCache, OperatorRows
from openesim.adapters.db.orders import OrderRows, PackageCache
from openesim.adapters.db.outbox import OutboxRows
from openesim.adapters.db.reconciliation import ReconciliationRows
from openesim.adapters.db.rows import Cursor
from openesim.adapters.db.stock_imports import StockImportRows
from openesim.adapters.db.subscriptions import SubscriptionRows


class Stores(
    OrderRows,
    DownloadRows,
    SubscriptionRows,
    HistoryRows,
    AccessRows,
    ListingRows,
    OutboxRows,
    OperatorRows,
    EventRows,
    BlockRows,
    FigureRows,
    KeyRows,
    ReconciliationRows,
    MetadataRows,
    OperatorFigureRows,
    StockImportRows,
    ConditionRows,
):
    """Implements ``services.ports.SmdpStores`` and what the command line needs beside it."""

    def __init__(
        self,
        cursor: Cursor,
        statements: Mapping[str, str],
        integrity_error: type[Exception],
        keys: DataKeys,
        packages: PackageCache,
    ) -> None:
        """Work on a cursor whose transaction somebody else begins and ends.

        Args:
            cursor: of the driver.
            statements: SQL by name.
            integrity_error: what the driver raises where a row contradicts another.
            keys: seal and open what is secret.
            packages: those at hand.
        """
        super().__init__(cursor, statements, integrity_error)
        self._keys = keys
        self._packages = packages
        self._listeners = ListenerCache()
        self._changed_packages = ChangedPackages()
