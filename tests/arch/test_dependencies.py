"""Whoever adds a dependency says in a line why it is worth it."""

import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
SHORTEST_REASON = 15


def find_unexplained(pyproject: str) -> list[str]:
    """Returns the dependencies of a pyproject.toml that do not stand under a comment of their own."""
    lines = [line.strip() for line in pyproject.splitlines()]
    declared = tomllib.loads(pyproject)
    requirements = list(declared["project"]["dependencies"])
    for group in declared["dependency-groups"].values():
        requirements += group
    above = {line: lines[number - 1] for number, line in enumerate(lines)}
    return [
        name for name in requirements if len(above.get(f'"{name}",', "").partition("# ")[2]) < SHORTEST_REASON
    ]


def test_every_dependency_stands_under_its_reason() -> None:
    assert find_unexplained(PYPROJECT.read_text(encoding="utf-8")) == []


def test_a_dependency_without_a_reason_is_seen() -> None:
    pyproject = """
        [project]
        dependencies = [
            # Progress bars and tables in the terminal.
            "rich>=1",
            "leftpad",
        ]
        [dependency-groups]
        dev = [
            # short
            "shorty",
        ]
    """
    assert find_unexplained(pyproject) == ["leftpad", "shorty"]
