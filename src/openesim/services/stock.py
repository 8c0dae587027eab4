"""Adding a batch to the stock: subscriptions with their keys, and an order for each that waits for its customer.

A batch is judged as a whole before its first row is stored. Then it is stored in chunks, each with how far the batch
is in one transaction: whoever is interrupted begins again where the last chunk ended, and keys that were drawn stay
what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Final, Protocol, TypeVar

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConflictError, DecodeError, Explanation
from openesim.kernel.ids import Iccid, MatchingId
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.services.batch_checks import (
    CHUNK,
    BatchRefusedError,
    NumberStores,
    OnProgress,
    check_every_row,
    check_range,
)
from openesim.services.batch_file import BatchPlan
from openesim.services.batch_rows import (
    BatchFileError,
    BatchRow,
    RowsError,
    count_rows,
    read_rows,
    survey_rows,
)
from openesim.services.batch_secrets import SubscriptionMaker
from openesim.services.package_import import PackageStores, ReadFile, find_package, take_package

T = TypeVar("T")

OpenLines = Callable[[str], Iterable[str]]
"""Returns the lines of a text file, each time from the beginning.

Raises:
    ConfigError: there is no such file.
"""


class StockStores(PackageStores, NumberStores, Protocol):
    """What is needed of the stores."""

    def batch(self, name: str) -> Batch | None:
        """Return the batch of a name."""
        ...

    def add_batch(self, batch: Batch) -> None:
        """Store a new batch."""
        ...

    def save_batch_progress(self, name: str, done: int) -> None:
        """Store how many subscriptions a batch has."""
        ...

    def add_subscription(self, subscription: Subscription, batch: str) -> None:
        """Store a new subscription of a batch."""
        ...

    def add_order(self, order: Order) -> Order:
        """Store a new order."""
        ...


class Work(Protocol):
    """Runs units of work, each in a transaction of its own."""

    def run_now(self, unit: Callable[[StockStores], T]) -> T:
        """Return what the unit returns, once everything it stored is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch that was judged and may be stored.

    Attributes:
        plan: as described.
        maker: of its subscriptions.
        batch: as it will be, or as far as it is.
        is_known: whether it was begun before.
    """

    plan: BatchPlan
    maker: SubscriptionMaker
    batch: Batch
    is_known: bool


class BatchConflictError(ConflictError):
    """A batch that contradicts what is there, or what somebody else does.

    Attributes:
        fault: by which whoever speaks another language finds its text.
        facts: what that text has room for.
    """

    def __init__(self, message: str, fault: str, **facts: str) -> None:
        """Keep what is wrong, in English and for others."""
        super().__init__(message)
        self.fault = fault
        self.facts = facts


class BatchImport:
    """Adds batches to the stock."""

    def __init__(
        self,
        work: Work,
        files: tuple[ReadFile, OpenLines],
        entropy: Entropy,
        now: datetime,
        chunk_rows: int = 0,
    ) -> None:
        """Bind the stores.

        Args:
            work: runs units.
            files: what reads packages, and what opens CSV files.
            entropy: draws keys and codes.
            now: when it all comes into stock.
            chunk_rows: rows that are judged or stored in one unit: others who write wait that long; 0: as usual.
        """
        self._work: Final = work
        self._chunk_rows: Final = chunk_rows or CHUNK
        self._read_file, self._open_lines = files
        self._entropy: Final = entropy
        self._now: Final = now

    def prepare(self, plan: BatchPlan, on_progress: OnProgress = lambda _: None) -> Prepared:
        """Judge a batch, and store nothing.

        Args:
            plan: the batch as described.
            on_progress: told how many rows of a file were judged, after every chunk.

        Raises:
            ConfigError: the batch, its package or its rows cannot be used: ``BatchRefusedError`` names the rows.
            ConflictError: another batch has the name, or its numbers are in use.
        """
        package, package_digest = self._find_package(plan)
        try:
            maker = SubscriptionMaker(plan, package, self._entropy)
        except DecodeError as error:
            raise BatchFileError(f"the batch is refused: {error}", "package", detail=str(error)) from None
        size, digest = self._survey(plan, package_digest)
        batch = Batch(
            name=plan.name,
            digest=digest,
            profile_type=package.name,
            size=size,
            low_stock=plan.low_stock,
            operator=plan.operator,
        )
        known = self._work.run_now(lambda stores: stores.batch(plan.name))
        if known is None:
            self._verify_rows(plan, maker, on_progress)
        elif known.digest != digest:
            raise _other_content(known)
        return Prepared(plan, maker, known or batch, is_known=known is not None)

    def store(self, prepared: Prepared, on_progress: OnProgress = lambda _: None) -> Batch:
        """Store what is still missing of a batch and return it complete.

        Args:
            prepared: the batch.
            on_progress: told how many subscriptions there are, after every chunk.

        Raises:
            ConflictError: a number was taken, or another process adds the same batch, since it was judged.
        """
        plan, batch = prepared.plan, prepared.batch
        package = self._work.run_now(lambda stores: self._begin(stores, prepared))
        rows, done = self._rows(plan, batch.done), batch.done
        while chunk := list(islice(rows, self._chunk_rows)):
            made = [(row, self._order(plan, package, row.iccid)) for row in map(_whole, chunk)]
            self._work.run_now(lambda stores: _store_chunk(stores, prepared, made, done))  # noqa: B023
            done += len(chunk)
            on_progress(done)
        return replace(batch, done=done)

    def _begin(self, stores: StockStores, prepared: Prepared) -> StoredPackage:
        """Store the batch itself, with its package."""
        package = take_package(stores, self._read_file, prepared.plan)
        if not prepared.is_known:
            if stores.batch(prepared.plan.name) is not None:
                raise _added_by_another(prepared.plan.name)
            stores.add_batch(prepared.batch)
        return package

    def _order(self, plan: BatchPlan, package: StoredPackage, iccid: Iccid) -> Order:
        """Return the order that hands out a profile of the batch."""
        return Order(
            iccid=iccid,
            package_id=package.package_id,
            profile_type=package.name,
            operator=plan.operator,
            state=OrderState.RELEASED if plan.release else OrderState.AVAILABLE,
            matching_id=MatchingId.from_entropy(self._entropy(16)) if plan.release else None,
            is_personalised=True,
            created_at=self._now,
            ordered_at=self._now if plan.release and plan.operator is not None else None,
        )

    def _find_package(self, plan: BatchPlan) -> tuple[StoredPackage, bytes]:
        try:
            return self._work.run_now(lambda stores: find_package(stores, self._read_file, plan))
        except DecodeError as error:
            raise BatchFileError(f"the batch is refused: {error}", "package", detail=str(error)) from None

    def _rows(self, plan: BatchPlan, after: int = 0) -> Iterator[BatchRow | RowsError]:
        if plan.csv is None:
            return count_rows(plan, after)
        return read_rows(self._open_lines(plan.csv), after)

    def _survey(self, plan: BatchPlan, package_digest: bytes) -> tuple[int, bytes]:
        """Return how many rows a batch has, and the digest of everything it is made from."""
        digest = sha256(plan.digest + package_digest)
        if plan.csv is None:
            return plan.count, digest.digest()
        size, content = survey_rows(self._open_lines(plan.csv))
        if size < 1:
            raise BatchFileError(f"{plan.csv} has no rows under its header", "no-rows")
        digest.update(content)
        return size, digest.digest()

    def _verify_rows(self, plan: BatchPlan, maker: SubscriptionMaker, on_progress: OnProgress) -> None:
        """Refuse a batch with a row that cannot be stored.

        Raises:
            BatchRefusedError: rows that are wrong, or whose numbers are in use.
        """
        if plan.csv is None:
            errors = check_range(self._work, plan, maker)
        else:
            errors = check_every_row(self._work, self._rows(plan), maker, on_progress, self._chunk_rows)
        if errors:
            raise BatchRefusedError(errors)


def _store_chunk(
    stores: StockStores, prepared: Prepared, made: Sequence[tuple[BatchRow, Order]], done: int
) -> None:
    """Store some rows of a batch, and how far it is."""
    name = prepared.plan.name
    batch = stores.batch(name)
    if batch is None or batch.done != done:
        raise _added_by_another(name)
    for row, order in made:
        try:
            stores.add_subscription(prepared.maker.make(row), name)
            stores.add_order(order)
        except ConflictError as error:
            told = f"row {row.number}: the ICCID or the IMSI was taken since the batch was judged"
            raise BatchConflictError(told, "taken-meanwhile", row=str(row.number)) from error
    stores.save_batch_progress(name, done + len(made))


def _whole(row: BatchRow | RowsError) -> BatchRow:
    """Return a row of a file that was found without errors.

    Raises:
        ConfigError: it was changed meanwhile.
    """
    if isinstance(row, RowsError):
        raise BatchFileError(f"the file was changed while it was read: {row}", "changed")
    return row


def _added_by_another(name: str) -> BatchConflictError:
    """Return the refusal of a batch that somebody else is at."""
    return BatchConflictError(f"batch {name} is being added by another process", "busy").explained(
        Explanation(
            "the same batch was begun by another process since this one looked",
            "whoever runs that process",
            "wait until it has ended, then add the batch again: what is still missing is added",
        )
    )


def _other_content(known: Batch) -> BatchConflictError:
    """Return the refusal of a batch whose name is another's."""
    told = f"batch {known.name} is there already, made from something else"
    return BatchConflictError(told, "other-content").explained(
        Explanation(
            f"a batch of this name with {known.size} profiles of type {known.profile_type} is in stock, and "
            "description, package or CSV differ from what it was made from",
            "you",
            "give the new batch a name of its own; to resume the old one, use its files unchanged",
        )
    )
