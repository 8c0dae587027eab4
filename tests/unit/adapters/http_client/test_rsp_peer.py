"""Calls to servers that know us by our certificate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator

import pytest

from openesim.adapters.http_client.rsp_peer import RspHttpPeer
from openesim.adapters.http_client.target import HttpOptions
from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.errors import FunctionError, PeerError
from openesim.messages.sgp22.es12 import FUNCTIONS, RegisterEventRequest
from openesim.messages.sgp22.function import RequestHeader, format_failure, format_success
from openesim.messages.sgp22.status import Reason, Status, Subject
from tests.support.rig import eid_of
from tests.unit.adapters.http_client.server import Server, serve

REGISTER = FUNCTIONS[0]
REQUEST = RegisterEventRequest(
    header=RequestHeader(),
    eid=eid_of(1),
    rsp_server_address="smdp.example.com",
    event_id="E-1",
    forwarding_indicator=True,
)

pytestmark = pytest.mark.sockets


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def call(port: int) -> object:
    peer = RspHttpPeer(HttpOptions(is_plain=True))
    try:
        return asyncio.run(peer.call(f"127.0.0.1:{port}", REGISTER, REQUEST))
    finally:
        peer.close()


def test_a_function_is_called_and_answered(server: Server) -> None:
    server.answer(200, encode_object(format_success(REGISTER, None)))
    assert call(server.port) is None
    (request,) = server.asked
    assert request.path == "/gsma/rsp2/es12/registerEvent"
    assert request.headers["User-Agent"] == "openesim"


def test_refused_is_not_unreachable(server: Server) -> None:
    status = Status(Subject.EVENT_RECORD, Reason.ALREADY_IN_USE)
    server.answer(200, encode_object(format_failure(status)))
    with pytest.raises(FunctionError) as caught:
        call(server.port)
    assert (caught.value.subject, caught.value.reason) == ("8.9.5", "3.3")
    server.answer(503)
    with pytest.raises(PeerError):
        call(server.port)


def test_our_certificate_is_shown(server: Server) -> None:
    shown: list[ssl.SSLContext] = []
    peer = RspHttpPeer(HttpOptions(present=shown.append))
    with pytest.raises(PeerError):
        asyncio.run(peer.call(f"127.0.0.1:{server.port}", REGISTER, REQUEST))
    peer.close()
    assert len(shown) == 1
