"""Rows and values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from openesim.adapters.db.records import from_milliseconds, to_milliseconds

MOMENTS = [
    (datetime(1970, 1, 1, tzinfo=UTC), 0),
    (datetime(2027, 1, 15, 12, 30, 45, 123_000, tzinfo=UTC), 1_800_016_245_123),
    (datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), -1),
    (datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), 253_402_300_799_999),
]


@pytest.mark.parametrize(("moment", "milliseconds"), MOMENTS)
def test_moments_are_milliseconds_since_1970(moment: datetime, milliseconds: int) -> None:
    assert to_milliseconds(moment) == milliseconds
    assert from_milliseconds(milliseconds) == moment
    assert from_milliseconds(milliseconds).tzinfo is UTC


def test_a_moment_is_the_same_in_every_zone() -> None:
    moment = datetime(2027, 1, 15, 14, tzinfo=timezone(timedelta(hours=2)))
    assert from_milliseconds(to_milliseconds(moment)) == datetime(2027, 1, 15, 12, tzinfo=UTC)


def test_a_part_of_a_millisecond_is_dropped() -> None:
    moment = datetime(2027, 1, 15, 0, 0, 0, 1_999, tzinfo=UTC)
    assert from_milliseconds(to_milliseconds(moment)) == datetime(2027, 1, 15, 0, 0, 0, 1_000, tzinfo=UTC)
