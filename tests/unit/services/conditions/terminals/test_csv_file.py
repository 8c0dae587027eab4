"""Files of others: what is no text is refused as a whole, what is wrong with a row is told with its line and field."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.terminals.forms import FIELDS, FormKind
from openesim.conditions.terminals.texts import Told
from openesim.services.conditions.terminals import csv_file
from openesim.services.conditions.terminals.csv_file import FileError, Row, read_rows

HEADER = b"tac,vendor,model\n"


def rows(octets: bytes, kind: FormKind = FormKind.TACS) -> list[Row]:
    return list(read_rows(BytesIO(octets), kind))


def refused(octets: bytes, kind: FormKind = FormKind.TACS) -> str:
    """Returns the word of the catalogue that a file is refused with."""
    with pytest.raises(FileError) as caught:
        rows(octets, kind)
    assert isinstance(caught.value.explanation, Told)
    assert caught.value.explanation.spoken("zh").cause != str(caught.value)
    return caught.value.explanation.word


def wrong(octets: bytes) -> list[tuple[int, str]]:
    """Returns line and word of every row that cannot be read."""
    return [(row.line, row.error.told.word) for row in rows(octets) if row.error is not None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_rows_are_read_with_their_lines(start: bytes, end: bytes) -> None:
    text = start + b"TAC, vendor ,model" + end + end + '1,"青禾, ""Q""",M'.encode() + end + b", ,"
    assert [(row.line, row.cells) for row in rows(text)] == [
        (3, {"tac": "1", "vendor": '青禾, "Q"', "model": "M"}),
    ]


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_missing() -> None:
    (row,) = rows(b"country,kind,name\nCN,state,A\n", FormKind.VENDORS)
    assert row.cells == {"country": "CN", "kind": "state", "name": "A"}


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (b"", "no-header"),
        (HEADER, "no-rows"),
        (HEADER + b"\n\n ,,\n", "no-rows"),
        (b"tac,vendor\n1,2\n", "column-missing"),
        (b"tac,vendor,model,colour\n", "column-unknown"),
        (b"tac,vendor,model,tac\n", "column-twice"),
        (b'"tac,vendor,model\n', "column-missing"),
        (b"PK\x03\x04rest of a workbook", "archive"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "archive"),
        ("tac,vendor,model\n1,青,M\n".encode("utf-16"), "utf-16"),
        (HEADER + "1,青禾,M\n".encode("gbk"), "not-utf-8"),
        (HEADER + b"1,a\0b,M\n", "nul"),
        (HEADER + b"1,\xed\xa0\x80,M\n", "not-utf-8"),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(octets: bytes, word: str) -> None:
    assert refused(octets) == word


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"1,2", "cells"),
        (b"1,2,3,4", "cells"),
        (b"1,2,3," + b"," * 1000, "cells"),
        (b'1,"never closed,3', "quote"),
        (b'1,"a"b,3', "quote"),
        (b"1,2\r3,4", "quote"),
        (b"1," + b"x" * 5000 + b",3", "line-too-long"),
        (b"1," + b"x" * 100_000 + b",3", "line-too-long"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_and_the_next_one_is_read(line: bytes, word: str) -> None:
    text = HEADER + b"0,a,b\n" + line + b"\n2,c,d\n"
    assert wrong(text) == [(3, word)]
    assert [row.line for row in rows(text)] == [2, 3, 4]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest() -> None:
    assert wrong(HEADER + b'1,"a,b\n' + b"2,a,b\n" * 1000) == [(2, "quote")]


def test_a_file_of_one_endless_line_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_OCTETS", 50_000)
    assert refused(HEADER + b"x" * 60_000) == "file-too-large"
    assert refused(HEADER + b"1,a,b\n" * 10_000) == "file-too-large"
    monkeypatch.setattr(csv_file, "MOST_ROWS", 3)
    assert refused(HEADER + b"1,a,b\n" * 4) == "too-many-rows"


def test_octets_that_were_read_are_counted() -> None:
    text = HEADER + b"1,a,b\n" + b"2," + b"x" * 9000 + b",b\n" + b"3,a,b\n"
    assert [row.octets for row in rows(text)] == [23, 23 + 9005, len(text)]


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    for kind in FormKind:
        header = ",".join(FIELDS[kind].needed).encode() + b"\n"
        for text in (octets, header + octets):
            try:
                found = rows(text, kind)
            except FileError:
                continue
            assert all(row.cells.keys() <= set(FIELDS[kind].all) for row in found)
