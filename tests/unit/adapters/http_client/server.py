"""A small HTTP server on the loopback interface that answers as it is told and writes down what it was asked."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from openesim.adapters.keystore.tls import TlsMaterial
from openesim.security.pki.world import Issued


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Server:
    """A running server: where it is, what it answers, what it was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False
    cuts_short: bool = False
    delay_s: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    server_names: list[str | None] = field(default_factory=list)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def _handler(told: Server, shown: list[bytes | None] | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            told.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(told.delay_s)
            if shown is not None and isinstance(self.connection, ssl.SSLSocket):
                shown.append(self.connection.getpeercert(binary_form=True))
            told.asked.append(Asked(self.path, dict(self.headers), body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for at in range(0, len(told.body), 1000):
                    piece = told.body[at : at + 1000]
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            elif told.status != 204:
                self.send_header("Content-Length", str(len(told.body) + 100 * told.cuts_short))
                self.end_headers()
                self.wfile.write(told.body)
                self.close_connection = told.cuts_short
            else:
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Connections that a test breaks are no news."""


@contextmanager
def serve(
    leaf: Issued | None = None,
    *,
    curve: str | None = None,
    client_ca: bytes | None = None,
    shown: list[bytes | None] | None = None,
) -> Iterator[Server]:
    """Run a server, with TLS if it has a certificate; clients show theirs where there is a CA to believe them by."""
    told = Server()
    with _Quiet(("127.0.0.1", 0), _handler(told, shown)) as http:
        told.port = http.server_address[1]
        if leaf is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            TlsMaterial(leaf).load_into(context)
            if client_ca is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(cadata=client_ca)
            if curve:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ecdh_curve(curve)
            context.sni_callback = lambda _socket, name, _context: told.server_names.append(name)
            http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            http.shutdown()
            thread.join()
