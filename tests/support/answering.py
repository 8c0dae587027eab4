"""A server on the loopback interface that answers as a function says, octet by octet if need be."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from openesim.adapters.keystore.tls import TlsMaterial
from openesim.security.pki.world import Issued


@dataclass
class Heard:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Said:
    """What is answered: the body in pieces with a pause between them."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    pause_s: float = 0.0
    length: int | None = None


Answering = Callable[[Heard], Said]


def _handler(answering: Answering, heard: list[Heard]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            request = Heard(self.command, self.path, dict(self.headers), body)
            heard.append(request)
            said = answering(request)
            self.send_response(said.status)
            self.send_header("Content-Type", said.media_type)
            self.send_header("Content-Length", str(len(said.body) if said.length is None else said.length))
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not said.pause_s:
                self.wfile.write(said.body)
                return
            with suppress(OSError):
                for octet in said.body:
                    self.wfile.write(bytes([octet]))
                    self.wfile.flush()
                    time.sleep(said.pause_s)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Connections that a test breaks are no news."""


@contextmanager
def answer(
    answering: Answering, leaf: Issued | None = None, client_ca: bytes | None = None
) -> Iterator[tuple[int, list[Heard]]]:
    """Runs the server, with TLS if it has a certificate; gives its port and what it heard."""
    heard: list[Heard] = []
    with _Quiet(("127.0.0.1", 0), _handler(answering, heard)) as http:
        if leaf is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            TlsMaterial(leaf).load_into(context)
            if client_ca is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(cadata=client_ca)
            http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield http.server_address[1], heard
        finally:
            http.shutdown()
            thread.join()
