"""Counts: what ended is told in the form of Prometheus, of all processes, and never runs backwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from openesim.adapters.metrics.counting import BOUNDS_S, Counting
from openesim.adapters.metrics.exposition import expose
from openesim.services.figures import Figures
from openesim.services.request_trace import RequestTrace

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def count(
    counting: Counting, function: str = "authenticate_client", status: str = "", seconds: float = 0.003
) -> None:
    trace = RequestTrace("id", "es9plus", "192.0.2.1")
    trace.function, trace.status = function, status
    counting.request_ended(trace, 200, seconds)


def told(counting: Counting, figures: Figures | None = None) -> Samples:
    """Returns what Prometheus reads, by name and labels."""
    text = expose(counting.all_snapshots(), figures, "1.2.3").decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    """Returns the sum of the samples of a name with these labels."""
    wanted = set(labels.items())
    return sum(value for (each, known), value in samples.items() if each == name and wanted <= set(known))


def test_requests_are_told_apart_by_function_and_refusal() -> None:
    counting = Counting()
    for status in ("", "", "8.2.6/3.8"):
        count(counting, status=status)
    count(counting, "initiate_authentication")
    samples = told(counting)
    assert of(samples, "openesim_requests_total") == 4
    assert of(samples, "openesim_requests_total", function="authenticate_client", status="8.2.6/3.8") == 1
    assert of(samples, "openesim_requests_total", function="initiate_authentication", http_status="200") == 1


def test_a_latency_is_in_its_class_and_in_all_above() -> None:
    counting = Counting()
    for seconds in (0.0005, 0.001, 0.3, 99.0):
        count(counting, seconds=seconds)
    samples = told(counting)
    bucket = "openesim_request_seconds_bucket"
    assert of(samples, bucket, le="0.001") == 2
    assert of(samples, bucket, le="0.25") == 2
    assert of(samples, bucket, le="0.5") == 3
    assert of(samples, bucket, le="+Inf") == of(samples, "openesim_request_seconds_count") == 4
    assert of(samples, "openesim_request_seconds_sum") == pytest.approx(99.3015)
    assert sum(1 for name, _ in samples if name == bucket) == len(BOUNDS_S) + 1


def test_units_of_work_and_the_process_itself_are_told() -> None:
    counting = Counting()
    counting.unit_ended(0.02)
    samples = told(counting)
    assert of(samples, "openesim_database_unit_seconds_count") == 1
    assert of(samples, "process_resident_memory_bytes") > 1_000_000
    assert of(samples, "process_cpu_seconds_total") > 0
    assert of(samples, "openesim_build_info", version="1.2.3") == 1


def test_what_the_database_holds_is_told_and_that_it_is_away() -> None:
    figures = Figures(sessions=3, notifications=2, outbox_stuck=1, stock={"Testland": 7})
    samples = told(Counting(), figures)
    assert of(samples, "openesim_database_up") == 1
    assert of(samples, "openesim_sessions_open") == 3
    assert of(samples, "openesim_outbox_stuck") == 1
    assert of(samples, "openesim_stock_profiles", profile_type="Testland") == 7
    away = told(Counting(), None)
    assert of(away, "openesim_database_up") == 0
    assert not [name for name, _ in away if name == "openesim_sessions_open"]


def test_a_profile_type_of_any_name_is_told_in_a_form_that_can_be_read() -> None:
    name = 'a "b"\\c\nd 号码'
    assert of(told(Counting(), Figures(stock={name: 1})), "openesim_stock_profiles", profile_type=name) == 1


def test_any_process_of_one_parent_tells_the_counts_of_all(tmp_path: Path) -> None:
    first, second = Counting(1, tmp_path), Counting(2, tmp_path)
    for counting, times in ((first, 2), (second, 3)):
        for _ in range(times):
            count(counting)
        counting.share()
    for asked in (first, second):
        samples = told(asked)
        assert of(samples, "openesim_requests_total", process="1") == 2
        assert of(samples, "openesim_requests_total", process="2") == 3


def test_no_counter_goes_back_when_another_process_is_asked_next(tmp_path: Path) -> None:
    first, second = Counting(1, tmp_path), Counting(2, tmp_path)
    second.share()
    count(first)
    assert of(told(first), "openesim_requests_total", process="1") == 1
    assert of(told(second), "openesim_requests_total", process="1") == 1


def test_a_snapshot_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "7.metrics").write_bytes(b"half a")
    counting = Counting(1, tmp_path)
    count(counting)
    assert of(told(counting), "openesim_requests_total") == 1


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    counting = Counting(1, tmp_path / "gone")
    count(counting)
    counting.share()
    assert counting.all_snapshots() == []
