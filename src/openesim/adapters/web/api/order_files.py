"""Files of orders, as CSV or NDJSON: read row by row, so that their size does not matter.

A file is looked through before anything is done with it: whether it is text, has a header that can be used, and how many
rows there are. What is wrong with a single row is that row's affair: the others go on.

Source: RFC 4180 (CSV); NDJSON: one JSON document a line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, Final

import msgspec

from openesim.adapters.web.api.order_views import OrderRequest
from openesim.adapters.web.api.problem_types import INVALID
from openesim.adapters.web.api.problems import FieldError, InvalidRequestError, Trouble
from openesim.kernel.errors import OpenEsimError

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"

MOST_LINE_OCTETS: Final = 16 * 1024
_FIELDS: Final = tuple(field.encode_name for field in msgspec.structs.fields(OrderRequest))
_PLACE: Final = " - at `$"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        number: counted from 1, the header left out.
        wish: what it asks for, or what is wrong with it.
    """

    number: int
    wish: OrderRequest | OpenEsimError


def count_rows(file: BinaryIO, kind: str) -> int:
    """Return how many rows a file has, and find out whether it can be read at all.

    Raises:
        InvalidRequestError: not text in UTF-8, a header that cannot be used, or a line that is too long.
        Trouble: there is no row.
    """
    count = sum(1 for _ in _lines(file)) if kind == NDJSON else sum(1 for _ in _cells(file))
    if not count:
        raise Trouble(INVALID, "the file has no rows")
    return count


def read_rows(file: BinaryIO, kind: str) -> Iterator[Row]:
    """Yield the rows of a file that was looked through."""
    if kind == NDJSON:
        for number, line in _lines(file):
            yield Row(number, _of_json(line))
    else:
        for number, cells in _cells(file):
            yield Row(number, _of_cells(cells))


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file that are not empty, and their numbers."""
    file.seek(0)
    number = 0
    while line := file.readline(MOST_LINE_OCTETS + 1):
        if len(line) > MOST_LINE_OCTETS:
            raise _unreadable(f"row {number + 1} is longer than {MOST_LINE_OCTETS} octets")
        if line.strip():
            number += 1
            yield number, line


def _of_json(line: bytes) -> OrderRequest | OpenEsimError:
    try:
        return msgspec.json.decode(line, type=OrderRequest)
    except msgspec.ValidationError as error:
        return _wrong(error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return InvalidRequestError([FieldError("the row is no JSON document", pointer="")])


def _cells(file: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table by the names of its header, empty cells left out; and their numbers."""
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(_not_too_long(text), strict=True)
        header = [name.strip() for name in next(reader, [])]
        _verify_header(header)
        for number, cells in enumerate((row for row in reader if row), start=1):
            named = dict(zip(header, cells, strict=False)) | (
                {"": "more"} if len(cells) > len(header) else {}
            )
            yield number, {name: cell.strip() for name, cell in named.items() if cell.strip()}
    except UnicodeDecodeError:
        raise _unreadable("the file is not text in UTF-8") from None
    except csv.Error as error:
        raise _unreadable(f"line {reader.line_num}: {error}") from None
    finally:
        text.detach()


def _not_too_long(text: TextIOWrapper) -> Iterator[str]:
    """Yield lines.

    Raises:
        InvalidRequestError: one is too long to be a row.
    """
    while line := text.readline(MOST_LINE_OCTETS + 1):
        if len(line) > MOST_LINE_OCTETS:
            raise _unreadable(f"a line is longer than {MOST_LINE_OCTETS} characters")
        yield line


def _verify_header(header: list[str]) -> None:
    """Refuse a header with names that no order has, or twice the same.

    Raises:
        InvalidRequestError: such a header.
    """
    unknown = [name for name in header if name not in _FIELDS]
    if unknown or not header:
        named = ", ".join(name[:64] or "(none)" for name in unknown[:10]) or "(nothing)"
        raise _unreadable(f"the header names {named}; columns are {', '.join(_FIELDS)}")
    if len(set(header)) < len(header):
        raise _unreadable("the header names a column twice")


def _of_cells(cells: dict[str, str]) -> OrderRequest | OpenEsimError:
    if "" in cells:
        return InvalidRequestError([FieldError("the row has more cells than the header", pointer="")])
    try:
        return msgspec.convert(cells, OrderRequest, strict=False)
    except msgspec.ValidationError as error:
        return _wrong(error)


def _wrong(error: msgspec.ValidationError) -> InvalidRequestError:
    """Return what is wrong with one value of a row; the value itself is not repeated."""
    message, _, place = str(error).partition(_PLACE)
    if message.startswith("Invalid enum value"):
        message = "is none of the values that the description names"
    pointer = "".join(f"/{part}" for part in place.strip("`").split(".") if part)
    return InvalidRequestError([FieldError(message, pointer=pointer)])


def _unreadable(detail: str) -> InvalidRequestError:
    return InvalidRequestError([FieldError(f"{detail}; nothing was done", pointer="")])
