"""``python -m benchmarks``: measures, prints a line for each figure, and writes them to a file.

Exit code 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bulk import measure_bulk
from benchmarks.card import measure_card
from benchmarks.codec import measure_codec
from benchmarks.figures import Figure, write_results
from benchmarks.gate import measure_decision, measure_gated_download
from benchmarks.inside import measure_chip
from benchmarks.keys import measure_keys
from benchmarks.ledger import measure_ledger
from benchmarks.memory import measure_memory
from benchmarks.outbox import measure_outbox
from benchmarks.pages import measure_pages
from benchmarks.postgres import MOST_SIZE_TURNS, measure_postgres, measure_postgres_sizes
from benchmarks.speed import measure_download, measure_sizes
from benchmarks.stage import Stage, set_stage
from benchmarks.stock import measure_stock
from benchmarks.terminals import measure_terminals

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = REPOSITORY / "benchmarks" / "results.json"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured.

    Attributes:
        speed_turns: floor and downloads in turns.
        sizes: orders in the database.
        size_turns: rounds over all sizes; the smallest must hold the orders for all of them.
        memory_downloads: downloads before memory is looked at.
        small_turns: turns of the figures that take little time.
        stock_rows: rows of the batch whose memory is looked at.
        postgres_turns: SQLite and PostgreSQL in turns.
        postgres_sizes: orders in the database, on PostgreSQL.
        bulk_rows: rows of a file of orders.
        persons: whom the gate may meet, on PostgreSQL.
        terminal_ranges: ranges of the register of terminals.
        page_orders: few orders and many, with as many cases, lines and entries, behind the pages of the desks.
    """

    speed_turns: int
    sizes: tuple[int, ...]
    size_turns: int
    memory_downloads: int
    small_turns: int
    stock_rows: int
    postgres_turns: int
    postgres_sizes: tuple[int, ...]
    bulk_rows: int
    persons: int
    terminal_ranges: int
    page_orders: tuple[int, int]


FULL = Extent(
    60,
    (1_000, 10_000, 100_000, 1_000_000),
    14,
    10_000,
    30,
    1_000_000,
    20,
    (1_000, 10_000, 100_000, 1_000_000),
    20_000,
    10_000_000,
    1_000_000,
    (10_000, 1_000_000),
)
QUICK = Extent(
    10, (1_000, 10_000), 4, 1_000, 6, 20_000, 6, (1_000, 10_000), 2_000, 20_000, 20_000, (10_000, 20_000)
)


def main(arguments: list[str]) -> int:
    """Run the benchmarks that are asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small runs, less than a minute")
    parser.add_argument(
        "--only",
        choices=(
            "speed",
            "scale",
            "memory",
            "codec",
            "chip",
            "card",
            "stock",
            "bulk",
            "keys",
            "postgres",
            "postgres-scale",
            "outbox",
            "ledger",
            "gate",
            "gate-scale",
            "terminals",
            "pages",
        ),
        action="append",
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="file to write")
    parser.add_argument(
        "--most-orders",
        type=int,
        metavar="N",
        help="another size for the scale on PostgreSQL, such as 10000000",
    )
    parser.add_argument("--bulk-rows", type=int, metavar="N", help="rows of the file of orders")
    options = parser.parse_args(arguments)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="openesim-benchmarks-") as folder:
        stage = set_stage(Path(folder))
        extent = QUICK if options.quick else FULL
        if options.most_orders:
            extent = replace(extent, postgres_sizes=(*extent.postgres_sizes, options.most_orders))
        if options.bulk_rows:
            extent = replace(extent, bulk_rows=options.bulk_rows)
        for name, measure in _suites(stage, extent).items():
            if options.only and name not in options.only:
                continue
            for figure in measure():
                print(figure, flush=True)
                figures.append(figure)
    write_results(figures, options.results)
    missed = [figure for figure in figures if not figure.ok]
    return 1 if missed else 0


def _suites(stage: Stage, extent: Extent) -> dict[str, Callable[[], list[Figure]]]:
    """Return what is measured, by name."""
    return {
        "speed": lambda: measure_download(stage, extent.speed_turns),
        "scale": lambda: measure_sizes(stage, list(extent.sizes), extent.size_turns),
        "memory": lambda: measure_memory(stage, extent.memory_downloads),
        "codec": lambda: measure_codec(stage, _modules(), extent.small_turns),
        "chip": lambda: measure_chip(stage, extent.small_turns),
        "card": lambda: measure_card(stage, extent.small_turns),
        "outbox": lambda: measure_outbox(
            stage.folder, (extent.sizes[0], extent.sizes[:3][-1]), extent.small_turns
        ),
        "ledger": lambda: measure_ledger(stage, (extent.sizes[0], extent.sizes[:3][-1]), extent.small_turns),
        "gate": lambda: measure_gated_download(stage, extent.postgres_turns),
        "gate-scale": lambda: measure_decision(
            stage, extent.persons, extent.terminal_ranges, extent.small_turns
        ),
        "terminals": lambda: measure_terminals(stage, extent.terminal_ranges),
        "pages": lambda: measure_pages(stage, extent.page_orders, (extent.postgres_turns + 1) // 3),
        "stock": lambda: measure_stock(stage.folder, extent.stock_rows, extent.small_turns),
        "bulk": lambda: measure_bulk(stage, extent.bulk_rows),
        "keys": lambda: measure_keys(stage, extent.small_turns),
        "postgres": lambda: measure_postgres(stage, extent.postgres_turns),
        "postgres-scale": lambda: measure_postgres_sizes(stage, extent.postgres_sizes, MOST_SIZE_TURNS),
    }


def _modules() -> Path:
    """Return the folder with the standard's modules, beside the repository as for the tests."""
    shared = os.environ.get("OPENESIM_SHARED")
    data = Path(shared) if shared else REPOSITORY.parent / "shared" / "spec" / "data"
    return data / "asn1" / "rsp-v2"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
