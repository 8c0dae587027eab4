"""Exposition: numbers become metrics, in the text that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from openesim.adapters.metrics.counting import BOUNDS_S, Histogram, Snapshot
from openesim.services.figures import Figures

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_BOUNDS: Final = (*map(str, BOUNDS_S), "+Inf")


def expose(snapshots: Sequence[Snapshot], figures: Figures | None, version: str) -> bytes:
    """Return the metrics of all processes.

    Args:
        snapshots: one a process.
        figures: what the database holds; None where it does not answer.
        version: of the program.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected([*_processes(snapshots), *_stored(figures), *_build(version)]))
    return generate_latest(registry)


class _Collected(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _processes(snapshots: Sequence[Snapshot]) -> Iterable[Metric]:
    """Give what the processes counted."""
    requests = CounterMetricFamily(
        "openesim_requests",
        "Requests answered, by interface, function, HTTP status and subject/reason pair of a refusal.",
        labels=["process", "interface", "function", "http_status", "status"],
    )
    latencies = HistogramMetricFamily(
        "openesim_request_seconds",
        "Time from the last octet of a request to its answer.",
        labels=["process", "interface", "function"],
    )
    units = HistogramMetricFamily(
        "openesim_database_unit_seconds",
        "Time of a unit of work: waiting, running, and the commit where it must last.",
        labels=["process"],
    )
    for each in snapshots:
        process = str(each.number)
        for request in each.requests:
            names = [process, request.interface, request.function, str(request.http_status), request.status]
            requests.add_metric(names, request.count)
        for latency in each.latencies:
            _add(latencies, [process, latency.interface, latency.function], latency.histogram)
        _add(units, [process], each.units)
    return [requests, latencies, units, *_usage(snapshots)]


def _add(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    """Add a histogram; its classes count everything below them, too."""
    buckets = list(zip(_BOUNDS, accumulate(histogram.counts), strict=True))
    family.add_metric(labels, buckets=buckets, sum_value=histogram.seconds)


def _usage(snapshots: Sequence[Snapshot]) -> Iterable[Metric]:
    """Give what the processes use, under the names that Prometheus's own libraries have for it."""
    cpu = CounterMetricFamily("process_cpu_seconds", "Processor time.", labels=["process"])
    memory = GaugeMetricFamily("process_resident_memory_bytes", "Memory.", labels=["process"])
    files = GaugeMetricFamily("process_open_fds", "Open file descriptors.", labels=["process"])
    start = GaugeMetricFamily("process_start_time_seconds", "Start, seconds since 1970.", labels=["process"])
    for each in snapshots:
        used, labels = each.process, [str(each.number)]
        cpu.add_metric(labels, used.cpu_s)
        memory.add_metric(labels, used.resident_octets)
        files.add_metric(labels, used.open_files)
        start.add_metric(labels, used.started_at)
    return [cpu, memory, files, start]


def _stored(figures: Figures | None) -> Iterable[Metric]:
    """Give what the database holds, and whether it answers."""
    up = GaugeMetricFamily("openesim_database_up", "Whether the database answers.")
    up.add_metric([], 0 if figures is None else 1)
    yield up
    if figures is None:
        return
    told = (
        ("openesim_sessions_open", "Sessions that have not expired.", figures.sessions),
        ("openesim_notifications_waiting", "Acknowledged and not read yet.", figures.notifications),
        ("openesim_outbox_waiting", "Messages to others that are still to be sent.", figures.outbox_waiting),
        ("openesim_outbox_stuck", "Messages that nobody tries any more.", figures.outbox_stuck),
        ("openesim_outbox_oldest_seconds", "Age of the oldest that waits.", figures.outbox_oldest_s),
    )
    for name, words, value in told:
        gauge = GaugeMetricFamily(name, words)
        gauge.add_metric([], value)
        yield gauge
    stock = GaugeMetricFamily(
        "openesim_stock_profiles", "Profiles that are ready and nobody's.", labels=["profile_type"]
    )
    for profile_type, count in figures.stock.items():
        stock.add_metric([profile_type], count)
    yield stock


def _build(version: str) -> Iterable[Metric]:
    build = GaugeMetricFamily("openesim_build_info", "Which release runs.", labels=["version"])
    build.add_metric([version], 1)
    return [build]
