"""Several processes of one server: nobody is turned away while they are renewed, and none outlives its parent."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore.files import init_pki

pytestmark = pytest.mark.sockets

HOST, WAIT_S = "127.0.0.1", 90.0
PATH = "/gsma/rsp2/es9plus/initiateAuthentication"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PKI folder."""
    folder = tmp_path_factory.mktemp("workers") / "pki"
    init_pki(folder, os.urandom, datetime.now(UTC))
    return folder


@dataclass
class Running:
    """A server with its workers.

    Attributes:
        process: the parent.
        log: file of its standard error.
        port: where it listens.
        files: that are closed with it.
    """

    process: subprocess.Popen[str]
    log: Path
    port: int = 0
    files: ExitStack = field(default_factory=ExitStack)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Returns the events of a name in the log."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def wait_for(self, name: str, count: int = 1) -> dict[str, Any]:
        """Waits until the log has so many events of a name, and returns the last of them."""
        end = time.monotonic() + WAIT_S
        while len(found := self.events(name)) < count:
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.02)
        return found[count - 1]

    def call(self) -> int:
        """Calls a function on a connection of its own, and returns the HTTP status."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=WAIT_S)
        try:
            connection.request("POST", PATH, "{}", {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def running(folder: Path, pki: Path, more: str = "") -> Iterator[Running]:
    """Runs a server with one worker on SQLite."""
    config = f'[serve]\nfqdn = "smdp.example.com"\npki = "{pki}"\nplain_http = true\nworkers = 1\n{more}\n'
    if "es9" not in more:
        config = config.replace("[serve]", f'[serve]\nes9 = "{HOST}:0"')
    (folder / "openesim.toml").write_text(config)
    log = folder / "log"
    with log.open("w") as errors:
        command = [sys.executable, "-c", "from openesim.apps.cli.main import main; main()", "serve"]
        process = subprocess.Popen(
            [*command, "--data", str(folder)], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        server = Running(process, log)
        if found := re.match(r"es9 listening on http://127\.0\.0\.1:(\d+) as smdp\.example\.com", said):
            server.port = int(found[1])
        else:
            assert said.startswith("es9 listening on unix:"), log.read_text()
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=WAIT_S)


def is_alive(pid: int) -> bool:
    """Tells whether a process works; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    """Waits until a process has ended."""
    end = time.monotonic() + WAIT_S
    while is_alive(pid):
        assert time.monotonic() < end, f"{pid} lives on"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_renewed_server_has_new_settings_and_has_turned_nobody_away(tmp_path: Path, pki: Path) -> None:
    with running(tmp_path, pki) as server:
        first = server.wait_for("worker ready")["pid"]
        kept = http.client.HTTPConnection(HOST, server.port, timeout=WAIT_S)
        stop, statuses = threading.Event(), []

        def ask() -> None:
            while not stop.is_set():
                statuses.append(server.call())

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            kept.request("POST", PATH, "{}")
            assert kept.getresponse().read()
            toml = tmp_path / "openesim.toml"
            toml.write_text(toml.read_text() + '[log]\nlevel = "debug"\naccess = true\n')
            server.process.send_signal(signal.SIGHUP)
            second = server.wait_for("worker ready", 2)["pid"]
            # The old one still answers who asks on a connection that was there, and in the end that it was the last time.
            is_last = False
            while not is_last:
                kept.request("POST", PATH, "{}")
                answer = kept.getresponse()
                assert answer.read()
                is_last = answer.getheader("connection") == "close"
            server.wait_for("workers renewed")
        finally:
            stop.set()
            asking.join(WAIT_S)
            kept.close()
        assert second != first
        assert not is_alive(first)
        assert statuses
        assert set(statuses) == {400}, "an empty request reaches the function, and is told that"
        assert server.call() == 400
        assert server.events("request"), "the new settings hold: a line a request"

        # What cannot be taken is told, and the worker goes on.
        toml.write_text("[serve]\nworkers = 'two'\n")
        server.process.send_signal(signal.SIGHUP)
        assert "has to be a whole number" in server.wait_for("workers not renewed")["fault"]
        assert server.call() == 400
        assert is_alive(second)


@pytest.mark.slow
def test_a_worker_that_dies_is_started_again_and_none_outlives_its_parent(tmp_path: Path, pki: Path) -> None:
    with running(tmp_path, pki) as server:
        first = server.wait_for("worker ready")["pid"]
        os.kill(first, signal.SIGKILL)
        assert server.wait_for("worker died")["code"] == -signal.SIGKILL
        # Who asks meanwhile waits in the socket, which is the parent's too.
        assert server.call() == 400
        second = server.wait_for("worker ready", 2)["pid"]
        server.process.kill()
        wait_until_gone(second)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, server.port), timeout=WAIT_S)


@pytest.mark.slow
def test_a_parent_that_dies_while_a_worker_begins_leaves_none(tmp_path: Path, pki: Path) -> None:
    with running(tmp_path, pki) as server:
        os.kill(server.wait_for("worker ready")["pid"], signal.SIGKILL)
        server.wait_for("worker died")
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        end = time.monotonic() + WAIT_S
        while not (begun := [int(pid) for pid in children.read_text().split() if is_alive(int(pid))]):
            assert time.monotonic() < end
            time.sleep(0.01)
        server.process.kill()
        for pid in begun:
            wait_until_gone(pid)


def test_the_service_manager_is_told_and_the_socket_file_goes_with_the_server(
    tmp_path: Path, pki: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, pytest.MonkeyPatch.context() as patch:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(WAIT_S)
        patch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with running(tmp_path, pki, 'es9 = "unix:es9.sock"') as server:
            assert manager.recv(100) == b"READY=1"
            assert (tmp_path / "es9.sock").stat().st_mode & 0o777 == 0o660
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(tmp_path / "es9.sock"))
                peer.sendall(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
                assert peer.recv(100).startswith(b"HTTP/1.1 404")
            server.process.terminate()
            assert manager.recv(100) == b"STOPPING=1"
            assert server.process.wait(WAIT_S) == 0
        assert not (tmp_path / "es9.sock").exists()


def test_a_server_that_cannot_begin_says_why_and_ends(tmp_path: Path, pki: Path) -> None:
    (pki.parent / "empty" / "nist").mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-c",
        "from openesim.apps.cli.main import main; main()",
        "serve",
        "--workers",
        "1",
    ]
    command += ["--data", str(tmp_path), "--pki", str(pki.parent / "empty"), "--fqdn", "a.example"]
    done = subprocess.run(
        [*command, "--es9", f"{HOST}:0"], capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert done.returncode == 2, done.stderr
    assert "holds no SM-DP+ identity" in done.stderr
    assert not done.stdout


def test_the_wait_for_a_load_balancer_is_cut_short_by_a_second_signal(tmp_path: Path, pki: Path) -> None:
    with socket.create_server((HOST, 0)) as spare:
        ops = spare.getsockname()[1]
    more = f'drain_s = 600\n[ops]\nlisten = "{HOST}:{ops}"'
    with running(tmp_path, pki, more) as server:
        server.process.terminate()
        end = time.monotonic() + WAIT_S
        while (status := _readiness(ops)) != 503:
            assert time.monotonic() < end, status
        assert server.call() == 400, "it goes on as before"
        server.process.terminate()
        assert server.process.wait(WAIT_S) == 0


def _readiness(port: int) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=WAIT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    finally:
        connection.close()
