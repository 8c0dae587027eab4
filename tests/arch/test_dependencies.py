"""Whoever adds a dependency says in a line why it is worth it."""

import re
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


def needed_packages() -> set[str]:
    """Returns the Debian packages that tests say they need."""
    tests = Path(__file__).resolve().parents[1]
    marker = re.compile(r'mark\.system\(\s*"([^"]+)"')
    texts = (path.read_text(encoding="utf-8") for path in tests.rglob("*.py"))
    return {package for text in texts for package in marker.findall(text)} - {"no-such-package"}


def test_ci_installs_whatever_a_test_needs() -> None:
    """A machine that happens to have a program hides that nobody installs it."""
    script = (PYPROJECT.parent / ".ci" / "run").read_text(encoding="utf-8")
    installed = set(re.findall(r"^    [\w.-]+:([\w.-]+)$", script, re.MULTILINE))
    assert needed_packages() - installed == set()
