"""An SM-DP+ put together for tests: a test world, a clock that is set by hand, stores of any kind, no sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import shake_256
from typing import Any, Protocol, TypeVar

from openesim.adapters.http_server.dispatcher import Dispatcher, mount
from openesim.adapters.http_server.exchange import Application, Request
from openesim.kernel.ambient import Ambient, Entropy
from openesim.kernel.ids import Eid, Iccid, Imsi
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description
from openesim.messages.saip.personalise import find_patch_points
from openesim.messages.sgp22 import es2plus, es9plus
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.smdp.context import Policy, Smdp
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.security.crypto.confirmation_code import hash_confirmation_code
from openesim.security.crypto.curves import Curve
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import ServerIdentity, TrustStore
from openesim.security.pki.world import Issued, issue_euicc, make_world
from openesim.services.announcing import Announcer
from openesim.services.conditions.gate.gate import Gate
from openesim.services.es2plus import Es2PlusService
from openesim.services.guards import Guards
from openesim.services.smdp import SmdpService
from tests.support.chip import Chip
from tests.support.lpa import Asn1Binding, JsonBinding, Lpa, Reply

T = TypeVar("T")

NOW = datetime(2027, 1, 15, 12, 30, 45, tzinfo=UTC)
FQDN = "smdpplus.example.com"
ICCID = Iccid("8988211000000000017")
PROFILE_TYPE = "Testland"

World = Mapping[str, Issued]


def entropy_of(seed: str) -> Entropy:
    """Returns entropy that is the same for the same seed."""
    count = 0

    def draw(octets: int) -> bytes:
        nonlocal count
        count += 1
        return shake_256(f"{seed} {count}".encode()).digest(octets)

    return draw


@cache
def world_of(curve: Curve = Curve.P256, name: str = "test") -> World:
    """Returns the test world of a name, the same in every run."""
    return make_world(curve, entropy_of(f"{name} {curve.name}"), NOW)


def eid_of(number: int) -> Eid:
    """Returns the EID of a chip of the test manufacturer."""
    return Eid.with_check_digits(f"89049032{number:022d}")


@cache
def _chip_credential(number: int, curve: Curve, name: str) -> Issued:
    return issue_euicc(world_of(curve, name)["eum"], eid_of(number), entropy_of(f"chip {number}"), NOW)


def make_chip(number: int = 1, curve: Curve = Curve.P256, name: str = "test") -> Chip:
    """Returns a fresh chip; the same number has the same EID and certificate."""
    world, issued = world_of(curve, name), _chip_credential(number, curve, name)
    ci = world["ci"].certificate
    return Chip(
        eid=str(eid_of(number)),
        key=issued.private_key.primitive,
        certificate=issued.certificate.octets,
        eum_certificate=world["eum"].certificate.octets,
        ci_key=ci.public_key.primitive,
        ci_pkid=ci.key_id or b"",
    )


@cache
def package_octets(iccid: str = ICCID) -> bytes:
    """Returns a small, complete profile package."""
    return build_package(
        Description(
            operator_name=PROFILE_TYPE,
            mcc="001",
            mnc="01",
            iccid=Iccid(iccid),
            imsi=Imsi("001010000000001"),
            k=bytes(range(16)),
            opc=bytes(range(16, 32)),
            puk1="12345678",
            pin2="1234",
            puk2="87654321",
            adm1=b"88888888",
        )
    )


def make_package(**changes: Any) -> StoredPackage:
    """Returns a package of the stock."""
    octets = package_octets()
    package = StoredPackage(
        name=PROFILE_TYPE,
        octets=octets,
        points=find_patch_points(octets),
        metadata=StoreMetadataRequest(
            iccid=ICCID, service_provider_name="Testland Telecom", profile_name="Testland 1"
        ),
        saip_version=(2, 3),
        required=UiccCapability(UiccCapability.USIM_SUPPORT | UiccCapability.AKA_MILENAGE),
    )
    return replace(package, **changes)


def make_smdp(*worlds: World, policy: Policy | None = None, trust: TrustStore | None = None) -> Smdp:
    """Returns the SM-DP+ of one or more worlds."""
    identities = {
        identity.ci_key_id: identity
        for world in worlds
        for identity in [ServerIdentity(world["dpauth"].credential, world["dppb"].credential)]
    }
    store = trust or TrustStore([world["ci"].certificate for world in worlds])
    return Smdp(FQDN, identities, store, policy or Policy(), EumCache())


class SteppedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        """Returns the present moment; every look takes a millisecond, so that moments have an order."""
        self._now += timedelta(milliseconds=1)
        return self._now

    def advance(self, **duration: float) -> None:
        """Moves the clock."""
        self._now += timedelta(**duration)


class Work(Protocol):
    """What tests need of a unit of work."""

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = ...) -> T: ...

    def run_now(self, unit: Callable[[Any], T]) -> T: ...


class Rig:
    """An SM-DP+ with its faces, called in memory."""

    def __init__(
        self,
        work: Work,
        runner: asyncio.Runner,
        smdp: Smdp | None = None,
        clock: SteppedClock | None = None,
        seed: str = "server",
        *,
        announcer: Announcer | None = None,
        guards: Guards | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.work = work
        self.runner = runner
        self.clock = clock or SteppedClock()
        self.smdp = smdp or make_smdp(world_of())
        self.service = SmdpService(self.smdp, work, Ambient(self.clock, entropy_of(seed)), guards, gate)
        ambient = Ambient(self.clock, entropy_of(f"operators of {seed}"))
        self.operators = Es2PlusService(work, ambient, FQDN, announcer, gate)
        self.es9 = Dispatcher(mount(es9plus.FUNCTIONS, self.service), with_asn1=True)
        self.operator = "operator"
        self.es2 = Dispatcher(mount(es2plus.FUNCTIONS, self.operators), identify=lambda _: self.operator)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Returns what the coroutine returns."""
        return self.runner.run(coroutine)

    # --- orders

    def add_package(self, **changes: Any) -> StoredPackage:
        """Puts a package into stock, or returns the one that is there."""
        package = make_package(**changes)

        def unit(stores: Any) -> StoredPackage:
            known = stores.package_named(package.name)
            stored: StoredPackage = known[0] if known else stores.add_package(package, bytes(32))
            return stored

        return self.work.run_now(unit)

    def add_order(
        self, *, code: str | None = None, package: StoredPackage | None = None, **changes: Any
    ) -> Order:
        """Puts an order into the stores: released, with the matching id ``TEST-1`` unless told otherwise."""
        stock = package or self.add_package()
        order = Order(
            iccid=ICCID,
            package_id=stock.package_id,
            profile_type=stock.name,
            state=OrderState.RELEASED,
            matching_id="TEST-1",
            confirmation_hash=None if code is None else hash_confirmation_code(code),
        )
        stored: Order = self.work.run_now(lambda stores: stores.add_order(replace(order, **changes)))
        return stored

    def order(self, order_id: int = 0) -> Order:
        """Returns an order as it stands in the stores; the only one if no number is given."""
        found: Order | None = self.work.run_now(
            lambda stores: stores.order(order_id) if order_id else stores.order_of_profile(ICCID)
        )
        assert found is not None
        return found

    def save_order(self, order: Order) -> None:
        """Puts an order into another state, as somebody else would."""
        self.work.run_now(lambda stores: stores.save_order(order))

    def process(self) -> int:
        """Processes the notifications that were acknowledged."""
        return self.run(self.service.read_left_notifications())

    # --- callers

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Posts to ES9+."""
        return self.run(post_to(self.es9, path, headers, body))

    def post_es2(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Posts to ES2+ as ``operator``."""
        return self.run(post_to(self.es2, path, headers, body))

    def lpa(self, chip: Chip | None = None, *, asn1: bool = False) -> Lpa:
        """Returns an LPA with a chip that calls this server."""
        binding = Asn1Binding(self.post) if asn1 else JsonBinding(self.post)
        return Lpa(chip or make_chip(), binding, FQDN)

    def call_es2(self, function: str, **members: Any) -> Reply:
        """Calls a function of ES2+; a header is added."""
        header = {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "call"}
        binding = JsonBinding(self.post_es2, "/gsma/rsp2/es2plus/")
        return binding.call(function, {"header": header} | members)


async def post_to(app: Application, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Calls an application in memory."""
    return await ask(app, "POST", path, headers, body)


async def ask(
    app: Application, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> Reply:
    """Calls an application in memory by any method."""
    encoded = {name.lower().encode(): value.encode() for name, value in headers.items()}
    response = await app(Request(method, path, encoded, body))
    told = {name.decode(): value.decode() for name, value in response.headers}
    return Reply(response.http_status, told, response.body)


@contextmanager
def new_runner() -> Iterator[asyncio.Runner]:
    """Gives an event loop that lives as long as the test."""
    with asyncio.Runner() as runner:
        yield runner
