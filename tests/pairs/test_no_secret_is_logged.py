"""A whole life of an order at the loudest log: every line can be read, is under its request, and tells no secret."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import structlog

from openesim.adapters.http_server.dispatcher import Dispatcher, mount
from openesim.adapters.http_server.watching import Watched
from openesim.apps.logs import AccessLog, configure_log
from openesim.messages.sgp22 import es2plus
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.guards import Guards
from openesim.services.limits import Limits, Rates
from tests.support.chip import ENABLE
from tests.support.lpa import JsonBinding, Lpa, Reply
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, PROFILE_TYPE, Rig, eid_of, make_chip, new_runner, post_to

MATCHING_ID, CODE = "SECRET-MATCHING-ID-31415926", "SECRET-CODE-27182818"
WRONG_ID, WRONG_CODE = "GUESSED-ID-16180339", "GUESSED-CODE-14142135"
K, OPC = bytes(range(16)), bytes(range(16, 32))


@pytest.fixture
def written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], str]]:
    """Returns what the log wrote to standard error, set up as servers do, at level debug."""
    configure_log("debug")
    for name, module in list(sys.modules.items()):
        if name.startswith("openesim.") and hasattr(module, "_log"):
            # Those that other tests used may have kept another level.
            monkeypatch.setattr(module, "_log", structlog.get_logger(name))
    yield lambda: capsys.readouterr().err
    configure_log()


@pytest.fixture
def rig() -> Iterator[Rig]:
    with new_runner() as runner:
        yield Rig(
            MemoryWork(),
            runner,
            guards=Guards(limits=Limits(Rates(guesses_of_address=100, guesses_of_eid=100))),
        )


class World:
    """One SM-DP+ with both faces, watched, and everything secret that went through it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.secrets: dict[str, bytes] = {"K": K, "OPc": OPC}
        es2 = Dispatcher(mount(es2plus.FUNCTIONS, rig.operators), identify=lambda _: "operator")
        self._faces = {
            "es9plus": Watched(rig.es9, "es9plus", [AccessLog()]),
            "es2plus": Watched(es2, "es2plus", [AccessLog()]),
        }

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return self.rig.run(post_to(self._faces[path.split("/")[3]], path, headers, body))

    def es2(self, function: str, **members: Any) -> Reply:
        header = {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "call"}
        return JsonBinding(self.post, "/gsma/rsp2/es2plus/").call(function, {"header": header} | members)

    def lpa(self, number: int) -> Lpa:
        return Lpa(make_chip(number), JsonBinding(self.post), FQDN)


def live(world: World) -> None:
    """Orders, confirms, downloads with every mistake on the way, installs, enables; then takes a second order back."""
    world.rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    iccid = str(ICCID)
    assert world.es2("downloadOrder", iccid=iccid, profileType=PROFILE_TYPE).pair is None
    assert (
        world.es2(
            "confirmOrder", iccid=iccid, releaseFlag=False, matchingId=MATCHING_ID, confirmationCode=CODE
        ).pair
        is None
    )
    assert world.es2("releaseProfile", iccid=iccid).pair is None
    assert world.es2("confirmOrder", iccid=iccid, releaseFlag=True, matchingId=WRONG_ID).pair is not None
    assert world.es2(
        "cancelOrder", iccid=iccid, finalProfileStatusIndicator="Available", matchingId=WRONG_ID
    ).pair
    guessing = world.lpa(2)
    guessing.initiate()
    assert guessing.authenticate(WRONG_ID).pair == ("8.2.6", "3.8")
    lpa = world.lpa(1)
    lpa.initiate()
    assert lpa.authenticate(MATCHING_ID).pair is None
    assert lpa.get_package(WRONG_CODE).pair == ("8.2.7", "3.8")
    package = lpa.get_package(CODE)
    assert package.pair is None
    octets = package.octets("boundProfilePackage")
    world.secrets["bound profile package"] = octets[200:232]
    world.secrets["challenge"] = (
        base64.b64decode(lpa.opened.members["serverSigned1"])[-16:] if lpa.opened else b""
    )
    lpa.deliver(lpa.install())
    lpa.deliver(lpa.chip.change(iccid, ENABLE))
    world.post(
        "/gsma/rsp2/es9plus/authenticateClient", {"Content-Type": "application/json"}, b'{"transactionId":1}'
    )
    world.rig.process()


def test_no_line_of_the_log_tells_a_secret(rig: Rig, written: Callable[[], str]) -> None:
    world = World(rig)
    live(world)
    order = rig.work.run_now(lambda stores: stores.order_of_profile(ICCID))
    assert order.state is OrderState.INSTALLED
    world.secrets["hash of the code"] = order.confirmation_hash
    download = rig.work.run_now(lambda stores: stores.last_download(order.order_id))
    world.secrets["one-time key"] = download.binding.smdp_otsk
    text = written()
    assert len(text.splitlines()) > 15
    for word in (MATCHING_ID, CODE, WRONG_ID, WRONG_CODE):
        assert word not in text, word
        assert base64.b64encode(word.encode()).decode().rstrip("=")[:-1] not in text, word
    for name, octets in world.secrets.items():
        for form in (
            octets.hex(),
            octets.hex().upper(),
            base64.b64encode(octets).decode().rstrip("=")[:-1],
            repr(octets)[2:-1],
        ):
            assert form not in text, name
    assert str(eid_of(1)) not in text, "an EID is told masked"


def test_every_line_can_be_read_and_stands_under_its_request(rig: Rig, written: Callable[[], str]) -> None:
    live(World(rig))
    lines = [json.loads(line) for line in written().splitlines()]
    asked = [line for line in lines if line["event"] == "request"]
    told = [line for line in lines if line["event"] == "refused"]
    assert len(told) >= 4
    names = {line["request"]: line for line in asked}
    assert len(names) == len(asked)
    for line in told:
        assert names[line["request"]]["status"] == line["status"]
        assert names[line["request"]]["function"] == line["function"]
    assert {line["interface"] for line in asked} == {"es9plus", "es2plus"}
    assert {line["operator"] for line in asked} == {"", "operator"}
    assert any(line["event"] == "notification processed" for line in lines), "the loudest level"
