"""What a load run has shown: counts, rates, percentiles, errors by code, as one document with stable keys."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from openesim.services.load import Attempt, Failure

PERCENTILES: Final = (50, 90, 99)
DOWNLOAD: Final = "download"
"""Key under which the times of whole downloads stand beside those of the calls."""


@dataclass(slots=True)
class Tally:
    """Attempts, added up: eight octets a number, so that a million of them fit.

    Attributes:
        completed: downloads that ended on the chip with the server knowing it.
        failed: downloads that did not.
        times: seconds by call, and of completed downloads.
        errors: how often each failure, by call and code.
        messages: what was told first for each.
    """

    completed: int = 0
    failed: int = 0
    times: dict[str, array[float]] = field(default_factory=dict)
    errors: dict[tuple[str, str], int] = field(default_factory=dict)
    messages: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, attempt: Attempt) -> None:
        """Count one attempt."""
        for call, seconds in attempt.calls:
            self._time(call, seconds)
        if attempt.failure is None:
            self.completed += 1
            self._time(DOWNLOAD, attempt.seconds)
        else:
            self.fail(attempt.failure)

    def fail(self, failure: Failure, count: int = 1) -> None:
        """Count failures of one kind."""
        self.failed += count
        key = failure.call, failure.code
        self.errors[key] = self.errors.get(key, 0) + count
        self.messages.setdefault(key, failure.message)

    @property
    def requests(self) -> int:
        """How many calls were answered."""
        return sum(len(times) for call, times in self.times.items() if call != DOWNLOAD)

    def _time(self, call: str, seconds: float) -> None:
        if call not in self.times:
            self.times[call] = array("d")
        self.times[call].append(seconds)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent of all values do not exceed (nearest rank).

    Args:
        ordered: values in ascending order, at least one.
        percent: above 0, at most 100.
    """
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def latency(times: Sequence[float]) -> dict[str, float]:
    """Return count, mean, percentiles and maximum in milliseconds."""
    ordered = sorted(times)
    values = {f"p{percent}": percentile(ordered, percent) for percent in PERCENTILES}
    values |= {"mean": math.fsum(ordered) / len(ordered), "max": ordered[-1]}
    return {"count": len(ordered), **{name: round(value * 1000, 3) for name, value in values.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFacts:
    """What a run was, beside what it showed.

    Attributes:
        requested: downloads asked for.
        duration_s: from the first call to the last answer.
        client_cpu_s: processor time of the clients, chips included.
    """

    url: str
    fqdn: str
    requested: int
    clients: int
    processes: int
    chips: int
    matching_ids: int
    duration_s: float
    client_cpu_s: float


def build_report(facts: LoadFacts, tally: Tally) -> dict[str, Any]:
    """Return the document: the same keys whatever happened."""
    tried = tally.completed + tally.failed
    errors = [
        {"call": call, "code": code, "count": count, "message": tally.messages[call, code]}
        for (call, code), count in sorted(tally.errors.items(), key=lambda item: -item[1])
    ]
    return {
        "url": facts.url,
        "fqdn": facts.fqdn,
        "requested": facts.requested,
        "completed": tally.completed,
        "failed": tally.failed,
        "not_started": facts.requested - tried,
        "clients": facts.clients,
        "processes": facts.processes,
        "chips": facts.chips,
        "matching_ids": facts.matching_ids,
        "duration_s": round(facts.duration_s, 3),
        "downloads_per_s": _rate(tally.completed, facts.duration_s),
        "requests_per_s": _rate(tally.requests, facts.duration_s),
        "client_cpu_ms_per_download": round(facts.client_cpu_s * 1000 / tried, 3) if tried else 0.0,
        "latency_ms": {call: latency(times) for call, times in sorted(tally.times.items())},
        "errors": errors,
    }


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 2) if seconds > 0 else 0.0
