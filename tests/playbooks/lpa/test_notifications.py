"""Delivery of what the chip keeps for servers (PAIN 1–6): in order, never removed before it was acknowledged."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from openesim.encoding.tlv import encode
from openesim.kernel.effects import Effect
from openesim.kernel.errors import CardError, FunctionError, NotFoundError, PeerError
from openesim.messages.sgp22.es10b import ListNotificationRequest, ListNotificationResponse
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of
from openesim.provisioning.lpa import notifications
from openesim.provisioning.lpa.effects import Pause, SendCommand
from openesim.provisioning.lpa.notifications import DeliveryReport, process, process_one, remove, retrieve
from tests.playbooks.lpa import script
from tests.playbooks.playbook import Playbook

A, B = "a.example.com", "b.example.com"
ZERO = script.about(0, script.ENABLE, A)
ONE = script.about(1, script.INSTALL, B)
TWO = script.about(2, script.DISABLE, A)
UNREACHABLE = PeerError("no network")


def play(procedure: Generator[Effect, Any, DeliveryReport]) -> Playbook[DeliveryReport]:
    return Playbook(procedure)


def delivered(metadata: Any) -> list[tuple[Any, ...]]:
    """One notification is fetched, delivered and only then removed."""
    octets = script.other(metadata)
    return [
        script.retrieval(metadata.seq_number, octets),
        (script.delivery(octets, metadata.notification_address),),
        script.removal(metadata.seq_number),
    ]


def test_each_server_gets_its_notifications_in_the_order_of_their_numbers_zero_included() -> None:
    """PAIN 6: number 0 is a number, and what is delivered is removed."""
    playbook = play(process()).expect_all(script.listing(TWO, ONE, ZERO))
    playbook.expect_all(*delivered(ZERO), *delivered(TWO), *delivered(ONE))
    report = playbook.returns()
    assert report.delivered == (ZERO, TWO, ONE)
    assert report.others_waiting == 0


def test_only_the_servers_that_are_named_hear_something() -> None:
    playbook = play(process({"B.example.com"})).expect_all(script.listing(ZERO, ONE, TWO), *delivered(ONE))
    assert playbook.returns() == DeliveryReport((notifications.Delivery(ONE, is_delivered=True),), 2)


def test_a_server_out_of_reach_keeps_its_notifications_and_does_not_hold_up_the_others() -> None:
    """PAIN 4: a backlog for one operator is no reason to leave the others in the dark."""
    octets = script.other(ZERO)
    playbook = play(process(delays_s=(1.0,))).expect_all(script.listing(ZERO, ONE, TWO))
    playbook.expect_all(script.retrieval(0, octets))
    playbook.expect(script.delivery(octets, A), throw=UNREACHABLE).expect(Pause(1.0))
    playbook.expect(script.delivery(octets, A), throw=UNREACHABLE)
    playbook.expect_all(*delivered(ONE))
    report = playbook.returns()
    assert report.delivered == (ONE,)
    assert [one.notification for one in report.undelivered] == [ZERO, TWO]


def test_two_ports_of_a_host_are_two_servers() -> None:
    other = script.about(3, script.DELETE, f"{A}:8443")
    octets = script.other(ZERO)
    playbook = play(process({A}, delays_s=())).expect_all(script.listing(ZERO, other))
    playbook.expect_all(script.retrieval(0, octets))
    playbook.expect(script.delivery(octets, A), throw=UNREACHABLE).expect_all(*delivered(other))
    report = playbook.returns()
    assert report.delivered == (other,)
    assert [one.notification for one in report.undelivered] == [ZERO]


def test_a_server_that_asks_for_a_pause_gets_it_within_reason() -> None:
    octets = script.other(ONE)
    playbook = play(process(delays_s=(1.0, 4.0))).expect_all(script.listing(ONE), script.retrieval(1, octets))
    playbook.expect(script.delivery(octets, B), throw=PeerError("busy", retry_after=7.0)).expect(Pause(7.0))
    playbook.expect(script.delivery(octets, B), throw=PeerError("busy", retry_after=3600.0)).expect(
        Pause(30.0)
    )
    playbook.expect_all((script.delivery(octets, B),), script.removal(1))
    assert playbook.returns().delivered == (ONE,)


def test_a_server_that_refuses_is_not_asked_again_and_the_notification_stays() -> None:
    octets = script.other(ZERO)
    playbook = play(process()).expect_all(script.listing(ZERO, TWO), script.retrieval(0, octets))
    playbook.expect(script.delivery(octets, A), throw=FunctionError("1.6", "2.1")).expect_all(*delivered(TWO))
    report = playbook.returns()
    assert report.delivered == (TWO,)
    assert "1.6/2.1" in report.undelivered[0].problem


def test_what_the_chip_signed_goes_out_as_it_came_even_if_it_cannot_be_read() -> None:
    strange = bytes.fromhex("BF37029F01")
    playbook = play(process()).expect_all(script.listing(ONE), script.retrieval(1, strange))
    playbook.expect_all((script.delivery(strange, B),), script.removal(1))
    assert playbook.returns().delivered == (ONE,)


def test_a_notification_the_chip_does_not_give_out_stays_and_the_others_go() -> None:
    playbook = play(process()).expect_all(script.listing(ZERO, ONE))
    playbook.expect(script.retrieval(0)[0], throw=CardError("refused", 0x6A88)).expect_all(*delivered(ONE))
    report = playbook.returns()
    assert [one.notification for one in report.undelivered] == [ZERO]
    assert report.delivered == (ONE,)


def test_an_answer_of_the_chip_that_is_no_list_is_an_error_of_that_notification() -> None:
    playbook = play(process()).expect_all(script.listing(ZERO))
    playbook.expect(script.retrieval(0)[0], b"\xbf\x2b\x05\xa0")
    assert "cannot be read" in playbook.returns().undelivered[0].problem


def test_one_that_another_program_has_delivered_meanwhile_is_passed_over() -> None:
    playbook = play(process()).expect_all(script.listing(ZERO))
    playbook.expect(script.retrieval(0)[0], encode(0xBF2B, b"\x81\x01\x01"))
    assert playbook.returns().deliveries == ()


def test_a_chip_that_gives_out_its_whole_list_is_understood() -> None:
    everything = (script.other(ZERO), b"\x30\x00", script.other(TWO))
    playbook = Playbook(retrieve(2)).expect_all(script.retrieval(2, *everything))
    assert playbook.returns() == script.other(TWO)


@pytest.mark.parametrize(("status", "problem"), [(0, ""), (1, ""), (127, "the chip did not remove it")])
def test_what_was_delivered_counts_as_delivered_whatever_the_chip_says_of_the_removal(
    status: int, problem: str
) -> None:
    octets = script.other(ONE)
    playbook = play(process()).expect_all(
        script.listing(ONE), script.retrieval(1, octets), (script.delivery(octets, B),)
    )
    playbook.expect_all(script.removal(1, status))
    (only,) = playbook.returns().deliveries
    assert (only.is_delivered, only.problem) == (True, problem)


def test_earlier_ones_for_the_same_server_go_before_the_one_that_is_named() -> None:
    later = script.about(3, script.ENABLE, A)
    playbook = play(process_one(2)).expect_all(script.listing(ZERO, ONE, TWO, later))
    playbook.expect_all(*delivered(ZERO), *delivered(TWO))
    report = playbook.returns()
    assert (report.delivered, report.others_waiting) == ((ZERO, TWO), 2)


def test_a_number_that_is_not_waiting_cannot_be_delivered() -> None:
    playbook = play(process_one(9)).expect_all(script.listing(ZERO))
    assert outcome_of(playbook.raises(NotFoundError)) is LpaOutcome.NOTIFICATION_NOT_FOUND


def test_a_notification_can_be_thrown_away_undelivered() -> None:
    assert Playbook(remove(2)).expect_all(script.removal(2)).returns() is None


@pytest.mark.parametrize(("status", "kind"), [(1, NotFoundError), (127, CardError)])
def test_a_removal_that_fails_is_explained(status: int, kind: type[NotFoundError | CardError]) -> None:
    error = Playbook(remove(2)).expect_all(script.removal(2, status)).raises(kind)
    assert explain_error(error).next_step


@pytest.mark.parametrize(("code", "waits"), [(1, True), (127, False)])
def test_a_chip_may_say_by_an_error_that_nothing_waits(code: int, waits: bool) -> None:
    listing = SendCommand(ListNotificationRequest().encode())
    playbook = play(process()).expect(listing, ListNotificationResponse.encode(code))
    if waits:
        assert playbook.returns() == DeliveryReport()
    else:
        assert "undefined error" in str(playbook.raises(CardError))
