"""The documents name no place that is not there: paths of the repository and links, relative to where they are read."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = REPOSITORY / "src" / "openesim"
FROM = (REPOSITORY, SOURCES, SOURCES / "provisioning")
"""Where paths begin: rooms are named without the way to the package, roles without the floor."""

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
MADE_BY_COMMANDS = {"benchmarks/results.json"}

FENCES = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`([\w-]+\.(?:py|md|toml|lock|sh))`")


def places() -> set[str]:
    """Returns the names of folders with which a path may begin."""
    return {
        folder.name
        for start in FROM
        for folder in start.iterdir()
        if folder.is_dir() and folder.name[0] not in "._"
    }


def find_paths(text: str) -> Iterator[str]:
    """Yields every path of the repository in a text, in drawings and commands too."""
    beginnings = "|".join(sorted(places() - {"data", "pki"}))
    for match in re.finditer(rf"(?<![\w./$-])(?:{beginnings})/[\w./-]*", text):
        yield match.group().rstrip("./-")


def is_there(path: str) -> bool:
    """Returns whether a path leads somewhere; modules may be named without their suffix."""
    return path in MADE_BY_COMMANDS or any(
        (start / f"{path}{suffix}").exists() for start in FROM for suffix in ("", ".py")
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_place_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [path for path in find_paths(text) if not is_there(path)]
    missing += [link for link in LINK.findall(FENCES.sub("", text)) if not (document.parent / link).exists()]
    missing += [name for name in FILE.findall(text) if name not in file_names()]
    assert missing == []


WRITTEN_BY_USERS = {"openesim.toml"}
"""Files of a data folder that documents speak of."""


@cache
def file_names() -> set[str]:
    """Returns the names of all files that a document may speak of without saying where they are."""
    folders = ("deploy", "docs", "examples", "requirements", "src", "tests", "tools")
    found = {path.name for folder in folders for path in (REPOSITORY / folder).rglob("*.*")}
    return found | {path.name for path in REPOSITORY.iterdir()} | WRITTEN_BY_USERS


def test_the_drawing_of_the_floors_has_every_room() -> None:
    drawing = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    floors = [folder for folder in SOURCES.iterdir() if (folder / "__init__.py").exists()]
    rooms = [room for floor in floors for room in floor.iterdir() if (room / "__init__.py").exists()]
    words = set(re.findall(r"\w+", drawing))
    assert {path.name for path in (*floors, *rooms)} - words == set()


def test_a_place_that_is_not_there_is_seen() -> None:
    text = "see `adapters/card/reader.py`, smdp/orders.py → docs/old.md, and tests/arch."
    assert [path for path in find_paths(text) if not is_there(path)] == [
        "adapters/card/reader.py",
        "docs/old.md",
    ]
