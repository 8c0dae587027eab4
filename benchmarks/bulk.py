"""Many orders in one call: how long a million rows take, and whether memory grows with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_most, growth
from benchmarks.stage import Stage, make_profile
from openesim.apps.wiring import open_database
from openesim.services.order_import import OrderImport
from openesim.services.order_lines import OrderLine

MINUTES_BAR = 10.0
GROWTH_BAR_PERCENT = 5.0
_PROFILE = "bulk.der"
_CHUNK = 10_000
_CONNECTIONS = 6
"""To PostgreSQL: rows are done side by side, and most of a row's time is waiting."""


def measure_bulk(stage: Stage, rows: int) -> list[Figure]:
    """Measure a file of so many orders on SQLite and on PostgreSQL, each in a process of its own.

    Args:
        stage: for folders.
        rows: of the file; the time is scaled to a million.
    """
    figures = _measure(stage.folder / "bulk-sqlite", "sqlite", rows)
    with open_cluster() as cluster:
        database = Database(stage, cluster, "bulk")
        config = database.data / "openesim.toml"
        config.write_text(config.read_text().replace("[storage]", f"[storage]\nconnections = {_CONNECTIONS}"))
        figures += _measure(database.data, "postgres", rows)
    return figures


def _measure(data: Path, name: str, rows: int) -> list[Figure]:
    command = [sys.executable, "-m", "benchmarks.bulk", str(data), str(rows)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    minutes = found["seconds"] / rows * 1e6 / 60
    half, end = found["resident_at_half"], found["resident_at_end"]
    return [
        at_most(f"bulk.{name}.minutes_a_million_rows_from_{rows}", minutes, "min", MINUTES_BAR),
        at_most(f"bulk.{name}.rss_after_{rows}_rows", end / 1e6, "MB"),
        at_most(f"bulk.{name}.growth_in_the_second_{rows // 2}", growth(half, end), "%", GROWTH_BAR_PERCENT),
    ]


def _run(data: Path, rows: int) -> dict[str, float]:
    """Put profiles into stock, order them all from a file, and return seconds and memory half way and at the end."""
    import asyncio

    from openesim.adapters.web.api.bulk_orders import BulkEnd, do_rows
    from openesim.adapters.web.api.calling import Doing
    from openesim.adapters.web.api.order_files import CSV, read_rows
    from openesim.apps.wiring import SystemClock
    from openesim.kernel.ambient import Ambient
    from openesim.messages.sgp22.explained.entries import Language
    from openesim.services.es2plus import Es2PlusService
    from openesim.services.ordering import Ordering
    from openesim.services.replies import Replies

    work = open_database(data)
    _stock(work, rows)
    file = data / "orders.csv"
    with file.open("w") as written:
        written.write("profile_type,reference\n")
        written.writelines(f"bulk,row {number}\n" for number in range(rows))
    ambient = Ambient(SystemClock(), os.urandom)
    doing = Doing("operator", Replies(work, ambient.clock), None, dry_run=False)
    ordering = Ordering(Es2PlusService(work, ambient, "smdp.example.com"), ambient)
    resident: list[int] = []

    async def order_all() -> None:
        done = 0
        with file.open("rb") as read:
            async for lines in do_rows(doing, ordering, read_rows(read, CSV), Language.ENGLISH):
                done += len(lines)
                if not resident and done >= rows // 2:
                    resident.append(psutil.Process().memory_info().rss)
                last = lines[-1]
                if isinstance(last, BulkEnd) and last.made != rows:
                    raise SystemExit(f"{last.refused} rows were refused")

    begun = time.perf_counter()
    asyncio.run(order_all())
    seconds = time.perf_counter() - begun
    resident.append(psutil.Process().memory_info().rss)
    work.close()
    return {"seconds": seconds, "resident_at_half": resident[0], "resident_at_end": resident[-1]}


def _stock(work: object, rows: int) -> None:
    profile, now = make_profile(), datetime.now(UTC)
    for first in range(0, rows, _CHUNK):
        count = min(_CHUNK, rows - first)
        lines = [OrderLine(row=number + 1, profile=_PROFILE, release=False) for number in range(count)]
        work.run_now(  # type: ignore[attr-defined]
            lambda stores: OrderImport(stores, lambda _: profile, os.urandom, now).run(lines)  # noqa: B023
        )


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), int(sys.argv[2]))))
