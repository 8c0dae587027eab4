"""Files for spreadsheets: no cell is a formula, whatever somebody typed as his name."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.web.desks.components.csv_file import csv_lines, plain_cell
from openesim.adapters.web.desks.components.values import Identifier, Masked, Pill, Tone

FORMULAS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1+1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_a_spreadsheet_would_reckon_begins_with_an_apostrophe(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not plain_cell(text).lstrip(" ").startswith(tuple(FORMULAS))


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4), max_size=4)
)
def test_cells_are_read_back_as_they_were_written(rows: list[list[str]]) -> None:
    read = list(csv.reader(StringIO(csv_lines(rows), newline="")))
    assert read == [[plain_cell(cell) for cell in row] for row in rows]


def test_values_have_a_plain_form() -> None:
    moment = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
    cells = [None, True, -5, 1.5, moment, date(2026, 11, 29), Pill("Approved", Tone.GOOD), Identifier("8901")]
    assert [plain_cell(cell) for cell in cells] == [
        *("", "True", "-5", "1.5", "2026-11-29T08:30:00+00:00", "2026-11-29", "Approved", "8901")
    ]


def test_a_personal_value_leaves_masked_even_where_it_is_shown() -> None:
    assert plain_cell(Masked("张**", value="张三丰")) == "张**"
