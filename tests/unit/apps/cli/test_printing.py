"""Documents and tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.apps.cli.printing import json_text, print_json, print_table


def test_a_document_is_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "四川\n", "path": Path("a/b"), "at": datetime(2026, 1, 1, tzinfo=UTC)})
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"name": "四川\n", "path": "a/b", "at": "2026-01-01T00:00:00Z"}
    assert "四川" in line
    assert json_text([1, None]) == "[1,null]"


def test_columns_are_as_wide_as_their_longest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("order", "state", ""), ("1", "Released", "")])
    assert capsys.readouterr().out == "order  state\n1      Released\n"
