"""Posting to webhooks: only to the internet, to the very address that was looked at, and no further."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from openesim.adapters.http_client import webhooks
from openesim.adapters.http_client.webhooks import WebhookHttpClient, is_public
from openesim.kernel.errors import NotFoundError, PeerError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from openesim.security.crypto.curves import Curve
from openesim.security.pki.profiles import DP_TLS
from openesim.security.pki.world import issue_tls_leaf, make_world
from tests.unit.adapters.http_client.server import serve

HEADERS = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}


@pytest.mark.parametrize("place", ["1.1.1.1", "8.8.8.8", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(place: str) -> None:
    assert is_public(place)


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "no address",
    ],
)
def test_private_addresses_are_none_in_whatever_clothes(place: str) -> None:
    assert not is_public(place)


@pytest.mark.sockets
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_nobody_is_posted_to_in_here(host: str) -> None:
    with serve() as server, pytest.raises(PeerError) as refused:
        WebhookHttpClient().post(f"http://{host}:{server.port}/", HEADERS, b"{}")
    assert server.asked == []
    assert server.connections == 0
    assert outcome_of(refused.value) in {LpaOutcome.CONNECTION_FAILED, LpaOutcome.NAME_UNKNOWN}


@pytest.mark.sockets
def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it is looked at, private when it is connected to: the second look never happens."""
    looks: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
        looks.append(str(host))
        if host == "rebinding.example.com":
            assert len(looks) == 1
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, port, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serve() as server:
        WebhookHttpClient(allow_private=True).post(
            f"http://rebinding.example.com:{server.port}/", HEADERS, b"{}"
        )
    assert looks[0] == "rebinding.example.com"
    assert set(looks[1:]) <= {"127.0.0.1"}
    assert server.asked[0].headers["Host"] == f"rebinding.example.com:{server.port}"


@pytest.mark.sockets
def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(PeerError, match="not public"):
        WebhookHttpClient().post("https://two.example.com/", HEADERS, b"{}")


@pytest.mark.sockets
def test_a_message_arrives_with_its_headers_and_its_octets() -> None:
    with serve() as server:
        server.answer(204)
        WebhookHttpClient(allow_private=True).post(
            f"http://localhost:{server.port}/a?b=c", HEADERS, b'{"a":1}'
        )
    asked = server.asked[0]
    assert (asked.path, asked.body) == ("/a?b=c", b'{"a":1}')
    assert {name: asked.headers[name] for name in HEADERS} == HEADERS
    assert asked.headers["Content-Type"] == "application/json"


@pytest.mark.sockets
def test_the_certificate_must_be_the_names() -> None:
    now = datetime.now(UTC)
    world = make_world(Curve.P256, os.urandom, now)
    leaf = issue_tls_leaf(world["ci"], ("localhost",), os.urandom, now, DP_TLS)
    client = WebhookHttpClient((world["ci"].certificate.octets,), allow_private=True)
    with serve(leaf) as server:
        client.post(f"https://localhost:{server.port}/", HEADERS, b"{}")
        with pytest.raises(PeerError) as refused:
            client.post(f"https://127.0.0.1:{server.port}/", HEADERS, b"{}")
        with pytest.raises(PeerError) as unknown:
            WebhookHttpClient(allow_private=True).post(f"https://localhost:{server.port}/", HEADERS, b"{}")
    assert server.server_names[0] == "localhost"
    assert outcome_of(refused.value) is LpaOutcome.TLS_NAME_MISMATCH
    assert outcome_of(unknown.value) is LpaOutcome.TLS_UNKNOWN_CA
    assert len(server.asked) == 1


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, LpaOutcome.REDIRECTED),
        (307, LpaOutcome.REDIRECTED),
        (400, LpaOutcome.REQUEST_REJECTED),
        (429, LpaOutcome.SERVER_BUSY),
        (500, LpaOutcome.SERVER_FAILED),
    ],
)
def test_what_is_no_success_is_a_fault_and_redirects_are_not_followed(
    status: int, outcome: LpaOutcome
) -> None:
    with serve() as server, serve() as elsewhere:
        server.answer(status, b"no", Location=f"http://127.0.0.1:{elsewhere.port}/", Retry_After="7")
        with pytest.raises(PeerError) as refused:
            WebhookHttpClient(allow_private=True).post(f"http://localhost:{server.port}/", HEADERS, b"{}")
    assert outcome_of(refused.value) is outcome
    assert refused.value.retry_after == 7
    assert elsewhere.asked == []


@pytest.mark.sockets
def test_one_who_is_gone_says_so() -> None:
    with serve() as server:
        server.answer(410)
        with pytest.raises(NotFoundError, match="410"):
            WebhookHttpClient(allow_private=True).post(f"http://localhost:{server.port}/", HEADERS, b"{}")


@pytest.mark.sockets
def test_an_answer_without_end_is_read_no_further() -> None:
    with serve() as server:
        server.answer(200, b"x" * (8 << 20))
        WebhookHttpClient(allow_private=True).post(f"http://localhost:{server.port}/", HEADERS, b"{}")


@pytest.mark.sockets
def test_who_drips_his_answer_octet_by_octet_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_IN_ALL_S", 0.3)
    drips = 0

    def drip(listening: socket.socket) -> None:
        nonlocal drips
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            for octet in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000:
                connection.sendall(bytes([octet]))
                drips += 1
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(PeerError):
            WebhookHttpClient(allow_private=True).post(f"http://localhost:{port}/", HEADERS, b"{}")
    thread.join(5)
    assert 0 < drips < 20
