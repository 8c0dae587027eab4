"""A unit test stands where its source stands, so that either is found from the other."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def find_strays(unit_tests: Path, sources: Path) -> list[str]:
    """Returns the test files under `unit_tests` that have no module or package of their name under `sources`."""
    strays = []
    for test in sorted(unit_tests.rglob("test_*.py")):
        source = sources / test.relative_to(unit_tests).parent / test.stem.removeprefix("test_")
        if not source.with_suffix(".py").is_file() and not (source / "__init__.py").is_file():
            strays.append(str(test.relative_to(unit_tests)))
    return strays


def test_every_unit_test_mirrors_a_source_file() -> None:
    strays = find_strays(REPOSITORY / "tests" / "unit", REPOSITORY / "src" / "openesim")
    assert not strays, f"no source of that name: {strays}"


def test_a_stray_is_seen(tmp_path: Path) -> None:
    for name in ("unit/encoding/test_tlv.py", "unit/encoding/test_tvl.py", "unit/test_encoding.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in ("src/encoding/tlv.py", "src/encoding/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_strays(tmp_path / "unit", tmp_path / "src") == ["encoding/test_tvl.py"]
