"""PostgreSQL: what a download costs beside SQLite, what a second process adds, and that neither grows with the orders."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

import uvloop

from benchmarks.client import Connection, Crowd
from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_least, at_most, flatness, median, spread
from benchmarks.server import Server
from benchmarks.speed import CHIPS, CLIENTS, DOWNLOADS, FLATNESS_BAR, Rig, one_processor, open_rig
from benchmarks.stage import FQDN, Stage
from openesim.apps.wiring import SystemClock, open_database
from openesim.kernel.ambient import Ambient
from openesim.messages.sgp22.es2plus import ConfirmOrderRequest, DownloadOrderRequest
from openesim.messages.sgp22.function import RequestHeader
from openesim.services.es2plus import Es2PlusService

RATIO_BAR, PROCESSES_BAR = 1.6, 1.7
_ORDERS = 55
"""Orders of one turn."""
_SIZE_DOWNLOADS = 48
"""Downloads of one turn; the smallest database lasts for ``MOST_SIZE_TURNS`` of them."""
MOST_SIZE_TURNS = 8
_HEADER = RequestHeader(function_requester_identifier="1.2.3", function_call_identifier="benchmark")


def measure_postgres(stage: Stage, turns: int) -> list[Figure]:
    """Measure downloads on PostgreSQL and on SQLite in turns, and with two processes on one database."""
    with open_cluster() as cluster:
        figures = _beside_sqlite(stage, Database(stage, cluster, "postgres"), turns)
        return figures + _two_processes(stage, Database(stage, cluster, "two"), max(3, turns // 2))


def _beside_sqlite(stage: Stage, database: Database, turns: int) -> list[Figure]:
    orders = (turns + 2) * DOWNLOADS
    sqlite, _ = stage.fill("sqlite", orders), database.fill(2 * orders)
    ratios, databases = [], []
    with (
        one_processor() as cpu,
        open_rig(stage, sqlite, cpu) as one,
        open_rig(stage, database.data, cpu) as other,
    ):
        for _ in range(turns):
            below = one.download()
            before = database.cpu_s()
            above = other.download()
            databases.append((database.cpu_s() - before) / DOWNLOADS)
            ratios.append(above / below)
    low, high = spread(ratios)
    return [
        at_most("postgres.download.server_over_sqlite", median(ratios), "x", RATIO_BAR),
        at_most("postgres.download.server_over_sqlite.lower_quartile", low, "x"),
        at_most("postgres.download.server_over_sqlite.upper_quartile", high, "x"),
        at_most("postgres.download.database", median(databases) * 1e6, "us"),
    ]


# --- Several processes ------------------------------------------------------------------------------------------


class Spread(Connection):
    """A connection to each of several servers; every call goes to the next one."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        """Take the connections."""
        self.fqdn = connections[0].fqdn
        self._all = connections
        self._turn = cycle(connections)

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer of the next server."""
        return await next(self._turn).post(path, body)

    async def renew(self) -> None:
        """Connect again where a server hung up."""
        for each in self._all:
            await each.renew()

    def close(self) -> None:
        """Hang up."""
        for each in self._all:
            each.close()


@dataclass(slots=True)
class Turn:
    """Processor time of the servers for one download, and downloads a second."""

    cpu_s: float
    rate: float


def _two_processes(stage: Stage, database: Database, turns: int) -> list[Figure]:
    """Measure what a second process adds: by processor time everywhere, by the clock where there are processors for it."""
    database.fill(2 * (2 * turns + 4) * 2 * DOWNLOADS)
    fresh = count()
    one, two = list[Turn](), list[Turn]()
    with ExitStack() as stack:
        loop = uvloop.new_event_loop()
        stack.callback(loop.close)
        servers = [stack.enter_context(Server(database.data, stage.folder / "pki")) for _ in range(2)]

        def take(used: list[Server]) -> Turn:
            crowd = loop.run_until_complete(_spread_crowd(used, stage))
            ids = [f"BENCH-{next(fresh)}" for _ in range(2 * DOWNLOADS)]
            cpu, begun = sum(each.cpu_s() for each in used), time.perf_counter()
            loop.run_until_complete(crowd.download(ids))
            seconds = time.perf_counter() - begun
            loop.run_until_complete(asyncio.sleep(0.1))
            crowd.close()
            return Turn((sum(each.cpu_s() for each in used) - cpu) / len(ids), len(ids) / seconds)

        take(servers)
        for _ in range(turns):
            one.append(take(servers[:1]))
            two.append(take(servers))
    cost = median(each.cpu_s / other.cpu_s for each, other in zip(one, two, strict=True))
    rate = median(other.rate / each.rate for each, other in zip(one, two, strict=True))
    # Servers, database and clients share the processors: with two there is none free for a second server.
    free = (os.cpu_count() or 1) - 2
    return [
        at_least("postgres.two_processes_over_one.by_processor_time", 2 * cost, "x", PROCESSES_BAR),
        at_least(
            "postgres.two_processes_over_one.by_the_clock", rate, "x", PROCESSES_BAR if free >= 2 else None
        ),
        at_least("postgres.processors_free_for_it", max(0, free), ""),
    ]


async def _spread_crowd(servers: Sequence[Server], stage: Stage) -> Crowd:
    spread_out = [
        Spread([await Connection.open(server.address, FQDN) for server in servers]) for _ in range(CLIENTS)
    ]
    return Crowd(spread_out, stage.chips(CHIPS))


# --- Ever more orders ---------------------------------------------------------------------------------------------


def measure_postgres_sizes(stage: Stage, sizes: Sequence[int], turns: int) -> list[Figure]:
    """Measure an order and a download with ever more orders in the database: processor time of server and database.

    The databases take turns, so that a slow minute of the machine falls on all of them.
    """
    turns = min(turns, MOST_SIZE_TURNS)
    figures: list[Figure] = []
    downloads: dict[int, list[float]] = {size: [] for size in sizes}
    orders: dict[int, list[float]] = {size: [] for size in sizes}
    with open_cluster() as cluster, ExitStack() as stack:
        databases = {}
        for size in sizes:
            databases[size] = Database(stage, cluster, f"orders-{size}")
            seconds = databases[size].fill(size)
            figures.append(at_least(f"postgres.{size}_orders.filled", size / seconds, "rows/s"))
        cpu = stack.enter_context(one_processor())
        rigs = {size: stack.enter_context(_open_sized(stage, databases[size], size, cpu)) for size in sizes}
        desks = {size: stack.enter_context(_open_desk(databases[size])) for size in sizes}
        for turn in range(turns):
            for size in sizes if turn % 2 else sizes[::-1]:
                downloads[size].append(_with_database(databases[size], _SIZE_DOWNLOADS, rigs[size]))
                orders[size].append(desks[size](_ORDERS))
    for name, values in (("download", downloads), ("order", orders)):
        medians = {size: median(value) for size, value in values.items()}
        figures += [
            at_most(f"postgres.{size}_orders.{name}", value * 1e6, "us") for size, value in medians.items()
        ]
        figures.append(
            at_most(f"postgres.scale.flatness_of_{name}", _flatness_in_turns(values), "x", FLATNESS_BAR)
        )
    return figures


def _flatness_in_turns(values: dict[int, list[float]]) -> float:
    """Return how much dearer the dearest size is than the cheapest, each turn measured by its own mean."""
    means = [sum(turn) / len(turn) for turn in zip(*values.values(), strict=True)]
    return flatness(
        median(each / mean for each, mean in zip(size, means, strict=True)) for size in values.values()
    )


def _with_database(database: Database, downloads: int, rig: Rig) -> float:
    """Return the processor time of one download, of server and database together."""
    before = database.cpu_s()
    server = rig.download(downloads)
    return server + (database.cpu_s() - before) / downloads


@contextmanager
def _open_sized(stage: Stage, database: Database, size: int, cpu: int | None) -> Iterator[Rig]:
    """Start a server; its downloads are spread over all orders, not over those that lie together."""
    released = size // 2
    wanted = (MOST_SIZE_TURNS + 1) * _SIZE_DOWNLOADS + DOWNLOADS
    step = max(1, released // wanted)
    with open_rig(stage, database.data, cpu, fresh=iter(range(0, released, step))) as rig:
        yield rig


@contextmanager
def _open_desk(database: Database) -> Iterator[Callable[[int], float]]:
    """Give what orders and confirms so many profiles and returns the processor time of one."""
    work = open_database(database.data)
    service = Es2PlusService(work, Ambient(SystemClock(), os.urandom), FQDN)
    request = DownloadOrderRequest(header=_HEADER, profile_type="benchmark")

    async def order() -> None:
        reserved: Any = await service.download_order(request, "operator")
        confirm = ConfirmOrderRequest(header=_HEADER, iccid=reserved.iccid, release_flag=True)
        await service.confirm_order(confirm, "operator")

    async def several(number: int) -> None:
        for _ in range(number):
            await order()

    with asyncio.Runner() as runner:

        def measure(number: int) -> float:
            runner.run(several(1))
            before = time.process_time() + database.cpu_s()
            runner.run(several(number))
            return (time.process_time() + database.cpu_s() - before) / number

        try:
            yield measure
        finally:
            work.close()
