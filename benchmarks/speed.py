"""Processor time of the server: of a complete download, of a request that nobody answers, with ever more orders."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import uvloop

from benchmarks.client import Crowd
from benchmarks.figures import Figure, at_least, at_most, flatness, median, ratios_of_turns, spread
from benchmarks.floor import make_floor
from benchmarks.server import Server
from benchmarks.stage import FQDN, PROFILE_OCTETS, Stage

CLIENTS, FEW_CLIENTS = 32, 8
"""Clients at once: so many that the server seldom waits, and so few that it often does and finds its caches emptied."""
DOWNLOADS = 64
"""Downloads of one turn, two a client: some 150 ms of the server."""
FLOORS = 25
"""Repetitions of the floor between two turns: some 25 ms."""
CHIPS = 64
SPEED_BAR, FLATNESS_BAR = 3.0, 1.2
_SETTLE_S = 0.03
"""What the server does behind its last answer (it reads notifications) is counted too."""


@dataclass(slots=True)
class Rig:
    """A server, a crowd of light chips, and matching ids that were not used yet."""

    server: Server
    crowd: Crowd
    loop: asyncio.AbstractEventLoop
    fresh: Iterator[int]

    def download(self, downloads: int = DOWNLOADS) -> float:
        """Download so many profiles and return the server's processor time of one, in seconds."""
        matching_ids = [f"BENCH-{next(self.fresh)}" for _ in range(downloads)]
        return self._measure(lambda: self.crowd.download(matching_ids), downloads)

    def request(self, requests: int = 400) -> float:
        """Call a function that does not exist and return the server's processor time of one request."""
        return self._measure(lambda: self.crowd.post("/nowhere", requests), requests)

    def _measure(self, work: Callable[[], object], times: int) -> float:
        before = self.server.cpu_s()
        self.loop.run_until_complete(work())  # type: ignore[arg-type]
        self.loop.run_until_complete(asyncio.sleep(_SETTLE_S))
        return (self.server.cpu_s() - before) / times


@contextmanager
def one_processor() -> Iterator[int | None]:
    """Put this process on one processor and give its number; the server belongs on the same.

    Two busy processors of one core slow each other down, arithmetic far more than an interpreter: a floor that is
    measured while the other one idles is too low by a factor that has nothing to do with us.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    before = os.sched_getaffinity(0)
    cpu = _idlest(before)
    os.sched_setaffinity(0, {cpu})
    try:
        yield cpu
    finally:
        os.sched_setaffinity(0, before)


def _idlest(cpus: set[int]) -> int:
    """Return the processor that others use least at the moment."""
    percentages = psutil.cpu_percent(interval=0.5, percpu=True)
    return min(cpus, key=lambda cpu: percentages[cpu] if cpu < len(percentages) else 0.0)


@contextmanager
def open_rig(
    stage: Stage, data: Path, cpu: int | None, clients: int = CLIENTS, fresh: Iterator[int] | None = None
) -> Iterator[Rig]:
    """Start a server on a database and connect the crowd.

    Args:
        stage: makes the chips.
        data: folder of the database.
        cpu: processor of the server; None: any.
        clients: how many at once.
        fresh: numbers of the matching ids that are used; None: all, one after the other.
    """
    loop = uvloop.new_event_loop()
    try:
        with Server(data, stage.folder / "pki", cpu) as server:
            chips = stage.chips(CHIPS)
            crowd = loop.run_until_complete(Crowd.gather(server.address, FQDN, chips, clients))
            rig = Rig(server, crowd, loop, count() if fresh is None else fresh)
            rig.download()  # once for the caches
            yield rig
            crowd.close()
    finally:
        loop.close()


def floor_of(profile: bytes) -> Callable[[], float]:
    """Return a measurement of the floor: processor time of one download's cryptography, in seconds."""
    once = make_floor(len(profile))

    def measure() -> float:
        begun = time.process_time()
        for _ in range(FLOORS):
            once()
        return (time.process_time() - begun) / FLOORS

    measure()
    return measure


def measure_download(stage: Stage, turns: int) -> list[Figure]:
    """Measure a complete download, and a request that leads nowhere, against the floor."""
    data, few_data = (stage.fill(name, (turns + 2) * DOWNLOADS) for name in ("speed", "speed-few"))
    with one_processor() as cpu:
        floor = floor_of(stage.profile)
        with open_rig(stage, data, cpu) as rig:
            ratios, seconds, floors = ratios_of_turns(turns, floor, rig.download)
            nowhere, requests, _ = ratios_of_turns(max(3, turns // 6), floor, rig.request)
        with open_rig(stage, few_data, cpu, FEW_CLIENTS) as rig:
            by_few, _, _ = ratios_of_turns(turns, floor, rig.download)
    low, high = spread(ratios)
    return [
        at_most("speed.download.server_over_floor", median(ratios), "x", SPEED_BAR),
        at_most("speed.download.server_over_floor.lower_quartile", low, "x"),
        at_most("speed.download.server_over_floor.upper_quartile", high, "x"),
        at_most(f"speed.download.server_over_floor.with_{FEW_CLIENTS}_clients", median(by_few), "x"),
        at_most("speed.download.server", median(seconds) * 1e6, "us"),
        at_most("speed.floor", median(floors) * 1e6, "us"),
        at_least("speed.download.rate_of_one_core", 1 / median(seconds), "1/s"),
        at_most("speed.request_404.over_floor", median(nowhere), "x"),
        at_most("speed.request_404", median(requests) * 1e6, "us"),
        at_most("speed.download.profile", PROFILE_OCTETS, "octets"),
    ]


def measure_sizes(stage: Stage, sizes: list[int], turns: int) -> list[Figure]:
    """Measure a complete download with ever more orders in the database, all servers in one go round.

    The servers take turns, so that a slow minute of the machine falls on all of them.
    """
    figures: list[Figure] = []
    rigs: list[Rig] = []
    stacked = [_open_filled(stage, size, figures) for size in sizes]
    with one_processor() as cpu:
        floor = floor_of(stage.profile)
        ratios: dict[int, list[float]] = {size: [] for size in sizes}
        contexts = [open_rig(stage, data, cpu) for data in stacked]
        try:
            rigs = [context.__enter__() for context in contexts]
            for _ in range(turns):
                for size, rig in zip(sizes, rigs, strict=True):
                    ratios[size] += ratios_of_turns(1, floor, rig.download)[0]
        finally:
            for context in contexts[: len(rigs)]:
                context.__exit__(None, None, None)
    medians = {size: median(values) for size, values in ratios.items()}
    figures += [
        at_most(f"scale.{size}_orders.server_over_floor", value, "x") for size, value in medians.items()
    ]
    figures.append(at_most("scale.flatness", flatness(medians.values()), "x", FLATNESS_BAR))
    return figures


def _open_filled(stage: Stage, size: int, figures: list[Figure]) -> Path:
    """Fill a database and note how quickly that went."""
    begun = time.perf_counter()
    data = stage.fill(f"orders-{size}", size)
    rate = size / (time.perf_counter() - begun)
    figures.append(at_least(f"import.{size}_orders", rate, "rows/s"))
    return data
