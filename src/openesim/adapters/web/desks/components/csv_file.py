"""Tables as files for spreadsheets, in which no cell is a formula.

A spreadsheet takes a cell that begins with ``=`` or its like for something to be reckoned, and so runs what a stranger
typed as his name. Such cells begin with an apostrophe here, which a spreadsheet shows as text.

Source: RFC 4180; OWASP, CSV injection.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any, Final

from litestar import Response
from litestar.response import Stream

from openesim.adapters.web.desks.components.table import Column, Row

CSV: Final = "text/csv"

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                    "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_MARK: Final = "\N{BYTE ORDER MARK}"
"""Without it, spreadsheets of offices take UTF-8 for something older."""


def csv_answer(name: str, columns: Sequence[Column], rows: Iterable[Row]) -> Response[bytes]:
    """Return rows that are there as a file.

    Args:
        name: of the file, without its ending.
        columns: whose heads are the first line.
        rows: all of them.
    """
    text = _MARK + csv_lines([[column.label for column in columns], *(row.cells for row in rows)])
    return Response(text.encode(), media_type=CSV, headers=_headers(name))


def csv_stream(name: str, columns: Sequence[Column], pages: AsyncIterator[Sequence[Row]]) -> Stream:
    """Return rows as a file that leaves page by page, so that its size does not matter."""

    async def lines() -> AsyncIterator[bytes]:
        """Yield the head, then a page at a time."""
        yield (_MARK + csv_lines([[column.label for column in columns]])).encode()
        async for rows in pages:
            yield csv_lines(row.cells for row in rows).encode()

    return Stream(lines(), media_type=CSV, headers=_headers(name))


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Return lines of a file."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([plain_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def plain_cell(value: Any) -> str:
    """Return a cell as a file has it: text that no spreadsheet reckons."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, bool | int | float | date):
        return str(value)
    text = str(getattr(value, "plain", value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) or text.startswith(_FORMULAS) else text


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}.csv"'}
