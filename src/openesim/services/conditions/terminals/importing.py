"""Bulk import of vendors, models, TACs and EINs from CSV: all of it is judged before the first row is stored.

A file is read twice. The first time every row is held against the register and against the rows before it; if anything is
wrong, nothing is stored. The second time rows are stored, some thousands in a transaction, so that a recall need not wait
for a million of them. Rows that are registered already, just as they are, are passed over: an import that was interrupted
is finished by doing it again.

What somebody else registers between the two readings is seen by the revision: from there on every row is held against the
database itself, and one that does not fit ends the import with what was stored so far.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO, Final

from openesim.conditions.terminals.forms import FormError, FormKind
from openesim.conditions.terminals.registry import Registry
from openesim.kernel.records import changed
from openesim.services.conditions.following import Reading, RevisionStores
from openesim.services.conditions.terminals.book import NAME
from openesim.services.conditions.terminals.csv_file import (
    MOST_ERRORS,
    FileError,
    Row,
    RowError,
    RowsError,
    read_rows,
)
from openesim.services.conditions.terminals.import_rows import (
    EinRows,
    ModelRows,
    Rows,
    RowStores,
    TacRows,
    VendorRows,
)
from openesim.services.conditions.terminals.terminals import note_deed
from openesim.services.ports import AnyWork

_SOME: Final = 5000
"""Rows that are judged at a time, in a thread."""
CHUNK: Final = 2000
"""Rows that are stored in a transaction."""


class Stage(StrEnum):
    """What an import is at."""

    JUDGING = "judging"
    STORING = "storing"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is.

    Attributes:
        stage: what it is at.
        octets: of the file that were read in this stage.
        rows: that were read in this stage.
        stored: rows that are stored.
        known: rows that were registered before, just as they are.
    """

    stage: Stage
    octets: int = 0
    rows: int = 0
    stored: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose file it is, where it is not an inspector's.

    Attributes:
        vendor: name of the vendor; None: an inspector's.
        maker: name of the chip maker that the vendor is; None: he is none.
        register: what the process knows by heart, as new as the database: rows are held against it, so that a small
            file costs no more than its rows; None: everything is read.
    """

    vendor: str | None = None
    maker: str | None = None
    register: Registry | None = None


class TerminalImport:
    """One import of one file."""

    def __init__(
        self,
        work: AnyWork,
        kind: FormKind,
        file: BinaryIO,
        who: str,
        now: datetime,
        *,
        whose: Whose | None = None,
    ) -> None:
        """Bind to a file that can be read twice.

        Args:
            work: the database.
            kind: what its rows are about.
            file: CSV, opened for reading octets.
            who: who imports.
            now: the moment of the import, aware UTC.
            whose: the vendor whose file it is; None: an inspector's.

        Raises:
            FileError: a vendor's file may hold models and TACs only, a chip maker's EINs, too.
        """
        self._work: Final = work
        self._kind: Final = kind
        self._file: Final = file
        self._who: Final = who
        self._now: Final = now
        self._register: Final = None if whose is None else whose.register
        self._rows: Final = _rows_of(kind, now, whose or Whose())
        self._revision = 0
        self._is_stale = False
        self._new = 0

    async def run(self) -> AsyncIterator[Progress]:
        """Judge all rows, then store them, and tell how far it is; the last thing told is how it ended.

        Raises:
            FileError: the file cannot be read at all; nothing was stored.
            RowsError: rows that cannot be taken.
        """
        reading = Reading(self._work)
        revisions = await reading.ask(_revisions)
        self._revision = revisions.get(NAME, 0)
        if self._register is None:
            await self._rows.load(reading)
        else:
            # What was registered since it was as new as the database is seen at each row.
            await asyncio.to_thread(self._rows.take, self._register)
            self._is_stale = True
        async for progress in self._judge():
            yield progress
        async for progress in self._store():
            yield progress

    async def _judge(self) -> AsyncIterator[Progress]:
        """Hold every row against the register and the rows before it.

        Raises:
            RowsError: everything that is wrong, as far as it is told.
        """
        errors: list[RowError] = []
        done = Progress(stage=Stage.JUDGING)
        rows = self._read()
        while some := await asyncio.to_thread(_take, rows, _SOME):
            known = await asyncio.to_thread(self._judge_some, some, errors)
            done = changed(done, octets=some[-1].octets, rows=done.rows + len(some), known=done.known + known)
            if len(errors) >= MOST_ERRORS:
                break
            yield done
        if errors:
            raise RowsError(errors[:MOST_ERRORS], is_more=len(errors) >= MOST_ERRORS)
        self._new = done.rows - done.known

    def _judge_some(self, some: list[Row], errors: list[RowError]) -> int:
        """Judge some rows, note what is wrong, and return how many are registered already."""
        known = 0
        for row in some:
            if row.error is not None:
                errors.append(RowError(row.line, row.error.field, row.error.told))
                continue
            try:
                value = self._rows.judge(row.cells)
                if value is None:
                    known += 1
                else:
                    self._rows.note(row.line, value)
            except FormError as error:
                errors += [RowError(row.line, each.field, each.told) for each in error.errors]
            if len(errors) >= MOST_ERRORS:
                break
        return known

    async def _store(self) -> AsyncIterator[Progress]:
        """Store every row that is new.

        Raises:
            RowsError: somebody else registered meanwhile what contradicts a row.
            FileError: the file is another one than was judged.
        """
        done = Progress(stage=Stage.STORING)
        rows = self._read()
        while some := await asyncio.to_thread(_take, rows, CHUNK):
            new = await asyncio.to_thread(self._new_of, some)
            stored = await self._store_some(new, done.stored) if new else 0
            done = changed(
                done,
                octets=some[-1].octets,
                rows=done.rows + len(some),
                stored=done.stored + stored,
                known=done.known + len(some) - stored,
            )
            yield done
        if not self._is_stale and done.stored != self._new:
            raise FileError("file-changed")
        yield changed(done, stage=Stage.DONE)

    def _new_of(self, some: list[Row]) -> list[tuple[int, Any]]:
        """Return what is to be stored, with its lines.

        Raises:
            FileError: a row cannot be taken that could: the file is another one.
        """
        try:
            judged = [(row.line, self._rows.judge(row.cells)) for row in some]
        except FormError:
            raise FileError("file-changed") from None
        return [(line, value) for line, value in judged if value is not None]

    async def _store_some(self, new: list[tuple[int, Any]], before: int) -> int:
        """Store rows in one transaction and return how many were.

        Raises:
            RowsError: one contradicts what somebody else registered meanwhile; none of these was stored.
        """
        was_stale, known = self._is_stale, self._revision

        def unit(stores: RowStores) -> tuple[int, int]:
            revision = stores.raise_revision(NAME)
            is_stale = was_stale or revision != known + 1
            stored = 0
            for line, value in new:
                try:
                    stored += self._rows.store(stores, value, revision, is_stale=is_stale)
                except FormError as error:
                    wrong = [RowError(line, each.field, each.told) for each in error.errors]
                    raise RowsError(wrong, stored=before) from None
            lines = f"{new[0][0]}-{new[-1][0]}"
            facts = {"kind": self._kind.value, "lines": lines, "stored": str(stored)}
            note_deed(stores, "terminals", self._who, self._now, deed="import", **facts)
            return revision, stored

        revision, stored = await self._work.run(unit)
        self._is_stale = was_stale or revision != known + 1
        self._revision = revision
        return stored

    def _read(self) -> Iterator[Row]:
        self._file.seek(0)
        return read_rows(self._file, self._kind)


def _take(rows: Iterator[Row], most: int) -> list[Row]:
    return list(islice(rows, most))


def _revisions(stores: RevisionStores) -> dict[str, int]:
    return stores.revisions()


def _rows_of(kind: FormKind, now: datetime, whose: Whose) -> Rows:
    """Return what reads rows of a kind.

    Raises:
        FileError: a vendor may not send such.
    """
    is_his = kind in {FormKind.MODELS, FormKind.TACS} or (kind is FormKind.EINS and whose.maker is not None)
    if whose.vendor is not None and not is_his:
        raise FileError("not-your-kind")
    match kind:
        case FormKind.VENDORS:
            return VendorRows(now)
        case FormKind.MODELS:
            return ModelRows(now, whose.vendor)
        case FormKind.TACS:
            return TacRows(whose.vendor)
        case FormKind.EINS:
            return EinRows(whose.maker)
