"""Our own programs, as processes of their own, in a folder with a test world and a stock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from openesim.adapters.keystore.files import init_pki
from openesim.apps.cli.main import app
from openesim.apps.demo.programs import Program
from openesim.kernel.errors import OpenEsimError
from tests.support.rig import package_octets

FQDN = "smdpplus.example.com"
WAIT_S = 30.0
PROGRAM = (sys.executable, "-c", "from openesim.apps.cli.main import main; main()")


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """Returns what the condition returns, once it is true."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {WAIT_S:.0f} s: {what}")


def openesim(*arguments: object, exit_code: int = 0) -> Result:
    """Runs a command of ours to its end, in this process: an interpreter of its own takes its time."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(result.exception, OpenEsimError):
        raise result.exception
    assert result.exit_code == exit_code, f"{arguments}: {result.output} {result.exception}"
    return result


def read_json(*arguments: object) -> Any:
    """Returns the document that a command of ours prints with --json."""
    return json.loads(openesim(*arguments, "--json").stdout)


def run_program(*arguments: object) -> str:
    """Returns what a command of ours prints, in a process of its own."""
    words = [*PROGRAM, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass
class Scene:
    """A folder with a test world, and the programs that run in it."""

    folder: Path
    programs: list[Program] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pki, self.data = self.folder / "pki", self.folder / "data"
        init_pki(self.pki, os.urandom, datetime.now(UTC))
        (self.folder / "testland.der").write_bytes(package_octets())

    def start(self, name: str, *arguments: object) -> Program:
        """Starts one of our programs."""
        log = self.folder / f"{name}-{len(self.programs)}.log"
        program = Program(name, [*PROGRAM, *map(str, arguments)], log)
        self.programs.append(program)
        return program

    def serve(self, *options: object) -> tuple[Program, int, int]:
        """Starts the server; returns it with its ports of ES9+ and ES2+."""
        listen = ("--es9", "127.0.0.1:0", "--es2", "127.0.0.1:0")
        server = self.start(
            "serve", "serve", "--data", self.data, "--pki", self.pki, "--fqdn", FQDN, *listen, *options
        )
        ports = [
            int(server.wait_until_said(rf"^{name} listening on \S+:(\d+) ").group(1))
            for name in ("es9", "es2")
        ]
        return server, ports[0], ports[1]

    def receive(self, *options: object, port: int = 0) -> tuple[Program, int]:
        """Starts a receiver of call-backs; returns it with its port."""
        place = f"127.0.0.1:{port}"
        receiver = self.start(
            "receive", "es2", "receive", "--listen", place, "--pki", self.pki, "--json", *options
        )
        return receiver, int(receiver.wait_until_said(r"heard on https://\S+:(\d+) as").group(1))

    def kill(self, program: Program) -> None:
        """Ends a program as a power failure would."""
        os.kill(program.pid, signal.SIGKILL)
        program.stop()


def told(receiver: Program) -> list[dict[str, Any]]:
    """Returns what a receiver has printed of the calls that it has answered."""
    lines = receiver.log.read_text(encoding="utf-8").splitlines()
    calls = [json.loads(line) for line in lines if line.startswith("{")]
    return [call for call in calls if call["answer"] != "arrived"]


@contextmanager
def a_scene(folder: Path) -> Iterator[Scene]:
    """Gives a scene and ends its programs."""
    scene = Scene(folder)
    try:
        yield scene
    finally:
        for program in scene.programs:
            with suppress(ProcessLookupError):
                program.stop()
