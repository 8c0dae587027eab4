"""Our programs and those of others, as processes.

Where others' programs are is told by environment variables; they are built from their public source and are no part
of this repository (docs/interop.md):

    OPENESIM_LPAC             lpac
    OPENESIM_OSMO_SMDPP       osmo-smdpp.py of pySim
    OPENESIM_OSMO_CERTS       its folder of certificates, where not all it ships are in their time: see test_osmo_smdpp
    OPENESIM_PYSIM_CLIENT     contrib/es9p_client.py of pySim
    OPENESIM_PYSIM_PYTHON     Python with what pySim needs
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.main import app

OPENESIM = (sys.executable, "-c", "from openesim.apps.cli.main import main; main()")
HOST = "127.0.0.1"
WAIT_S = 60.0

_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "requests_ca_bundle", "curl_ca_bundle"}


def find_program(variable: str) -> Path:
    """Returns what an environment variable names; without it the test is skipped."""
    named = os.environ.get(variable)
    if not named:
        pytest.skip(f"{variable} names no program")
    path = Path(named)
    assert path.exists(), f"{variable}: {path} is not there"
    return path.absolute()  # not resolved: the Python of a virtual environment is a link


def environment(**more: str) -> dict[str, str]:
    """Returns the environment without proxies, which lpac would ask even for the loopback interface."""
    return {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES} | more


def openesim(*arguments: object, expect: int = 0) -> str:
    """Runs a command of ours and returns what it prints."""
    command = [*OPENESIM, *map(str, arguments)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


def openesim_json(*arguments: object, expect: int = 0) -> Any:
    """Runs a command of ours and returns the document it prints."""
    return json.loads(openesim(*arguments, "--json", expect=expect))


def look(*arguments: object) -> Any:
    """Returns the document of a command that only looks; called in this process, since it is asked so often."""
    found = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def lpa(card: Path, smdp: Smdp, *arguments: object, expect: int = 0) -> Any:
    """Runs our LPA against a server of ours and returns its object."""
    return openesim_json("lpa", "--card", card, "--trust", smdp.ci, *arguments, expect=expect)


# --- Our server -----------------------------------------------------------------------------------------------


@dataclass
class Smdp:
    """``openesim serve`` with its orders.

    Attributes:
        folder: holds ``pki``, ``data``, the package and order files.
        fqdn: name of the server.
        port: where it listens; the same after a restart.
        process: it, while it runs.
        inside: what stands before the command, where it is to run in namespaces of others.
    """

    folder: Path
    fqdn: str = HOST
    port: int = 0
    process: subprocess.Popen[str] | None = None
    options: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Address with the port, as it stands in activation codes here."""
        return f"{self.fqdn}:{self.port}"

    @property
    def ci(self) -> Path:
        """Certificate of the CI."""
        return self.folder / "pki" / "nist" / "ci.pem"

    def start(self) -> None:
        """Starts the server and waits until it says that it listens."""
        command = [*self.inside, *OPENESIM, "serve"]
        command += ["--data", str(self.folder / "data"), "--pki", str(self.folder / "pki")]
        command += ["--fqdn", self.fqdn, "--es9", f"{HOST}:{self.port}", *self.options]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.match(r"es9 listening on https://127\.0\.0\.1:(\d+) ", said)
        assert found, (said, (self.folder / "log").read_text())
        self.port = int(found.group(1))

    def stop(self, *, kill: bool = False) -> None:
        """Ends the server, with SIGKILL if asked for."""
        if self.process is None:
            return
        with self.process as process:
            process.kill() if kill else process.terminate()
            process.wait(WAIT_S)
        self.process = None

    def restart(self) -> None:
        """Kills the server without warning and starts it again."""
        self.stop(kill=True)
        self.start()

    def order(self, **fields: object) -> dict[str, Any]:
        """Imports an order and returns it."""
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        file = self.folder / "order.toml"
        file.write_text("\n".join(["[[order]]", 'profile = "testland.der"', *lines]))
        (made,) = openesim_json("order", "import", file, "--data", self.folder / "data")
        return dict(made)

    def show(self, which: object) -> dict[str, Any]:
        """Returns an order as ``openesim order show`` tells it, once what was acknowledged has been read."""
        before: dict[str, Any] | None = None
        for _ in range(10):
            now: dict[str, Any] = look("order", "show", which, "--data", self.folder / "data")
            if now == before:
                break
            before = now
        return now

    def states(self, which: object) -> tuple[str, str | None]:
        """Returns state of the order and state on the chip."""
        order = self.show(which)
        return order["state"], order["chip_state"]


@contextmanager
def serving(
    folder: Path, package: bytes, fqdn: str = HOST, *options: str, inside: tuple[str, ...] = ()
) -> Iterator[Smdp]:
    """Runs a server on a folder with a PKI."""
    (folder / "testland.der").write_bytes(package)
    smdp = Smdp(folder, fqdn, options=options, inside=inside)
    smdp.start()
    try:
        yield smdp
    finally:
        smdp.stop()


def chip_states(card: Path) -> dict[str, str]:
    """Returns the state of every profile on a chip, by ICCID."""
    profiles = look("euicc", "show", card)["profiles"]
    return {profile["iccid"]: profile["state"] for profile in profiles}


def waiting(card: Path) -> list[tuple[int, str]]:
    """Returns number and event of every notification on a chip."""
    shown = look("euicc", "show", card)
    return [(one["seq_number"], one["event"]) for one in shown["notifications"]]


# --- lpac -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What lpac says in the end."""

    is_done: bool
    message: str
    data: Any


class CardDied(Exception):
    """Raised by a hook: chip and LPA lose power here."""


@dataclass
class Lpac:
    """lpac on a software card behind ``openesim euicc stdio``.

    Attributes:
        program: lpac.
        card: file of the chip.
        block_size: octets in one STORE DATA.
        hooks: by octets that a command begins with (hex): what happens before the chip sees it.
    """

    program: Path
    card: Path
    block_size: int = 120
    hooks: Mapping[str, Callable[[], None]] = field(default_factory=dict)

    def __call__(self, *words: object, expect: bool = True) -> Told:
        """Runs a command of lpac and returns what it says; it must have succeeded, or not."""
        more = {"LPAC_APDU": "stdio", "LPAC_HTTP": "curl", "LPAC_CUSTOM_ES10X_MSS": str(self.block_size)}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with (
            subprocess.Popen([*OPENESIM, "euicc", "stdio", str(self.card)], **pipes) as chip,
            subprocess.Popen(
                [self.program, *map(str, words)], env=environment(**more), stderr=subprocess.DEVNULL, **pipes
            ) as lpac,
        ):
            try:
                told = self._talk(lpac, chip)
            except CardDied:
                chip.kill()
                lpac.kill()
                return Told(is_done=False, message="died", data=None)
        assert told is not None, "lpac says nothing in the end"
        assert told.is_done is expect, told
        return told

    def _talk(self, lpac: subprocess.Popen[str], chip: subprocess.Popen[str]) -> Told | None:
        """Carries lines between the two until lpac ends."""
        told = None
        assert lpac.stdout
        for line in lpac.stdout:
            message = json.loads(line)
            payload = message["payload"]
            if message["type"] == "apdu":
                self._hook(payload.get("param") or "")
                _write(chip.stdin, line)
                assert chip.stdout
                _write(lpac.stdin, chip.stdout.readline())
            elif message["type"] == "lpa":
                told = Told(payload["code"] == 0, payload["message"], payload["data"])
        return told

    def _hook(self, apdu: str) -> None:
        for begins, hook in self.hooks.items():
            if apdu[10:].startswith(begins):
                hook()


def _write(pipe: IO[str] | None, line: str) -> None:
    assert pipe
    with suppress(BrokenPipeError):  # the reader has said why
        pipe.write(line)
        pipe.flush()


# --- osmo-smdpp -----------------------------------------------------------------------------------------------


@contextmanager
def osmo_smdpp(*options: str) -> Iterator[int]:
    """Runs osmo-smdpp on the loopback interface and gives its port."""
    program, python = find_program("OPENESIM_OSMO_SMDPP"), find_program("OPENESIM_PYSIM_PYTHON")
    with socket.create_server((HOST, 0)) as spare:
        port: int = spare.getsockname()[1]
    # Its option for the interface counts without TLS only; with TLS the port is a piece of a Twisted endpoint.
    place = ["-H", HOST, "-p", str(port)] if "--nossl" in options else ["-p", f"{port}:interface={HOST}"]
    command = [str(python), "-u", str(program), *place, *options]
    with subprocess.Popen(
        command,
        cwd=program.parent,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        assert process.poll() is None, "osmo-smdpp has ended"
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
            return
        time.sleep(0.1)
    raise TimeoutError("osmo-smdpp does not listen")
