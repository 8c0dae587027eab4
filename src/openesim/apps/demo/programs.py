"""Programs of a run: started with a log, found ready by what they say, ended by their pid."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openesim.kernel.errors import OpenEsimError

OPENESIM: Final = (sys.executable, "-P", "-c", "from openesim.apps.cli.main import main; main()")
"""Words before those of a command of ours."""

START_LIMIT_S: Final = 30.0
STOP_LIMIT_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.02


class Program:
    """One program that runs until it is told to end."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        """Start it.

        Args:
            name: what people call it.
            command: program and arguments.
            log: new file, to which both its streams go.
        """
        self.name = name
        self.log = log
        with log.open("wb") as file:
            # In a session of its own: Ctrl-C reaches us alone, and we end what we started in order.
            self._process = subprocess.Popen(  # noqa: S603 (the commands are ours)
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def wait_until_said(self, pattern: str) -> re.Match[str]:
        """Return what matches in its log, once it is there.

        Raises:
            OpenEsimError: the program ended before, or did not say it in time.
        """
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            found = re.search(pattern, self._text(), re.MULTILINE)
            if found:
                return found
            self._require_running()
            time.sleep(_LOOK_AGAIN_S)
        raise OpenEsimError(f"{self.name} was not ready within {START_LIMIT_S:.0f} s")

    def wait_for_file(self, path: Path) -> None:
        """Return once a file is there.

        Raises:
            OpenEsimError: the program ended before, or did not make it in time.
        """
        deadline = time.monotonic() + START_LIMIT_S
        while not path.exists():
            self._require_running()
            if time.monotonic() > deadline:
                raise OpenEsimError(f"{self.name} was not ready within {START_LIMIT_S:.0f} s")
            time.sleep(_LOOK_AGAIN_S)

    def stop(self) -> int:
        """End it, by force if it does not end when told to, and return its exit code; safe to repeat."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def log_tail(self, count: int) -> list[str]:
        """Return the last lines of the log."""
        return self._text().splitlines()[-count:]

    def _text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _require_running(self) -> None:
        """Refuse to wait for a program that has ended.

        Raises:
            OpenEsimError: it has.
        """
        if self._process.poll() is not None:
            raise OpenEsimError(
                f"{self.name} ended with exit code {self._process.returncode}: {' '.join(self.log_tail(3))}"
            )
