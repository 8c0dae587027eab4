"""A server of the demo: ``openesim serve`` in a process of its own, found by what it says, ended by its pid."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from openesim.kernel.errors import OpenEsimError

START_LIMIT_S: Final = 30.0
STOP_LIMIT_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.02
_ANNOUNCED: Final = re.compile(r"^es9 listening on https://([0-9.]+):([0-9]+) ", re.MULTILINE)
_PROGRAM: Final = "from openesim.apps.cli.main import main; main()"
_FAULTS: Final = {"error", "critical", "exception"}


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What a server is started with.

    Attributes:
        folder: where its log goes.
        data: folder of its database.
        pki: PKI folder.
        fqdn: name under which it is called.
    """

    folder: Path
    data: Path
    pki: Path
    fqdn: str


class ServerProcess:
    """One running ``openesim serve`` on a free port of the loopback interface."""

    def __init__(self, plan: ServerPlan) -> None:
        """Start the process; ``wait`` tells when it listens."""
        self.log = plan.folder / "server.log"
        self._said = plan.folder / "server.out"
        arguments = ["serve", "--data", str(plan.data), "--pki", str(plan.pki), "--fqdn", plan.fqdn]
        arguments += ["--es9", "127.0.0.1:0"]
        with self.log.open("wb") as log, self._said.open("wb") as said:
            # In a session of its own: Ctrl-C reaches the demo alone, which then ends its servers in order.
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-P", "-c", _PROGRAM, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def wait(self) -> tuple[str, int]:
        """Return host and port once the server listens.

        Raises:
            OpenEsimError: it ended, or did not listen in time.
        """
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            found = _ANNOUNCED.search(self._said.read_text(encoding="utf-8"))
            if found:
                return found[1], int(found[2])
            if self._process.poll() is not None:
                raise OpenEsimError(f"the server ended with exit code {self._process.returncode}")
            time.sleep(_LOOK_AGAIN_S)
        raise OpenEsimError(f"the server did not listen within {START_LIMIT_S:.0f} s")

    def stop(self) -> int:
        """End the process, by force if it does not end when told to, and return its exit code; safe to repeat."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def log_tail(self, count: int) -> list[str]:
        """Return the last lines of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]

    def faults(self) -> list[str]:
        """Return the lines of the log that tell of something that should not have happened."""
        return [line for line in self.log_tail(sys.maxsize) if is_fault(line)]


def is_fault(line: str) -> bool:
    """Tell whether a line of a log is an error, or no event of ours at all (a warning or traceback of Python)."""
    try:
        event = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return True
    return not isinstance(event, dict) or event.get("level") in _FAULTS
