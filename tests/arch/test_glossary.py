"""The glossary has one row for a word."""

from collections import Counter
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def words() -> list[str]:
    """The first column of every table, one word each."""
    rows = [
        line.split("|")[1] for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    return [word.strip() for row in rows for word in row.split(",") if word.strip() != "word"]


def test_every_word_has_one_row() -> None:
    assert [word for word, count in Counter(words()).items() if count > 1] == []
    assert {"profile", "subscription", "chip", "disable"} <= set(words())
