"""Imports of terminals that were begun at a desk: how far they are, and what is wrong with their files."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from openesim.adapters.db.conditions.tables import terminal_imports
from openesim.adapters.db.records import Row, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import FIRST, MOST, Statements, insert_row, select_row, update_row
from openesim.kernel.records import changed
from openesim.services.conditions.terminals.import_runs import TerminalImportRun

_NEWEST_FIRST: Final = (
    select(terminal_imports)
    .where(terminal_imports.c.import_id < bindparam("before"))
    .order_by(terminal_imports.c.import_id.desc())
)

_NEWEST: Final = select(terminal_imports).order_by(terminal_imports.c.import_id.desc())

STATEMENTS: Final[Statements] = {
    "terminal_import": select_row(terminal_imports, "import_id"),
    "add_terminal_import": insert_row(terminal_imports, numbered="import_id"),
    "save_terminal_import": update_row(terminal_imports, "import_id"),
    "terminal_imports": _NEWEST_FIRST.suffix_with(MOST),
    "terminal_imports_of": _NEWEST_FIRST.where(
        terminal_imports.c.vendor_id == bindparam("vendor_id")
    ).suffix_with(MOST),
    "newest_import_of": _NEWEST.where(terminal_imports.c.vendor_id == bindparam("vendor_id")).suffix_with(
        FIRST
    ),
    "newest_import_of_nobody": _NEWEST.where(terminal_imports.c.vendor_id.is_(None)).suffix_with(FIRST),
}

_FAR: Final = 2**62
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(TerminalImportRun).decode


class TerminalImportRows(Rows):
    """Implements ``services.conditions.terminals.import_runs.ImportStores``."""

    def add_terminal_import(self, run: TerminalImportRun) -> int:
        """Store a new import and return its number."""
        return self._new("add_terminal_import", _parameters(run))

    def save_terminal_import(self, run: TerminalImportRun) -> None:
        """Store how an import stands."""
        self._do("save_terminal_import", _parameters(run) | {"key_import_id": run.import_id})

    def terminal_import(self, import_id: int) -> TerminalImportRun | None:
        """Return an import."""
        return self._one("terminal_import", _read, import_id=import_id)

    def newest_terminal_import(self, vendor_id: int | None) -> TerminalImportRun | None:
        """Return the newest import of a vendor; None: of an inspector."""
        if vendor_id is None:
            return self._one("newest_import_of_nobody", _read)
        return self._one("newest_import_of", _read, vendor_id=vendor_id)

    def terminal_imports(self, before: int | None, limit: int) -> list[TerminalImportRun]:
        """Return imports of everybody, newest first, beginning before one."""
        return self._all("terminal_imports", _read, before=_FAR if before is None else before, most=limit)

    def terminal_imports_of(self, vendor_id: int, before: int | None, limit: int) -> list[TerminalImportRun]:
        """Return imports of a vendor, newest first, beginning before one."""
        before = _FAR if before is None else before
        return self._all("terminal_imports_of", _read, vendor_id=vendor_id, before=before, most=limit)


def _parameters(run: TerminalImportRun) -> dict[str, Any]:
    return {
        "vendor_id": run.vendor_id,
        "state": run.state.value,
        "begun_at": to_milliseconds(run.begun_at),
        "record": _pack(run),
    }


def _read(row: Row) -> TerminalImportRun:
    return changed(_unpack(row[4]), import_id=row[0])
