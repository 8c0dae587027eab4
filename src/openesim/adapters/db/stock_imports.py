"""Imports of stock that were begun at a desk: how far they are, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from openesim.adapters.db.conditions.tables import stock_imports
from openesim.adapters.db.records import Row, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.services.stock_import_state import StockImport

STATEMENTS: Final[Statements] = {
    "stock_import": select_row(stock_imports, "import_id"),
    "add_stock_import": insert_row(stock_imports, numbered="import_id"),
    "save_stock_import": update_row(stock_imports, "import_id"),
    "stock_imports": select(stock_imports)
    .where(stock_imports.c.operator == bindparam("operator"), stock_imports.c.import_id < bindparam("before"))
    .order_by(stock_imports.c.import_id.desc())
    .suffix_with(MOST),
}

_FAR: Final = 2**62
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(StockImport).decode


class StockImportRows(Rows):
    """Implements ``services.stock_imports.ImportStores``."""

    def stock_import(self, import_id: int) -> StockImport | None:
        """Return an import."""
        return self._one("stock_import", _read, import_id=import_id)

    def add_stock_import(self, one: StockImport) -> int:
        """Store a new import and return its number."""
        return self._new("add_stock_import", _parameters(one))

    def save_stock_import(self, one: StockImport) -> None:
        """Store how an import stands."""
        self._do("save_stock_import", _parameters(one) | {"key_import_id": one.import_id})

    def stock_imports(self, operator: str, before: int | None, limit: int) -> list[StockImport]:
        """Return imports of an operator, newest first, beginning before one."""
        before = _FAR if before is None else before
        return self._all("stock_imports", _read, operator=operator, before=before, most=limit)


def _parameters(one: StockImport) -> dict[str, Any]:
    return {
        "operator": one.operator,
        "batch": one.batch,
        "stage": one.stage.value,
        "begun_at": to_milliseconds(one.begun_at),
        "changed_at": to_milliseconds(one.seen_at),
        "record": _pack(one),
    }


def _read(row: Row) -> StockImport:
    return replace(_unpack(row[6]), import_id=row[0])
