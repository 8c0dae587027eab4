"""Limits: a minute's worth at once, then evenly; each asker on his own; bounded memory; a guess costs more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import TooManyRequestsError
from openesim.services.limits import MATCHING_ID_REFUSED, Buckets, Limits, Rates, network_of
from openesim.services.request_trace import RequestTrace

EID = "8" * 32


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def trace_of(address: str = "192.0.2.1", status: str = "", eid: str = "") -> RequestTrace:
    trace = RequestTrace("id", "es9plus", address)
    trace.function, trace.status, trace.eid = "authenticate_client", status, eid
    return trace


def test_a_minutes_worth_may_come_at_once_and_flows_back_evenly() -> None:
    buckets = Buckets(per_minute=6)
    assert [buckets.take("a", 0.0) for _ in range(6)] == [0.0] * 6
    assert buckets.take("a", 0.0) == 10.0
    assert buckets.take("a", 4.0) == 6.0
    assert buckets.take("a", 10.0) == 0.0
    assert buckets.take("a", 10.0) == 10.0
    assert buckets.take("b", 10.0) == 0.0, "everybody has a bucket of his own"


@given(st.integers(1, 50), st.lists(st.floats(0, 20), max_size=200))
def test_no_rhythm_gets_more_than_a_minutes_worth_and_what_flows_back(
    per_minute: int, pauses: list[float]
) -> None:
    buckets, now, taken = Buckets(per_minute), 0.0, 0
    for pause in pauses:
        now += pause
        waited = buckets.wait_s("a", now)
        assert (buckets.take("a", now) == 0.0) == (waited == 0.0)
        taken += waited == 0.0
    assert taken <= per_minute + now * per_minute / 60 + 0.01


@pytest.mark.parametrize("per_minute", range(1, 200))
def test_a_minutes_worth_is_exactly_that(per_minute: int) -> None:
    buckets = Buckets(per_minute)
    for now in (0.0, 1e7 / 3):
        key = str(now)
        assert [buckets.take(key, now) for _ in range(per_minute)] == [0.0] * per_minute
        assert buckets.take(key, now) > 0


def test_only_so_many_are_remembered_and_who_asked_last_is() -> None:
    buckets = Buckets(per_minute=1, most=3)
    for key in "abcad":
        buckets.take(key, 0.0)
    assert len(buckets) == 3
    assert buckets.take("a", 0.0) > 0, "he asked a moment ago"
    assert buckets.take("b", 0.0) == 0.0, "he was forgotten"


def test_without_rates_nobody_waits() -> None:
    limits = Limits(Rates())
    for _ in range(1000):
        limits.take_address("192.0.2.1", "es9plus")
        limits.take_operator("op")
        limits.note_answer(trace_of(status=MATCHING_ID_REFUSED, eid=EID))
    assert limits.eid_refusal(EID) is None


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    clock = Seconds()
    limits = Limits(Rates(address=2), clock=clock)
    for _ in range(2):
        limits.take_address("192.0.2.1", "es9plus")
    with pytest.raises(TooManyRequestsError, match="this address") as caught:
        limits.take_address("192.0.2.1", "es9plus")
    assert caught.value.retry_after_s == 30
    limits.take_address("192.0.2.2", "es9plus")
    clock.now += caught.value.retry_after_s
    limits.take_address("192.0.2.1", "es9plus")


def test_whoever_guesses_codes_is_slowed_by_address_and_by_chip() -> None:
    clock = Seconds()
    limits = Limits(Rates(guesses_of_address=3, guesses_of_eid=3), clock=clock)
    for _ in range(3):
        limits.take_address("192.0.2.1", "es9plus")
        assert limits.eid_refusal(EID) is None
        limits.note_answer(trace_of(status=MATCHING_ID_REFUSED, eid=EID))
    with pytest.raises(TooManyRequestsError, match="wrong codes"):
        limits.take_address("192.0.2.1", "es9plus")
    refusal = limits.eid_refusal(EID)
    assert refusal is not None
    assert refusal.pair == ("8.8", "4.1"), "another address does not help the chip"
    clock.now += 20
    limits.take_address("192.0.2.1", "es9plus")
    assert limits.eid_refusal(EID) is None


def test_who_guesses_at_the_door_of_lpas_stands_in_nobodys_way_at_another() -> None:
    limits = Limits(Rates(guesses_of_address=1), clock=Seconds())
    limits.note_answer(trace_of(status=MATCHING_ID_REFUSED, eid=EID))
    limits.take_address("192.0.2.1", "es2plus")
    with pytest.raises(TooManyRequestsError):
        limits.take_address("192.0.2.1", "es9plus")


def test_right_codes_and_other_refusals_are_no_guesses() -> None:
    limits = Limits(Rates(guesses_of_address=1, guesses_of_eid=1), clock=Seconds())
    for status in ("", "8.1.1/3.8", "8.2/1.2"):
        for _ in range(5):
            limits.note_answer(trace_of(status=status, eid=EID))
    limits.take_address("192.0.2.1", "es9plus")
    assert limits.eid_refusal(EID) is None


def test_a_chip_may_begin_so_many_downloads() -> None:
    limits = Limits(Rates(eid=2), clock=Seconds())
    for _ in range(2):
        assert limits.eid_refusal(EID) is None
        assert limits.eid_refusal(EID) is None, "asking costs nothing: a unit of work may run again"
        limits.note_answer(trace_of(eid=EID))
    refusal = limits.eid_refusal(EID)
    assert refusal is not None
    assert refusal.pair == ("8.8", "4.1")
    assert "30 s" in (refusal.message or "")


def test_an_operator_may_have_a_rate_of_his_own() -> None:
    limits = Limits(Rates(operator=1), clock=Seconds(), rate_of_operator={"big": 3}.get)
    for _ in range(3):
        limits.take_operator("big")
    limits.take_operator("small")
    for name in ("big", "small"):
        with pytest.raises(TooManyRequestsError, match="operator"):
            limits.take_operator(name)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:db8::1", "2001:db8:0:0:7::1", True),
        ("::1", "::2", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::", True),
    ],
)
def test_a_network_of_ipv6_is_one_asker(one: str, other: str, is_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is is_same
