"""The server under test: ``openesim serve`` in a process of its own, watched from outside."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from benchmarks.stage import FQDN

_PROGRAM = "from openesim.apps.cli.main import main; main()"


class Server:
    """``openesim serve`` on a free port, without TLS."""

    def __init__(self, data: Path, pki: Path, cpu: int | None = None) -> None:
        """Name folders, and the processor to run on.

        Args:
            data: folder of the database.
            pki: PKI folder.
            cpu: number of the processor; None: any.
        """
        self._command = [
            *(sys.executable, "-c", _PROGRAM, "serve", "--data", str(data), "--pki", str(pki)),
            *("--fqdn", FQDN, "--es9", "127.0.0.1:0", "--plain-http"),
        ]
        self._cpu = cpu

    def __enter__(self) -> Self:
        """Start it and wait until it listens."""
        # Nobody refuses anything here, so its log stays empty and would cost nothing; standard error shows faults.
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        host, _, port = line.partition("://")[2].partition(" ")[0].rpartition(":")
        if not port:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.address = host, int(port)
        self._watched = psutil.Process(self._process.pid)
        if self._cpu is not None:
            self._watched.cpu_affinity([self._cpu])
        self._clock = ~self._process.pid << 3 | 2
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it as a service manager would."""
        self._process.terminate()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def cpu_s(self) -> float:
        """Return the processor time of all its threads so far, in seconds.

        ``psutil.cpu_times`` tells the same in steps of 10 ms; the clock of the process tells nanoseconds.
        """
        try:
            return time.clock_gettime(self._clock)
        except (AttributeError, OSError):  # not Linux
            times = self._watched.cpu_times()
            return float(times.user + times.system)

    def resident_octets(self) -> int:
        """Return how much memory it holds (RSS)."""
        return int(self._watched.memory_info().rss)
