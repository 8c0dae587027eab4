"""Counting: what is added up while requests are answered, and the snapshot that other processes read.

A request costs two look-ups in dictionaries here; counters of a metrics library, with their labels and locks, cost
several times that, and what several processes can read together costs that again. So numbers are kept as they are,
and become metrics when somebody asks (``exposition``).

Every process of one parent writes its snapshot to their common folder, once a second and when it is asked itself;
whoever is asked tells all of them, each under the number of its process.
"""

from __future__ import annotations

import os
import resource
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Final

import msgspec

from openesim.services.request_trace import RequestTrace

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes of a histogram, seconds; one more class holds the rest."""

_SUFFIX: Final = ".metrics"
_PAGE_OCTETS: Final = os.sysconf("SC_PAGE_SIZE")


class Histogram(msgspec.Struct):
    """How often something took how long.

    Attributes:
        counts: by class of ``BOUNDS_S``, and the rest.
        seconds: all of it.
    """

    counts: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.seconds += seconds


class Request(msgspec.Struct, frozen=True):
    """What requests are told apart by.

    Attributes:
        interface: of the listener.
        function: by name; empty where none was found.
        http_status: of the answer.
        status: pair of a refusal; empty without one.
        count: how many.
    """

    interface: str
    function: str
    http_status: int
    status: str
    count: int


class Latency(msgspec.Struct, frozen=True):
    """How long a function takes."""

    interface: str
    function: str
    histogram: Histogram


class ProcessFigures(msgspec.Struct, frozen=True):
    """What the process uses.

    Attributes:
        cpu_s: processor time.
        resident_octets: memory.
        open_files: file descriptors.
        started_at: seconds since 1970.
    """

    cpu_s: float
    resident_octets: int
    open_files: int
    started_at: float


class Snapshot(msgspec.Struct, frozen=True):
    """What one process has counted.

    Attributes:
        number: of the process among those of its parent; 0: it has none.
        requests: by what they are told apart by.
        latencies: by function.
        units: of work in the database.
        process: what it uses.
    """

    number: int
    requests: list[Request]
    latencies: list[Latency]
    units: Histogram
    process: ProcessFigures


class Counting:
    """Counts what one process does; implements ``Watcher`` and ``UnitWatcher``."""

    def __init__(self, number: int = 0, shared: Path | None = None) -> None:
        """Begin at nothing.

        Args:
            number: of the process among those of its parent; 0: it has none.
            shared: their common folder; None: there is none.
        """
        self._number: Final = number
        self._shared: Final = shared
        self._requests: Final[dict[tuple[str, str, int, str], int]] = {}
        self._latencies: Final[dict[tuple[str, str], Histogram]] = {}
        self._units: Final = Histogram()
        self._started_at: Final = time()

    def request_ended(self, trace: RequestTrace, http_status: int, seconds: float) -> None:
        """Count an answered request."""
        key = (trace.interface, trace.function, http_status, trace.status)
        self._requests[key] = self._requests.get(key, 0) + 1
        histogram = self._latencies.get(key[:2])
        if histogram is None:
            histogram = self._latencies[key[:2]] = Histogram()
        histogram.add(seconds)

    def unit_ended(self, seconds: float) -> None:
        """Count a unit of work that the database has done."""
        self._units.add(seconds)

    def snapshot(self) -> Snapshot:
        """Return what was counted."""
        return Snapshot(
            number=self._number,
            requests=[Request(*key, count) for key, count in self._requests.items()],
            latencies=[Latency(*key, histogram) for key, histogram in self._latencies.items()],
            units=self._units,
            process=_process_figures(self._started_at),
        )

    def share(self) -> None:
        """Write the snapshot where the other processes of the parent read it, if there are any."""
        if self._shared is None:
            return
        path = self._shared / f"{self._number}{_SUFFIX}"
        beside = path.with_suffix(".new")
        with suppress(OSError):  # nobody is refused because nobody can count him
            beside.write_bytes(msgspec.msgpack.encode(self.snapshot()))
            beside.replace(path)

    def all_snapshots(self) -> list[Snapshot]:
        """Return the snapshots of all processes of the parent, by number.

        All are read from where they were written, our own too: else a counter would go back when another process is
        asked next.
        """
        if self._shared is None:
            return [self.snapshot()]
        self.share()
        return sorted(_read_all(self._shared), key=lambda each: each.number)


def _read_all(folder: Path) -> Iterator[Snapshot]:
    """Give the snapshots of a folder; what cannot be read is left out."""
    for path in folder.glob(f"*{_SUFFIX}"):
        with suppress(OSError, msgspec.DecodeError):
            yield msgspec.msgpack.decode(path.read_bytes(), type=Snapshot)


def _process_figures(started_at: float) -> ProcessFigures:
    """Return what this process uses."""
    times = os.times()
    try:
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_OCTETS
        open_files = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 (a name each, no more is needed)
    except (OSError, ValueError):
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        open_files = 0
    return ProcessFigures(times.user + times.system, resident, open_files, started_at)
