"""The rules of conftest.py hold: no sockets unasked for, no skip unseen. Each is tried on a small suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

SUITE = """
import socket
import pytest

def test_unmarked_without_sockets():
    from pytest_socket import SocketBlockedError
    with pytest.raises(SocketBlockedError):
        socket.socket()

@pytest.mark.sockets
def test_marked_reaches_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            pass

@pytest.mark.sockets
def test_marked_reaches_nothing_else():
    from pytest_socket import SocketConnectBlockedError
    with pytest.raises(SocketConnectBlockedError), socket.socket() as s:
        s.connect(("192.0.2.1", 9))

def test_skipped():
    pytest.skip("the reason")

@pytest.mark.peers
def test_skipped_for_a_peer():
    pytest.skip("no peer here")

@pytest.mark.system("no-such-package", "no-such-program")
def test_skipped_for_a_package():
    raise AssertionError("ran all the same")

@pytest.mark.xfail(reason="known", strict=True)
def test_known_failure():
    raise AssertionError("as known")
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A folder with the small suite under the conftest of the house."""
    (tmp_path / "conftest.py").write_text((REPOSITORY / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "test_small.py").write_text(SUITE)
    return tmp_path


def _run(suite: Path, *, no_skips: str) -> str:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(REPOSITORY / "pyproject.toml"),
        "--rootdir",
        str(suite),
    ]
    command += ["-p", "no:cacheprovider", str(suite)]
    environment = {**os.environ, "OPENESIM_NO_SKIPS": no_skips}
    done = subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def test_sockets_are_off_unless_asked_for_and_skips_are_told(suite: Path) -> None:
    assert "3 passed, 3 skipped, 1 xfailed" in _run(suite, no_skips="0").splitlines()[-1]


def test_a_skip_fails_where_skips_are_not_allowed(suite: Path) -> None:
    printed = _run(suite, no_skips="1")
    assert "1 failed, 3 passed, 1 skipped, 1 xfailed, 1 error" in printed.splitlines()[-1]
    assert "OPENESIM_NO_SKIPS=1: Skipped: the reason" in printed


def test_a_file_that_skips_itself_fails_where_skips_are_not_allowed(suite: Path) -> None:
    (suite / "test_whole.py").write_text("import pytest\npytest.importorskip('no_such_module_here')\n")
    assert "1 error" in _run(suite, no_skips="1").splitlines()[-1]
