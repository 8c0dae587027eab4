"""Days of a country: when they begin, and which one a moment is in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from openesim.conditions.rules.days import day_at, midnight
from openesim.services.conditions.rules.book import RuleBook

LATE = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "day"),
    [("+00:00", 29), ("+08:00", 30), ("+03:30", 29), ("+04:00", 30), ("-05:00", 29), ("-21:00", 28)],
)
def test_a_moment_is_in_the_day_of_its_place(offset: str, day: int) -> None:
    assert day_at(LATE, offset) == date(2026, 11, day)


def test_a_day_begins_at_its_midnight() -> None:
    begins = midnight(date(2026, 11, 30), "+08:00")
    assert begins == datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
    assert day_at(begins, "+08:00") == date(2026, 11, 30)


@pytest.mark.parametrize(("country", "day"), [("CN", 30), ("IN", 30), ("DE", 29), ("ZZ", 29), ("", 29)])
def test_the_day_in_a_country_is_that_of_its_rules(country: str, day: int) -> None:
    assert RuleBook().day_in(country, LATE) == date(2026, 11, day)
