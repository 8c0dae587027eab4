"""The arithmetic of the benchmarks, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.figures import (
    at_least,
    at_most,
    flatness,
    growth,
    pairwise_ratios,
    ratios_of_turns,
    spread,
    write_results,
)


def test_each_measurement_is_divided_by_the_floors_around_it() -> None:
    assert pairwise_ratios([6.0, 10.0], [1.0, 3.0, 2.0]) == [3.0, 4.0]
    with pytest.raises(ValueError, match="one floor more"):
        pairwise_ratios([1.0], [1.0])


def test_a_machine_that_slows_down_changes_no_ratio() -> None:
    speed = iter([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    ratios, values, floors = ratios_of_turns(3, lambda: 1 * next(speed), lambda: 3 * next(speed))
    assert values == [3.0, 6.0, 6.0]
    assert floors == [1.0, 1.0, 2.0, 2.0]
    assert sorted(ratios)[1] == 3.0, "the median does not see the turn in which it happened"


def test_turns_alternate() -> None:
    seen = ""

    def look(letter: str) -> float:
        nonlocal seen
        seen += letter
        return 1.0

    ratios_of_turns(3, lambda: look("f"), lambda: look("m"))
    assert seen == "fmfmfmf"


def test_bars_are_kept_or_missed() -> None:
    assert at_most("x", 3.0, "x", 3.0).ok
    assert not at_most("x", 3.01, "x", 3.0).ok
    assert at_least("x", 10.0, "1/s", 10.0).ok
    assert not at_least("x", 9.9, "1/s", 10.0).ok
    assert at_most("x", 1e9, "x").ok


def test_flat_is_one_and_growth_is_told_in_percent() -> None:
    assert flatness([2.0, 2.0]) == 1.0
    assert flatness([2.0, 2.5, 2.2]) == 1.25
    assert growth(100, 101) == pytest.approx(1.0)
    assert growth(100, 90) == 0.0


def test_half_of_the_values_lie_between_the_quartiles() -> None:
    assert spread([5.0, 1.0, 4.0, 2.0, 3.0]) == (2.0, 4.0)
    assert spread([7.0]) == (7.0, 7.0)


def test_results_are_a_list_with_stable_keys(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_results([at_most("a.b", 2.345678, "x", 3.0), at_least("c", 12.0, "1/s")], file)
    assert json.loads(file.read_text()) == [
        {"name": "a.b", "value": 2.346, "unit": "x", "bar": 3.0, "ok": True},
        {"name": "c", "value": 12.0, "unit": "1/s", "bar": None, "ok": True},
    ]


def test_a_missed_bar_is_seen_in_its_line() -> None:
    assert str(at_most("speed", 3.5, "x", 3.0)).endswith("3.5 x  bar 3  MISSED")
    assert str(at_most("speed", 2.5, "x", 3.0)).endswith("2.5 x  bar 3  ok")
