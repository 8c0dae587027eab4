"""Datagrams of hostapd are answered in its words; what is none of them is dropped, and the gateway goes on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.network.hostapd import GatewaySocket, answer
from openesim.kernel.errors import ConfigError, ConflictError
from openesim.network.auc import algorithm_of
from openesim.security.aka.vectors import build_auts
from openesim.services.auc import AucService
from tests.support.memory import MemoryWork
from tests.support.subscriptions import (
    AUTN,
    CK,
    IK,
    IMSI,
    KC,
    OPC,
    RAND,
    RES,
    SQN,
    SRES,
    K,
    make_subscription,
    work_with,
)

RAND_OCTETS = bytes.fromhex(RAND)
VECTOR = f"AKA-RESP-AUTH {IMSI} {RAND} {AUTN} {IK} {CK} {RES}"
TRIPLET = f"{KC}:{SRES}:{RAND}"


def auc_of(work: MemoryWork) -> AucService:
    return AucService(work, lambda count: RAND_OCTETS[:count])


def ask(datagram: str, work: MemoryWork | None = None) -> str | None:
    reply = asyncio.run(answer(auc_of(work or work_with(make_subscription())), datagram.encode()))
    return None if reply is None else reply.decode()


def auts(on_card: int) -> str:
    return build_auts(algorithm_of(make_subscription()), RAND_OCTETS, on_card).hex()


def test_a_vector_is_told_as_hostapd_reads_it() -> None:
    assert ask(f"AKA-REQ-AUTH {IMSI}") == VECTOR


@pytest.mark.parametrize(("count", "told"), [("1", 1), ("3", 3), ("9", 3), ("0", 1)])
def test_as_many_triplets_as_hostapd_can_keep(count: str, told: int) -> None:
    assert ask(f"SIM-REQ-AUTH {IMSI} {count}") == f"SIM-RESP-AUTH {IMSI} " + " ".join([TRIPLET] * told)


@pytest.mark.parametrize(
    ("request_line", "name"), [("AKA-REQ-AUTH {}", "AKA-RESP-AUTH"), ("SIM-REQ-AUTH {} 3", "SIM-RESP-AUTH")]
)
def test_who_is_not_let_in_is_a_failure(request_line: str, name: str) -> None:
    is_off = work_with(make_subscription(is_active=False))
    assert ask(request_line.format(IMSI), is_off) == f"{name} {IMSI} FAILURE"
    assert ask(request_line.format("999990000000001")) == f"{name} 999990000000001 FAILURE"


def test_a_report_of_auts_moves_the_counter_and_is_not_answered() -> None:
    work = work_with(make_subscription())
    assert ask(f"AKA-AUTS {IMSI} {auts(SQN + 32)} {RAND}", work) is None
    assert work.stores.subscriptions("", 1)[0].sqn == SQN + 32


@pytest.mark.parametrize(
    "report",
    [
        f"AKA-AUTS {IMSI} {'00' * 14} {RAND}",
        f"AKA-AUTS {IMSI} {'00' * 13} {RAND}",
        f"AKA-AUTS {IMSI} {'zz' * 14} {RAND}",
        f"AKA-AUTS {IMSI} {'0 ' * 14} {RAND}",
        f"AKA-AUTS {IMSI}",
        f"AKA-AUTS 999990000000001 {'00' * 14} {RAND}",
    ],
)
def test_a_report_that_does_not_hold_changes_nothing(report: str) -> None:
    work = work_with(make_subscription())
    before = work.stores.subscriptions("", 1)
    assert ask(report, work) is None
    assert work.stores.subscriptions("", 1) == before


@pytest.mark.parametrize(
    "datagram",
    [
        "",
        "AKA-REQ-AUTH",
        "AKA-REQ-AUTH ",
        "AKA-REQ-AUTH 12x456",
        "AKA-REQ-AUTH 0010100000000010000",
        f"AKA-REQ-AUTH {IMSI} more",
        f"SIM-REQ-AUTH {IMSI}",
        f"SIM-REQ-AUTH {IMSI} -1",
        f"SIM-REQ-AUTH {IMSI} ³",
        f"HELLO {IMSI}",
    ],
)
def test_what_is_no_request_is_dropped(datagram: str) -> None:
    assert ask(datagram) is None


@given(st.binary(max_size=200))
def test_any_octets_are_answered_or_dropped(octets: bytes) -> None:
    reply = asyncio.run(answer(auc_of(work_with()), octets))
    assert reply is None or reply.endswith(b" FAILURE")


def test_no_key_is_logged() -> None:
    with structlog.testing.capture_logs() as events:
        for line in (
            f"AKA-REQ-AUTH {IMSI}",
            f"AKA-AUTS {IMSI} {auts(SQN)} {RAND}",
            f"AKA-AUTS {IMSI} {K} {OPC}",
            f"{K} {OPC}",
        ):
            ask(line)
    assert events
    assert not [value for value in (K, OPC, RES, CK, IK, RAND) if value in str(events)]


# --- The socket -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the name of a socket has at most 107 octets."""
    with TemporaryDirectory() as name:
        yield Path(name)


def talk(folder: Path, *datagrams: str, work: MemoryWork) -> list[str]:
    """Sends datagrams to a gateway on a socket and returns its answers, one for every request."""

    async def run() -> list[str]:
        with (
            GatewaySocket(folder / "auc") as gateway_socket,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as client,
        ):
            gateway = await gateway_socket.serve(auc_of(work))
            client.bind(str(folder / "hostapd"))
            client.connect(str(folder / "auc"))
            for datagram in datagrams:
                client.send(datagram.encode())
            loop = asyncio.get_running_loop()
            requests = [each for each in datagrams if "-REQ-" in each]
            answers = [(await loop.sock_recv(client, 4096)).decode() for _ in requests]
            await gateway.close()
            return answers

    return asyncio.run(run())


def test_requests_over_a_socket_are_answered_to_who_asked(folder: Path) -> None:
    work = work_with(make_subscription())
    told = talk(folder, "\0\xff", f"AKA-REQ-AUTH {IMSI}", "AKA-REQ-AUTH 999990000000001", work=work)
    assert told == [VECTOR, "AKA-RESP-AUTH 999990000000001 FAILURE"]


def test_a_report_counts_for_the_request_behind_it(folder: Path) -> None:
    work = work_with(make_subscription(sqn=0))
    talk(folder, f"AKA-AUTS {IMSI} {auts(SQN)} {RAND}", f"AKA-REQ-AUTH {IMSI}", work=work)
    assert work.stores.subscriptions("", 1)[0].sqn >> 5 == (SQN >> 5) + 1


def test_only_the_owner_may_use_the_socket_and_it_goes_with_the_gateway(folder: Path) -> None:
    path = folder / "auc"
    with GatewaySocket(path):
        assert path.stat().st_mode & 0o777 == 0o700
    assert not path.exists()


def test_a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not(folder: Path) -> None:
    path = folder / "auc"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(path))
    with pytest.raises(ConflictError, match="in use"):
        GatewaySocket(path)
    left.close()
    with GatewaySocket(path), pytest.raises(ConflictError, match="in use"):
        GatewaySocket(path)


def test_a_file_is_not_replaced_by_a_socket(folder: Path) -> None:
    path = folder / "auc"
    path.write_text("mine")
    with pytest.raises(ConflictError):
        GatewaySocket(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["missing/auc", "a" * 120])
def test_a_place_where_no_socket_can_be_is_a_matter_of_configuration(folder: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        GatewaySocket(folder / name)
