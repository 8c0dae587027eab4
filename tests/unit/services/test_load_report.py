"""The arithmetic of a load report, and keys that programs can rely on."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.services.load import Attempt, Failure
from openesim.services.load_report import LoadFacts, Tally, build_report, latency, percentile

FACTS = LoadFacts(
    url="http://x",
    fqdn="smdp.example.com",
    requested=10,
    clients=4,
    processes=2,
    chips=4,
    matching_ids=10,
    duration_s=2.0,
    client_cpu_s=0.5,
)
KEYS = {
    *("url", "fqdn", "requested", "completed", "failed", "not_started", "clients", "processes", "chips"),
    *("matching_ids", "duration_s", "downloads_per_s", "requests_per_s", "client_cpu_ms_per_download"),
    *("latency_ms", "errors"),
}
LATENCY_KEYS = {"count", "mean", "p50", "p90", "p99", "max"}


def test_percentiles_by_hand() -> None:
    hundred = [float(number) for number in range(1, 101)]
    assert [percentile(hundred, each) for each in (50, 90, 99, 100)] == [50, 90, 99, 100]
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0
    assert [percentile([1.0, 2.0, 3.0], each) for each in (33, 34, 50, 90)] == [1, 2, 2, 3]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([1, 50, 90, 99, 100]))
def test_so_many_percent_do_not_exceed_a_percentile(values: list[float], percent: int) -> None:
    found = percentile(sorted(values), percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-9
    assert sum(value < found for value in values) <= percent / 100 * len(values)


def test_latencies_are_told_in_milliseconds() -> None:
    assert latency(array("d", [0.004, 0.001, 0.001, 0.002])) == {
        "count": 4,
        "p50": 1.0,
        "p90": 4.0,
        "p99": 4.0,
        "mean": 2.0,
        "max": 4.0,
    }


def test_a_report_adds_attempts_up() -> None:
    tally = Tally()
    tally.add(Attempt(0.3, (("initiate_authentication", 0.1), ("authenticate_client", 0.1))))
    tally.add(Attempt(0.5, (("initiate_authentication", 0.2), ("authenticate_client", 0.2))))
    refused = Failure("authenticate_client", "8.2.6/3.8", "no order")
    tally.add(Attempt(0.1, (("initiate_authentication", 0.1),), refused))
    tally.add(Attempt(0.1, (("initiate_authentication", 0.1),), refused))
    tally.add(Attempt(0.1, (), Failure("initiate_authentication", "transport:timed-out", "gone")))
    report = build_report(FACTS, tally)
    assert (report["completed"], report["failed"], report["not_started"]) == (2, 3, 5)
    assert report["downloads_per_s"] == 1.0
    assert report["requests_per_s"] == 3.0
    assert report["client_cpu_ms_per_download"] == 100.0
    assert report["latency_ms"]["download"]["count"] == 2, "only completed downloads are timed as such"
    assert report["latency_ms"]["initiate_authentication"]["count"] == 4
    assert report["errors"] == [
        {"call": "authenticate_client", "code": "8.2.6/3.8", "count": 2, "message": "no order"},
        {"call": "initiate_authentication", "code": "transport:timed-out", "count": 1, "message": "gone"},
    ]


@pytest.mark.parametrize("attempts", [[], [Attempt(0.1, (("initiate_authentication", 0.1),))]])
def test_the_keys_are_the_same_whatever_happened(attempts: list[Attempt]) -> None:
    tally = Tally()
    for attempt in attempts:
        tally.add(attempt)
    report = build_report(FACTS, tally)
    assert set(report) == KEYS
    assert all(set(values) == LATENCY_KEYS for values in report["latency_ms"].values())


def test_a_run_that_took_no_time_has_no_rate() -> None:
    tally = Tally(completed=3)
    facts = LoadFacts(**{name: getattr(FACTS, name) for name in FACTS.__slots__} | {"duration_s": 0.0})
    assert build_report(facts, tally)["downloads_per_s"] == 0.0
