"""Judging the rows of a batch: each must become a profile, and have numbers that nobody else has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, Protocol, TypeVar

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.services.batch_file import BatchPlan
from openesim.services.batch_rows import BatchRow, RowsError, count_rows
from openesim.services.batch_secrets import SubscriptionMaker
from openesim.services.order_lines import RowError
from openesim.services.ports import NumberKind

T = TypeVar("T")

OnProgress = Callable[[int], None]
"""Is told how many rows are done."""

CHUNK: Final = 1000
"""Rows a transaction."""

MOST_ERRORS: Final = 1000
"""Errors after which nobody reads on."""

_KINDS: Final[tuple[NumberKind, ...]] = ("iccid", "imsi", "msisdn")


class NumberStores(Protocol):
    """What is needed of the stores."""

    def highest_iccid(self, least: str, most: str) -> str | None:
        """Return the highest ICCID of an order between two of one length, both included."""
        ...

    def taken_number(self, kind: NumberKind, least: str, most: str) -> str | None:
        """Return the highest number of a subscription between two of one length, both included."""
        ...

    def begin_claims(self) -> None:
        """Forget what was claimed."""
        ...

    def claim(self, kind: NumberKind, number: str) -> bool:
        """Tell whether a number is claimed for the first time."""
        ...


class NumberWork(Protocol):
    """Runs units of work, each in a transaction of its own."""

    def run_now(self, unit: Callable[[NumberStores], T]) -> T:
        """Return what the unit returns."""
        ...


class BatchRefusedError(ConfigError):
    """A batch with errors in its rows; nothing of it was stored.

    Attributes:
        errors: what is wrong, row by row.
    """

    def __init__(self, errors: list[RowError]) -> None:
        """Keep the errors and say the first of them."""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{more}; nothing was stored")
        self.errors = errors


def check_range(work: NumberWork, plan: BatchPlan, maker: SubscriptionMaker) -> list[RowError]:
    """Return what is wrong with rows that are counted up: the first and the last tell it of all."""
    first, last = next(count_rows(plan)), next(count_rows(plan, plan.count - 1))
    errors = [error for row in (first, last) for error in _check_row(maker, row)]

    def check_numbers(stores: NumberStores) -> list[RowError]:
        return [
            error
            for kind in _KINDS
            for error in _check_taken(stores, kind, 1, (getattr(first, kind), getattr(last, kind)))
        ]

    return errors or work.run_now(check_numbers)


def check_every_row(
    work: NumberWork,
    rows: Iterator[BatchRow | RowsError],
    maker: SubscriptionMaker,
    on_progress: OnProgress = lambda _: None,
    chunk_rows: int = CHUNK,
) -> list[RowError]:
    """Return what is wrong with the rows of a file, up to ``MOST_ERRORS`` and some.

    Args:
        work: runs units.
        rows: of the file.
        maker: of their subscriptions.
        on_progress: told how many rows were judged, after every chunk.
        chunk_rows: rows that are judged in one unit.
    """
    errors: list[RowError] = []
    judged = 0
    work.run_now(lambda stores: stores.begin_claims())
    while len(errors) < MOST_ERRORS and (chunk := list(islice(rows, chunk_rows))):
        errors += work.run_now(lambda stores: _check_chunk(stores, maker, chunk))
        judged += len(chunk)
        on_progress(judged)
    return errors


def _check_chunk(
    stores: NumberStores, maker: SubscriptionMaker, chunk: Iterable[BatchRow | RowsError]
) -> list[RowError]:
    """Return what is wrong with some rows of a file."""
    errors: list[RowError] = []
    for row in chunk:
        if isinstance(row, RowsError):
            errors += row.errors
            continue
        errors += _check_row(maker, row)
        for kind in _KINDS:
            number = getattr(row, kind)
            if number is not None and not stores.claim(kind, number):
                told = f"{number} stands in a row above: write another"
                errors.append(RowError(row.number, kind, told, "repeated", {"number": str(number)}))
            errors += _check_taken(stores, kind, row.number, (number, number))
    return errors


def _check_row(maker: SubscriptionMaker, row: BatchRow) -> list[RowError]:
    """Return why a row cannot become a profile."""
    try:
        maker.personalise(maker.make(row))
    except DecodeError as error:
        field = error.path[0] if error.path else "row"
        return [RowError(row.number, field, error.reason, "does-not-fit", {"detail": error.reason})]
    return []


def _check_taken(
    stores: NumberStores, kind: NumberKind, row: int, between: tuple[str | None, str | None]
) -> list[RowError]:
    """Return whether a number between two is another subscription's, or another order's."""
    least, most = between
    if least is None or most is None:
        return []
    if kind == "iccid" and least != most:
        # Whatever their check digits.
        least, most = f"{least[:-1]}0", f"{most[:-1]}9"
    taken = stores.taken_number(kind, least, most)
    if taken is None and kind == "iccid":
        taken = stores.highest_iccid(least, most)
    if taken is None:
        return []
    return [RowError(row, kind, f"{taken} is in use: begin behind it", "taken", {"number": str(taken)})]
