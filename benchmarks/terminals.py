"""The register of terminals at its full size: importing it, knowing it by heart, looking a device up, hearing of a change.

2 000 vendors, 50 000 models, and as many ranges as asked for, half of TACs and half of EIDs.
``python -m benchmarks.terminals FOLDER RANGES`` is a process whose memory is looked at; the database is the folder's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import psutil

from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_most
from benchmarks.stage import Stage
from openesim.apps.wiring import open_database
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.terminals.chip_makers import register_maker
from openesim.services.conditions.terminals.importing import TerminalImport
from openesim.services.conditions.terminals.recalls import make_recall

LOOKUP_BAR_US, GROWTH_BAR_MB, IMPORT_BAR_S, HEARD_BAR_MS = 50.0, 220.0, 300.0, 250.0
_VENDORS, _MODELS, _MAKERS, _LOOKS = 2_000, 50_000, 300, 100_000
_NOW = datetime(2027, 1, 15, tzinfo=UTC)


def measure_terminals(stage: Stage, ranges: int) -> list[Figure]:
    """Measure the register with so many ranges, on SQLite and on PostgreSQL."""
    folder = stage.folder / "terminals"
    folder.mkdir()
    figures = _measure("sqlite", folder, ranges)
    with open_cluster() as cluster:
        return figures + _measure("postgres", Database(stage, cluster, "terminals-postgres").data, ranges)


def _measure(name: str, folder: Path, ranges: int) -> list[Figure]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.terminals", str(folder), str(ranges)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(told.splitlines()[-1])
    begin = f"terminals.{name}"
    return [
        at_most(f"{begin}.import_of_{ranges}_ranges", found["import_s"], "s", IMPORT_BAR_S),
        at_most(f"{begin}.import_cpu_a_row", found["import_cpu_us"], "us"),
        at_most(f"{begin}.memory_grown_by_the_import", found["import_mb"], "MB", GROWTH_BAR_MB),
        at_most(f"{begin}.load", found["load_s"], "s"),
        at_most(f"{begin}.memory_of_the_book", found["book_mb"], "MB"),
        at_most(f"{begin}.lookup", found["lookup_us"], "us", LOOKUP_BAR_US),
        at_most(f"{begin}.description", found["describe_us"], "us"),
        at_most(f"{begin}.recall_heard_and_in_force", found["recall_ms"], "ms", HEARD_BAR_MS),
    ]


# --- what the process does ----------------------------------------------------------------------------------------


def _files(folder: Path, ranges: int) -> dict[FormKind, Path]:
    """Write the files; ranges in a shuffled order, as nobody sorts them."""
    shuffled = list(range(ranges // 2))
    Random(1).shuffle(shuffled)
    rows: dict[FormKind, tuple[str, Iterable[str]]] = {
        FormKind.VENDORS: (
            "name,kind,country,agent",
            (f"Vendor {each},foreign,US,Agent {each % 50}" for each in range(_VENDORS)),
        ),
        FormKind.MODELS: (
            "vendor,name,category,abilities,approval_number,approved_from,approved_to",
            (
                f"Vendor {each % _VENDORS},Model {each},phone,consumer sm-ds,02-{each},2025-01-01,2029-12-31"
                for each in range(_MODELS)
            ),
        ),
        FormKind.TACS: ("tac,vendor,model", map(_tac_row, shuffled)),
        FormKind.EINS: (
            "ein,maker",
            (f"{89_000_000_000 + each},Maker {each % _MAKERS}" for each in shuffled),
        ),
    }
    paths = {}
    for kind, (header, lines) in rows.items():
        paths[kind] = folder / f"{kind.value}.csv"
        with paths[kind].open("w") as file:
            file.write(f"{header}\n")
            file.writelines(f"{line}\n" for line in lines)
    return paths


def _tac_row(each: int) -> str:
    """Return the row of a range of 80 TACs, with a gap of 20 behind it."""
    model = each % _MODELS
    return f"{each * 100:08d}-{each * 100 + 79:08d},Vendor {model % _VENDORS},Model {model}"


async def _run(work: Any, files: dict[FormKind, Path], ranges: int) -> dict[str, float]:
    """Import, load, look up, recall, and tell what each took."""
    for number in range(_MAKERS):
        name = f"Maker {number}"
        await work.run(lambda stores: register_maker(stores, name, "benchmark", _NOW))  # noqa: B023
    for kind in (FormKind.VENDORS, FormKind.MODELS):
        await _take(work, kind, files[kind])
    told: dict[str, float] = {}
    before, begun, cpu = _resident_mb(), time.perf_counter(), time.process_time()
    most = max([await _take(work, kind, files[kind]) for kind in (FormKind.TACS, FormKind.EINS)])
    told["import_s"] = time.perf_counter() - begun
    told["import_cpu_us"] = (time.process_time() - cpu) / ranges * 1e6
    told["import_mb"] = most - before
    book = TerminalBook()
    following = Following(work, [book])
    before, begun = _resident_mb(), time.perf_counter()
    await following.load()
    told["load_s"] = time.perf_counter() - begun
    told["book_mb"] = _resident_mb() - before
    devices = _devices(ranges // 2)
    told["lookup_us"] = _us(devices, lambda device: book.terminal_of(device, _NOW))
    told["describe_us"] = _us(devices, lambda device: book.describe(device, _NOW))
    begun = time.perf_counter()
    target = Target.parse(RecallKind.TAC, "00000000-00000079")
    await work.run(lambda stores: make_recall(stores, target, "benchmark", "benchmark", _NOW))
    await following.refresh()
    told["recall_ms"] = (time.perf_counter() - begun) * 1e3
    if not book.terminal_of(Device(eid="", tac="00000010"), _NOW).is_recalled:
        raise AssertionError("the recall was not heard of")
    return told


async def _take(work: Any, kind: FormKind, path: Path) -> float:
    """Import a file and return the most memory that was resident meanwhile, in MB."""
    most = 0.0
    with path.open("rb") as file:
        async for step in TerminalImport(work, kind, file, "benchmark", _NOW).run():
            if step.rows % 10_000 == 0:
                most = max(most, _resident_mb())
    return most


def _devices(ranges: int) -> list[Device]:
    """Return devices all over the register, eight of ten with a model that is known."""
    draw = Random(2)
    return [
        Device(
            eid=f"{89_000_000_000 + draw.randrange(ranges)}".ljust(32, "7"),
            imei=f"{draw.randrange(ranges * 100):08d}1234567",
            eum_key_id=b"k" * 20,
            firmware=b"\1\2\3",
        )
        for _ in range(_LOOKS)
    ]


def _us(devices: list[Device], look: Callable[[Device], object]) -> float:
    """Return the processor time of a look, in microseconds."""
    begun = time.process_time()
    for device in devices:
        look(device)
    return (time.process_time() - begun) / len(devices) * 1e6


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def main(folder: Path, ranges: int) -> None:
    """Measure on the database of a folder and print what was found as JSON."""
    files = _files(folder, ranges)
    work = open_database(folder)
    try:
        told = asyncio.run(_run(work, files, ranges))
    finally:
        work.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
