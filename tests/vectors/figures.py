"""Reads the JSON files of a folder of figures, and counts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def document(name: str) -> dict[str, Any]:
    """Read one file, named from this folder on."""
    loaded: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return loaded


def rows(name: str, table: str) -> list[Any]:
    """Return every row of one table of a file as a parameter."""
    return [
        pytest.param(row, id=f"{Path(name).stem}-{row.get('id', number)}")
        for number, row in enumerate(document(name)[table], 1)
    ]


def count(folder: str) -> dict[str, dict[str, int]]:
    """Return how many rows each table of each file of the folder has: what a test must say it runs."""
    return {
        path.name: {
            name: len(table)
            for name, table in document(f"{folder}/{path.name}").items()
            if isinstance(table, list)
        }
        for path in sorted((HERE / folder).glob("*.json"))
    }


def octets(row: dict[str, Any], *names: str) -> list[bytes]:
    """Return the named values of a row as octets."""
    return [bytes.fromhex(row[name]) for name in names]
