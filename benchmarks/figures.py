"""Figures and their arithmetic: medians of pairwise ratios, flatness, growth; how they are printed and kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run.

    Attributes:
        name: stable, dotted.
        value: what was measured.
        unit: of the value.
        bar: what the value must not exceed (or, with ``is_least``, must reach); None: told for information.
        ok: whether the bar is kept; True without one.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    ok: bool = True

    def __str__(self) -> str:
        """Return the line that is printed."""
        verdict = "" if self.bar is None else f"  bar {_round(self.bar)}  {'ok' if self.ok else 'MISSED'}"
        return f"{self.name:<52} {_round(self.value):>12} {self.unit}{verdict}"


def at_most(name: str, value: float, unit: str, bar: float | None = None) -> Figure:
    """Return a figure that has to stay at or below its bar."""
    return Figure(name, value, unit, bar, bar is None or value <= bar)


def at_least(name: str, value: float, unit: str, bar: float | None = None) -> Figure:
    """Return a figure that has to reach its bar."""
    return Figure(name, value, unit, bar, bar is None or value >= bar)


def ratios_of_turns(
    turns: int, floor: Callable[[], float], measured: Callable[[], float]
) -> tuple[list[float], list[float], list[float]]:
    """Measure in turns: floor, measured, floor, measured, …, floor.

    Each measurement stands between two floors and is divided by their mean, so a machine that slows down for a while
    slows down both.

    Returns:
        The ratios, what was measured, and the floors (one more).
    """
    floors = [floor()]
    values: list[float] = []
    for _ in range(turns):
        values.append(measured())
        floors.append(floor())
    return pairwise_ratios(values, floors), values, floors


def pairwise_ratios(values: Sequence[float], floors: Sequence[float]) -> list[float]:
    """Return each value divided by the mean of the floors before and behind it.

    Args:
        values: what was measured.
        floors: one more than there are values.
    """
    if len(floors) != len(values) + 1:
        raise ValueError("there must be one floor more than there are values")
    return [
        value / ((before + behind) / 2)
        for value, before, behind in zip(values, floors, floors[1:], strict=False)
    ]


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the quartiles: half of the values lie between them."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[last // 4], ordered[last - last // 4]


def flatness(medians: Iterable[float]) -> float:
    """Return how much dearer the dearest is than the cheapest: 1 is flat."""
    values = list(medians)
    return max(values) / min(values)


def growth(before: float, behind: float) -> float:
    """Return the growth in percent; shrinking is none."""
    return max(0.0, (behind - before) / before * 100)


def write_results(figures: Sequence[Figure], path: Path) -> None:
    """Write ``[{name, value, unit, bar, ok}, …]``."""
    rows = [asdict(figure) | {"value": _significant(figure.value)} for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def _significant(value: float) -> float:
    return float(f"{value:.4g}")


def _round(value: float) -> str:
    return f"{_significant(value):g}" if abs(value) < 10_000 else f"{value:.0f}"


__all__ = [
    "Figure",
    "at_least",
    "at_most",
    "flatness",
    "growth",
    "median",
    "pairwise_ratios",
    "ratios_of_turns",
    "spread",
    "write_results",
]
