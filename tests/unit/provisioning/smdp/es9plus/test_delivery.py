"""GetBoundProfilePackage: every check in its order with its code, and what changes.

The tables are written from the fact sheet, not from the code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from openesim.provisioning.smdp.context import Policy
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.security.crypto.curves import Curve
from tests.support.chip import node, nodes, tlv
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, Rig, eid_of, make_chip, make_smdp, package_octets, world_of
from tests.unit.provisioning.smdp.es9plus.admitted import (
    NOT_VERIFIED,
    UNKNOWN_TRANSACTION,
    Pair,
    announced,
    flip,
    ordered_again,
)


def segments(package: bytes) -> list[bytes]:
    """Returns everything of a bound profile package but BF23."""
    return [part.octets for part in node(package) if part.tag != 0xBF23]


# --- Refusals ----------------------------------------------------------------------------------------------------

READINESS: list[tuple[str, dict[str, Callable[[bytes], bytes]], Pair]] = [
    ("another signature", {"euicc_signature2": flip}, NOT_VERIFIED),
    ("another inner transaction id", {"inner_transaction_id2": flip}, UNKNOWN_TRANSACTION),
    ("a point off the curve", {"euicc_otpk": flip}, NOT_VERIFIED),
    ("a compressed point", {"euicc_otpk": lambda key: b"\x02" + key[1:]}, NOT_VERIFIED),
    ("the point at infinity", {"euicc_otpk": lambda _: bytes(65)}, NOT_VERIFIED),
]


@pytest.mark.parametrize(
    ("alter", "expected"), [row[1:] for row in READINESS], ids=[row[0] for row in READINESS]
)
def test_what_the_chip_signed_is_verified(
    rig: Rig, alter: dict[str, Callable[[bytes], bytes]], expected: Pair
) -> None:
    lpa = announced(rig)
    before = rig.order()
    lpa.chip.alter = alter
    assert lpa.get_package().pair == expected
    assert rig.order() == before
    lpa.chip.alter = {}
    assert lpa.get_package().pair is None, "the session goes on"


def test_a_signature_over_another_announcement_does_not_hold(rig: Rig) -> None:
    lpa = announced(rig)
    lpa.chip.alter["euicc_signature2"] = lambda _: lpa.chip.sign(lpa.chip.session.smdp_signed2 + bytes(67))
    assert lpa.get_package().pair == NOT_VERIFIED


def test_the_chip_of_another_session_cannot_take_the_package(rig: Rig) -> None:
    one = announced(rig, 1)
    two = announced(rig, 2)
    assert one.get_package_with(two.ready()).pair == UNKNOWN_TRANSACTION
    two.chip.session.transaction_id = bytes.fromhex(one.transaction_id)
    two.chip.alter["inner_transaction_id2"] = lambda _: bytes.fromhex(one.transaction_id)
    two.chip.session.transaction_id = bytes.fromhex(two.transaction_id)
    assert one.get_package_with(two.ready()).pair == NOT_VERIFIED
    assert rig.order().eid is None


def test_a_readiness_of_an_earlier_session_is_refused(rig: Rig) -> None:
    lpa = announced(rig)
    ready = lpa.ready()
    assert lpa.announce("TEST-1").pair is None
    assert lpa.get_package_with(ready).pair == UNKNOWN_TRANSACTION


@pytest.mark.parametrize("tid", ["00" * 16, "FF"])
def test_an_unknown_transaction_is_refused(rig: Rig, tid: str) -> None:
    lpa = announced(rig)
    assert lpa.get_package(transactionId=tid).pair == UNKNOWN_TRANSACTION


def test_no_package_before_the_chip_is_admitted(rig: Rig) -> None:
    lpa = announced(rig)
    ready = lpa.ready()
    fresh = rig.lpa()
    fresh.initiate()
    assert lpa.get_package_with(ready, transactionId=fresh.transaction_id).pair == UNKNOWN_TRANSACTION


def test_no_package_after_the_session_has_ended_or_expired(rig: Rig) -> None:
    lpa = announced(rig)
    ready = lpa.ready()
    assert lpa.cancel(1).pair is None
    assert lpa.get_package_with(ready).pair == UNKNOWN_TRANSACTION
    lpa = announced(rig)
    ready = lpa.ready()
    rig.clock.advance(minutes=31)
    assert lpa.get_package_with(ready).pair == UNKNOWN_TRANSACTION


def test_a_chip_that_is_not_ready_gets_nothing_and_may_come_again(rig: Rig) -> None:
    lpa = announced(rig)
    refusal = tlv(0xBF21, tlv(0xA1, tlv(0x80, bytes.fromhex(lpa.transaction_id)), tlv(2, b"\x03")))
    assert lpa.get_package_with(refusal).pair is not None
    assert rig.order().state is OrderState.RELEASED
    assert lpa.get_package().pair is None


def _cancelled(order: Order) -> Order:
    return replace(order, state=OrderState.UNAVAILABLE, matching_id=None)


MEANWHILE: list[tuple[str, Callable[[Order], Order], Pair]] = [
    ("taken back", _cancelled, ("8.2", "1.2")),
    ("given up", lambda order: replace(order, state=OrderState.ERROR), ("8.2", "1.2")),
    (
        "fetched by another chip",
        lambda order: replace(order, state=OrderState.DOWNLOADED, eid=eid_of(9)),
        ("8.2", "3.7"),
    ),
    ("linked to another chip", lambda order: replace(order, eid=eid_of(9)), ("8.2", "3.7")),
]


@pytest.mark.parametrize(
    ("change", "expected"), [row[1:] for row in MEANWHILE], ids=[row[0] for row in MEANWHILE]
)
def test_an_order_that_changed_meanwhile_is_looked_at_again(
    rig: Rig, change: Callable[[Order], Order], expected: Pair
) -> None:
    lpa = announced(rig)
    rig.save_order(change(rig.order()))
    before = rig.order()
    assert lpa.get_package().pair == expected
    assert rig.order() == before


def test_the_signature_comes_before_the_code(rig: Rig) -> None:
    rig.add_order(code="1234")
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    lpa.chip.alter["euicc_signature2"] = flip
    assert lpa.get_package("0000").pair == NOT_VERIFIED
    assert rig.order().confirmation_attempts == 0


def test_a_session_of_an_order_that_was_taken_back_opens_no_other_order(rig: Rig) -> None:
    lpa = announced(rig)
    rig.save_order(ordered_again(rig.order()))
    assert lpa.get_package().pair in {("8.2", "1.2"), ("8.2", "3.7"), ("8.2.6", "3.8"), UNKNOWN_TRANSACTION}
    assert rig.order().eid is None


# --- Binding, repeating, retrying ------------------------------------------------------------------------------


def test_the_first_package_binds_the_order_to_the_chip(rig: Rig) -> None:
    lpa = announced(rig)
    assert rig.order().eid is None, "an announcement binds nothing"
    assert lpa.get_package().pair is None
    assert (rig.order().eid, rig.order().state) == (eid_of(1), OrderState.DOWNLOADED)
    assert rig.lpa(make_chip(2)).announce("TEST-1").pair == ("8.1.1", "3.8")


def test_of_two_chips_in_the_door_the_first_one_gets_the_profile(rig: Rig) -> None:
    one, two = announced(rig, 1), announced(rig, 2)
    assert two.get_package().pair is None
    assert one.get_package().pair == ("8.2", "3.7")
    assert rig.order().eid == eid_of(2)
    two.install()


@pytest.mark.parametrize("reusable", [False, True])
def test_a_repeated_call_gets_the_same_octets(rig: Rig, reusable: bool) -> None:
    """An answer that was lost on the way is built again."""
    lpa = announced(rig, is_reusable=reusable)
    ready = lpa.ready()
    answers = [lpa.get_package_with(ready).octets("boundProfilePackage") for _ in range(3)]
    assert len(set(answers)) == 1
    lpa.install()


def test_the_same_one_time_key_gets_the_same_segments_in_a_new_session(rig: Rig) -> None:
    lpa = announced(rig)
    first = lpa.get_package().octets("boundProfilePackage")
    assert lpa.announce("TEST-1").pair is None
    assert lpa.admitted is not None
    announced_key = node(lpa.admitted.octets("smdpSigned2")).get(0x5F49)
    assert announced_key is not None
    assert announced_key.value in lpa.chip.kept
    second = lpa.get_package().octets("boundProfilePackage")
    assert segments(first) == segments(second), "only BF23 is built anew"
    channels = [node(package)[0xBF23] for package in (first, second)]
    assert channels[0][0x5F49].octets == channels[1][0x5F49].octets, "the same otPK.DP"
    assert [channel[0x80].value.hex().upper() for channel in channels][1] == lpa.transaction_id
    assert channels[0][0x80].value != channels[1][0x80].value
    lpa.install()
    assert list(lpa.chip.profiles) == [ICCID]


def test_a_retry_by_another_spelling_of_our_address_is_bound_anew(rig: Rig) -> None:
    """Metadata name the address: other octets must not be protected under keys that were used before."""
    lpa = announced(rig)
    first = lpa.get_package().octets("boundProfilePackage")
    lpa.address = f"{FQDN.upper()}:443"
    assert lpa.announce("TEST-1").pair is None
    assert lpa.admitted is not None
    told = lpa.admitted.octets("profileMetadata")
    assert node(lpa.admitted.octets("smdpSigned2")).get(0x5F49) is None
    second = lpa.get_package().octets("boundProfilePackage")
    assert not set(segments(first)) & set(segments(second))
    lpa.install()
    assert lpa.chip.profiles[ICCID].metadata == told, "what was announced is what is installed"


def test_another_one_time_key_gets_another_binding(rig: Rig) -> None:
    lpa = announced(rig)
    lpa.chip.keeps_one_time_key = False
    first = lpa.get_package().octets("boundProfilePackage")
    assert lpa.announce("TEST-1").pair is None
    second = lpa.get_package().octets("boundProfilePackage")
    assert not set(segments(first)) & set(segments(second))
    assert node(first)[0xBF23][0x5F49].octets != node(second)[0xBF23][0x5F49].octets
    lpa.install()


def test_another_one_time_key_in_the_same_session_gets_another_binding(rig: Rig) -> None:
    lpa = announced(rig)
    lpa.chip.keeps_one_time_key = False
    first = lpa.get_package().octets("boundProfilePackage")
    second = lpa.get_package().octets("boundProfilePackage")
    assert not set(segments(first)) & set(segments(second))
    assert lpa.deliver(lpa.install()).http_status == 204
    rig.process()
    assert rig.order().state is OrderState.INSTALLED


def test_a_server_may_refuse_to_bind_anew(runner: asyncio.Runner) -> None:
    smdp = make_smdp(world_of(), policy=Policy(allow_rebinding=False))
    rig = Rig(MemoryWork(), runner, smdp)
    lpa = announced(rig)
    assert lpa.get_package().pair is None
    lpa.announce("TEST-1")
    lpa.chip.keeps_one_time_key = False
    assert lpa.get_package().pair == ("8.2", "3.7")
    lpa.chip.keeps_one_time_key = True
    assert lpa.get_package().pair is None, "with the key that it kept it may"


def test_nothing_is_announced_as_bound_before_it_is_bound(rig: Rig) -> None:
    lpa = announced(rig)
    assert lpa.announce("TEST-1").pair is None
    assert lpa.admitted is not None
    assert node(lpa.admitted.octets("smdpSigned2")).get(0x5F49) is None


@pytest.mark.parametrize("curve", list(Curve), ids=lambda curve: curve.name)
@pytest.mark.parametrize("ppk", [False, True], ids=["session keys", "ppk"])
def test_a_package_is_opened_by_its_chip_on_either_curve_with_either_keys(
    runner: asyncio.Runner, curve: Curve, ppk: bool
) -> None:
    smdp = make_smdp(world_of(curve), policy=Policy(replace_session_keys=ppk))
    rig = Rig(MemoryWork(), runner, smdp)
    rig.add_order()
    lpa = rig.lpa(make_chip(curve=curve))
    package = lpa.fetch("TEST-1").octets("boundProfilePackage")
    tags = [part.tag for part in node(package)]
    assert tags == ([0xBF23, 0xA0, 0xA1, 0xA2, 0xA3] if ppk else [0xBF23, 0xA0, 0xA1, 0xA3])
    lpa.install()
    assert lpa.chip.profiles[ICCID].package == package_octets()


def test_profile_protection_keys_are_never_the_same_twice(runner: asyncio.Runner) -> None:
    rig = Rig(MemoryWork(), runner, make_smdp(world_of(), policy=Policy(replace_session_keys=True)))
    rig.add_order(is_reusable=True)
    protected = set()
    for number in (1, 2, 3):
        package = rig.lpa(make_chip(number)).fetch("TEST-1").octets("boundProfilePackage")
        protected.add(node(package)[0xA3].octets)
    assert len(protected) == 3


def test_segments_keep_to_the_longest_that_the_standard_allows(rig: Rig) -> None:
    lpa = announced(rig)
    package = node(lpa.get_package().octets("boundProfilePackage"))
    pieces = [segment for group in package if group.tag != 0xBF23 for segment in group]
    assert {piece.tag for piece in pieces} == {0x87, 0x88, 0x86}
    assert max(len(piece.octets) for piece in pieces) == 1020
    assert len(nodes(package[0xA3].value)) == -(-len(package_octets()) // 1007)
