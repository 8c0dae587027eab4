"""A server of the demo: ``openesim serve`` in a process of its own, found by what it says, ended by its pid."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from openesim.apps.demo.programs import OPENESIM, Program

_ANNOUNCED: Final = "^{} listening on https?://([0-9.]+):([0-9]+) "
_ANY: Final = _ANNOUNCED.format("[a-z0-9]+")
_FAULTS: Final = {"error", "critical", "exception"}


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What a server is started with.

    Attributes:
        folder: where its log goes.
        data: folder of its database.
        pki: PKI folder.
        fqdn: name under which it is called.
        listeners: what it listens with beside ES9+, such as ``desks``.
    """

    folder: Path
    data: Path
    pki: Path
    fqdn: str
    listeners: tuple[str, ...] = ()


class ServerProcess(Program):
    """One running ``openesim serve`` on free ports of the loopback interface."""

    def __init__(self, plan: ServerPlan) -> None:
        """Start the process; ``wait`` and ``place`` tell when it listens."""
        command = [*OPENESIM, "serve", "--data", str(plan.data), "--pki", str(plan.pki)]
        command += ["--fqdn", plan.fqdn]
        for name in ("es9", *plan.listeners):
            command += [f"--{name}", "127.0.0.1:0"]
        super().__init__("the server", command, plan.folder / "server.log")

    def wait(self) -> tuple[str, int]:
        """Return host and port for phones once the server listens.

        Raises:
            OpenEsimError: it ended, or did not listen in time.
        """
        return self.place("es9")

    def place(self, listener: str) -> tuple[str, int]:
        """Return host and port of a listener once it listens.

        Raises:
            OpenEsimError: the server ended, or did not listen in time.
        """
        found = self.wait_until_said(_ANNOUNCED.format(listener))
        return found[1], int(found[2])

    def faults(self) -> list[str]:
        """Return the lines of the log that tell of something that should not have happened."""
        return [line for line in self.log_tail(sys.maxsize) if is_fault(line)]


def is_fault(line: str) -> bool:
    """Tell whether a line of a log is an error, or nothing of ours at all (a warning or traceback of Python)."""
    if re.match(_ANY, line):
        return False
    try:
        event = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return True
    return not isinstance(event, dict) or event.get("level") in _FAULTS
