"""A server that is not there, or that answers something else than was asked for, is told."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.demo.web import Web
from openesim.apps.wiring import server_tls
from openesim.kernel.errors import OpenEsimError, PeerError

FQDN = "smdp.example.com"

pytestmark = pytest.mark.sockets


@pytest.fixture
def pki(tmp_path: Path) -> PkiFolder:
    """A test world."""
    init_pki(tmp_path, os.urandom, datetime.now(UTC))
    return PkiFolder(tmp_path, datetime.now(UTC))


class Clumsy(BaseHTTPRequestHandler):
    """Answers every page with a fault and every call with no document."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def place(pki: PkiFolder) -> Iterator[tuple[str, int]]:
    """Where a server listens over TLS."""
    server = HTTPServer(("127.0.0.1", 0), Clumsy)
    context: ssl.SSLContext = server_tls(pki, FQDN)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_no_page_and_no_document_is_told(pki: PkiFolder, place: tuple[str, int]) -> None:
    web = Web(pki, FQDN, place)
    with pytest.raises(PeerError, match="404"):
        web.get("/", {})
    with pytest.raises(PeerError, match="no document"):
        web.post("/", {}, {})


def test_a_server_under_another_name_is_not_believed(pki: PkiFolder, place: tuple[str, int]) -> None:
    with pytest.raises(OpenEsimError, match="CERTIFICATE_VERIFY_FAILED"):
        Web(pki, "smdp.other.example", place).get("/", {})


def test_a_server_that_is_not_there_is_told(pki: PkiFolder) -> None:
    with pytest.raises(OpenEsimError, match="refused"):
        Web(pki, FQDN, ("127.0.0.1", 1)).get("/", {})
