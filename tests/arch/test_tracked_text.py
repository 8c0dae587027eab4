"""Nothing we commit knows the machine it was written on, nor where packages come from."""

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# Written so that this file does not match itself.
MACHINE_PATH = re.compile(
    # Where deploy/ installs us is no place of this machine.
    r"(?:^|[^A-Za-z0-9_.~-])/(?:work|root|farm|tmp|home|opt)/(?!openesim\b)[A-Za-z0-9_.]",
    re.MULTILINE,
)
REGISTRY_HOST = re.compile(
    r"(?:pypi|test\.pypi|crates|rubygems)\.(?:org|io)|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)\.|"
    r"(?:deb|security|snapshot)\.debian\.org|proxy\.golang\.org|repo1?\.maven",
    re.IGNORECASE,
)


def find_foreign_places(text: str) -> list[str]:
    """Returns every machine path and registry host in a text, with its line."""
    return [
        f"line {text.count(chr(10), 0, match.start() + 1) + 1}: {match.group().strip()}"
        for pattern in (MACHINE_PATH, REGISTRY_HOST)
        for match in pattern.finditer(text)
    ]


def committable_files() -> list[Path]:
    """Every file git tracks or would add; all files of a tree that came without git."""
    if not (REPOSITORY / ".git").exists():
        return [path for path in REPOSITORY.rglob("*") if path.is_file() and ".venv" not in path.parts]
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        text=True,
    )
    return [
        REPOSITORY / name for name in listing.stdout.split("\0") if name and (REPOSITORY / name).is_file()
    ]


def test_no_file_names_a_place_of_this_machine_or_a_registry() -> None:
    findings = []
    for path in committable_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # octets, not text
        findings += [f"{path.relative_to(REPOSITORY)}, {place}" for place in find_foreign_places(text)]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(
    "parts",
    [
        ("", "work", "main"),
        ("see '", "tmp", "pki'"),
        ("LOG=", "root", ".cache"),
        ("https://files.python", "hosted.org", ""),
        ("https://py", "pi.org", "simple"),
    ],
)
def test_a_foreign_place_is_seen(parts: tuple[str, ...]) -> None:
    text = "first line\n" + ("" if "python" in parts[0] or "py" in parts[0] else "/").join(parts)
    assert [finding.startswith("line 2: ") for finding in find_foreign_places(text)] == [True]


@pytest.mark.parametrize(
    "innocent", ["network/ and homework/main", "https://example.com/root/x", "apt-get install", "../tmp/x"]
)
def test_an_innocent_text_is_left_alone(innocent: str) -> None:
    assert find_foreign_places(innocent) == []
