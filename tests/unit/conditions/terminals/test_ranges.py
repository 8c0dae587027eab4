"""Ranges that are looked up by halves find what a look at every one of them finds, whatever was put in and taken out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.terminals import ranges
from openesim.conditions.terminals.ranges import Covers, Owned, RangeMap

WIDE = 10**32 - 1
HALF = 10**16


def naive(kept: dict[int, Owned], number: int) -> int | None:
    return next((owner for first, last, owner in kept.values() if first <= number <= last), None)


def spread(number: int, *, is_wide: bool) -> int:
    """Moves small numbers to where both halves of a wide one matter."""
    return number * (HALF // 8) if is_wide else number


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["put", "put", "remove", "fork"]), st.integers(0, 60), st.integers(0, 6)
            ),
            max_size=60,
        )
    )


@pytest.mark.parametrize("is_wide", [False, True])
@given(steps=changes())
def test_a_map_finds_what_a_naive_scan_finds(is_wide: bool, steps: list[tuple[str, int, int]]) -> None:
    full, ranges._FULL = ranges._FULL, 2  # type: ignore[misc]  # blocks of two: splits and empty blocks come often
    try:
        table, old = RangeMap(is_wide=is_wide), []
        kept: dict[int, Owned] = {}
        for owner, (what, begin, length) in enumerate(steps):
            first, last = spread(begin, is_wide=is_wide), spread(begin + length, is_wide=is_wide)
            if what == "fork":
                old.append((table, dict(kept)))
                table = table.fork()
            elif what == "remove":
                table.remove(first)
                kept.pop(first, None)
            else:
                found = table.overlapping(first, last)
                clash = [each for each in kept.values() if each[0] <= last and each[1] >= first]
                assert (found is None) == (not clash)
                assert found is None or found in clash
                if not [each for each in clash if each[0] != first]:
                    table.put(first, last, owner)
                    kept[first] = (first, last, owner)
        for one, expected in [*old, (table, kept)]:
            assert list(one) == [expected[first] for first in sorted(expected)]
            assert len(one) == len(expected)
            for number in range(70):
                for near in (-1, 0, 1):
                    value = max(spread(number, is_wide=is_wide) + near, 0)
                    assert one.find(value) == naive(expected, value)
    finally:
        ranges._FULL = full  # type: ignore[misc]


def test_a_million_ranges_are_put_in_one_behind_the_other_and_found() -> None:
    table = RangeMap()
    table.extend((each * 10, each * 10 + 8, each) for each in range(100_000))
    assert len(table) == 100_000
    assert table.find(555_558) == 55_555
    assert table.find(555_559) is None
    assert table.find(0) == 0
    assert table.overlapping(9, 9) is None
    assert table.overlapping(9, 10) == (10, 18, 1)


def test_wide_numbers_have_thirty_two_digits() -> None:
    table = RangeMap(is_wide=True)
    table.put(WIDE - 5, WIDE, 1)
    table.put(0, 5, 2)
    table.put(HALF - 1, HALF, 3)
    assert [table.find(each) for each in (0, 5, 6, HALF - 1, HALF, HALF + 1, WIDE - 6, WIDE)] == [
        *(2, 2, None, 3, 3, None, None, 1)
    ]


def test_an_empty_map_finds_nothing_and_loses_nothing() -> None:
    table = RangeMap()
    table.remove(5)
    assert (table.find(5), table.overlapping(0, 9), len(table), list(table)) == (None, None, 0, [])


def test_a_range_in_the_place_of_another_has_its_end_and_owner() -> None:
    table = RangeMap()
    table.put(10, 20, 1)
    table.put(10, 15, 2)
    assert [table.find(each) for each in (10, 15, 16)] == [2, 2, None]
    assert len(table) == 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=30), st.integers(0, 70))
def test_covers_find_a_range_where_there_is_one(spans: list[tuple[int, int]], value: int) -> None:
    owned: list[Any] = [(first, first + length, number) for number, (first, length) in enumerate(spans)]
    found = Covers(owned).find(value)
    covering = {number for first, last, number in owned if first <= value <= last}
    assert (found in covering) if covering else found is None


@pytest.mark.parametrize("full", [2, 4096])
def test_ranges_between_two_numbers_are_those_that_have_one_in_common(
    monkeypatch: pytest.MonkeyPatch, full: int
) -> None:
    monkeypatch.setattr(ranges, "_FULL", full)
    spans = [(10 * number, 10 * number + 4, number) for number in range(1, 40)]
    kept = RangeMap()
    kept.extend(spans)
    for first in range(0, 420, 3):
        for last in (first, first + 2, first + 57):
            expected = [span for span in spans if span[0] <= last and first <= span[1]]
            assert list(kept.between(first, last, range(100), 100)) == expected, (first, last)
            even = [span for span in expected if span[2] % 2 == 0]
            assert list(kept.between(first, last, range(0, 100, 2), 100)) == even
    assert list(RangeMap().between(0, 9, range(9), 9)) == []


def test_no_more_ranges_are_looked_at_than_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "_FULL", 4)
    kept = RangeMap()
    kept.extend((10 * number, 10 * number + 4, number % 2) for number in range(40))
    assert [span[0] for span in kept.between(0, 999, {0}, 7)] == [0, 20, 40, 60]
