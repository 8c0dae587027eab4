"""LPA, chip, SM-DSs and SM-DP+ together, in memory: an order is announced, found, downloaded, and its event is gone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import FunctionError, OpenEsimError, PeerError
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.asn1binding import decode_response, encode_request, parse_error
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from openesim.messages.sgp22.function import (
    ASN1_MEDIA_TYPE,
    ASN1_PATH,
    JSON_MEDIA_TYPE,
    Function,
    parse_answer,
)
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.lpa import Lpa, Unattended
from tests.pairs.test_lpa import Phone
from tests.support.discovery import ALTERNATIVE, ROOT, AnnouncingRig, Sky, SmdsRig, make_smds
from tests.support.fixtures import logs, runner
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, make_chip, world_of

__all__ = ["logs", "runner"]


@dataclass
class World:
    """A root SM-DS, an alternative one below it, an SM-DP+, and the way of LPAs to all three."""

    runner: asyncio.Runner
    speaks_asn1: bool = False

    def __post_init__(self) -> None:
        self.sky = Sky()
        self.root = SmdsRig(MemoryWork(), self.runner, sky=self.sky)
        below = make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT)
        self.alternative = SmdsRig(MemoryWork(), self.runner, below, self.sky)
        self.smdp = AnnouncingRig(MemoryWork(), self.runner, self.sky)
        self.servers: dict[str, Any] = {
            ROOT: self.root,
            ALTERNATIVE: self.alternative,
            FQDN: self.smdp,
        }
        self.away: set[str] = set()
        self.called: list[tuple[str, str]] = []

    def call(self, address: str, function: Function, request: Any) -> Any:
        """Implements ``Es9Client``."""
        server = self.servers.get(host_of(address))
        if server is None or host_of(address) in self.away:
            raise PeerError(f"{address}: no answer")
        self.called.append((host_of(address), function.name))
        if self.speaks_asn1:
            return self._call_asn1(server, function, request)
        body = encode_object(function.request.encode(request))
        reply = server.post(function.path, {"Content-Type": JSON_MEDIA_TYPE}, body)
        self.smdp.process()
        return None if function.is_notification else parse_answer(function, decode_object(reply.body))

    def _call_asn1(self, server: Any, function: Function, request: Any) -> Any:
        body = encode_request(function, request)
        reply = server.post(ASN1_PATH, {"Content-Type": ASN1_MEDIA_TYPE}, body)
        self.smdp.process()
        if function.is_notification:
            return None
        answered, outcome = decode_response(reply.body)
        if isinstance(outcome, int):
            raise parse_error(answered, outcome)
        return outcome

    def lpa(self, number: int = 1, user: Unattended | None = None) -> Lpa:
        """Returns an LPA before a chip."""
        phone = Phone(self.smdp, number)
        return Lpa(phone.channel, self, user)


@pytest.fixture
def world(runner: asyncio.Runner) -> World:
    return World(runner)


@pytest.mark.parametrize("speaks_asn1", [False, True], ids=["JSON", "ASN.1"])
@pytest.mark.parametrize(
    ("smds", "through"), [(ROOT, (ROOT,)), (ALTERNATIVE, (ROOT, ALTERNATIVE))], ids=["root", "cascade"]
)
def test_an_order_is_announced_found_and_downloaded_and_its_event_is_gone(
    world: World, smds: str, through: tuple[str, ...], speaks_asn1: bool
) -> None:
    world.speaks_asn1 = speaks_asn1
    assert world.smdp.order_through(smds).pair is None
    lpa = world.lpa()
    found = lpa.discover(ROOT)
    (event,) = found.events
    assert (event.address, event.through, event.problem) == (FQDN, through, None)
    assert event.event_id not in repr(found)

    assert lpa.download_event(event).metadata.iccid == ICCID
    assert world.smdp.order().state is OrderState.INSTALLED
    world.smdp.send()
    assert (world.root.events, world.alternative.events) == ([], [])
    assert lpa.discover(ROOT).events == ()


def test_looking_for_events_costs_no_attempt_of_an_order(world: World) -> None:
    world.smdp.order_through()
    for _ in range(3):
        world.lpa().discover(ROOT)
    assert world.smdp.order().download_attempts == 0


def test_another_chip_finds_nothing_and_gets_nothing_with_the_event(world: World) -> None:
    world.smdp.order_through()
    other = world.lpa(2)
    assert other.discover(ROOT).events == ()
    (event,) = world.lpa(1).discover(ROOT).events
    with pytest.raises(FunctionError) as caught:
        other.download_event(event)
    assert (caught.value.subject, caught.value.reason) == ("8.1.1", "3.8")


def test_the_chip_names_its_root_and_a_phone_that_has_none_says_so(world: World) -> None:
    lpa = world.lpa()
    world.servers["smds.example.com"] = world.root
    with pytest.raises(FunctionError) as caught:
        lpa.discover()  # the root is called by the name on the chip, which is not its own
    assert (caught.value.subject, caught.value.reason) == ("8.9.1", "3.8")


def test_a_server_that_is_away_is_a_problem_of_its_own_events_alone(world: World) -> None:
    world.smdp.order_through(ROOT)
    world.alternative.register(Phone(world.smdp).eid, "BELOW", forwardingIndicator=True)
    world.root.register(Phone(world.smdp).eid, "NOWHERE", rspServerAddress="away.example.com")
    world.away.add(ALTERNATIVE)
    found = world.lpa().discover(ROOT)
    told = {each.address: type(each.problem) for each in found.events}
    assert told == {FQDN: type(None), ALTERNATIVE: PeerError, "away.example.com": PeerError}


def test_a_root_that_is_away_is_an_error(world: World) -> None:
    world.away.add(ROOT)
    with pytest.raises(PeerError):
        world.lpa().discover(ROOT)


def test_events_that_lead_round_in_a_circle_end_it(world: World) -> None:
    eid = Phone(world.smdp).eid
    world.root.register(eid, "ROUND", rspServerAddress=ALTERNATIVE)
    world.alternative.register(eid, "ROUND", rspServerAddress=ROOT)
    (event,) = world.lpa().discover(ROOT).events
    assert isinstance(event.problem, OpenEsimError)
    assert outcome_of(event.problem) is LpaOutcome.EVENT_LEADS_NOWHERE


def test_an_event_of_the_root_that_the_alternative_lost_is_told_of(world: World) -> None:
    world.root.register(Phone(world.smdp).eid, "LOST", rspServerAddress=ALTERNATIVE)
    (event,) = world.lpa().discover(ROOT).events
    assert isinstance(event.problem, FunctionError)
    assert (event.problem.subject, event.problem.reason) == ("8.9.5", "3.9")


def test_a_download_that_failed_is_found_again_until_it_succeeds(world: World) -> None:
    world.smdp.order_through()
    lpa = world.lpa()
    (event,) = lpa.discover(ROOT).events
    world.away.add(FQDN)
    with pytest.raises(PeerError):
        lpa.download_event(event)
    world.away.clear()
    assert lpa.discover(ROOT).events == (event,)
    assert lpa.download_event(event).metadata.iccid == ICCID


def test_an_order_that_is_found_by_its_eid_is_found_both_ways(world: World) -> None:
    world.smdp.order_through(matchingId="")
    lpa = world.lpa()
    (event,) = lpa.discover(ROOT).events
    assert world.smdp.lpa(make_chip(1)).announce(event.event_id).pair is None
    lpa.set_default_smdp(FQDN)
    assert lpa.download(None).metadata.iccid == ICCID
    world.smdp.send()
    assert lpa.discover(ROOT).events == ()
