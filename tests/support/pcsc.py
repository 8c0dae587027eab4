"""Debian's pcscd with vsmartcard's virtual reader, where nobody else sees it.

vpcd listens on all addresses and pcscd's socket has one place for the whole machine. So both run in namespaces of their
own: a network with nothing but its loopback interface, and a file system with an empty /run. Programs that are
to see the readers run in there, too:

    with virtual_readers() as readers, readers.insert(card):
        readers.run("opensc-tool", "--atr")

Nothing of pcscd has to run on the machine, and several of these can run side by side.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

OPENESIM = (sys.executable, "-c", "from openesim.apps.cli.main import main; main()")
WAIT_S = 60.0
FIRST_READER = "Virtual PCD 00 00"

needs_readers = [
    pytest.mark.system("pcscd", "pcscd"),
    pytest.mark.system("vsmartcard-vpcd", "vpcd-config"),
    pytest.mark.system("util-linux", "nsenter"),
    pytest.mark.system("iproute2", "ip"),
]
"""Marks of a test that uses ``virtual_readers``: ``pytestmark = needs_readers``."""

_ROOM = """
set -e
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir /run/pcscd
exec pcscd --foreground --error
"""


@dataclass
class Readers:
    """A running pcscd with two virtual readers.

    Attributes:
        process: pcscd; it holds the namespaces.
    """

    process: subprocess.Popen[bytes]

    @property
    def inside(self) -> tuple[str, ...]:
        """What stands before a command so that it runs in there."""
        user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return (
            "nsenter",
            "--target",
            str(self.process.pid),
            *user,
            "--net",
            "--mount",
            f"--wd={Path.cwd()}",
            "--",
        )

    def run(self, *words: object, expect: int | None = 0, given: str = "") -> str:
        """Runs a program in there and returns what it prints on either stream."""
        done = subprocess.run(
            [*self.inside, *map(str, words)],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        assert expect is None or done.returncode == expect, done.stdout
        return done.stdout

    def openesim(self, *words: object, expect: int = 0) -> str:
        """Runs a command of ours in there and returns what it prints on standard output."""
        command = [*self.inside, *OPENESIM, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT_S)
        assert done.returncode == expect, done.stderr
        return done.stdout

    @contextmanager
    def insert(self, card: Path) -> Iterator[subprocess.Popen[str]]:
        """Puts the chip of a file into the first reader; it is in when the block begins, and out behind it."""
        command = [*self.inside, *OPENESIM, "euicc", "vpcd", str(card)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                _read_until(process.stderr, "the card is in the reader")
                yield process
            finally:
                process.terminate()
                assert process.wait(WAIT_S) == 0
                assert process.stderr is not None
                process.stderr.close()


def _read_until(said: IO[str] | None, wanted: str) -> None:
    """Reads lines until one begins as wanted."""
    assert said is not None
    lines = []
    for line in said:
        if line.startswith(wanted):
            return
        lines.append(line)
    raise AssertionError("".join(lines))


@contextmanager
def virtual_readers() -> Iterator[Readers]:
    """Runs pcscd in namespaces of its own; skips the test where the system gives none away."""
    own = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no namespaces away (unshare --net --mount)")
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen([*own, "sh", "-c", _ROOM], stdout=log, stderr=log) as process,
    ):
        readers = Readers(process)
        try:
            _wait_for_socket(readers, log)
            yield readers
        finally:
            process.terminate()
            process.wait(WAIT_S)


def _wait_for_socket(readers: Readers, log: IO[bytes]) -> None:
    """Waits until pcscd has made its socket."""
    seen = Path("/proc", str(readers.process.pid), "root", "run", "pcscd", "pcscd.comm")
    while not seen.exists():
        if readers.process.poll() is not None:
            log.seek(0)
            raise AssertionError(log.read().decode(errors="replace"))
        with suppress(subprocess.TimeoutExpired):
            readers.process.wait(0.05)
