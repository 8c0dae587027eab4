"""Server processes on one database, killed and started again, and a receiver of what they tell the operator."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

FQDN = "smdp.example.com"
_PROGRAM = "from openesim.apps.cli.main import main; main()"


class ServerProcess:
    """``openesim serve`` on a port of its own, with its log in a file."""

    def __init__(self, data: Path, pki: Path, log: Path) -> None:
        self._command = [
            *(sys.executable, "-c", _PROGRAM, "serve", "--data", str(data), "--pki", str(pki)),
            *("--fqdn", FQDN, "--es9", "127.0.0.1:0", "--plain-http"),
        ]
        self._log = log
        self.port = 0
        self.starts = 0

    def start(self) -> None:
        """Starts it, and returns when it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "listening on" in line, (line, self._log.read_text()[-2000:])
        self.port = int(line.partition("://")[2].partition(" ")[0].rpartition(":")[2])
        self.starts += 1

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self._process.kill()
        self._reap()

    def terminate(self) -> int:
        """Ends it as a service manager would, and returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        code = self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    @property
    def is_running(self) -> bool:
        """Whether it lives."""
        return self._process.poll() is None

    def resident_octets(self) -> int:
        """Returns how much memory it holds (RSS)."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def cpu_s(self) -> float:
        """Returns the processor time of it so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)


def faults_in(log: Path) -> list[str]:
    """Returns what a server could not answer, each kind once: the database that was cut off is left out."""
    faults: dict[str, None] = {}
    for line in log.read_text(errors="replace").splitlines():
        if '"level": "error"' not in line and '"level":"error"' not in line:
            continue
        event = json.loads(line)
        cause = str(event.get("exception", event.get("fault", ""))).strip().splitlines()[-1:]
        if "PeerError" not in "".join(cause):
            faults[f"{event['event']}: {''.join(cause)}"] = None
    return list(faults)


class Receiver:
    """An operator's machine that webhooks are told to; it remembers what it was told of each profile, in order."""

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.messages = 0
        receiver, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    receiver.messages += 1
                    receiver.told.setdefault(body["data"]["iccid"], []).append(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass  # a caller that was killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/events"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
