"""What commands print: one JSON document for programs, tables for people."""

from __future__ import annotations

from typing import Any


def json_text(document: Any) -> str:
    """Return a JSON document in one line; what JSON has no form for is written as its text."""
    import msgspec

    return msgspec.json.encode(document, enc_hook=str).decode()


def print_json(document: Any) -> None:
    """Print one JSON document in one line."""
    print(json_text(document))


def print_fields(fields: dict[str, Any]) -> None:
    """Print names and values, one a line; nothing for a value that is not known."""
    width = max(map(len, fields))
    for name, value in fields.items():
        print(f"{name:>{width}}  {'' if value is None else value}".rstrip())


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns, headings first; a table of rich takes two milliseconds a row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
