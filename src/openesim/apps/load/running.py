"""A load run over several processes: start them, add up what they tell, end when they end."""

from __future__ import annotations

import multiprocessing
import queue as queues
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from typing import Any

from openesim.apps.load.plan import LoadPlan, Maker
from openesim.apps.load.worker import run_process
from openesim.services.load import Failure
from openesim.services.load_report import Tally

_PATIENCE_S = 0.5
_DIED = Failure(
    "chip", "fault:process-died", "a process of the load generator ended before its downloads did"
)


@dataclass(slots=True)
class Run:
    """A run as far as it has got.

    Attributes:
        ready: processes whose chips are made.
        done: processes that have made their share.
        begun_at: moment of the first call, on the monotonic clock; None before.
        ended_at: moment of the last answer heard of.
        cpu_s: processor time of the processes that are done.
        is_interrupted: somebody wanted it to stop.
    """

    plan: LoadPlan
    tally: Tally = field(default_factory=Tally)
    ready: int = 0
    done: int = 0
    begun_at: float | None = None
    ended_at: float = 0.0
    cpu_s: float = 0.0
    is_interrupted: bool = False

    @property
    def duration_s(self) -> float:
        """Seconds from the first call to the last answer."""
        return 0.0 if self.begun_at is None else max(0.0, self.ended_at - self.begun_at)

    def hear(self, told: Any) -> None:
        """Take in what a process tells (see ``run_process``)."""
        match told:
            case ("ready", _):
                self.ready += 1
            case ("done", seconds):
                self.done += 1
                self.cpu_s += seconds
            case attempts:
                for attempt in attempts:
                    self.tally.add(attempt)
                if attempts:
                    self.ended_at = time.monotonic()


Watch = Callable[[Run], None]
"""Looks at a run now and then."""


def run_load(plan: LoadPlan, maker: Maker, watch: Watch) -> Run:
    """Make all downloads of a plan and return what became of them.

    An interrupt from the keyboard lets the downloads that are under way end.
    """
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    begin, stop = context.Event(), context.Event()
    workers = [
        context.Process(target=run_process, args=(plan, number, maker, queue, begin, stop), daemon=True)
        for number in range(plan.processes)
    ]
    run = Run(plan)
    for worker in workers:
        worker.start()
    try:
        _listen(run, workers, (queue, begin, stop), watch)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    return run


def _listen(run: Run, workers: list[SpawnProcess], signals: tuple[Any, Any, Any], watch: Watch) -> None:
    """Hear what the processes tell until each is done or dead."""
    queue, begin, stop = signals
    while run.done < len(workers):
        try:
            run.hear(queue.get(timeout=_PATIENCE_S))
        except KeyboardInterrupt:
            if run.is_interrupted:
                raise
            run.is_interrupted = True
            stop.set()
        except queues.Empty:
            # A process that died before it began keeps the others waiting for ever.
            if any(worker.exitcode for worker in workers):
                run.tally.fail(_DIED, run.plan.downloads - run.tally.completed - run.tally.failed)
                return
        if run.ready == len(workers) and run.begun_at is None:
            run.begun_at = run.ended_at = time.monotonic()
            begin.set()
        watch(run)
