"""One process of a load run: its chips, its clients, a connection for each client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from openesim.adapters.apdu.software import MemoryCard
from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.apps.load.plan import Chip, LoadPlan, Maker
from openesim.services.load import CHIP, Attempt, Failure, attempt_download

Tell = Callable[[Attempt], None]
"""Hears of every attempt, from any thread."""


def run_share(
    plan: LoadPlan, process: int, chips: list[Chip], tell: Tell, is_stopped: Callable[[], bool]
) -> None:
    """Make a process's share of the downloads and return when they are done.

    Args:
        plan: the run.
        process: number of this process.
        chips: its chips, one for each client at least.
        tell: hears of every attempt.
        is_stopped: tells that no further download is to begin.
    """
    numbers, lock = iter(plan.share(process)), threading.Lock()
    ends_at = None if plan.duration_s is None else time.monotonic() + plan.duration_s

    def next_number() -> int | None:
        with lock:
            if is_stopped() or (ends_at is not None and time.monotonic() >= ends_at):
                return None
            return next(numbers, None)

    count = plan.clients_of(process)
    with ThreadPoolExecutor(count) as pool:
        # No two clients share a chip: a chip does one thing at a time.
        clients = [
            pool.submit(_run_client, plan, chips[number::count], iter(next_number, None), tell)
            for number in range(count)
        ]
        for client in clients:
            client.result()


def _run_client(plan: LoadPlan, chips: list[Chip], numbers: Iterator[int], tell: Tell) -> None:
    """Download one after the other over one connection."""
    with Es9HttpClient(replace(plan.http, connections=1)) as client:
        for turn, number in enumerate(numbers):
            chip = chips[turn % len(chips)]
            card = MemoryCard(chip.empty_memory, chip.ambient)
            matching_id = plan.matching_ids[number % len(plan.matching_ids)]
            try:
                attempt = attempt_download(card, client, plan.target, matching_id)
            except Exception as error:  # noqa: BLE001 (a fault of ours must not end the run, nor be overlooked)
                attempt = Attempt(0.0, (), Failure(CHIP, f"fault:{type(error).__name__}", str(error)))
            tell(attempt)


def run_process(plan: LoadPlan, process: int, maker: Maker, queue: Any, begin: Any, stop: Any) -> None:
    """Be one process of a run.

    It tells over the queue: ``("ready", process)`` once its chips are made, lists of attempts, and at last
    ``("done", processor seconds)``.

    Args:
        plan: the run.
        process: number of this process.
        maker: makes its chips.
        queue: carries what it tells.
        begin: event to wait for before the first call.
        stop: event after which no further download begins.
    """
    import signal  # noqa: PLC0415 (only a process of its own may do this)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides when we stop
    chips = maker.make_chips(plan.chips_of(process))
    queue.put(("ready", process))
    begin.wait()
    told: list[Attempt] = []
    lock = threading.Lock()
    last = time.monotonic()
    cpu = time.process_time()

    def tell(attempt: Attempt) -> None:
        nonlocal last
        with lock:
            told.append(attempt)
            if time.monotonic() - last > TELL_INTERVAL_S:
                queue.put(told.copy())
                told.clear()
                last = time.monotonic()

    run_share(plan, process, chips, tell, stop.is_set)
    queue.put(told)
    queue.put(("done", time.process_time() - cpu))


TELL_INTERVAL_S = 0.2
"""How often a process tells of its attempts."""
