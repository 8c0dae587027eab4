"""SM-DSs put together for tests, and the way between them and an SM-DP+, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from openesim.adapters.http_server.dispatcher import Dispatcher, mount
from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import PeerError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22 import es11, es12
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.function import JSON_MEDIA_TYPE, Function, parse_answer
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smds.context import Smds, SmdsPolicy
from openesim.provisioning.smds.events import Event
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import ServerIdentity, TrustStore
from openesim.services.announcing import Announcer, EventMessages
from openesim.services.event_registration import EventRegistrar
from openesim.services.outbox import Outbox
from openesim.services.outgoing import ES12, Message
from openesim.services.smds import SmdsService
from tests.support.chip import Chip
from tests.support.lpa import Asn1Binding, JsonBinding, Lpa, Reply
from tests.support.rig import (
    FQDN,
    ICCID,
    NOW,
    Rig,
    SteppedClock,
    Work,
    World,
    eid_of,
    entropy_of,
    make_chip,
    post_to,
    world_of,
)

T = TypeVar("T")

ROOT = "root.smds.example.com"
ALTERNATIVE = "alternative.smds.example.com"

HEADER = {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "call"}


def make_smds(
    *worlds: World, fqdn: str = ROOT, root: str | None = None, policy: SmdsPolicy | None = None
) -> Smds:
    """Returns the SM-DS of one or more worlds."""
    identities = {
        identity.ci_key_id: identity
        for identity in (ServerIdentity(world["dsauth"].credential) for world in worlds)
    }
    trust = TrustStore([world["ci"].certificate for world in worlds])
    return Smds(fqdn, identities, trust, policy or SmdsPolicy(), EumCache(), root)


@dataclass
class Sky:
    """The network between servers in memory: SM-DSs by name; calls break where the test tells them to.

    Attributes:
        calls: what was called, as pairs of address and function.
    """

    servers: dict[str, SmdsRig] = field(default_factory=dict)
    breaks_before: set[str] = field(default_factory=set)
    breaks_after: set[str] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def peer(self, caller: str) -> SkyPeer:
        """Returns the way out for one that is known by a name."""
        return SkyPeer(self, caller)


@dataclass
class SkyPeer:
    """Implements ``RspPeer``."""

    sky: Sky
    caller: str

    async def call(self, address: str, function: Function, request: object) -> Any:
        sky = self.sky
        server = sky.servers.get(host_of(address))
        if server is None or function.name in sky.breaks_before:
            raise PeerError(f"{address}: no answer")
        sky.calls.append((host_of(address), function.name))
        body = encode_object(function.request.encode(request))
        reply = await server.post_as(self.caller, function.path, {"Content-Type": JSON_MEDIA_TYPE}, body)
        if function.name in sky.breaks_after:
            raise PeerError(f"{address}: the answer was lost")
        return parse_answer(function, decode_object(reply.body))


class AnnouncingRig(Rig):
    """An SM-DP+ that announces its orders at the SM-DSs of a sky."""

    def __init__(self, work: Work, runner: asyncio.Runner, sky: Sky) -> None:
        self.registrar = EventRegistrar(sky.peer(FQDN), entropy_of("registrar"), "2.999.10")
        announcer = Announcer(FQDN, self.registrar, frozenset({ROOT}))
        super().__init__(work, runner, announcer=announcer)
        kinds = {ES12: EventMessages(work, announcer, self.registrar)}
        self.outbox = Outbox(work, Ambient(self.clock, entropy_of("outbox")), kinds)

    def send(self) -> int:
        """Sends what is due in the outbox."""
        return self.run(self.outbox.send_due())

    @property
    def waiting(self) -> list[Message]:
        """What waits in the outbox."""
        found: list[Message] = self.work.run_now(lambda stores: stores.messages(0, 100))
        return found

    def order_through(self, smds: str = ROOT, *, release: bool = True, **members: Any) -> Reply:
        """Orders the profile for the first chip, to be announced by an SM-DS; returns the answer of ConfirmOrder."""
        iccid = f"{ICCID}F"
        self.add_order(state=OrderState.AVAILABLE, matching_id=None)
        assert self.call_es2("downloadOrder", iccid=iccid).pair is None
        return self.confirm(smds, release=release, **members)

    def confirm(self, smds: str | None = ROOT, *, release: bool = True, **members: Any) -> Reply:
        """ConfirmOrder for the first chip."""
        told = {"iccid": f"{ICCID}F", "eid": str(eid_of(1)), "releaseFlag": release, "smdsAddress": smds}
        wanted = {name: value for name, value in (told | members).items() if value is not None}
        return self.call_es2("confirmOrder", **wanted)


class SmdsRig:
    """An SM-DS with its faces, called in memory."""

    def __init__(
        self, work: Work, runner: asyncio.Runner, smds: Smds | None = None, sky: Sky | None = None
    ) -> None:
        self.work = work
        self.runner = runner
        # No clock stops at whole milliseconds, as databases do.
        self.clock = SteppedClock(NOW + timedelta(microseconds=123))
        self.smds = smds or make_smds(world_of())
        self.sky = sky if sky is not None else Sky()
        self.sky.servers[self.smds.fqdn] = self
        entropy = entropy_of(self.smds.fqdn)
        registrar = None
        if self.smds.root is not None:
            peer = self.sky.peer(self.smds.fqdn)
            registrar = EventRegistrar(peer, entropy, self.smds.fqdn, es12.ES15_FUNCTIONS)
        self.service = SmdsService(self.smds, work, Ambient(self.clock, entropy), registrar)
        self.es11 = Dispatcher(mount(es11.FUNCTIONS, self.service), with_asn1=True)
        self.caller = "an SM-DP+"
        both = (*es12.FUNCTIONS, *es12.ES15_FUNCTIONS)
        self.es12 = Dispatcher(mount(both, self.service), identify=lambda _: self.caller)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Returns what the coroutine returns."""
        return self.runner.run(coroutine)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Posts to ES11."""
        return self.run(post_to(self.es11, path, headers, body))

    async def post_as(self, caller: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Posts to ES12 and ES15 as somebody."""
        self.caller = caller
        return await post_to(self.es12, path, headers, body)

    def lpa(self, chip: Chip | None = None, *, asn1: bool = False) -> Lpa:
        """Returns an LPA with a chip that calls this server."""
        binding = Asn1Binding(self.post) if asn1 else JsonBinding(self.post)
        return Lpa(chip or make_chip(), binding, self.smds.fqdn)

    def call(
        self, function: str, caller: str = "an SM-DP+", interface: str = "es12", **members: Any
    ) -> Reply:
        """Calls a function of ES12 or ES15; a header is added."""

        def post(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
            return self.run(self.post_as(caller, path, headers, body))

        binding = JsonBinding(post, f"/gsma/rsp2/{interface}/")
        return binding.call(function, {"header": HEADER} | members)

    def register(self, eid: Eid, event_id: str = "EVENT-1", **changes: Any) -> Reply:
        """Registers an event."""
        members: dict[str, Any] = {
            "eid": str(eid),
            "eventId": event_id,
            "rspServerAddress": "smdpplus.example.com",
            "forwardingIndicator": False,
        }
        return self.call("registerEvent", **members | changes)

    def delete(self, eid: Eid, event_id: str = "EVENT-1", **changes: Any) -> Reply:
        """Deletes an event."""
        return self.call("deleteEvent", **{"eid": str(eid), "eventId": event_id} | changes)

    @property
    def events(self) -> list[Event]:
        """All events in the stores."""
        found: list[Event] = self.work.run_now(lambda stores: stores.events("", 100))
        return found
