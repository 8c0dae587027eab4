"""Retention: personal data go when their time is over, and so does the evidence; cases whose time is over lapse.

What is kept until a line has ended and some years after has no day when it is stored: it is looked at now and then, and
kept on while a line runs. A sweep takes a bounded number of rows and passes over those that another process is at. What it
removed stands in the ledger, in numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.keeping import ENDING_ALONE, end_now
from openesim.kernel.ambient import Clock
from openesim.services.conditions.persons.acts import Act, deed
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

SWEEPER: Final = "retention"
"""The actor of what goes by itself."""

_ROWS: Final = 200


class RetentionStores(Protocol):
    """What goes when its time is over, inside one unit of work."""

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands."""
        ...

    def save_case(self, case: Case) -> None:
        """Store a case as it is now."""
        ...

    def cases_expiring(self, now: datetime, limit: int) -> list[Case]:
        """Return cases whose time is over, held until the unit ends."""
        ...

    def lines_of_case(self, case_id: str) -> tuple[int, datetime | None]:
        """Return how many lines that a case stands behind run, and when the last of them ended."""
        ...

    def fields_due(self, now: datetime, limit: int) -> list[tuple[str, Field]]:
        """Return personal values whose time is over, by case."""
        ...

    def keep_field(self, case_id: str, field: Field, delete_after: datetime | None) -> None:
        """Store when a personal value goes."""
        ...

    def remove_ended(self, case_id: str, field: Field, now: datetime) -> int:
        """Delete what is kept of a field of a case and is over, and return how many values went."""
        ...

    def evidence_due(self, now: datetime, limit: int) -> list[tuple[bytes, str]]:
        """Return evidence records whose time is over, with their cases."""
        ...

    def keep_evidence(self, digest: bytes, delete_after: datetime | None) -> None:
        """Store when a record goes."""
        ...

    def remove_evidence(self, digest: bytes) -> None:
        """Delete a record."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry of the ledger."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep did.

    Attributes:
        lapsed: cases that lapsed.
        fields: personal values that went.
        evidence: evidence records that went.
        kept: what was due and is kept on, since a line runs or ended not long ago.
    """

    lapsed: int = 0
    fields: int = 0
    evidence: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """How much there was to do."""
        return self.lapsed + self.fields + self.evidence + self.kept


def sweep(stores: RetentionStores, now: datetime, limit: int = _ROWS) -> Swept:
    """Do one step: let cases lapse, and remove what is due, at most so many rows of each.

    Args:
        stores: of the unit of work.
        now: aware UTC.
        limit: most rows of each kind.
    """
    lapsed = lapse(stores, now, limit)
    fields, kept = _sweep_fields(stores, now, limit)
    evidence, also_kept = _sweep_evidence(stores, now, limit)
    if fields or evidence:
        facts = {"deed": "retention-sweep", "fields": str(fields), "evidence": str(evidence)}
        stores.append_entry(
            Entry(kind=EntryKind.DEED, at=now, actor=SWEEPER, subject="retention", facts=facts)
        )
    return Swept(lapsed=lapsed, fields=fields, evidence=evidence, kept=kept + also_kept)


def lapse(stores: RetentionStores, now: datetime, limit: int) -> int:
    """Let cases lapse whose time is over, and return how many."""
    cases = stores.cases_expiring(now, limit)
    for case in cases:
        lapsed = steps.lapsed(case, now)
        stores.save_case(lapsed)
        stores.append_entry(deed(lapsed, "case-lapse", Act(actor=SWEEPER, now=now)))
    return len(cases)


def _sweep_fields(stores: RetentionStores, now: datetime, limit: int) -> tuple[int, int]:
    removed = kept = 0
    for case_id, field in stores.fields_due(now, limit):
        end = now if field in ENDING_ALONE else _end(stores, case_id, now)
        if end > now:
            stores.keep_field(case_id, field, end)
            kept += 1
        else:
            removed += stores.remove_ended(case_id, field, now)
    return removed, kept


def _sweep_evidence(stores: RetentionStores, now: datetime, limit: int) -> tuple[int, int]:
    removed = kept = 0
    for digest, case_id in stores.evidence_due(now, limit):
        end = _end(stores, case_id, now)
        if end > now:
            stores.keep_evidence(digest, end)
            kept += 1
        else:
            stores.remove_evidence(digest)
            removed += 1
    return removed, kept


def _end(stores: RetentionStores, case_id: str, now: datetime) -> datetime:
    """Return when what is due of a case goes after all."""
    case = stores.case(case_id)
    return now if case is None else end_now(case, *stores.lines_of_case(case_id), now)


class DurableWork(AnyWork, Protocol):
    """Units of work on a disk, where what is deleted can be overwritten."""

    def overwrite_what_goes(self) -> None:
        """Overwrite from now on what is replaced or deleted."""
        ...


class RetentionService:
    """The sweeper of a process; its ``step`` is for ``services.sweeping``."""

    def __init__(self, work: DurableWork, clock: Clock) -> None:
        """Bind to the database."""
        self._work: Final = work
        self._clock: Final = clock
        self._is_overwriting = False

    async def step(self) -> int:
        """Do one step of a sweep, and return how much there was to do.

        From the first personal value that goes on, deleted rows are overwritten in the file.
        """
        now = self._clock.now()
        if not self._is_overwriting and await self._work.run(_is_due(now), must_last=never):
            self._work.overwrite_what_goes()
            self._is_overwriting = True
        swept: Swept = await self._work.run(lambda stores: sweep(stores, now), must_last=_has_done)
        return swept.total


def _is_due(now: datetime) -> Callable[[RetentionStores], bool]:
    return lambda stores: bool(stores.fields_due(now, 1))


def _has_done(swept: Swept) -> bool:
    return swept.total > 0
