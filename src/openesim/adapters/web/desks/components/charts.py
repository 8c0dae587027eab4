"""Charts, drawn on the server: geometry here, SVG in ``templates/components/charts.html``, a table behind each.

Coordinates are per cent of the width and height of a chart. Words and numbers stand beside the drawing as text, so that
they are as large on a telephone as anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from openesim.adapters.web.desks.components.values import Tone

_NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: what it counts.
        value: how many.
        tone: None: the colour of the desk's accent.
        address: of the page with what is counted; empty: none.
    """

    label: str
    value: int
    tone: Tone | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars beside their words, the longest one as long as there is room.

    Attributes:
        title: what the chart tells.
        label_head: head of the first column of its table.
        value_head: head of the second one.
        bars: in the order in which they are drawn.
    """

    component: ClassVar[str] = "bars"

    title: str
    label_head: str
    value_head: str
    bars: Sequence[Bar]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The table behind it."""
        return [(bar.label, bar.value) for bar in self.bars]

    def share(self, bar: Bar) -> float:
        """Return how long a bar is, in per cent of the longest."""
        most = max((one.value for one in self.bars), default=0)
        return round(100 * bar.value / most, 2) if most else 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one colour of columns.

    Attributes:
        label: what it counts.
        values: one a place of the chart.
        tone: None: by its place among the series.
    """

    label: str
    values: Sequence[int]
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class _Course:
    """Several series over the same places, such as days.

    Attributes:
        title: what the chart tells.
        label_head: head of the first column of its table.
        labels: of the places.
        series: what is drawn.
    """

    title: str
    label_head: str
    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def rows(self) -> list[list[str | int]]:
        """The table behind it."""
        return [[label, *(one.values[at] for one in self.series)] for at, label in enumerate(self.labels)]

    @property
    def shown_labels(self) -> list[str]:
        """The labels that there is room for: the first, one in the middle, the last."""
        if len(self.labels) <= 3:
            return list(self.labels)
        return [self.labels[0], self.labels[len(self.labels) // 2], self.labels[-1]]


class Lines(_Course):
    """Lines over time."""

    __slots__ = ()
    component: ClassVar[str] = "lines"

    @property
    def top(self) -> int:
        """The number at the upper end."""
        return nice_top(max((value for one in self.series for value in one.values), default=0))

    def path(self, series: Series) -> str:
        """Return the drawing of a line."""
        return _path(series.values, self.top)


class Stacks(_Course):
    """Columns over time, the series on top of one another."""

    __slots__ = ()
    component: ClassVar[str] = "stacks"

    @property
    def top(self) -> int:
        """The number at the upper end."""
        sums = (sum(one.values[at] for one in self.series) for at in range(len(self.labels)))
        return nice_top(max(sums, default=0))

    def boxes(self, number: int) -> list[tuple[float, float, float, float, int]]:
        """Return x, y, width and height of the boxes of a series, and what each counts.

        Args:
            number: of the series, counted from 0.
        """
        step, top = 100 / max(len(self.labels), 1), self.top
        found = []
        for at in range(len(self.labels)):
            value = self.series[number].values[at]
            below = sum(one.values[at] for one in self.series[:number])
            height = 100 * value / top
            y = 100 - 100 * below / top - height
            found.append(
                (
                    round(at * step + step * 0.14, 2),
                    round(y, 2),
                    round(step * 0.72, 2),
                    round(height, 2),
                    value,
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes, beside a number.

    Attributes:
        values: from the oldest to the newest.
        told: what it shows, for those who do not see it.
    """

    component: ClassVar[str] = "spark"

    values: Sequence[int]
    told: str

    @property
    def path(self) -> str:
        """The drawing."""
        return _path(self.values, max(max(self.values, default=0), 1))


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a funnel.

    Attributes:
        label: how far one has come.
        value: how many have come so far.
    """

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many come how far; each stage is a part of the one before.

    Attributes:
        title: what the chart tells.
        label_head: head of the first column of its table.
        value_head: head of the second one.
        stages: from the first to the last.
    """

    component: ClassVar[str] = "funnel"

    title: str
    label_head: str
    value_head: str
    stages: Sequence[Stage]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The table behind it."""
        return [(stage.label, stage.value) for stage in self.stages]

    def share(self, stage: Stage) -> float:
        """Return the part of the first stage that came as far, 0 to 1."""
        first = self.stages[0].value
        return stage.value / first if first else 0.0

    def lost(self, number: int) -> int:
        """Return how many came to the stage before and not to this one."""
        return self.stages[number - 1].value - self.stages[number].value if number else 0


def nice_top(most: int) -> int:
    """Return a round number at or above the largest value, at least 1."""
    if most <= 4:
        return max(most, 1)
    scale = 10 ** (len(str(most)) - 1)
    return next(int(nice * scale) for nice in _NICE if nice * scale >= most)


def _path(values: Sequence[int], top: int) -> str:
    """Return a line through values, in a square of 100."""
    if not values:
        return ""
    step = 100 / max(len(values) - 1, 1)
    places = [(round(at * step, 2), round(100 - 100 * value / top, 2)) for at, value in enumerate(values)]
    return "M" + " L".join(f"{x} {y}" for x, y in places)
