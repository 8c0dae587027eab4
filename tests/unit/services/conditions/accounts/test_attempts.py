"""Attempts: the first few cost nothing, then the lock doubles; an address has more, and they flow back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import TooManyRequestsError
from openesim.services.conditions.accounts.attempts import (
    FIRST_LOCK,
    FORGOTTEN,
    FREE,
    LONGEST_LOCK,
    AddressLimits,
    Attempts,
    LockedError,
    account_key,
    lock_after,
    login_key,
)
from openesim.services.conditions.accounts.deeds import place_of
from tests.support.rig import NOW


def test_locks_begin_behind_the_free_attempts_and_double_up_to_an_hour() -> None:
    assert [lock_after(failures) for failures in range(FREE + 1)] == [None] * (FREE + 1)
    told = [lock_after(FREE + number) for number in range(1, 10)]
    seconds = [None if each is None else each.total_seconds() for each in told]
    assert seconds == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert lock_after(10_000) == LONGEST_LOCK


@given(st.integers(0, 200))
def test_a_lock_never_becomes_shorter_with_more_failures(failures: int) -> None:
    shorter, longer = lock_after(failures) or timedelta(0), lock_after(failures + 1) or timedelta(0)
    assert shorter <= longer <= LONGEST_LOCK


def test_another_attempt_counts_from_the_last_unless_that_is_long_ago() -> None:
    attempts = Attempts(failures=FREE, at=NOW)
    another = attempts.with_another(NOW)
    assert (another.failures, another.locked_until) == (FREE + 1, NOW + FIRST_LOCK)
    assert attempts.with_another(NOW + FORGOTTEN) == Attempts(failures=1, at=NOW + FORGOTTEN)


def test_the_wait_is_told_in_whole_seconds_and_ends() -> None:
    locked = Attempts(failures=6, at=NOW, locked_until=NOW + FIRST_LOCK)
    assert locked.wait_s(NOW + timedelta(seconds=0.5)) == 30
    assert locked.wait_s(NOW + timedelta(seconds=29.5)) == 1
    assert locked.wait_s(NOW + FIRST_LOCK) == 0
    assert Attempts(failures=3, at=NOW).wait_s(NOW) == 0


def test_no_login_is_named_as_an_account_is() -> None:
    assert login_key("a_1") != account_key("a_1")


def test_an_address_is_held_back_after_its_failures_and_its_neighbour_is_not() -> None:
    seconds = 0.0
    limits = AddressLimits(failures=3, clock=lambda: seconds)
    for _ in range(3):
        limits.verify_may_try("203.0.113.7")
        limits.note_failure("203.0.113.7")
    with pytest.raises(LockedError) as caught:
        limits.verify_may_try("203.0.113.7")
    assert caught.value.facts == {"seconds": 20}
    limits.verify_may_try("203.0.113.8")
    seconds = 20.0
    limits.verify_may_try("203.0.113.7")


def test_who_succeeds_uses_nothing_up() -> None:
    limits = AddressLimits(failures=1, clock=lambda: 0.0)
    for _ in range(100):
        limits.verify_may_try("203.0.113.7")


def test_a_network_of_ipv6_is_one_address() -> None:
    limits = AddressLimits(failures=1, clock=lambda: 0.0)
    limits.note_failure("2001:db8::1")
    with pytest.raises(LockedError):
        limits.verify_may_try("2001:db8::2")
    limits.verify_may_try("2001:db8:0:1::1")


def test_registrations_of_an_address_are_counted() -> None:
    limits = AddressLimits(registrations=2, clock=lambda: 0.0)
    limits.take_registration("203.0.113.7")
    limits.take_registration("203.0.113.7")
    with pytest.raises(TooManyRequestsError) as caught:
        limits.take_registration("203.0.113.7")
    assert caught.value.retry_after_s == 30


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_a_part_of_an_address_is_kept(address: str, place: str) -> None:
    assert place_of(address) == place
