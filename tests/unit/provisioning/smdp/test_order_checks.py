"""Which order waits for which chip: matching id, EID, state, expiry, attempts; and the confirmation code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import OrderState
from tests.support.chip import node, tlv
from tests.support.rig import ICCID, NOW, Rig, eid_of, make_chip

Pair = tuple[str, str] | None

NOT_DOWNLOADABLE = sorted(set(OrderState) - {OrderState.RELEASED, OrderState.DOWNLOADED})
OTHER_ICCID = Iccid("8988211000000000025")

# --- Which order ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["TEST-2", "test-1", "TEST-1 ", "TEST-1\0", "TEST", "%", "x" * 2000])
def test_a_matching_id_is_compared_exactly(rig: Rig, wrong: str) -> None:
    rig.add_order()
    assert rig.lpa().announce(wrong).pair == ("8.2.6", "3.8")
    assert rig.lpa().announce("TEST-1").pair is None
    assert rig.order().download_attempts == 1, "only the one that found it counts"


@pytest.mark.parametrize("matching_id", ["test-1_low", "ÄÖ-1", "1$2", "A" * 255])
def test_a_matching_id_outside_the_alphabet_is_found_as_it_stands(rig: Rig, matching_id: str) -> None:
    rig.add_order(matching_id=matching_id)
    assert rig.lpa().announce(matching_id).pair is None


def test_the_order_of_another_chip_is_refused(rig: Rig) -> None:
    rig.add_order(eid=eid_of(2))
    assert rig.lpa().announce("TEST-1").pair == ("8.1.1", "3.8")
    assert rig.order().download_attempts == 0
    assert rig.lpa(make_chip(2)).announce("TEST-1").pair is None


@pytest.mark.parametrize("token", [None, ""])
class TestDefaultSmdp:
    """Without a matching id, absent or empty, the chip is found by its EID."""

    def test_the_order_is_found_by_the_eid(self, rig: Rig, token: str | None) -> None:
        rig.add_order(matching_id=None, is_default_smdp=True, eid=eid_of(1))
        assert rig.lpa().download(token).http_status == 204
        rig.process()
        assert rig.order().state is OrderState.INSTALLED

    def test_a_chip_without_order_is_refused_by_its_eid(self, rig: Rig, token: str | None) -> None:
        rig.add_order(matching_id=None, is_default_smdp=True, eid=eid_of(2))
        assert rig.lpa().announce(token).pair == ("8.1.1", "3.8")

    def test_an_order_with_a_matching_id_is_not_given_without_it(self, rig: Rig, token: str | None) -> None:
        rig.add_order(eid=eid_of(1))
        assert rig.lpa().announce(token).pair == ("8.1.1", "3.8")

    def test_one_that_can_be_downloaded_comes_before_one_that_cannot(
        self, rig: Rig, token: str | None
    ) -> None:
        mine: dict[str, Any] = {"matching_id": None, "is_default_smdp": True, "eid": eid_of(1)}
        rig.add_order(**mine, state=OrderState.INSTALLED, iccid=OTHER_ICCID)
        rig.add_order(**mine)
        lpa = rig.lpa()
        assert lpa.download(token).http_status == 204
        assert list(lpa.chip.profiles) == [ICCID]
        rig.process()
        assert rig.lpa().announce(token).pair == ("8.2", "1.2"), "now neither can be"


# --- State, expiry, attempts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", NOT_DOWNLOADABLE, ids=lambda state: state.value)
def test_an_order_that_is_not_released_is_refused(rig: Rig, state: OrderState) -> None:
    before = rig.add_order(state=state)
    assert rig.lpa().announce("TEST-1").pair == ("8.2", "1.2")
    assert rig.order() == before


def test_the_eid_is_looked_at_before_the_state_and_the_state_before_the_time(rig: Rig) -> None:
    rig.add_order(state=OrderState.INSTALLED, eid=eid_of(2), expires_at=NOW)
    assert rig.lpa().announce("TEST-1").pair == ("8.1.1", "3.8")
    assert rig.lpa(make_chip(2)).announce("TEST-1").pair == ("8.2", "1.2")


def test_an_order_can_be_fetched_until_it_expires(rig: Rig) -> None:
    before = rig.add_order(expires_at=NOW + timedelta(hours=1), max_attempts=5)
    assert rig.lpa().announce("TEST-1").pair is None
    rig.clock.advance(hours=1)
    assert rig.lpa().announce("TEST-1").pair == ("8.8.5", "4.10")
    assert rig.order().state is OrderState.RELEASED, "the operator may give it more time"
    assert rig.order().download_attempts == before.download_attempts + 1


def test_an_order_that_expires_between_two_calls_is_refused(rig: Rig) -> None:
    rig.add_order(expires_at=NOW + timedelta(minutes=5))
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    ready = lpa.ready()
    rig.clock.advance(minutes=6)
    assert lpa.get_package_with(ready).pair == ("8.8.5", "4.10")


def test_the_last_attempt_is_granted_and_one_more_ends_the_order(rig: Rig) -> None:
    rig.add_order(max_attempts=2)
    assert rig.lpa().announce("TEST-1").pair is None
    assert rig.lpa().announce("TEST-1").pair is None
    assert rig.lpa().announce("TEST-1").pair == ("8.8.5", "6.4")
    order = rig.order()
    assert (order.state, order.download_attempts, order.outcome) == (OrderState.ERROR, 3, "8.8.5/6.4")
    assert rig.lpa().announce("TEST-1").pair == ("8.2", "1.2")
    assert rig.order().download_attempts == 3, "a state that refuses touches no counter"


def test_an_order_without_limit_counts_all_the_same(rig: Rig) -> None:
    rig.add_order(max_attempts=None)
    for _ in range(12):
        assert rig.lpa().announce("TEST-1").pair is None
    assert rig.order().download_attempts == 12


# --- The confirmation code ------------------------------------------------------------------------------------


def test_the_announcement_says_whether_a_code_is_asked_for(rig: Rig) -> None:
    rig.add_order(code="1234")
    rig.add_order(iccid=OTHER_ICCID, matching_id="TEST-2")
    for matching_id, flag in (("TEST-1", b"\xff"), ("TEST-2", b"\x00")):
        reply = rig.lpa().announce(matching_id)
        assert node(reply.octets("smdpSigned2"))[0x01].value == flag


def test_the_right_code_opens(rig: Rig) -> None:
    rig.add_order(code="ä1234")
    assert rig.lpa().download("TEST-1", "ä1234").http_status == 204
    assert rig.order().confirmation_attempts == 0


def test_a_missing_code_is_told_and_not_counted(rig: Rig) -> None:
    rig.add_order(code="1234")
    lpa = rig.lpa()
    for _ in range(5):
        assert lpa.fetch("TEST-1").pair == ("8.2.7", "2.2")
    assert lpa.get_package("1234").pair is None
    assert rig.order().confirmation_attempts == 0


def test_a_code_that_nobody_asked_for_does_no_harm(rig: Rig) -> None:
    rig.add_order()
    assert rig.lpa().fetch("TEST-1", "1234").pair is None


def test_after_a_wrong_code_the_right_one_opens_in_the_same_session(rig: Rig) -> None:
    rig.add_order(code="1234")
    lpa = rig.lpa()
    assert lpa.fetch("TEST-1", "4321").pair == ("8.2.7", "3.8")
    assert lpa.get_package("").pair == ("8.2.7", "3.8")
    assert rig.order().confirmation_attempts == 2
    assert lpa.get_package("1234").pair is None
    assert rig.order().state is OrderState.DOWNLOADED


def test_the_last_wrong_code_ends_the_order(rig: Rig) -> None:
    rig.add_order(code="1234")
    for expected in (("8.2.7", "3.8"), ("8.2.7", "3.8"), ("8.2.7", "6.4")):
        lpa = rig.lpa()
        assert lpa.fetch("TEST-1", "0000").pair == expected
    order = rig.order()
    assert (order.state, order.confirmation_attempts, order.outcome) == (OrderState.ERROR, 3, "8.2.7/6.4")
    assert lpa.get_package("1234").pair == ("8.2", "1.2"), "the right code comes too late"


def test_wrong_codes_and_attempts_are_counted_apart(rig: Rig) -> None:
    rig.add_order(code="1234", max_attempts=10, confirmation_limit=4)
    lpa = rig.lpa()
    lpa.fetch("TEST-1", "0000")
    lpa.get_package("0001")
    assert (rig.order().download_attempts, rig.order().confirmation_attempts) == (1, 2)
    rig.lpa().fetch("TEST-1", "0002")
    assert (rig.order().download_attempts, rig.order().confirmation_attempts) == (2, 3)


def test_a_hash_of_another_transaction_is_a_wrong_code(rig: Rig) -> None:
    """The hash holds for one session: who overhears it cannot use it again."""
    rig.add_order(code="1234")
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    overheard = node(lpa.ready("1234"))[0xA0][0x30][0x04].octets
    lpa.chip.alter["euicc_signed2"] = lambda signed: tlv(0x30, node(signed).value + overheard)
    assert lpa.fetch("TEST-1").pair == ("8.2.7", "3.8")


def test_the_code_of_a_reusable_order_can_be_tried_for_ever(rig: Rig) -> None:
    rig.add_order(code="1234", is_reusable=True)
    order_id = 2
    for _ in range(5):
        assert rig.lpa().fetch("TEST-1", "0000").pair is not None
    assert rig.order(order_id).state is OrderState.RELEASED
    assert rig.lpa().fetch("TEST-1", "1234").pair is None
