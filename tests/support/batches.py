"""Batches for tests: descriptions, CSV files, and what adds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConfigError
from openesim.network.subscription import Batch
from openesim.services.batch_file import parse_batch
from openesim.services.stock import BatchImport
from tests.support.rig import NOW, entropy_of, package_octets

FIRST = "8988211000000000011"
COUNTED: Mapping[str, Any] = {
    "name": "first",
    "profile": "testland.der",
    "count": 5,
    "iccid": FIRST,
    "imsi": "001010000000001",
}
FROM_FILE: Mapping[str, Any] = {"name": "first", "profile": "testland.der", "csv": "keys.csv"}


def toml(fields: Mapping[str, Any]) -> str:
    """Returns a description as TOML."""

    def literal(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'

    return "".join(f"{name} = {literal(value)}\n" for name, value in fields.items() if value is not None)


def importer(work: Any, csv: str | None = None, entropy: Entropy | None = None) -> BatchImport:
    """Returns what adds batches: the package ``testland.der``, and the CSV that is given as ``keys.csv``."""

    def lines(name: str) -> Iterator[str]:
        if name != "keys.csv" or csv is None:
            raise ConfigError(f"csv: there is no file {name}")
        yield from csv.splitlines(keepends=True)

    files = ({"testland.der": package_octets()}.get, lines)
    return BatchImport(work, files, entropy or entropy_of("batch"), NOW)


def add(
    work: Any,
    fields: Mapping[str, Any] = COUNTED,
    csv: str | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    **changes: Any,
) -> Batch:
    """Adds a batch and returns it."""
    by = importer(work, csv)
    return by.store(by.prepare(parse_batch(toml({**fields, **changes}))), on_progress)
