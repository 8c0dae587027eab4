"""``openesim auc``, from the outside: hostapd's side of the socket, signals, and what is on disk."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.auc import app
from openesim.apps.keys import key_file
from openesim.apps.wiring import open_database
from openesim.kernel.errors import ConfigError, NotFoundError, StateError
from openesim.network.subscription import Subscription
from tests.support.subscriptions import BATCH, IMSI, K, make_subscription

OPENESIM = (sys.executable, "-c", "from openesim.apps.cli.main import main; main()")
WAIT_S = 30.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, since sockets need one; its ``data`` has one subscription."""
    with TemporaryDirectory() as name:
        fill(Path(name) / "data")
        yield Path(name)


def fill(data: Path) -> None:
    work = open_database(data)
    key_file(data).make(bytes)

    def unit(stores: Any) -> None:
        stores.add_batch(BATCH)
        stores.add_subscription(make_subscription(sqn=0), BATCH.name)

    work.run_now(unit)
    work.close()


def kept(data: Path) -> Subscription:
    work = open_database(data)
    subscription = work.run_now(lambda stores: stores.subscription_of_imsi(IMSI))
    work.close()
    assert subscription is not None
    return subscription


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


@contextmanager
def serving(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*OPENESIM, "auc", "serve", "--data", str(folder / "data"), "--socket", str(folder / "auc")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"auc listening on unix:{folder / 'auc'} ")
        try:
            yield process
        finally:
            process.kill()


def ask(folder: Path, datagram: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hostapd:
        hostapd.bind(str(folder / "hostapd"))
        hostapd.settimeout(WAIT_S)
        hostapd.connect(str(folder / "auc"))
        hostapd.send(datagram.encode())
        answer = hostapd.recv(1000).decode()
    (folder / "hostapd").unlink()
    return answer


@pytest.mark.slow
def test_hostapd_is_answered_until_the_process_is_told_to_end(folder: Path) -> None:
    with serving(folder) as process:
        first, second = (ask(folder, f"AKA-REQ-AUTH {IMSI}").split() for _ in range(2))
        assert first[:2] == ["AKA-RESP-AUTH", IMSI]
        assert first[2] != second[2]
        assert ask(folder, "AKA-REQ-AUTH 999990000000001") == "AKA-RESP-AUTH 999990000000001 FAILURE"
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0
    assert not (folder / "auc").exists()
    assert json.loads(log.splitlines()[-1])["cause"] == "no subscription has this IMSI"
    assert not [word for word in (*first[3:], K) if word in log]


@pytest.mark.slow
def test_the_sequence_number_is_on_disk_when_the_vector_has_left(folder: Path) -> None:
    with serving(folder) as process:
        for _ in range(3):
            ask(folder, f"AKA-REQ-AUTH {IMSI}")
        process.kill()
        process.wait(WAIT_S)
    assert kept(folder / "data").sqn >> 5 == 3
    with serving(folder):  # the socket that was left behind is no hindrance
        ask(folder, f"AKA-REQ-AUTH {IMSI}")
    assert kept(folder / "data").sqn >> 5 == 4


def test_a_vector_for_the_laboratory_uses_a_sequence_number_up(folder: Path) -> None:
    data = folder / "data"
    told = json.loads(run("vector", IMSI, "--data", data, "--json"))
    assert {name: len(value) for name, value in told.items()} == {
        "imsi": 15,
        "rand": 32,
        "autn": 32,
        "xres": 16,
        "ck": 32,
        "ik": 32,
    }
    assert run("vector", IMSI, "--data", data).split()[::2] == ["RAND", "AUTN", "XRES", "CK", "IK"]
    assert kept(data).sqn >> 5 == 2


def test_who_is_unknown_or_switched_off_is_refused(folder: Path) -> None:
    data = folder / "data"
    with pytest.raises(NotFoundError):
        run("vector", "999990000000001", "--data", data)
    work = open_database(data)
    work.run_now(lambda stores: stores.set_active(make_subscription().iccid, is_active=False))
    work.close()
    with pytest.raises(StateError):
        run("vector", IMSI, "--data", data)
    assert kept(data) == replace(make_subscription(sqn=0), is_active=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("vector", "12", "--data", "{data}"),
        ("vector", IMSI, "--data", "{data}/none"),
        ("serve", "--data", "{data}"),
        ("serve", "--data", "{data}", "--osmo-hlr", "nowhere"),
        ("serve", "--data", "{data}", "--socket", "{data}/none/auc"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_done(folder: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        run(*(one.format(data=folder / "data") for one in arguments))
