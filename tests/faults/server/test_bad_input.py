"""Bad input in both bindings: a status or a 4xx, never a 500, never a changed order, never a secret told.

Every message of a download is recorded once as it is sent; then it is sent changed: cut, with single octets turned,
with whole TLVs taken out, doubled or exchanged. Some changes are harmless (a bit in an unsigned part), so an answer
may be a success; what may never be is a fault of ours, or an order that moved by a message that was refused.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.provisioning.smdp.orders import OrderState
from tests.support.chip import ENABLE, node, nodes, tlv
from tests.support.database import read
from tests.support.lpa import ASN1_PATH, Asn1Binding, JsonBinding, Lpa, Reply, b64
from tests.support.rig import FQDN, ICCID, Rig, eid_of, make_chip

CODE = "C0DE-31415926"
TOKEN = "TOKEN-OF-SOMEBODY"
OTHERS = "TOKEN-OF-ANOTHER"
STEPS = [
    "initiateAuthentication",
    "authenticateClient",
    "getBoundProfilePackage",
    "handleNotification",
    "cancelSession",
]


@dataclass
class Wire:
    """A binding that lets the last request of a step be sent again, changed."""

    rig: Rig
    is_asn1: bool
    sent: dict[str, tuple[str, Mapping[str, str], bytes]] = field(default_factory=dict)
    step: str = ""

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.sent[self.step] = (path, headers, body)
        return self.rig.post(path, headers, body)

    def again(self, step: str, body: bytes) -> Reply:
        """Sends another body where a step was sent."""
        path, headers, _ = self.sent[step]
        return self.rig.post(path, headers, body)


def orders(path: Path) -> list[Any]:
    """Returns all orders as another process sees them."""
    return read(path, "SELECT * FROM orders ORDER BY order_id")


@pytest.fixture(params=[False, True], ids=["json", "asn1"])
def wire(request: pytest.FixtureRequest, rig: Rig) -> Wire:
    rig.add_order(matching_id=TOKEN, code=CODE, max_attempts=None)
    rig.add_order(matching_id=OTHERS, iccid=type(ICCID)("8988211000000000999"), eid=eid_of(9))
    return Wire(rig, request.param)


def record(wire: Wire) -> Lpa:
    """Runs up to every step once and keeps what was sent; the order is put back afterwards."""
    binding = (Asn1Binding if wire.is_asn1 else JsonBinding)(wire.post)
    lpa = Lpa(make_chip(), binding, FQDN)
    wire.step = STEPS[0]
    lpa.initiate()
    wire.step = STEPS[1]
    assert lpa.authenticate(TOKEN).pair is None
    wire.step = STEPS[2]
    assert lpa.get_package(CODE).pair is None
    wire.step = STEPS[3]
    lpa.deliver(lpa.install())
    wire.step = STEPS[4]
    assert lpa.cancel(1).pair is None
    return lpa


def fresh(wire: Wire, step: str) -> bytes:
    """Returns a good body of a step in a session that awaits it; nothing of that step was sent yet."""
    captured: list[bytes] = []

    def hold(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        wire.sent[step] = (path, headers, body)
        captured.append(body)
        return Reply(500, {}, b"")

    through = (Asn1Binding if wire.is_asn1 else JsonBinding)(wire.rig.post)
    held = (Asn1Binding if wire.is_asn1 else JsonBinding)(hold)
    lpa = Lpa(make_chip(), through, FQDN)
    place = STEPS.index(step)
    if place > 0:
        lpa.initiate()
    if place > 1:
        assert lpa.authenticate(TOKEN).pair is None
    if place == 3:
        assert lpa.get_package(CODE).pair is None
    lpa.binding = held
    calls: dict[str, Callable[[], Any]] = {
        STEPS[0]: lpa.initiate,
        STEPS[1]: lambda: lpa.authenticate(TOKEN),
        STEPS[2]: lambda: lpa.get_package(CODE),
        STEPS[3]: lambda: lpa.deliver(lpa.install()),
        STEPS[4]: lambda: lpa.cancel(0),
    }
    calls[step]()
    return captured[0]


# --- How a body is changed ------------------------------------------------------------------------------------


def der_of(body: bytes) -> dict[str, bytes]:
    """Returns the octets of every base64 member of a JSON body."""
    members = json.loads(body)
    return {
        name: base64.b64decode(value)
        for name, value in members.items()
        if isinstance(value, str) and name not in {"smdpAddress", "transactionId"}
    }


def mutants_of(octets: bytes, seed: str, count: int) -> Iterator[bytes]:
    """Yields changed octets: cut, turned, filled, with TLVs removed, doubled, exchanged."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.randrange(7)
        at = chance.randrange(len(octets))
        if kind == 0:
            yield octets[:at]
        elif kind == 1:
            yield octets[:at] + bytes([octets[at] ^ 1 << chance.randrange(8)]) + octets[at + 1 :]
        elif kind == 2:
            yield octets[:at] + bytes([chance.randrange(256)]) + octets[at + 1 :]
        elif kind == 3:
            yield octets[:at] + chance.randbytes(chance.randrange(1, 9)) + octets[at:]
        elif kind == 4:
            end = min(len(octets), at + chance.randrange(1, 40))
            yield octets[:at] + octets[end:]
        else:
            yield _restructured(octets, chance)


def _restructured(octets: bytes, chance: random.Random, depth: int = 0) -> bytes:
    """Returns a tree with one of its branches taken out, doubled or put elsewhere, lengths set right."""
    try:
        outer = node(octets)
        children = nodes(outer.value)
    except (AssertionError, IndexError, ValueError):
        return octets + b"\0"
    if not children or not octets[0] & 0x20:
        return tlv(outer.tag, chance.randbytes(chance.randrange(0, 40)))
    parts = [child.octets for child in children]
    at = chance.randrange(len(parts))
    if depth < 6 and chance.random() < 0.7:
        parts[at] = _restructured(parts[at], chance, depth + 1)
    else:
        match chance.randrange(4):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[at])
            case 2:
                chance.shuffle(parts)
            case _:
                parts.insert(at, tlv(0x9F70, b"\1"))
    return tlv(outer.tag, *parts)


def bodies_of(wire: Wire, body: bytes, seed: str, count: int) -> Iterator[bytes]:
    """Yields changed bodies: whole ones, and with one member changed inside."""
    yield from mutants_of(body, seed, count // 3)
    if wire.is_asn1:
        yield from mutants_of(body, seed + "more", count - count // 3)
        return
    members = json.loads(body)
    inside = der_of(body)
    for name, octets in inside.items():
        for changed in mutants_of(octets, seed + name, count // 2 // len(inside)):
            yield json.dumps(members | {name: b64(changed)}).encode()


# --- What must hold -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_no_changed_message_is_a_fault_or_moves_an_order_or_tells_a_secret(
    wire: Wire, path: Path, step: str, logs: list[Any]
) -> None:
    record(wire)
    wire.rig.process()
    _put_back(wire.rig)
    good = fresh(wire, step)
    before = orders(path)
    refused = 0
    for body in bodies_of(wire, good, step, 240):
        reply = wire.again(step, body)
        assert reply.http_status in {200, 204, 400}, body.hex()
        _assert_tells_nothing(reply)
        wire.rig.process()
        after = orders(path)
        if reply.http_status == 400 or (reply.http_status == 200 and _is_refused(wire, reply)):
            refused += 1
            assert _without_counters(after) == _without_counters(before), body.hex()
        elif after != before or step != "handleNotification":
            # It was good enough after all (what was changed is not looked at): begin again from where it was.
            assert after[1:] == before[1:]
            _put_back(wire.rig)
            good = fresh(wire, step)
            before = orders(path)
    assert refused > 100
    told = repr(logs)
    assert CODE not in told
    assert OTHERS not in told


def _is_refused(wire: Wire, reply: Reply) -> bool:
    if not wire.is_asn1:
        return reply.pair is not None
    (answer,) = node(reply.body)
    return [part.tag for part in answer] == [0x81]


def _assert_tells_nothing(reply: Reply) -> None:
    for secret in (CODE, TOKEN, OTHERS, str(eid_of(9))):
        assert secret.encode() not in reply.body


def _without_counters(rows: list[Any]) -> list[Any]:
    """Leaves out what a refused message may count: wrong codes and attempts, and why."""
    return [(*row[:10], *row[13:19]) for row in rows]


def _put_back(rig: Rig) -> None:
    """Makes the order as it was ordered."""
    order = rig.order()
    rig.save_order(
        replace(
            order,
            state=OrderState.RELEASED,
            eid=None,
            confirmation_attempts=0,
            download_attempts=0,
            chip_state=None,
            chip_sequence=-1,
        )
    )


@pytest.mark.parametrize("is_asn1", [False, True], ids=["json", "asn1"])
def test_messages_repeated_out_of_order_and_of_other_sessions_move_nothing(
    rig: Rig, path: Path, is_asn1: bool
) -> None:
    """Every message that was ever sent is sent again, in every order, when the profile is installed."""
    rig.add_order(matching_id=TOKEN, code=CODE)
    wire = Wire(rig, is_asn1)
    lpa = record(wire)
    rig.process()
    assert rig.order().state is OrderState.INSTALLED
    lpa.deliver(lpa.chip.change(ICCID, ENABLE))
    rig.process()
    before = orders(path)
    for chance in range(30):
        step = random.Random(chance).choice(STEPS)
        reply = wire.again(step, wire.sent[step][2])
        assert reply.http_status in {200, 204}
        if step in STEPS[1:3]:
            assert _is_refused(wire, reply)
        rig.process()
    assert orders(path) == before


def test_a_message_in_the_other_binding_s_envelope_is_a_4xx(rig: Rig) -> None:
    lpa = rig.lpa()
    lpa.initiate()
    der = lpa.chip.info1
    assert rig.post(ASN1_PATH, {"Content-Type": "application/json"}, b"{}").http_status == 415
    assert rig.post(ASN1_PATH, {"Content-Type": "application/x-gsma-rsp-asn1"}, b"{}").http_status == 400
    assert rig.post("/gsma/rsp2/es9plus/initiateAuthentication", {}, der).http_status == 400


@pytest.mark.parametrize(
    "tid",
    [
        "",
        "0",
        "00 ",
        " 00",
        "0x00",
        "zz",
        "00" * 17,
        "00" * 1000,
        "é0",
        "٠٠",
        5,
        None,
        ["00"],
        {"a": 1},
        True,
    ],
)
@pytest.mark.parametrize("step", ["authenticateClient", "getBoundProfilePackage", "cancelSession"])
def test_what_is_no_transaction_id_is_a_400(rig: Rig, step: str, tid: Any) -> None:
    rig.add_order()
    lpa = rig.lpa()
    assert lpa.announce("TEST-1").pair is None
    make: dict[str, tuple[str, Callable[[], bytes]]] = {
        "authenticateClient": ("authenticateServerResponse", lambda: lpa.prove("TEST-1")),
        "getBoundProfilePackage": ("prepareDownloadResponse", lpa.ready),
        "cancelSession": ("cancelSessionResponse", lambda: lpa.chip.cancel(1)),
    }
    name, octets = make[step]
    body = json.dumps({"transactionId": tid, name: b64(octets())}).encode()
    assert rig.post(f"/gsma/rsp2/es9plus/{step}", {}, body).http_status == 400


def test_a_certificate_with_anything_in_it_is_refused_and_no_fault(rig: Rig) -> None:
    """Certificates are read by code of their own: every octet of both is turned once, the signatures made right."""
    rig.add_order(max_attempts=None)
    chip = make_chip()
    good = (chip.certificate, chip.eum_certificate)
    chance = random.Random("certificates")
    for place in (0, 1):
        for _ in range(150):
            spoilt = list(good)
            (spoilt[place],) = mutants_of(good[place], str(chance.random()), 1)
            if spoilt[place][:1] != b"\x30":
                continue
            chip.certificate, chip.eum_certificate = spoilt
            reply = rig.lpa(chip).announce("TEST-1")
            assert reply.http_status in {200, 400}
            assert spoilt[place] == good[place] or reply.pair is not None


def test_a_notification_that_nobody_can_read_does_not_stop_the_next(rig: Rig, work: SqliteWork) -> None:
    """It was acknowledged by an earlier release, say; the ones behind it must not wait for it."""
    rig.add_order()
    lpa = rig.lpa()
    assert lpa.fetch("TEST-1").pair is None
    work.run_now(lambda stores: stores.add_notification(b"\xff\xff", rig.clock.now()))
    lpa.deliver(lpa.install())
    rig.process()
    assert rig.order().state is OrderState.INSTALLED
