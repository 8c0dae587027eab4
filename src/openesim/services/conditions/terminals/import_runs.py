"""Imports of terminals that are begun at a desk: they go on when the page is gone, and are followed from any process.

An import is a row: whose it is, how far it is, and what is wrong with the file. One process does it (``importing``)
beside everything else, and writes now and then how far it has come; every other one reads that. The file is kept in
memory only: an import whose process ended is begun again with the same file, and passes over what is registered already.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Final, Protocol

import structlog

from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.texts import Told, conflict, not_found, told
from openesim.kernel.ambient import Clock
from openesim.kernel.records import changed
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals.csv_file import FileError, RowError, RowsError
from openesim.services.conditions.terminals.importing import Progress, Stage, TerminalImport, Whose
from openesim.services.conditions.terminals.terminals import EntryStores, note_deed
from openesim.services.ports import AnyWork, never

LOST_AFTER: Final = timedelta(seconds=60)
"""An import that says nothing for so long is done by nobody any more."""

_SAID_EVERY_S: Final = 0.5

_BEGUN: Final = "terminal-imports"
"""What rises whenever an import begins."""

_log = structlog.get_logger(__name__)


class ImportState(StrEnum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """Something is wrong with the file."""
    FAILED = "failed"
    """Something went wrong on the way, or its process ended; what is stored stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Something that is wrong with a file.

    Attributes:
        row: its line; 0: the whole file.
        field: the column, or ``row`` for the whole of it; empty: the whole file.
        word: of the catalogue of texts.
        values: what stands in the braces of its text.
    """

    row: int
    field: str
    word: str
    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, what: Told, row: int = 0, field: str = "") -> Wrong:
        """Return what is kept of it."""
        return cls(row=row, field=field, word=what.word, values=what.values)

    @property
    def told(self) -> Told:
        """What is wrong, in both languages."""
        return told(self.word, **dict(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalImportRun:
    """An import as it stands.

    Attributes:
        import_id: row number; 0 until stored.
        vendor_id: whose file it is; None: an inspector's.
        kind: what its rows are about.
        name: of the file, as its sender calls it.
        size: of the file, in octets.
        state: how it stands.
        stage: what it is at.
        begun_at: when, aware UTC.
        begun_by: who.
        seen_at: when it last said how far it is.
        octets: of the file that were read in this stage.
        rows: that were read in this stage.
        stored: rows that are stored.
        known: rows that were registered before, just as they are.
        wrong: what is wrong with the file, the first fifty.
        is_more: there are more.
    """

    import_id: int = 0
    vendor_id: int | None
    kind: FormKind
    name: str
    size: int
    state: ImportState = ImportState.RUNNING
    stage: Stage = Stage.JUDGING
    begun_at: datetime
    begun_by: str
    seen_at: datetime
    octets: int = 0
    rows: int = 0
    stored: int = 0
    known: int = 0
    wrong: tuple[Wrong, ...] = ()
    is_more: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state is not ImportState.RUNNING

    def seen(self, now: datetime) -> TerminalImportRun:
        """Return it as it stands for who looks: one that says nothing any more has failed."""
        is_lost = not self.is_over and now - self.seen_at > LOST_AFTER
        return changed(self, state=ImportState.FAILED) if is_lost else self


class ImportStores(EntryStores, Protocol):
    """Imports, inside one unit of work."""

    def add_terminal_import(self, run: TerminalImportRun) -> int:
        """Store a new import and return its number."""
        ...

    def save_terminal_import(self, run: TerminalImportRun) -> None:
        """Store how an import stands."""
        ...

    def terminal_import(self, import_id: int) -> TerminalImportRun | None:
        """Return an import."""
        ...

    def newest_terminal_import(self, vendor_id: int | None) -> TerminalImportRun | None:
        """Return the newest import of a vendor; None: of an inspector."""
        ...

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name; the row stays locked until the unit ends."""
        ...

    def terminal_imports(self, before: int | None, limit: int) -> list[TerminalImportRun]:
        """Return imports of everybody, newest first, beginning before one."""
        ...

    def terminal_imports_of(self, vendor_id: int, before: int | None, limit: int) -> list[TerminalImportRun]:
        """Return imports of a vendor, newest first, beginning before one."""
        ...


class Book(Protocol):
    """What knows terminals by heart."""

    @property
    def registry(self) -> Registry:
        """The register as it is now."""
        ...


class TerminalImports:
    """Begins imports and tells how they stand."""

    def __init__(
        self, work: AnyWork, clock: Clock, following: Following | None = None, book: Book | None = None
    ) -> None:
        """Bind to the database, and to what this process knows by heart: it hears of what was stored.

        Args:
            work: the database.
            clock: tells the time.
            following: keeps what is known up to date.
            book: what is known of terminals: files of vendors are held against it; None: against the database.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._following: Final = following
        self._book: Final = book
        self._running: Final[set[asyncio.Task[None]]] = set()

    async def begin(
        self,
        kind: FormKind,
        file: tuple[str, bytes],
        actor: str,
        *,
        vendor: tuple[int, str] | None = None,
        maker: str | None = None,
    ) -> TerminalImportRun:
        """Begin an import, and return it as it stands now; it goes on by itself.

        Args:
            kind: what its rows are about.
            file: name of the file, and its octets.
            actor: who does it.
            vendor: number and name of the vendor whose file it is; None: an inspector's.
            maker: name of the chip maker that the vendor is; None: he is none.

        Raises:
            FileError: a vendor's file may hold models and TACs only, a chip maker's EINs, too.
            ConflictError: one of the same side is under way.
        """
        now, (name, octets) = self._clock.now(), file
        vendor_id, of_vendor = vendor or (None, None)
        begun = TerminalImportRun(
            vendor_id=vendor_id,
            kind=kind,
            name=name,
            size=len(octets),
            begun_at=now,
            begun_by=actor,
            seen_at=now,
        )
        register = None if vendor is None else await self._known()
        whose = Whose(vendor=of_vendor, maker=maker, register=register)
        doing = TerminalImport(self._work, kind, BytesIO(octets), actor, now, whose=whose)

        def unit(stores: ImportStores) -> TerminalImportRun:
            """Store it, with who did it."""
            _verify_alone(stores, vendor_id, now)
            facts = {"kind": kind.value, "file": sha256(octets).hexdigest()}
            note_deed(stores, "terminals", actor, now, deed="import-terminals", **facts)
            return changed(begun, import_id=stores.add_terminal_import(begun))

        stored = await self._work.run(unit)
        task = asyncio.create_task(_Run(self._work, self._clock, self._following, stored).do(doing))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return stored

    async def _known(self) -> Registry | None:
        """Return what is known by heart, as new as the database; None: nothing is."""
        if self._following is None or self._book is None:
            return None
        await self._following.refresh()
        return self._book.registry

    async def one(self, import_id: int, vendor_id: int | None = None) -> TerminalImportRun:
        """Return an import as it stands now.

        Args:
            import_id: its number.
            vendor_id: who asks; None: whoever looks at all.

        Raises:
            NotFoundError: there is none, or it is not the vendor's.
        """
        found = await self._work.run(lambda stores: stores.terminal_import(import_id), must_last=never)
        if found is None or vendor_id not in {None, found.vendor_id}:
            raise not_found("no-such-import", name=import_id)
        run: TerminalImportRun = found.seen(self._clock.now())
        return run

    async def page(
        self, before: int | None, limit: int, vendor_id: int | None = None
    ) -> list[TerminalImportRun]:
        """Return imports, newest first, beginning before one.

        Args:
            before: number of the last one of the page before; None: the first page.
            limit: how many at most.
            vendor_id: only his; None: everybody's.
        """

        def unit(stores: ImportStores) -> list[TerminalImportRun]:
            """Look them up."""
            if vendor_id is None:
                return stores.terminal_imports(before, limit)
            return stores.terminal_imports_of(vendor_id, before, limit)

        now = self._clock.now()
        return [each.seen(now) for each in await self._work.run(unit, must_last=never)]

    async def settled(self) -> None:
        """Wait until nothing runs here; for tests."""
        while self._running:
            await asyncio.gather(*self._running)


class _Run:
    """One import while it is done."""

    def __init__(
        self, work: AnyWork, clock: Clock, following: Following | None, stored: TerminalImportRun
    ) -> None:
        self._work: Final = work
        self._clock: Final = clock
        self._following: Final = following
        self._state = stored

    async def do(self, doing: TerminalImport) -> None:
        """Do it to its end; however it ends is written."""
        try:
            await self._follow(doing)
            if self._following is not None:
                await self._following.refresh()
            await self._say(state=ImportState.DONE)
        except FileError as error:
            await self._say(state=ImportState.REFUSED, wrong=(Wrong.of(error.told),))
        except RowsError as error:
            wrong = tuple(_kept(each) for each in error.errors)
            await self._say(
                state=ImportState.REFUSED, wrong=wrong, is_more=error.is_more, stored=error.stored
            )
        except Exception as fault:  # noqa: BLE001 (whatever it was: who waits has to hear of it)
            _log.error("import of terminals failed", number=self._state.import_id, fault=repr(fault))
            await self._say(state=ImportState.FAILED)

    async def _follow(self, doing: TerminalImport) -> None:
        loop = asyncio.get_running_loop()
        said_at = loop.time()
        async for progress in doing.run():
            self._take(progress)
            if loop.time() - said_at >= _SAID_EVERY_S:
                said_at = loop.time()
                await self._say()

    def _take(self, progress: Progress) -> None:
        self._state = changed(
            self._state,
            stage=progress.stage,
            octets=progress.octets,
            rows=progress.rows,
            stored=progress.stored,
            known=progress.known,
        )

    async def _say(self, **changes: object) -> None:
        """Write how it stands."""
        self._state = changed(self._state, seen_at=self._clock.now(), **changes)  # type: ignore[arg-type]
        state = self._state
        await self._work.run(lambda stores: stores.save_terminal_import(state))


def _kept(error: RowError) -> Wrong:
    return Wrong.of(error.told, error.row, error.field)


def _verify_alone(stores: ImportStores, vendor_id: int | None, now: datetime) -> None:
    """Refuse a second import of the same side while one is under way.

    Raises:
        ConflictError: one is.
    """
    # Whoever begins one waits here for whoever has just begun one, so the newest of a side is the only one that may run.
    stores.raise_revision(_BEGUN)
    newest = stores.newest_terminal_import(vendor_id)
    if newest is not None and not newest.seen(now).is_over:
        raise conflict("import-under-way", name=newest.name)
