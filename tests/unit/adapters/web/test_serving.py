"""An ASGI application on real sockets, as a guest in an event loop that is there."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from openesim.adapters.web.limits import TimeLimit
from openesim.adapters.web.serving import WebServer
from tests.support.fixtures import captured_logs
from tests.support.rig import new_runner

pytestmark = pytest.mark.sockets
HOST = "127.0.0.1"


async def greet(scope: Any, _receive: Any, send: Any) -> None:
    """Answers with the path, slowly where it is asked to."""
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@contextmanager
def listening(application: Any, tls: ssl.SSLContext | None = None) -> Iterator[Any]:
    """Gives a server with its loop and port."""
    with new_runner() as runner, socket.create_server((HOST, 0)) as bound:
        server = WebServer(application, tls)
        runner.run(server.open([bound]))
        yield server, runner, bound.getsockname()[1]
        runner.run(server.close())


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert "server" not in {name.lower() for name, _ in answer.getheaders()}
        return answer.status, answer.read()
    finally:
        connection.close()


def test_requests_are_answered_while_the_loop_does_other_things() -> None:
    with listening(greet) as (_, runner, port):
        assert runner.run(asyncio.to_thread(get, port, "/a")) == (200, b"/a")


def test_what_is_under_way_is_finished_when_it_closes() -> None:
    with listening(greet) as (server, runner, port):

        async def close_meanwhile() -> Any:
            asked = asyncio.create_task(asyncio.to_thread(get, port, "/slow"))
            await asyncio.sleep(0.1)
            await server.close()
            return await asked

        assert runner.run(close_meanwhile()) == (200, b"/slow")
        with pytest.raises(ConnectionRefusedError):
            get(port, "/late")


def test_a_request_that_takes_too_long_is_ended() -> None:
    async def too_late(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"too late"})

    with listening(TimeLimit(greet, too_late, seconds=0.05)) as (_, runner, port):
        assert runner.run(asyncio.to_thread(get, port, "/slow")) == (503, b"too late")
        assert runner.run(asyncio.to_thread(get, port, "/quick")) == (200, b"/quick")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/slow", 503),
        ("/items/7/slow/files", 200),
        ("/items/7/slow/files/1", 503),
        ("/items/7/8/slow/files", 503),
        ("/items//slow/files", 503),
    ],
)
def test_who_brings_a_file_has_more_time(path: str, expected: int) -> None:
    async def wait(_scope: Any, _receive: Any, send: Any) -> None:
        await asyncio.sleep(0.3)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def too_late(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    limit = TimeLimit(wait, too_late, seconds=0.05, files=["/import", "/items/{number:int}/slow/files"])
    with listening(limit) as (_, runner, port):
        assert runner.run(asyncio.to_thread(get, port, path)) == (expected, b"")


def test_a_fault_of_the_application_is_told_in_our_log_and_nowhere_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("planted")

    with captured_logs() as events, listening(fail) as (_, runner, port):
        assert runner.run(asyncio.to_thread(get, port, "/a"))[0] == 500
    assert [event["event"] for event in events] == ["web server"]
    assert capsys.readouterr() == ("", "")
