"""Connections on real sockets: whole requests are answered, slow, false and endless ones end."""

from __future__ import annotations

import json
import socket
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from openesim.adapters.http_server import connection
from tests.support.database import new_database
from tests.support.live import HOST, Live, serving, talk
from tests.support.lpa import ES9, JSON, PROTOCOL, JsonBinding, Lpa, b64
from tests.support.rig import FQDN, make_chip

pytestmark = pytest.mark.sockets

PATH = f"{ES9}initiateAuthentication"
SHORT_S = 0.3


def body() -> bytes:
    """Returns a good InitiateAuthentication in JSON."""
    chip = make_chip()
    members = {"euiccChallenge": b64(bytes(16)), "euiccInfo1": b64(chip.info1), "smdpAddress": FQDN}
    return json.dumps(members).encode()


def head(*lines: str, method: str = "POST", path: str = PATH, version: str = "1.1") -> bytes:
    """Returns a request head."""
    usual = [
        f"{method} {path} HTTP/{version}",
        "Host: x",
        f"Content-Type: {JSON}",
        f"X-Admin-Protocol: {PROTOCOL}",
    ]
    return "\r\n".join([*usual, *lines, "", ""]).encode()


def whole(*lines: str) -> bytes:
    """Returns a whole good request."""
    return head(f"Content-Length: {len(body())}", *lines) + body()


def statuses(received: bytes) -> list[int]:
    """Returns the status of every answer."""
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


CLOSE = "Connection: close"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_TIMEOUT_S", SHORT_S)


def test_a_download_over_real_sockets(live: Live) -> None:
    lpa = Lpa(make_chip(), JsonBinding(live.post), FQDN)
    assert lpa.download("TEST-1").http_status == 204
    for _ in range(50):
        if "Installed" in live.orders()[0]:
            break
        time.sleep(0.05)
    assert "Installed" in live.orders()[0], "the notification is read in the background"


# --- Connections ----------------------------------------------------------------------------------------------


def test_a_connection_serves_many_requests(live: Live) -> None:
    connection = HTTPConnection(HOST, live.ports[0], timeout=10)
    try:
        for _ in range(5):
            connection.request("POST", PATH, body(), {"Content-Type": JSON})
            answer = connection.getresponse()
            assert answer.status == 200
            assert json.loads(answer.read())["transactionId"]
    finally:
        connection.close()


def test_requests_may_be_sent_ahead(live: Live) -> None:
    assert statuses(live.talk(whole() * 3 + whole(CLOSE))) == [200] * 4


def test_a_caller_who_sends_far_ahead_is_answered_to_the_end(live: Live) -> None:
    assert statuses(live.talk(whole() * 50 + whole(CLOSE))) == [200] * 51


def test_a_caller_who_does_not_read_yet_gets_everything_later(live: Live) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(20)
        slow.connect((HOST, live.ports[0]))
        slow.sendall(whole() * 100 + whole(CLOSE))
        time.sleep(0.2)
        received = b"".join(iter(lambda: slow.recv(65536), b""))
    assert statuses(received) == [200] * 101


def test_a_head_behind_a_great_body_is_not_taken_for_a_long_one(live: Live) -> None:
    great = body().ljust(60_000)
    octets = head(f"Content-Length: {len(great)}") + great + whole(CLOSE)
    assert statuses(live.talk(octets[:-500], octets[-500:], pause=0.1)) == [200, 200]


@pytest.mark.usefixtures("impatient")
def test_a_connection_may_rest_between_requests(live: Live) -> None:
    assert statuses(live.talk(whole(), whole(CLOSE), pause=3 * SHORT_S)) == [200, 200]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_request_may_come_in_pieces(live: Live, size: int) -> None:
    octets = whole(CLOSE)
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    assert statuses(live.talk(*pieces)) == [200]


def test_a_caller_may_ask_whether_to_send_the_body(live: Live) -> None:
    request = head(f"Content-Length: {len(body())}", "Expect: 100-continue", CLOSE)
    assert statuses(live.talk(request, body(), pause=0.1)) == [100, 200]


def test_the_body_may_come_in_chunks(live: Live) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body()[:40], body()[40:]))
    assert statuses(live.talk(head("Transfer-Encoding: chunked", CLOSE) + chunks + b"0\r\n\r\n")) == [200]


def test_an_old_caller_is_answered(live: Live) -> None:
    request = head(f"Content-Length: {len(body())}", version="1.0") + body()
    assert statuses(live.talk(request)) == [200]


def test_a_head_alone_is_answered_by_a_head_alone(live: Live) -> None:
    received = live.talk(head("Content-Length: 0", CLOSE, method="HEAD"))
    assert statuses(received) == [405]
    assert received.endswith(b"\r\n\r\n")


def test_a_query_behind_the_path_is_passed_over(live: Live) -> None:
    request = head(f"Content-Length: {len(body())}", CLOSE, path=f"{PATH}?x=1") + body()
    assert statuses(live.talk(request)) == [200]


def test_nothing_is_told_of_the_server_s_make(live: Live) -> None:
    assert b"\r\nserver:" not in live.talk(whole(CLOSE)).lower()


# --- Too slow -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "octets",
    [b"", head()[:20], head("Content-Length: 500")[:-2], head("Content-Length: 500"), whole()[:-1]],
    ids=["nothing", "half a line", "half a head", "no body", "an octet too few"],
)
def test_a_request_that_does_not_come_to_its_end_is_ended(live: Live, octets: bytes) -> None:
    began = time.monotonic()
    assert statuses(live.talk(octets)) == []
    assert SHORT_S * 0.8 < time.monotonic() - began < SHORT_S + 5


@pytest.mark.usefixtures("impatient")
def test_octets_that_trickle_in_buy_no_time(live: Live) -> None:
    began = time.monotonic()
    octets = whole()
    live.talk(*(octets[at : at + 1] for at in range(len(octets))), pause=0.05)
    assert time.monotonic() - began < SHORT_S + 5


@pytest.mark.usefixtures("impatient")
def test_the_second_request_has_to_hurry_like_the_first(live: Live) -> None:
    began = time.monotonic()
    assert statuses(live.talk(whole(), whole()[:-1], pause=0.1)) == [200]
    assert time.monotonic() - began < SHORT_S + 5


def test_slow_callers_keep_nobody_waiting(live: Live) -> None:
    idle = [socket.create_connection((HOST, live.ports[0])) for _ in range(50)]
    try:
        for connection in idle:
            connection.sendall(whole()[:-1])
        assert live.post(PATH, {"Content-Type": JSON}, body()).pair is None
    finally:
        for connection in idle:
            connection.close()


# --- Too much, or false ---------------------------------------------------------------------------------------


def test_too_great_a_body_is_refused_before_it_comes(live: Live) -> None:
    received = live.talk(head("Content-Length: 65537"))
    assert statuses(received) == [413]
    assert b"connection: close" in received.lower()


def test_chunks_without_end_are_refused(live: Live) -> None:
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    received = live.talk(head("Transfer-Encoding: chunked"), *[chunk] * 20)
    assert statuses(received) in ([413], []), "answered, or reset while the caller was still sending"
    assert live.post(PATH, {"Content-Type": JSON}, body()).pair is None


def test_chunks_up_to_the_limit_are_taken(live: Live) -> None:
    octets = body().ljust(65536)
    chunks = b"".join(b"1000\r\n%b\r\n" % octets[at : at + 4096] for at in range(0, 65536, 4096))
    assert statuses(live.talk(head("Transfer-Encoding: chunked", CLOSE) + chunks + b"0\r\n\r\n")) == [200]


@pytest.mark.parametrize("lines", [1, 10], ids=["one line", "many lines"])
def test_a_long_head_that_comes_in_one_piece_is_refused(live: Live, lines: int) -> None:
    long = (f"X-{number}: " + "a" * (20_000 // lines) for number in range(lines))
    assert statuses(live.talk(whole(*long))) == [431]


@pytest.mark.parametrize("lines", [1, 2000], ids=["one line", "many lines"])
def test_a_head_without_end_is_refused(live: Live, lines: int) -> None:
    """Patience is not the only limit: memory is not given to whoever asks."""
    size = 4_000_000 // lines
    flood = [head()[:-2], *(b"X-%d: " % number + b"a" * size + b"\r\n" for number in range(lines))]
    began = time.monotonic()
    received = live.talk(*flood)
    assert time.monotonic() - began < connection.REQUEST_TIMEOUT_S / 2
    assert statuses(received) in ([], [400], [413], [431])
    assert live.post(PATH, {"Content-Type": JSON}, body()).pair is None


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "octets",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        bytes(500),
        b"POST\r\n\r\n",
        head("Content-Length: ten"),
        head("Content-Length: -1"),
        head("Content-Length: 5", "Content-Length: 6") + b"12345",
        head("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"xyz\r\n",
        head("Bad Header: x", "Content-Length: 0"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_400_or_the_end(live: Live, octets: bytes) -> None:
    assert statuses(live.talk(octets)) in ([400], [])


def test_a_length_that_is_too_small_leaves_no_request_behind(live: Live) -> None:
    """What follows the announced body is taken for the next request, and is none."""
    received = live.talk(head(f"Content-Length: {len(body()) - 10}") + body())
    assert set(statuses(received)) == {400}


def test_an_upgrade_to_another_protocol_is_not_made(live: Live) -> None:
    received = live.talk(whole("Connection: Upgrade", "Upgrade: websocket", CLOSE))
    assert 101 not in statuses(received)


def test_a_caller_who_hangs_up_harms_nobody(live: Live) -> None:
    for cut in (0, 10, len(whole()) - 1, len(whole())):
        with socket.create_connection((HOST, live.ports[0])) as connection:
            connection.sendall(whole()[:cut])
    assert live.post(PATH, {"Content-Type": JSON}, body()).pair is None


@pytest.mark.usefixtures("impatient")
def test_nothing_of_all_this_changed_an_order(live: Live) -> None:
    before = live.orders()
    for octets in (b"", whole()[:-1], head("Content-Length: 65537"), b"\xff" * 100):
        live.talk(octets)
    assert live.orders() == before


def test_two_listeners_stop_together(template: Path, tmp_path: Path) -> None:
    with serving(new_database(template, tmp_path)) as live:
        port = live.ports[0]
        assert statuses(talk(port, whole(CLOSE))) == [200]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port))


def test_a_connection_that_rests_too_long_is_ended(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REST_S", SHORT_S)
    began = time.monotonic()
    assert statuses(live.talk(whole())) == [200]
    assert SHORT_S * 0.8 < time.monotonic() - began < SHORT_S + 5


def test_a_connection_in_use_is_not_ended(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REST_S", SHORT_S)
    assert statuses(live.talk(*[whole()] * 4, pause=0.6 * SHORT_S)) == [200] * 4
