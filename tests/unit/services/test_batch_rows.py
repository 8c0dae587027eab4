"""Rows of a batch: counted with their check digits, or read from CSV with a word on every wrong cell."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import pytest

from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import is_luhn_valid
from openesim.services.batch_file import parse_batch
from openesim.services.batch_rows import BatchRow, RowsError, count_rows, read_rows, survey_rows
from tests.support.batches import COUNTED, FIRST, toml

HEADER = "iccid,imsi,msisdn,k,opc,op,pin1,puk1,pin2,puk2,adm1,kic,kid,kik\n"
NUMBERS = f"{FIRST},001010000000001,"


def read(text: str, after: int = 0) -> list[BatchRow | RowsError]:
    return list(read_rows(text.splitlines(keepends=True), after))


def errors(text: str) -> list[tuple[int, str]]:
    found = [one for row in read(text) if isinstance(row, RowsError) for one in row.errors]
    return [(one.row, one.field) for one in found]


def test_numbers_are_counted_up_with_their_check_digits() -> None:
    rows = list(count_rows(parse_batch(toml({**COUNTED, "count": 12, "msisdn": "0099970000009"}))))
    assert [row.number for row in rows] == list(range(1, 13))
    assert rows[0].iccid == FIRST
    assert all(is_luhn_valid(row.iccid) for row in rows)
    assert [row.iccid[:-1] for row in rows] == [f"8988211000000000{number:02d}" for number in range(1, 13)]
    assert rows[-1].imsi == "001010000000012"
    assert [rows[0].msisdn, rows[1].msisdn] == ["0099970000009", "0099970000010"]


def test_counting_begins_anywhere() -> None:
    plan = parse_batch(toml(COUNTED))
    assert list(count_rows(plan, 3)) == list(count_rows(plan))[3:]


def test_a_million_rows_are_not_kept() -> None:
    plan = parse_batch(toml({**COUNTED, "count": 1_000_000}))
    assert len(list(islice(count_rows(plan), 3))) == 3


def test_a_row_is_read_as_it_is_written() -> None:
    (row,) = read(
        HEADER + NUMBERS + "99970000001," + "0A" * 16 + "," + "0b" * 16 + ",,1234,12345678,98765,87654321,"
        "0011223344556677," + ",".join(("01" * 16, "02" * 24, "03" * 32))
    )
    assert isinstance(row, BatchRow)
    assert (row.iccid, row.imsi, row.msisdn) == (FIRST, "001010000000001", "99970000001")
    assert (row.k, row.opc, row.op) == (b"\x0a" * 16, b"\x0b" * 16, None)
    assert row.pins == {
        1: b"1234\xff\xff\xff\xff",
        0x81: b"98765\xff\xff\xff",
        0x0A: bytes.fromhex("0011223344556677"),
    }
    assert row.puks == {1: b"12345678", 0x81: b"87654321"}
    assert row.ota == {1: b"\1" * 16, 2: b"\2" * 24, 3: b"\3" * 32}
    assert "1234" not in repr(row).replace(FIRST, "")


def test_empty_cells_and_lines_are_left_out() -> None:
    rows = read("imsi, iccid, k\n\n001010000000001, " + FIRST + ",\n\n")
    assert rows == [BatchRow(number=1, iccid=FIRST, imsi="001010000000001")]  # type: ignore[arg-type]


def test_reading_begins_anywhere() -> None:
    text = HEADER + NUMBERS + "\n" + NUMBERS + "\n" + NUMBERS + "\n"
    assert [row.number for row in read(text, 1) if isinstance(row, BatchRow)] == [2, 3]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (f"x{FIRST},001010000000001", "iccid"),
        (",001010000000001", "iccid"),
        (f"{FIRST},", "imsi"),
        (f"{FIRST},12345", "imsi"),
        (NUMBERS + "12", "msisdn"),
        (NUMBERS + "," + "0" * 31, "k"),
        (NUMBERS + "," + "x" * 32, "k"),
        (NUMBERS + ",," + "0" * 32, "k"),
        (NUMBERS + "," + "0" * 32 + "," + "0" * 64, "opc"),
        (NUMBERS + "," + "0" * 32 + "," + "0" * 32 + "," + "0" * 32, "op"),
        (NUMBERS + ",,,,123", "pin1"),
        (NUMBERS + ",,,,,1234567", "puk1"),
        (NUMBERS + ",,,,,,,,zz11223344556677", "adm1"),
        (NUMBERS + ",,,,,,,,,00", "kic"),
        (NUMBERS + ",,,,,,,,,,,,surplus", "row"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(cells: str, field: str) -> None:
    assert errors(HEADER + NUMBERS + "\n" + cells + "\n") == [(2, field)]


def test_every_error_says_what_to_write_and_quotes_no_secret() -> None:
    (row,) = read(HEADER + NUMBERS + ",4711abcd,,,4711x,,,,,,,\n")
    assert isinstance(row, RowsError)
    assert [str(error) for error in row.errors] == [
        "row 1, k: has 8 characters: write 32 or 64 hexadecimal digits",
        "row 1, pin1: is no code: write 4 to 8 digits",
    ]


def test_a_file_is_surveyed_without_being_kept() -> None:
    lines = (HEADER, NUMBERS + "\n", "\n", NUMBERS + "\n")
    size, digest = survey_rows(iter(lines))
    assert (size, digest) == (2, sha256("".join(lines).encode()).digest())
    assert survey_rows([])[0] == -1


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", "iccid and imsi is missing"),
        ("iccid,ki\n", "imsi is missing"),
        ("iccid,imsi,ki\n", "'ki' is not a column"),
        ("iccid,imsi,k,k\n", "column k is there twice"),
    ],
)
def test_a_header_that_cannot_be_meant_is_told(header: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(header + NUMBERS)


def test_a_text_that_is_no_csv_is_told_as_such() -> None:
    text = HEADER + NUMBERS + "x" * 200_000
    for look in (read, lambda text: survey_rows(text.splitlines(keepends=True))):
        with pytest.raises(ConfigError, match="not CSV: line"):
            look(text)
