"""Batches that are added from a desk: begun by a page, done by a thread of the process, followed by whoever looks.

The page is not needed any more once the import is begun. How far it is stands in the database, so that any process can
tell; what is on disk is what the batch says (``stock``). The files are kept in memory only, since keys may be in them: an
import whose process ended is begun again with the same files, and goes on where the last chunk ended.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from time import monotonic, sleep
from typing import Any, Final, Protocol

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, NotFoundError, OpenEsimError
from openesim.network.subscription import Batch
from openesim.services.batch_checks import BatchRefusedError
from openesim.services.batch_file import BatchPlan, plan_of
from openesim.services.batch_rows import BatchFileError
from openesim.services.order_lines import RowError
from openesim.services.ports import AnyWork, never
from openesim.services.stock import BatchConflictError, BatchImport
from openesim.services.stock import Work as ImportWork
from openesim.transparency.entries import Entry, EntryKind

CHUNK_ROWS: Final = 100
"""Rows of one unit: others who write to SQLite wait that long."""

REST_S: Final = 0.02
"""After each chunk, so that they get their turn."""

NOTED_EVERY_S: Final = 1.0
LOST_AFTER: Final = timedelta(seconds=60)
"""An import that says nothing for so long is done by nobody any more."""

MOST_SHOWN: Final = 200
"""Errors of rows that are kept to be shown."""

_log = structlog.get_logger(__name__)


class Stage(StrEnum):
    """What an import is at."""

    JUDGING = "judging"
    """Every row is looked at; nothing is stored."""
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"
    """Something is wrong with the files; nothing was stored of them."""
    FAILED = "failed"
    """Something went wrong on the way; what is on disk stays."""


OVER: Final = frozenset({Stage.DONE, Stage.REFUSED, Stage.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StockImport:
    """An import as it stands.

    Attributes:
        import_id: row number; 0 until stored.
        operator: whose stock.
        batch: name of the batch.
        profile_type: of its profiles, or name of the package that came with it.
        stage: what it is at.
        begun_at: when, aware UTC.
        begun_by: who.
        seen_at: when it was last at work, aware UTC.
        judged: rows of a file that were looked at.
        size: profiles that it will have; 0: not known yet.
        fault: what is wrong with all of it, by the name of its text; empty: nothing is.
        facts: what that text has room for.
        errors: what is wrong with rows, the first ``MOST_SHOWN``.
        is_more: there are more errors.
    """

    import_id: int = 0
    operator: str
    batch: str
    profile_type: str
    stage: Stage = Stage.JUDGING
    begun_at: datetime
    begun_by: str
    seen_at: datetime
    judged: int = 0
    size: int = 0
    fault: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    is_more: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.stage in OVER

    def is_lost(self, now: datetime) -> bool:
        """Tell whether nobody does it any more, although it has not ended."""
        return not self.is_over and now - self.seen_at > LOST_AFTER


@dataclass(frozen=True, slots=True)
class Followed:
    """An import, and what is on disk of it.

    Attributes:
        found: the import.
        on_disk: profiles of its batch that are stored.
    """

    found: StockImport
    on_disk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What shall be imported.

    Attributes:
        plan: the batch as it was described.
        csv: the file of its rows; empty: they are counted up.
        package: the profile package that came with it, under the name that the plan has; empty: a type of the stock.
    """

    plan: BatchPlan
    csv: bytes = field(default=b"", repr=False)
    package: bytes = field(default=b"", repr=False)


def asked_of(table: Mapping[str, Any], csv: bytes = b"", package: bytes = b"") -> Asked:
    """Return what is to be imported; the same fields and files are the same batch, and go on where it stopped.

    Args:
        table: the batch, as ``batch_file`` has it.
        csv: the file of its rows.
        package: its profile package.

    Raises:
        BatchPlanError: fields that are wrong, missing, unknown or contradict each other: all of them.
    """
    said = json.dumps(table, sort_keys=True, ensure_ascii=False).encode()
    plan = plan_of(table, sha256(said + sha256(csv).digest()).digest())
    return Asked(plan=plan, csv=csv, package=package)


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


class OwnWork(ImportWork, Protocol):
    """A database of one's own."""

    def close(self) -> None:
        """Close it."""
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
                _Import(work, begun, asked, self._ambient).run()
        except Exception as fault:  # noqa: BLE001 (a thread ends with it; the log has all of it)
            _log.exception("import of stock ended", batch=begun.batch, fault=type(fault).__name__)


class _Import:
    """One import, in its thread."""

    def __init__(self, work: Any, begun: StockImport, asked: Asked, ambient: Ambient) -> None:
        self._work: Final = work
        self._asked: Final = asked
        self._clock: Final = ambient.clock
        files = (self._package, self._lines)
        self._importer: Final = BatchImport(work, files, ambient.entropy, begun.begun_at, CHUNK_ROWS)
        self._state = begun
        self._noted_at = monotonic()

    def run(self) -> None:
        """Judge, then store; whatever happens is noted."""
        try:
            prepared = self._importer.prepare(self._asked.plan, self._judged)
            batch = prepared.batch
            self._note(stage=Stage.STORING, size=batch.size, profile_type=batch.profile_type)
            self._importer.store(prepared, self._stored)
            self._note(stage=Stage.DONE)
        except BatchRefusedError as refused:
            shown = tuple(refused.errors[:MOST_SHOWN])
            self._note(
                stage=Stage.REFUSED, fault="rows", errors=shown, is_more=len(refused.errors) > len(shown)
            )
        except (BatchFileError, BatchConflictError) as error:
            stage = Stage.FAILED if self._state.stage is Stage.STORING else Stage.REFUSED
            self._note(stage=stage, fault=error.fault, facts=dict(error.facts))
        except OpenEsimError as error:
            _log.error("import of stock failed", batch=self._state.batch, fault=str(error))
            self._note(stage=Stage.FAILED, fault="other", facts={"detail": type(error).__name__})
        except Exception:
            self._note(stage=Stage.FAILED, fault="other", facts={"detail": "fault"})
            raise

    def _judged(self, rows: int) -> None:
        self._note_now_and_then(judged=rows)
        sleep(REST_S)

    def _stored(self, _profiles: int) -> None:
        self._note_now_and_then()
        sleep(REST_S)

    def _note_now_and_then(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if monotonic() - self._noted_at >= NOTED_EVERY_S:
            self._note()

    def _note(self, **changes: Any) -> None:
        """Store how it stands."""
        self._state = replace(self._state, seen_at=self._clock.now(), **changes)
        self._noted_at = monotonic()
        self._work.run_now(lambda stores: stores.save_stock_import(self._state))

    def _package(self, name: str) -> bytes | None:
        is_it = self._asked.package and name == self._asked.plan.profile
        return self._asked.package if is_it else None

    def _lines(self, _name: str) -> Iterator[str]:
        """Yield the lines of the file of rows.

        Raises:
            BatchFileError: it is not text in UTF-8.
        """
        try:
            yield from io.TextIOWrapper(io.BytesIO(self._asked.csv), encoding="utf-8-sig", newline="")
        except UnicodeDecodeError:
            raise BatchFileError("the file is not text in UTF-8", "not-utf8") from None


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
