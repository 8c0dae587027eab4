"""Files of others, row by row: CSV in UTF-8 with a header, and nothing that pretends to be one.

A line is a row: quotation marks are closed in it. What is no text at all, or too large, is refused as a whole; what is
wrong with a row is told with its line and field. The file is never held in memory.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from openesim.conditions.terminals.forms import FIELDS, Cells, FieldError, FormKind
from openesim.conditions.terminals.texts import Told, told
from openesim.kernel.errors import ConfigError, Explanation

MOST_OCTETS: Final = 256 * 1024 * 1024
MOST_ROWS: Final = 2_000_000
MOST_LINE: Final = 4096
MOST_ERRORS: Final = 50
"""So many errors are told; whoever has more mends these first."""

_BOM: Final = b"\xef\xbb\xbf"
_ARCHIVES: Final = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class FileError(ConfigError):
    """A file that cannot be read at all; nothing of it was stored.

    Attributes:
        told: what is wrong, in both languages.
    """

    def __init__(self, word: str, **values: object) -> None:
        """Say what is wrong, as the catalogue has it."""
        explanation = told(word, **values)
        super().__init__(explanation.cause)
        self.told = explanation
        self.explained(explanation)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row.

    Attributes:
        row: its line in the file; the header is line 1.
        field: the column, or ``row`` for the whole of it.
        told: what is wrong, in both languages.
    """

    row: int
    field: str
    told: Told

    def spoken(self, language: str) -> Explanation:
        """Return it in a language: ``en`` or ``zh``."""
        return self.told.spoken(language)

    def __str__(self) -> str:
        """Say where and what."""
        return f"row {self.row}, {self.field}: {self.told.cause}"


class RowsError(ConfigError):
    """A file with rows that cannot be taken.

    Attributes:
        errors: what is wrong, row by row.
        is_more: there are more; reading ended with these.
        stored: rows that were stored before; 0 unless somebody else changed the register meanwhile.
    """

    def __init__(self, errors: list[RowError], *, is_more: bool = False, stored: int = 0) -> None:
        """Keep the errors and say the first of them."""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        kept = f"{stored} rows were stored" if stored else "nothing was stored"
        super().__init__(f"{errors[0]}{more}; {kept}")
        self.errors = errors
        self.is_more = is_more
        self.stored = stored
        self.explained(errors[0].told)


@dataclass(slots=True)
class Row:
    """A row as it stands in the file.

    Attributes:
        line: where, counted from 1.
        octets: of the file up to its end.
        cells: what is written, by column.
        error: why there is no telling; None: it can be read.
    """

    line: int
    octets: int
    cells: Cells
    error: FieldError | None = None


def read_rows(file: BinaryIO, kind: FormKind) -> Iterator[Row]:
    """Yield the rows of a file; lines without anything in them are passed over.

    Args:
        file: at its beginning.
        kind: what its rows are about, which says what columns there are.

    Raises:
        FileError: no text, no such header, or too large.
    """
    lines = _lines(file)
    header = next(lines, None)
    if header is None:
        raise FileError("no-header")
    columns = _columns(header[2], kind)
    rows = 0
    for line, octets, text in lines:
        if text is not None and not text.strip(" ,"):
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise FileError("too-many-rows", most=MOST_ROWS)
        yield _row(line, octets, text, columns)
    if not rows:
        raise FileError("no-rows")


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, str | None]]:
    """Yield lines with their numbers and how many octets are read; None for one that is too long."""
    octets = line = 0
    while part := file.readline(MOST_LINE + 1):
        line += 1
        octets += len(part)
        if line == 1:
            _verify_text(part)
            part = part.removeprefix(_BOM)
        is_whole = len(part) <= MOST_LINE or part.endswith(b"\n")
        octets += 0 if is_whole else _skip_line(file, MOST_OCTETS - octets)
        if octets > MOST_OCTETS:
            raise FileError("file-too-large", most=MOST_OCTETS)
        yield line, octets, _decoded(part, line) if is_whole else None


def _skip_line(file: BinaryIO, most: int) -> int:
    """Read on to the end of a line, or a little more than some octets, and return how many those were."""
    octets = 0
    while octets <= most and (part := file.readline(MOST_LINE)):
        octets += len(part)
        if part.endswith(b"\n"):
            break
    return octets


def _verify_text(start: bytes) -> None:
    """Refuse what is known not to be text in UTF-8 by its first octets."""
    if start.startswith(_ARCHIVES):
        raise FileError("archive")
    if start.startswith(_UTF_16):
        raise FileError("utf-16")


def _decoded(octets: bytes, line: int) -> str:
    if b"\0" in octets:
        raise FileError("nul", row=line)
    try:
        return octets.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise FileError("not-utf-8", row=line) from None


def _columns(header: str | None, kind: FormKind) -> list[str]:
    """Return the columns that a header names."""
    fields = FIELDS[kind]
    names = [] if header is None else [each.strip(" ").lower() for each in _cells(header) or []]
    known = " ".join(fields.all)
    for name in names:
        if name not in fields.all:
            raise FileError("column-unknown", name=name, known=known)
        if names.count(name) > 1:
            raise FileError("column-twice", name=name)
    for name in fields.needed:
        if name not in names:
            raise FileError("column-missing", name=name, known=known)
    return names


def _row(line: int, octets: int, text: str | None, columns: list[str]) -> Row:
    """Return the row of a line."""
    if text is None:
        return Row(line, octets, {}, FieldError("row", told("line-too-long", most=MOST_LINE)))
    cells = _cells(text)
    if cells is None:
        return Row(line, octets, {}, FieldError("row", told("quote")))
    if len(cells) != len(columns):
        return Row(
            line, octets, {}, FieldError("row", told("cells", given=len(cells), expected=len(columns)))
        )
    return Row(line, octets, dict(zip(columns, cells, strict=True)))


def _cells(text: str) -> list[str] | None:
    """Return the cells of a line; None where quotation marks do not come out even."""
    try:
        return next(csv.reader((text,), strict=True, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return None
