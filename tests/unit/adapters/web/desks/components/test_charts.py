"""Geometry of charts: shares, lines, columns, and ends of axes that are round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.web.desks.components.charts import (
    Bar,
    Bars,
    Funnel,
    Lines,
    Series,
    Spark,
    Stacks,
    Stage,
    nice_top,
)


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (3, 3), (5, 5), (7, 10), (11, 20), (210, 250), (999, 1000), (12_345, 20_000)],
)
def test_an_axis_ends_at_a_round_number(most: int, top: int) -> None:
    assert nice_top(most) == top


@given(st.integers(0, 10**9))
def test_an_axis_is_never_too_short(most: int) -> None:
    assert most <= nice_top(most) <= max(10 * most, 1)


def test_the_longest_bar_takes_the_room() -> None:
    bars = Bars("t", "h", "v", [Bar("a", 50), Bar("b", 200), Bar("c", 0)])
    assert [bars.share(bar) for bar in bars.bars] == [25.0, 100.0, 0.0]
    assert bars.rows == [("a", 50), ("b", 200), ("c", 0)]
    assert Bars("t", "h", "v", [Bar("a", 0)]).share(Bar("a", 0)) == 0


def test_lines_begin_at_the_left_and_grow_upwards() -> None:
    lines = Lines("t", "day", ["1", "2", "3"], [Series("a", [0, 5, 10])])
    assert lines.path(lines.series[0]) == "M0.0 100.0 L50.0 50.0 L100.0 0.0"
    assert lines.rows == [["1", 0], ["2", 5], ["3", 10]]
    assert Lines("t", "day", [], [Series("a", [])]).path(Series("a", [])) == ""


def test_columns_stand_on_one_another() -> None:
    stacks = Stacks("t", "day", ["1", "2"], [Series("a", [4, 2]), Series("b", [6, 8])])
    below, above = stacks.boxes(0), stacks.boxes(1)
    assert stacks.top == 10
    for low, high in zip(below, above, strict=True):
        assert high[1] + high[3] == pytest.approx(low[1])
        assert low[1] + low[3] == pytest.approx(100)
    assert [box[4] for box in above] == [6, 8]


def test_only_as_many_labels_are_shown_as_there_is_room_for() -> None:
    labels = [str(day) for day in range(1, 31)]
    assert Lines("t", "day", labels, []).shown_labels == ["1", "16", "30"]
    assert Lines("t", "day", ["1", "2"], []).shown_labels == ["1", "2"]


def test_a_funnel_tells_who_was_lost_where() -> None:
    funnel = Funnel("t", "h", "v", [Stage("a", 200), Stage("b", 150), Stage("c", 150)])
    assert [funnel.share(stage) for stage in funnel.stages] == [1.0, 0.75, 0.75]
    assert [funnel.lost(number) for number in range(3)] == [0, 50, 0]
    assert Funnel("t", "h", "v", [Stage("a", 0)]).share(Stage("a", 0)) == 0


def test_a_small_line_needs_no_values() -> None:
    assert (Spark([], "nothing").path, Spark([0, 0], "flat").path) == ("", "M0.0 100.0 L100.0 100.0")
