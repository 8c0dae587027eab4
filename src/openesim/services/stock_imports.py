"""Batches that are added from a desk: begun by a page, done by a thread of the process, followed by whoever looks.

The page is not needed any more once the import is begun. How far it is stands in the database, so that any process can
tell; what is on disk is what the batch says (``stock``). The files are kept in memory only, since keys may be in them: an
import whose process ended is begun again with the same files, and goes on where the last chunk ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.network.subscription import Batch
from openesim.services.ports import AnyWork, never
from openesim.services.stock_import_run import ImportRun, OwnWork
from openesim.services.stock_import_state import Asked, Followed, StockImport
from openesim.transparency.entries import Entry, EntryKind

_log = structlog.get_logger(__name__)


class ImportStores(Protocol):
    """Imports and batches, inside one unit of work."""

    def stock_import(self, import_id: int) -> StockImport | None:
        """Return an import."""
        ...

    def add_stock_import(self, one: StockImport) -> int:
        """Store a new import and return its number."""
        ...

    def save_stock_import(self, one: StockImport) -> None:
        """Store how an import stands."""
        ...

    def stock_imports(self, operator: str, before: int | None, limit: int) -> list[StockImport]:
        """Return imports of an operator, newest first, beginning before one."""
        ...

    def batch(self, name: str) -> Batch | None:
        """Return the batch of a name."""
        ...

    def batches_of_operator(self, operator: str, before: int | None, limit: int) -> list[tuple[int, Batch]]:
        """Return batches of an operator with their row numbers, newest first, beginning before one."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


class UnderWayError(ConflictError):
    """An operator has an import under way."""


class StockImports:
    """Imports of a process's desks."""

    def __init__(self, work: AnyWork, open_work: Callable[[], OwnWork], ambient: Ambient) -> None:
        """Bind to the database.

        Args:
            work: for pages.
            open_work: opens the same database for one thread of its own.
            ambient: clock and randomness.
        """
        self._work: Final = work
        self._open_work: Final = open_work
        self._ambient: Final = ambient

    async def begin(self, asked: Asked, operator: str, actor: str) -> StockImport:
        """Begin an import and return it; it goes on by itself.

        On disk before this returns: that it was begun, and by whom.

        Raises:
            UnderWayError: the operator has one under way.
        """
        now = self._ambient.clock.now()
        plan = asked.plan
        new = StockImport(
            operator=operator,
            batch=plan.name,
            profile_type=plan.profile,
            begun_at=now,
            begun_by=actor,
            seen_at=now,
            size=plan.count,
        )

        def unit(stores: ImportStores) -> StockImport:
            """Store it, with who did it."""
            last = stores.stock_imports(operator, None, 1)
            if last and not last[0].is_over and not last[0].is_lost(now):
                raise UnderWayError(f"an import of {operator} is under way")
            stores.append_entry(_deed(new, asked, now))
            return replace(new, import_id=stores.add_stock_import(new))

        begun: StockImport = await self._work.run(unit)
        # A daemon: a process that ends does not wait for it. What is on disk then is whole chunks.
        threading.Thread(
            target=self._run, args=(begun, asked), name=f"import {begun.import_id}", daemon=True
        ).start()
        return begun

    async def one(self, import_id: int, operator: str) -> Followed:
        """Return an import of an operator.

        Raises:
            NotFoundError: he has none with this number.
        """

        def unit(stores: ImportStores) -> Followed:
            """Look it up, and what is on disk of it."""
            found = stores.stock_import(import_id)
            if found is None or found.operator != operator:
                raise NotFoundError("there is no such import")
            return Followed(found, on_disk_of(stores, found))

        return await self._work.run(unit, must_last=never)

    async def page(self, operator: str, before: int | None, limit: int) -> list[Followed]:
        """Return imports of an operator, newest first, beginning before one."""

        def unit(stores: ImportStores) -> list[Followed]:
            """Look them up."""
            return [
                Followed(one, on_disk_of(stores, one))
                for one in stores.stock_imports(operator, before, limit)
            ]

        return await self._work.run(unit, must_last=never)

    async def batches(self, operator: str, before: int | None, limit: int) -> list[tuple[int, Batch]]:
        """Return batches of an operator with their row numbers, newest first, beginning before one."""

        def unit(stores: ImportStores) -> list[tuple[int, Batch]]:
            """Look them up."""
            return stores.batches_of_operator(operator, before, limit)

        return await self._work.run(unit, must_last=never)

    def _run(self, begun: StockImport, asked: Asked) -> None:
        """Do an import, in a thread of its own."""
        try:
            with closing(self._open_work()) as work:
                ImportRun(work, begun, asked, self._ambient).run()
        except Exception as fault:  # noqa: BLE001 (a thread ends with it; the log has all of it)
            _log.exception("import of stock ended", batch=begun.batch, fault=type(fault).__name__)


def on_disk_of(stores: ImportStores, one: StockImport) -> int:
    """Return how many profiles of an import's batch are stored: what was there before it counts, too."""
    batch = stores.batch(one.batch)
    return 0 if batch is None or batch.operator != one.operator else batch.done


def _deed(new: StockImport, asked: Asked, now: datetime) -> Entry:
    facts = {"deed": "import-stock", "batch": new.batch, "profile-type": new.profile_type}
    if asked.csv:
        facts["file"] = sha256(asked.csv).hexdigest()
    if asked.package:
        facts["package"] = sha256(asked.package).hexdigest()
    return Entry(
        kind=EntryKind.DEED,
        at=now,
        actor=new.begun_by,
        operator=new.operator,
        subject=f"batch:{new.batch}",
        facts=facts,
    )
