"""Addresses to listen on."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.http_server.addresses import bind, bind_file
from openesim.adapters.http_server.exchange import Request, Response
from openesim.adapters.http_server.listener import Listener, Servers
from openesim.kernel.errors import ConfigError
from tests.support.rig import new_runner

pytestmark = pytest.mark.sockets


async def nobody(_request: Request) -> Response:
    """Answers nothing: nobody gets here."""
    raise AssertionError


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_a_way_out(taken: int) -> None:
    with pytest.raises(
        ConfigError, match=rf"127\.0\.0\.1:{taken}: Address already in use; name another HOST:PORT"
    ):
        bind("127.0.0.1", taken)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(ConfigError, match=f"cannot listen on {host}:0"):
        bind(host, 0)


def test_all_addresses_of_a_host_get_the_same_port() -> None:
    sockets = bind("localhost", 0)
    assert len({each.getsockname()[1] for each in sockets}) == 1
    with socket.create_connection(("localhost", sockets[0].getsockname()[1])):
        pass
    for each in sockets:
        each.close()


def test_where_one_listener_finds_its_port_taken_none_listens(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as spare:
        free = spare.getsockname()[1]
    servers = Servers([Listener("127.0.0.1", free, nobody), Listener("127.0.0.1", taken, nobody)])
    with new_runner() as runner, pytest.raises(ConfigError, match=str(taken)):
        runner.run(servers.start())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free))


def test_a_socket_in_the_file_system_is_for_owner_and_group(tmp_path: Path) -> None:
    with bind_file(tmp_path / "es9.sock") as bound:
        assert bound.getsockname() == str(tmp_path / "es9.sock")
        assert (tmp_path / "es9.sock").stat().st_mode & 0o777 == 0o660


def test_a_socket_that_a_server_left_behind_is_replaced(tmp_path: Path) -> None:
    bind_file(tmp_path / "es9.sock").close()
    with bind_file(tmp_path / "es9.sock"), socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(tmp_path / "es9.sock"))


def test_a_socket_that_somebody_listens_at_is_left_to_him(tmp_path: Path) -> None:
    with bind_file(tmp_path / "es9.sock"), pytest.raises(ConfigError, match="Address already in use"):
        bind_file(tmp_path / "es9.sock")


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear", encoding="ascii")
    with pytest.raises(ConfigError, match="Address already in use"):
        bind_file(tmp_path / "letter")
    assert (tmp_path / "letter").read_text(encoding="ascii") == "dear"


def test_a_socket_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        bind_file(tmp_path / "nowhere" / "es9.sock")
