"""What is said to osmo-hlr, and what its answers become; a real one is asked in tests/interop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from openesim.adapters.network.osmo_hlr import OsmoHlr, encode_frame
from openesim.kernel.errors import ConflictError, PeerError
from openesim.messages.saip.aka import Algorithm
from tests.support.subscriptions import IMSI, OPC, K, make_subscription

pytestmark = pytest.mark.sockets

BY_IMSI = f"subscriber.by-imsi-{IMSI}"
KEYS = f"milenage,{K},opc,{OPC},5"

Answer = Callable[[str, str, str], str | bytes | None]


@contextmanager
def hlr_that(answers: Answer, said: list[str]) -> Iterator[OsmoHlr]:
    """Runs a server that answers verb, number and the rest of each command, and connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as file:
                while head := file.read(3):
                    text = file.read(int.from_bytes(head[:2], "big"))[1:].decode()
                    verb, number, rest = text.split(" ", 2)
                    said.append(f"{verb} {rest}")
                    answer = answers(verb, number, rest)
                    if answer is None:
                        return
                    connection.sendall(answer if isinstance(answer, bytes) else encode_frame(answer))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with OsmoHlr("127.0.0.1", server.getsockname()[1]) as hlr:
                yield hlr
        finally:
            thread.join(5.0)


def empty(verb: str, number: str, rest: str) -> str:
    """Answers as an osmo-hlr that has no subscriber at first."""
    if verb == "GET" and rest.endswith(".info"):
        return f"ERROR {number} No such subscriber."
    if verb == "GET":
        return f"GET_REPLY {number} {rest} none"
    return f"SET_REPLY {number} {rest.split(' ', maxsplit=1)[0]} OK"


def filled(verb: str, number: str, rest: str) -> str:
    """Answers as an osmo-hlr that has the subscriber with its keys."""
    if verb == "GET" and rest.endswith(".info"):
        return f"GET_REPLY {number} {rest} \nid\t1\nimsi\t{IMSI}"
    if verb == "GET":
        return f"GET_REPLY {number} {rest} MILENAGE,{K},OPC,{OPC},5"
    return f"SET_REPLY {number} {rest.split(' ', maxsplit=1)[0]} OK"


def test_a_new_subscriber_is_created_with_number_keys_and_rights() -> None:
    said: list[str] = []
    with hlr_that(empty, said) as hlr:
        hlr.provision(make_subscription())
    assert [line for line in said if line.startswith("SET")] == [
        f"SET subscriber.create {IMSI}",
        f"SET {BY_IMSI}.msisdn 8613800000001",
        f"SET {BY_IMSI}.aud3g {KEYS}",
        f"SET {BY_IMSI}.cs-enabled 1",
        f"SET {BY_IMSI}.ps-enabled 1",
    ]


def test_keys_that_are_there_are_left_alone_with_their_sequence_number() -> None:
    said: list[str] = []
    with hlr_that(filled, said) as hlr:
        hlr.provision(make_subscription(msisdn=None))
    assert [line for line in said if line.startswith("SET")] == [
        f"SET {BY_IMSI}.msisdn none",
        f"SET {BY_IMSI}.cs-enabled 1",
        f"SET {BY_IMSI}.ps-enabled 1",
    ]


def test_who_is_switched_off_loses_rights_and_keys() -> None:
    said: list[str] = []
    with hlr_that(filled, said) as hlr:
        hlr.provision(make_subscription(is_active=False))
    assert [line for line in said if line.startswith("SET")] == [
        f"SET {BY_IMSI}.cs-enabled 0",
        f"SET {BY_IMSI}.ps-enabled 0",
        f"SET {BY_IMSI}.aud3g none",
    ]


def test_who_was_never_there_needs_no_switching_off_and_no_deletion() -> None:
    said: list[str] = []
    with hlr_that(empty, said) as hlr:
        hlr.provision(make_subscription(is_active=False))
        hlr.remove(IMSI)
    assert not [line for line in said if line.startswith("SET")]


def test_a_subscriber_is_deleted() -> None:
    said: list[str] = []
    with hlr_that(filled, said) as hlr:
        hlr.remove(IMSI)
    assert said[-1] == f"SET subscriber.delete {IMSI}"


def test_what_osmo_hlr_tells_unasked_is_passed_over() -> None:
    def chatty(verb: str, number: str, rest: str) -> bytes:
        trap = encode_frame("TRAP 0 subscriber.whatever 1")
        other_stream = b"\x00\x01\xfe\x00"
        return trap + other_stream + encode_frame(filled(verb, number, rest))

    with hlr_that(chatty, []) as hlr:
        assert hlr.is_known(IMSI)


def test_a_refusal_is_told_and_ends_the_work() -> None:
    def refusing(verb: str, number: str, rest: str) -> str:
        return f"ERROR {number} Update MSISDN failed" if "msisdn" in rest else empty(verb, number, rest)

    said: list[str] = []
    with (
        hlr_that(refusing, said) as hlr,
        pytest.raises(ConflictError, match="Update MSISDN failed") as raised,
    ):
        hlr.provision(make_subscription())
    assert K not in str(raised.value)
    assert not [line for line in said if "aud3g" in line]


def test_another_algorithm_is_refused_before_anything_is_said() -> None:
    said: list[str] = []
    with hlr_that(filled, said) as hlr, pytest.raises(ConflictError, match="Milenage"):
        hlr.provision(make_subscription(algorithm=Algorithm.TUAK))
    assert not said


def test_a_connection_that_ends_is_no_answer() -> None:
    with hlr_that(lambda *_: None, []) as hlr, pytest.raises(PeerError):
        hlr.provision(make_subscription())


def test_nobody_there_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PeerError) as raised:
        OsmoHlr("127.0.0.1", port)
    assert raised.value.explanation is not None


@pytest.mark.parametrize(
    ("ps", "cs", "expected"), [("1", "0", True), ("0", "1", True), ("0", "0", False), (None, None, False)]
)
def test_whom_it_lets_in_is_asked(ps: str | None, cs: str | None, expected: bool) -> None:
    def answering(_verb: str, number: str, rest: str) -> str:
        value = ps if rest.endswith("ps-enabled") else cs
        if value is None:
            return f"ERROR {number} No such subscriber."
        return f"GET_REPLY {number} {rest} {value}"

    with hlr_that(answering, []) as hlr:
        assert hlr.let_in([IMSI]) == {IMSI: expected}
