"""Every request has an id; who watches hears how it ended; who asks too often is told when to come back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import structlog

from openesim.adapters.http_server.dispatcher import Dispatcher, mount
from openesim.adapters.http_server.exchange import Application, Request, Response
from openesim.adapters.http_server.watching import Watched
from openesim.messages.sgp22 import es2plus, es9plus
from openesim.services.guards import Guards
from openesim.services.limits import Limits, Rates
from openesim.services.request_trace import RequestTrace, current_request
from tests.support.lpa import ES9, JsonBinding, Lpa, Reply, b64
from tests.support.rig import FQDN, Rig, eid_of, make_chip

ADDRESS = "192.0.2.1"


class Heard:
    """A watcher that keeps what it hears."""

    def __init__(self) -> None:
        self.requests: list[tuple[RequestTrace, int, float]] = []

    def request_ended(self, trace: RequestTrace, http_status: int, seconds: float) -> None:
        self.requests.append((trace, http_status, seconds))


class Door:
    """A watched application, called from an address."""

    def __init__(self, rig: Rig, app: Application, interface: str, limits: Limits | None = None) -> None:
        self.rig, self.heard = rig, Heard()
        self.app = Watched(app, interface, [self.heard], limits)
        self.address = ADDRESS

    def send(self, path: str, body: bytes = b"{}", *, is_from_proxy: bool = False, **headers: str) -> Reply:
        encoded = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
        request = Request(
            "POST", path, encoded, body, client_address=self.address, is_from_proxy=is_from_proxy
        )
        response = self.rig.run(self._call(request))
        told = {name.decode(): value.decode() for name, value in response.headers}
        return Reply(response.http_status, told, response.body)

    async def _call(self, request: Request) -> Response:
        return await self.app(request)

    def lpa(self, number: int = 1) -> Lpa:
        return Lpa(make_chip(number), JsonBinding(lambda path, _headers, body: self.send(path, body)), FQDN)

    @property
    def last(self) -> RequestTrace:
        return self.heard.requests[-1][0]


@pytest.fixture
def door(rig: Rig) -> Door:
    return Door(rig, rig.es9, "es9plus")


def door_with(rig: Rig, rates: Rates) -> Door:
    """Returns ES9+ of the same stores with limits."""
    limits = Limits(rates, clock=lambda: 0.0)
    guarded = Rig(rig.work, rig.runner, clock=rig.clock, guards=Guards(limits=limits))
    return Door(rig, guarded.es9, "es9plus", limits)


# --- Ids ------------------------------------------------------------------------------------------------------


def test_every_answer_names_its_request_and_no_two_have_one_name(door: Door) -> None:
    names = [
        door.send(path).headers["x-request-id"] for path in (f"{ES9}initiateAuthentication", "/no", "/no")
    ]
    assert len(set(names)) == 3
    assert all(len(name) > 16 for name in names)
    assert [trace.request_id for trace, _, _ in door.heard.requests] == names


def test_the_name_that_a_trusted_proxy_gave_is_kept(door: Door) -> None:
    assert door.send("/no", is_from_proxy=True, x_request_id="abc-123.XYZ_9").headers["x-request-id"] == (
        "abc-123.XYZ_9"
    )


@pytest.mark.parametrize(
    "name", ["short", "x" * 65, "with blank", '"quoted-name"', "line\nbreak", "über-name-1"]
)
def test_a_name_in_bad_form_is_replaced_whoever_gave_it(door: Door, name: str) -> None:
    assert door.send("/no", is_from_proxy=True, x_request_id=name).headers["x-request-id"] != name


def test_a_stranger_names_nothing(door: Door) -> None:
    assert door.send("/no", x_request_id="abc-123.XYZ_9").headers["x-request-id"] != "abc-123.XYZ_9"


def test_a_fault_is_told_under_the_name_that_the_log_has(rig: Rig) -> None:
    async def fail(_request: Any) -> Any:
        raise RuntimeError("a secret cause")

    app = Dispatcher(mount(es9plus.FUNCTIONS, rig.service))
    path = f"{ES9}initiateAuthentication"
    mounted = app._mounts[path]
    app._mounts[path] = type(mounted)(mounted.function, fail)
    door = Door(rig, app, "es9plus")
    chip = make_chip()
    members = {
        "euiccChallenge": b64(chip.new_challenge()),
        "euiccInfo1": b64(chip.info1),
        "smdpAddress": FQDN,
    }
    with structlog.testing.capture_logs() as events:
        reply = door.send(path, json.dumps(members).encode())
    name = reply.headers["x-request-id"]
    assert reply.http_status == 500
    assert name in reply.body.decode()
    assert "secret cause" not in reply.body.decode()
    assert [event["fault"] for event in events if event["event"] == "request failed"] == [name]


# --- What is heard --------------------------------------------------------------------------------------------


def test_who_watches_hears_function_refusal_and_chip(rig: Rig, door: Door) -> None:
    rig.add_order()
    lpa = door.lpa()
    lpa.initiate()
    assert (door.last.function, door.last.status, door.last.eid) == ("initiate_authentication", "", "")
    lpa.authenticate("WRONG")
    assert (door.last.function, door.last.status) == ("authenticate_client", "8.2.6/3.8")
    assert door.last.eid == eid_of(1)
    assert door.last.client_address == ADDRESS
    door.send("/nothing/here")
    assert (door.last.function, door.heard.requests[-1][1]) == ("", 404)
    assert all(seconds >= 0 for _, _, seconds in door.heard.requests)


def test_an_operator_is_heard_by_name(rig: Rig) -> None:
    door = Door(rig, rig.es2, "es2plus")
    door.send("/gsma/rsp2/es2plus/releaseProfile", b'{"header":{},"iccid":"8988211000000000017"}')
    assert door.last.operator == "operator"


def test_requests_that_run_at_once_do_not_see_each_others_trace(rig: Rig) -> None:
    seen = []

    async def answer(request: Request) -> Response:
        await asyncio.sleep(0)
        trace = current_request()
        assert trace is not None
        seen.append((request.client_address, trace.client_address))
        return Response(204)

    async def many() -> None:
        app = Watched(answer, "x")
        calls = [app(Request("POST", "/", {}, client_address=str(number))) for number in range(5)]
        await asyncio.gather(*map(asyncio.create_task, calls))

    rig.run(many())
    assert len(seen) == 5
    assert all(asked == traced for asked, traced in seen)


# --- Limits ---------------------------------------------------------------------------------------------------


def test_an_address_that_asks_too_often_gets_429_in_the_form_of_the_standard(rig: Rig) -> None:
    door = door_with(rig, Rates(address=2))
    for _ in range(2):
        assert door.send(f"{ES9}initiateAuthentication").http_status == 400
    reply = door.send(f"{ES9}initiateAuthentication")
    assert reply.http_status == 429
    assert reply.headers["retry-after"] == "30"
    assert reply.headers["content-type"] == "application/json"
    assert reply.pair == ("1.2", "4.1")
    assert "x-request-id" in reply.headers
    door.address = "192.0.2.2"
    assert door.send(f"{ES9}initiateAuthentication").http_status == 400


def test_whoever_tries_codes_one_after_the_other_is_slowed_and_the_order_stays_as_it_is(rig: Rig) -> None:
    order = rig.add_order()
    door = door_with(rig, Rates(guesses_of_address=3, guesses_of_eid=3))
    for number in range(3):
        lpa = door.lpa(number)
        lpa.initiate()
        assert lpa.authenticate(f"GUESS-{number}").pair == ("8.2.6", "3.8")
    assert door.send(f"{ES9}initiateAuthentication").http_status == 429
    assert rig.order() == order
    door.address = "192.0.2.2"
    lpa = door.lpa(9)
    lpa.initiate()
    assert lpa.authenticate("TEST-1").pair is None


def test_a_chip_that_asks_too_often_is_refused_with_a_status_and_nobody_pays_for_it(rig: Rig) -> None:
    order = rig.add_order()
    door = door_with(rig, Rates(eid=1))
    for expected in (("8.2.6", "3.8"), ("8.8", "4.1")):
        lpa = door.lpa()
        lpa.initiate()
        assert lpa.authenticate("WRONG" if expected[0] == "8.2.6" else "TEST-1").pair == expected
    assert rig.order() == order, "no attempt was counted"


def test_an_operator_that_asks_too_often_gets_429(rig: Rig) -> None:
    app = Dispatcher(
        mount(es2plus.FUNCTIONS, rig.operators),
        identify=lambda _: rig.operator,
        limits=Limits(Rates(operator=1), clock=lambda: 0.0),
    )
    door = Door(rig, app, "es2plus")
    body = b'{"header":{"functionRequesterIdentifier":"1","functionCallIdentifier":"2"},"iccid":"8988211000000000017"}'
    first = door.send("/gsma/rsp2/es2plus/releaseProfile", body)
    assert first.http_status == 200
    reply = door.send("/gsma/rsp2/es2plus/releaseProfile", body)
    assert (reply.http_status, reply.headers["retry-after"]) == (429, "60")
    rig.operator = "another"
    assert door.send("/gsma/rsp2/es2plus/releaseProfile", body).http_status == 200
