"""The same as ``test_discovery``, as people run it: four programs over TLS, and one killed in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.http_client.es2 import Es2HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import FIRST_OPERATOR, PkiFolder, init_pki
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.apps.cli.main import app
from openesim.apps.demo.programs import OPENESIM, Program
from openesim.apps.wiring import open_database
from openesim.kernel.errors import FunctionError, PeerError
from openesim.kernel.ids import Eid, Iccid
from openesim.messages.sgp22.es2plus import CONFIRM_ORDER, ConfirmOrderRequest
from openesim.messages.sgp22.es12 import FUNCTIONS, DeleteEventRequest, RegisterEventRequest
from openesim.messages.sgp22.function import RequestHeader
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.security.pki.oids import Role
from tests.support.rig import make_package

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

ROOT, BELOW, SMDP = "root.smds.example", "below.smds.example", "smdp.example"
BESIDE = "beside.smds.example"
HEADER = RequestHeader(function_requester_identifier="1.2", function_call_identifier="1")
WAIT_S = 20.0
ICCIDS = (Iccid("8988211000000000017"), Iccid("8988211000000000029"), Iccid("8988211000000000037"))


@dataclass
class Server:
    """One of the programs.

    Attributes:
        ports: by the name of the listener.
    """

    program: Program
    ports: dict[str, int]


def start(stack: ExitStack, name: str, log: Path, *command: object, listeners: int) -> Server:
    """Starts a program and waits until it listens."""
    program = Program(name, [*OPENESIM, *map(str, command)], log)
    stack.callback(program.stop)
    said = r"(\w+) listening on https://127\.0\.0\.1:(\d+) .*\n"
    program.wait_until_said(said * listeners)
    return Server(program, {one: int(port) for one, port in re.findall(said, log.read_text())})


@dataclass
class World:
    """The programs, and what they stand on."""

    stack: ExitStack
    folder: Path
    pki: PkiFolder
    root: Server
    below: Server
    smdp: Server

    def client(self, material: TlsMaterial) -> Es2HttpClient:
        """Returns who calls with a certificate."""
        places = {
            SMDP: ("127.0.0.1", self.smdp.ports["es2"]),
            ROOT: ("127.0.0.1", self.root.ports["es12"]),
            BELOW: ("127.0.0.1", self.below.ports["es11"]),
        }
        trust = tuple(each.octets for each in self.pki.trust.anchors)
        return Es2HttpClient(
            HttpOptions(trust=trust, uses_system_roots=False, resolve=places, present=material.load_into)
        )

    @property
    def operator(self) -> Es2HttpClient:
        """Returns the operator of the test world."""
        return self.client(TlsMaterial(self.pki.read_operator(FIRST_OPERATOR)))

    def lpa(self, *arguments: object, expect: int = 0) -> dict[str, Any]:
        """Returns what ``openesim lpa`` tells a program."""
        places = {
            ROOT: self.root.ports["es11"],
            BELOW: self.below.ports["es11"],
            SMDP: self.smdp.ports["es9"],
            BESIDE: self.smdp.ports["es11"],
        }
        options = [
            word for name, port in places.items() for word in ("--resolve", f"{name}=127.0.0.1:{port}")
        ]
        command = ["lpa", "--card", str(self.folder / "card"), *options, *map(str, arguments), "--json"]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == expect, done.output
        (line,) = done.stdout.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    def events(self, name: str) -> list[dict[str, Any]]:
        """Returns the events that an SM-DS has, as its own command lists them."""
        done = CliRunner().invoke(app, ["smds", "events", "--data", str(self.folder / name), "--json"])
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    def state(self, iccid: Iccid) -> OrderState:
        """Returns the state of an order on disk."""
        work = open_database(self.folder / "smdp")
        try:
            found: Order | None = work.run_now(lambda stores: stores.order_of_profile(iccid))
        finally:
            work.close()
        assert found is not None
        return found.state


def wait_until(holds: Callable[[], bool]) -> None:
    """Waits for what another program does in the background."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
    return port


def stock(folder: Path) -> None:
    """Puts profiles into stock, allocated to the operator."""
    folder.mkdir()
    work = open_database(folder)
    assert isinstance(work, SqliteWork)

    def unit(stores: Any) -> None:
        package = stores.add_package(make_package(), bytes(32))
        for iccid in ICCIDS:
            stores.add_order(
                Order(
                    iccid=iccid,
                    package_id=package.package_id,
                    profile_type=package.name,
                    operator=FIRST_OPERATOR,
                    state=OrderState.ALLOCATED,
                )
            )

    work.run_now(unit)
    work.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all: three programs take their time to start."""
    tmp_path = tmp_path_factory.mktemp("world")
    pki = init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC))
    stock(tmp_path / "smdp")
    made = CliRunner().invoke(
        app, ["euicc", "new", str(tmp_path / "card"), "--pki", str(pki.path), "--smds", ROOT]
    )
    assert made.exit_code == 0, made.output
    any_port = "127.0.0.1:0"
    with ExitStack() as stack:
        smds = ("smds", "serve", "--pki", pki.path, "--es11", any_port)
        root = start(
            stack,
            "root",
            tmp_path / "root.log",
            *(*smds, "--data", tmp_path / "root", "--fqdn", ROOT, "--es12", any_port),
            listeners=2,
        )
        there = f"{ROOT}=127.0.0.1:{root.ports['es12']}"
        below = start(
            stack,
            "alternative",
            tmp_path / "below.log",
            *(*smds, "--data", tmp_path / "below", "--fqdn", BELOW, "--root", ROOT, "--resolve", there),
            listeners=1,
        )
        # The alternative hears servers where it hears LPAs: one name, one port.
        beside = free_port()
        (tmp_path / "smdp" / "openesim.toml").write_text(
            f'[smds]\nfqdn = "{BESIDE}"\nes11 = "127.0.0.1:{beside}"\n'
            f'[es12.resolve]\n"{BELOW}" = "127.0.0.1:{below.ports["es11"]}"\n'
            f'"{ROOT}" = "127.0.0.1:{root.ports["es12"]}"\n"{BESIDE}" = "127.0.0.1:{beside}"\n'
        )
        smdp = start(
            stack,
            "smdp",
            tmp_path / "smdp.log",
            *("serve", "--data", tmp_path / "smdp", "--pki", pki.path, "--fqdn", SMDP),
            *("--es9", any_port, "--es2", any_port),
            listeners=3,
        )
        yield World(stack, tmp_path, pki, root, below, smdp)


def confirmation(world: World, iccid: Iccid, smds: str) -> ConfirmOrderRequest:
    """ConfirmOrder for the chip, through an SM-DS."""
    eid = Eid.parse(world.lpa("info")["eid"])
    return ConfirmOrderRequest(header=HEADER, iccid=iccid, eid=eid, smds_address=smds, release_flag=True)


def test_from_the_order_to_the_phone_through_two_sm_ds(world: World) -> None:
    request = confirmation(world, ICCIDS[0], BELOW)
    confirmed = world.operator.call(SMDP, CONFIRM_ORDER, request)
    assert confirmed.matching_id
    (below,), (above,) = world.events("below"), world.events("root")
    assert (below["event_id"], below["rsp_server_address"], below["forwarded"]) == (
        confirmed.matching_id,
        SMDP,
        True,
    )
    assert (above["rsp_server_address"], above["forwarded"]) == (BELOW, False)

    listed = world.lpa("discover", "--list")
    (event,) = listed["events"]
    assert (listed["ok"], listed["smds_address"]) == (True, ROOT)
    assert (event["rsp_server_address"], event["through"]) == (SMDP, [ROOT, BELOW])
    assert (event["outcome"], event["download"]) == ("found", None)

    # Nobody answers for the user: everything is left as it was.
    (event,) = world.lpa("discover")["events"]
    assert event["outcome"] == "later"
    assert world.state(ICCIDS[0]) is OrderState.RELEASED

    (event,) = world.lpa("discover", "--yes")["events"]
    assert (event["outcome"], event["download"]["iccid"]) == ("installed", ICCIDS[0])
    wait_until(lambda: world.state(ICCIDS[0]) is OrderState.INSTALLED)
    wait_until(lambda: not world.events("below") and not world.events("root"))
    assert world.lpa("discover")["events"] == []


def test_an_sm_ds_that_is_away_when_the_profile_was_installed_hears_of_it_later(world: World) -> None:
    world.operator.call(SMDP, CONFIRM_ORDER, confirmation(world, ICCIDS[1], ROOT))
    found = world.lpa("discover", "--list")["events"][0]
    os.kill(world.root.program.pid, signal.SIGKILL)
    code = f"LPA:1${SMDP}${found['event_id']}"
    assert world.lpa("download", code, "--yes")["iccid"] == ICCIDS[1]
    wait_until(lambda: world.state(ICCIDS[1]) is OrderState.INSTALLED)
    assert len(world.events("root")) == 1
    ports = (f"127.0.0.1:{world.root.ports[each]}" for each in ("es11", "es12"))
    world.root = start(
        world.stack,
        "root",
        world.folder / "again.log",
        *("smds", "serve", "--pki", world.pki.path, "--data", world.folder / "root", "--fqdn", ROOT),
        *(word for pair in zip(("--es11", "--es12"), ports, strict=True) for word in pair),
        listeners=2,
    )
    wait_until(lambda: not world.events("root"))


def test_who_is_no_rsp_server_registers_nothing(world: World) -> None:
    eid = Eid.parse(world.lpa("info")["eid"])
    request = RegisterEventRequest(
        header=HEADER, eid=eid, rsp_server_address=SMDP, event_id="E-1", forwarding_indicator=False
    )
    for server in (ROOT, BELOW):
        # Refused by HTTP status, or before that by TLS where no certificate comes at all.
        with pytest.raises((PeerError, FunctionError)):
            world.operator.call(server, FUNCTIONS[0], request)
    stranger = init_pki(world.folder / "stranger", os.urandom, datetime.now(UTC))
    theirs = stranger.tls_material("smdp.stranger.example", os.urandom, datetime.now(UTC), Role.DP_TLS)
    for server in (ROOT, BELOW):
        with pytest.raises(PeerError):
            world.client(theirs).call(server, FUNCTIONS[0], request)
    assert (world.events("root"), world.events("below")) == ([], [])

    one = world.pki.tls_material("smdp.one.example", os.urandom, datetime.now(UTC), Role.DP_TLS)
    renewed = world.pki.tls_material("smdp.one.example", os.urandom, datetime.now(UTC), Role.DP_TLS)
    other = world.pki.tls_material("smdp.two.example", os.urandom, datetime.now(UTC), Role.DP_TLS)
    register, delete = FUNCTIONS
    world.client(one).call(ROOT, register, request)
    (event,) = world.events("root")
    assert "smdp.one.example" in event["registrant"]
    gone = DeleteEventRequest(header=HEADER, eid=eid, event_id="E-1")
    with pytest.raises(FunctionError) as caught:
        world.client(other).call(ROOT, delete, gone)
    assert (caught.value.subject, caught.value.reason) == ("8.9.5", "1.2")
    world.client(renewed).call(ROOT, delete, gone)
    assert world.events("root") == []


def test_an_sm_ds_beside_the_sm_dp_in_one_process(world: World) -> None:
    confirmed = world.operator.call(SMDP, CONFIRM_ORDER, confirmation(world, ICCIDS[2], BESIDE))
    (event,) = world.events("smdp")
    assert (event["event_id"], event["state"]) == (confirmed.matching_id, "registered")
    (found,) = world.lpa("discover", "--smds", BESIDE, "--yes")["events"]
    assert (found["outcome"], found["through"]) == ("installed", [BESIDE])
    wait_until(lambda: not world.events("smdp"))
