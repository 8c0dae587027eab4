"""Notifications: what a chip tells brings its order to agree with it; what proves nothing changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.security.pki.certificate import Certificate
from tests.support import certificates
from tests.support.chip import DELETE, DISABLE, ENABLE, INSTALL, node, tlv
from tests.support.lpa import Lpa
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, Rig, eid_of, make_chip, make_smdp, world_of

ERROR_REASONS = [*range(1, 16), 127, 99]
RETRYABLE = {7, 8, 9, 10, 11}


def flip(octets: bytes) -> bytes:
    """Returns the octets with the last one changed."""
    return octets[:-1] + bytes([octets[-1] ^ 1])


def fetched(rig: Rig, number: int = 1, **order: Any) -> Lpa:
    """Returns an LPA that holds a bound profile package of a new order."""
    rig.add_order(**order)
    lpa = rig.lpa(make_chip(number))
    assert lpa.fetch("TEST-1").pair is None
    return lpa


def installed(rig: Rig, **order: Any) -> Lpa:
    """Returns an LPA whose chip has installed the profile, and the order knows."""
    lpa = fetched(rig, **order)
    tell(rig, lpa, lpa.install())
    assert rig.order().state is OrderState.INSTALLED
    return lpa


def tell(rig: Rig, lpa: Lpa, *notifications: bytes) -> Order:
    """Delivers notifications, has them processed and returns the order."""
    for notification in notifications:
        reply = lpa.deliver(notification)
        assert (reply.http_status, reply.body) == (204, b"")
    assert rig.process() == len(notifications)
    return rig.order()


# --- Installation results -------------------------------------------------------------------------------------


def test_a_notification_is_acknowledged_before_it_is_looked_at(rig: Rig) -> None:
    lpa = fetched(rig)
    assert lpa.deliver(lpa.install()).http_status == 204
    assert rig.order().state is OrderState.DOWNLOADED
    assert rig.process() == 1
    assert rig.process() == 0
    order = rig.order()
    assert (order.state, order.chip_state, order.outcome) == (
        OrderState.INSTALLED,
        ChipState.DISABLED,
        "installed",
    )


@pytest.mark.parametrize("reason", ERROR_REASONS)
def test_a_failed_installation_ends_the_order_unless_it_can_be_repeated(rig: Rig, reason: int) -> None:
    lpa = fetched(rig)
    lpa.chip.fails_with = (5, reason)
    order = tell(rig, lpa, lpa.install())
    assert order.state is (OrderState.DOWNLOADED if reason in RETRYABLE else OrderState.ERROR)
    assert order.outcome is not None
    assert order.outcome.startswith(f"installation failed: 5/{reason} "), "the cause is kept for people"
    lpa.chip.fails_with = (0, 0)
    again = lpa.fetch("TEST-1")
    assert again.pair == (None if reason in RETRYABLE else ("8.2", "1.2"))
    if again.pair is None:
        assert tell(rig, lpa, lpa.install()).state is OrderState.INSTALLED


def test_a_repeated_result_changes_nothing(rig: Rig) -> None:
    lpa = fetched(rig)
    result = lpa.install()
    first = tell(rig, lpa, result)
    assert tell(rig, lpa, result, result) == first


def test_a_repeated_failure_does_not_undo_a_later_success(rig: Rig) -> None:
    lpa = fetched(rig)
    lpa.chip.fails_with = (0, 8)
    failure = lpa.install()
    tell(rig, lpa, failure)
    lpa.chip.fails_with = (0, 0)
    lpa.fetch("TEST-1")
    success = tell(rig, lpa, lpa.install())
    assert success.state is OrderState.INSTALLED
    assert tell(rig, lpa, failure) == success


@pytest.mark.parametrize("reason", [8, 12])
def test_a_failure_that_arrives_after_a_later_success_is_history(rig: Rig, reason: int) -> None:
    lpa = fetched(rig)
    lpa.chip.fails_with = (0, reason)
    failure = lpa.install()
    lpa.chip.fails_with = (0, 0)
    lpa.fetch("TEST-1")
    success = tell(rig, lpa, lpa.install())
    assert tell(rig, lpa, failure) == success


def test_an_old_failure_does_not_end_an_order_that_is_being_fetched_again(rig: Rig) -> None:
    """The order is in the hands of a later session: only that one's result decides."""
    lpa = fetched(rig)
    lpa.chip.fails_with = (5, 12)
    failure = lpa.install()
    lpa.chip.fails_with = (0, 0)
    assert lpa.fetch("TEST-1").pair is None
    tell(rig, lpa, failure)
    assert tell(rig, lpa, lpa.install()).state is OrderState.INSTALLED


def test_a_success_behind_a_failure_of_the_same_session_counts(rig: Rig) -> None:
    lpa = fetched(rig)
    lpa.chip.fails_with = (0, 7)
    tell(rig, lpa, lpa.install())
    lpa.chip.fails_with = (0, 0)
    assert lpa.get_package().pair is None
    assert tell(rig, lpa, lpa.install()).state is OrderState.INSTALLED


def test_a_late_success_mends_an_order_that_was_given_up(rig: Rig) -> None:
    lpa = fetched(rig)
    result = lpa.install()
    lpa.cancel(5)
    assert rig.order().state is OrderState.ERROR
    assert tell(rig, lpa, result).state is OrderState.INSTALLED


FORGERIES: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("signature", "pir_signature", flip),
    ("signature of zeros", "pir_signature", lambda _: bytes(64)),
    ("unknown session", "pir_data", lambda data: data.replace(node(data)[0x80].value, bytes(16))),
]


@pytest.mark.parametrize(
    ("name", "change"), [row[1:] for row in FORGERIES], ids=[row[0] for row in FORGERIES]
)
def test_a_forged_result_is_acknowledged_and_changes_nothing(
    rig: Rig, name: str, change: Callable[[bytes], bytes]
) -> None:
    lpa = fetched(rig)
    before = rig.order()
    lpa.chip.alter[name] = change
    assert tell(rig, lpa, lpa.install()) == before


def test_a_result_signed_by_another_chip_changes_nothing(rig: Rig) -> None:
    lpa = fetched(rig)
    before = rig.order()
    stranger = make_chip(2)
    lpa.chip.alter["pir_signature"] = lambda _: stranger.sign(b"")
    data = node(lpa.install())[0xBF27].octets
    forged = tlv(0xBF37, data, tlv(0x5F37, stranger.sign(data)))
    assert tell(rig, lpa, forged) == before


def test_the_result_of_a_reusable_order_moves_nothing(rig: Rig) -> None:
    stored = rig.add_order(is_reusable=True)
    for number in (1, 2):
        lpa = rig.lpa(make_chip(number))
        lpa.fetch("TEST-1")
        lpa.chip.fails_with = (5, 12) if number == 1 else (0, 0)
        lpa.deliver(lpa.install())
        rig.process()
    order = rig.order(stored.order_id)
    assert (order.state, order.eid) == (OrderState.RELEASED, None)


def test_the_result_of_a_chip_whose_order_was_given_to_another_changes_nothing(rig: Rig) -> None:
    """The operator took the profile back and sold it anew; then the first chip reports."""
    lpa = fetched(rig, 1)
    late = lpa.install()
    sold_again = replace(rig.order(), state=OrderState.DOWNLOADED, eid=eid_of(2), matching_id="TEST-2")
    rig.save_order(sold_again)
    assert tell(rig, lpa, late) == sold_again
    lpa.chip.profiles.clear()
    failure = tlv(0xBF37, *(part.octets for part in node(late)))
    assert tell(rig, lpa, failure) == sold_again


# --- Enable, disable, delete ----------------------------------------------------------------------------------


def test_the_order_follows_the_chip(rig: Rig) -> None:
    lpa = installed(rig)
    for event, told in (
        (ENABLE, ChipState.ENABLED),
        (DISABLE, ChipState.DISABLED),
        (ENABLE, ChipState.ENABLED),
    ):
        order = tell(rig, lpa, lpa.chip.change(ICCID, event))
        assert (order.state, order.chip_state) == (OrderState.INSTALLED, told)
    order = tell(rig, lpa, lpa.chip.change(ICCID, DELETE))
    assert (order.state, order.chip_state, order.outcome) == (
        OrderState.DELETED,
        ChipState.DELETED,
        "deleted",
    )


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_notifications_come_the_last_one_of_the_chip_holds(
    rig: Rig, order: tuple[int, ...]
) -> None:
    lpa = fetched(rig)
    told = [lpa.install(), *(lpa.chip.change(ICCID, event) for event in (ENABLE, DISABLE, ENABLE))]
    result = tell(rig, lpa, *(told[place] for place in order))
    assert (result.state, result.chip_state) == (OrderState.INSTALLED, ChipState.ENABLED)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_deleted_profile_stays_deleted(rig: Rig, order: tuple[int, ...]) -> None:
    lpa = fetched(rig)
    told = [lpa.install(), lpa.chip.change(ICCID, ENABLE), lpa.chip.change(ICCID, DELETE)]
    result = tell(rig, lpa, *(told[place] for place in order))
    assert (result.state, result.chip_state) == (OrderState.DELETED, ChipState.DELETED)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_was_deleted_and_fetched_again_offline_is_installed(rig: Rig, order: tuple[int, ...]) -> None:
    """The user deletes without a network, and fetches once more before the server heard of either."""
    lpa = fetched(rig)
    told = [lpa.install(), lpa.chip.change(ICCID, DELETE)]
    assert lpa.fetch("TEST-1").pair is None
    told.append(lpa.install())
    result = tell(rig, lpa, *(told[place] for place in order))
    assert (result.state, result.chip_state) == (OrderState.INSTALLED, ChipState.DISABLED)


def test_a_repeated_notification_changes_nothing(rig: Rig) -> None:
    lpa = installed(rig)
    enabled = lpa.chip.change(ICCID, ENABLE)
    disabled = lpa.chip.change(ICCID, DISABLE)
    order = tell(rig, lpa, enabled, disabled)
    assert tell(rig, lpa, enabled, disabled, enabled) == order


def test_news_of_a_profile_tell_that_it_was_installed(rig: Rig) -> None:
    """The result of the installation is lost; what comes later proves it all the same."""
    lpa = fetched(rig)
    lpa.install()
    assert tell(rig, lpa, lpa.chip.change(ICCID, ENABLE)).state is OrderState.INSTALLED


def _tells(event: int, **changes: Any) -> Callable[[Lpa], bytes]:
    def make(lpa: Lpa) -> bytes:
        told = {"address": FQDN, "iccid": ICCID, **changes}
        return lpa.chip.tell(event, told["address"], told["iccid"])

    return make


def _forged(name: str, change: Callable[[bytes], bytes]) -> Callable[[Lpa], bytes]:
    def make(lpa: Lpa) -> bytes:
        lpa.chip.alter = {name: change}
        return lpa.chip.tell(DELETE, FQDN, ICCID)

    return make


def _from_another_chip(_lpa: Lpa) -> bytes:
    return make_chip(2).tell(DELETE, FQDN, ICCID)


def _from_an_unknown_ci(_lpa: Lpa) -> bytes:
    return make_chip(1, name="elsewhere").tell(DELETE, FQDN, ICCID)


def _expired(lpa: Lpa) -> bytes:
    certificates.expired_euicc(lpa.chip, world_of())
    return lpa.chip.tell(DELETE, FQDN, ICCID)


def _with_an_own_key(lpa: Lpa) -> bytes:
    """The attacker signs with a key of his own and sends the chip's true certificate."""
    stranger = make_chip(2)
    stranger.certificate = lpa.chip.certificate
    return stranger.tell(DELETE, FQDN, ICCID)


FALSE_NEWS: dict[str, Callable[[Lpa], bytes]] = {
    "false signature": _forged("notification_signature", flip),
    "changed content": _forged("notification_signature", lambda _: bytes(64)),
    "another chip": _from_another_chip,
    "unknown CI": _from_an_unknown_ci,
    "expired certificate": _expired,
    "an attacker's key": _with_an_own_key,
    "unknown profile": _tells(DELETE, iccid="8988211000000000999"),
    "no event": _tells(0),
    "two events": _tells(ENABLE | DELETE),
    "an unknown event": _tells(0x08),
}


@pytest.mark.parametrize("make", FALSE_NEWS.values(), ids=FALSE_NEWS.keys())
def test_false_news_are_acknowledged_and_change_nothing(rig: Rig, make: Callable[[Lpa], bytes]) -> None:
    lpa = installed(rig)
    before = rig.order()
    assert tell(rig, lpa, make(lpa)) == before


def test_news_without_iccid_change_nothing(rig: Rig) -> None:
    lpa = installed(rig)
    before = rig.order()
    lpa.chip.alter["notification"] = lambda told: tlv(
        0xBF2F, *(p.octets for p in node(told) if p.tag != 0x5A)
    )
    assert tell(rig, lpa, lpa.chip.tell(DELETE, FQDN, ICCID)) == before


def test_a_chip_may_report_an_installation_like_any_other_event(rig: Rig) -> None:
    lpa = fetched(rig)
    lpa.install()
    order = tell(rig, lpa, lpa.chip.tell(INSTALL, FQDN, ICCID))
    assert (order.state, order.chip_state) == (OrderState.INSTALLED, ChipState.DISABLED)


def test_a_revoked_chip_is_not_believed(runner: asyncio.Runner) -> None:
    work = MemoryWork()
    rig = Rig(work, runner)
    lpa = installed(rig)
    trust = certificates.trust_that_revokes(world_of(), Certificate.decode(lpa.chip.certificate))
    stricter = Rig(work, runner, make_smdp(world_of(), trust=trust))
    before = stricter.order()
    assert tell(stricter, stricter.lpa(lpa.chip), lpa.chip.change(ICCID, DELETE)) == before


def test_news_of_a_profile_that_is_not_out_yet_change_nothing(rig: Rig) -> None:
    """A chip proves who it is, not that it tells the truth."""
    rig.add_order(eid=eid_of(1))
    before = rig.order()
    lpa = rig.lpa()
    for event in (ENABLE, DELETE, INSTALL):
        assert tell(rig, lpa, lpa.chip.tell(event, FQDN, ICCID)) == before
    assert lpa.download("TEST-1").http_status == 204
