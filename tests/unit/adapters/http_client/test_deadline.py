"""A call ends in its time, wherever the other side drips: greeting, header or body."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from openesim.adapters.http_client import webhooks
from openesim.adapters.http_client.json_calls import JsonCalls
from openesim.adapters.http_client.webhooks import WebhookHttpClient
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.kernel.errors import PeerError
from tests.support.answering import Said, answer
from tests.support.verifying import localhost, options

pytestmark = pytest.mark.sockets

IN_ALL_S, MOST_S = 0.5, 3.0


@contextmanager
def dripping(octets: bytes) -> Iterator[int]:
    """A server that sends octets, one every tenth of a second, whatever it is told; gives its port."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with suppress(OSError), listening.accept()[0] as connection:
                for octet in octets:
                    connection.sendall(bytes([octet]))
                    if over.wait(0.1):
                        return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


def ends_soon(call: Callable[[], object]) -> PeerError:
    began = time.monotonic()
    with pytest.raises(PeerError) as refused:
        call()
    assert time.monotonic() - began < MOST_S
    return refused.value


def test_a_greeting_of_tls_that_drips_ends() -> None:
    """A handshake record that is announced and comes octet by octet."""
    with dripping(b"\x16\x03\x03\x40\x00" + b"\x02" * 200) as port:
        calls = JsonCalls("oidc:bank", options(in_all_s=IN_ALL_S))
        error = ends_soon(lambda: calls.get(f"https://localhost:{port}/"))
    assert trouble_of(error) is Trouble.UNREACHABLE


def test_headers_that_drip_end() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50) as port:
        calls = JsonCalls("oidc:bank", options(in_all_s=IN_ALL_S, is_plain=True))
        ends_soon(lambda: calls.get(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_body_that_drips_ends_where_the_answer_is_the_last_of_its_connection(is_plain: bool) -> None:
    said = Said(body=b"x" * 60, pause_s=0.1)
    with answer(lambda _: said, None if is_plain else localhost()[0]) as (port, _):
        calls = JsonCalls("oidc:bank", options(in_all_s=IN_ALL_S, is_plain=is_plain))
        ends_soon(lambda: calls.get(f"{'http' if is_plain else 'https'}://localhost:{port}/"))


def test_a_webhook_that_drips_its_last_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_IN_ALL_S", IN_ALL_S)
    said = Said(status=500, body=b"x" * 60, pause_s=0.1)
    with answer(lambda _: said) as (port, _):
        client = WebhookHttpClient(allow_private=True)
        ends_soon(lambda: client.post(f"http://localhost:{port}/", {}, b"{}"))


def test_no_thread_and_no_socket_stays_behind() -> None:
    with answer(lambda _: Said(), localhost()[0]) as (port, _):
        calls = JsonCalls("oidc:bank", options(in_all_s=60.0))
        calls.get(f"https://localhost:{port}/")
    import threading

    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
