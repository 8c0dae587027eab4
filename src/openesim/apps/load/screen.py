"""What a person sees of a load run: progress while it goes on, tables at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from openesim.apps.load.running import Run, Watch
from openesim.services.load_report import DOWNLOAD

_COLUMNS = ("count", "p50", "p90", "p99", "max", "mean")


@contextmanager
def progress_bar(console: Console) -> Iterator[Watch]:
    """Show a bar and give what moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("making chips", total=None, rate="")

        def watch(run: Run) -> None:
            tally, seconds = run.tally, run.duration_s
            if run.begun_at is None:
                return
            rate = f"{tally.completed / seconds:.1f}/s" if seconds > 0 else ""
            if tally.failed:
                rate += f", {tally.failed} failed"
            text = "stopping" if run.is_interrupted else "downloading"
            done = tally.completed + tally.failed
            progress.update(task, description=text, total=run.plan.downloads, completed=done, rate=rate)

        yield watch


def print_report(console: Console, report: Mapping[str, Any]) -> None:
    """Print what a run has shown."""
    console.print(
        f"{report['completed']} of {report['requested']} downloads completed, {report['failed']} failed"
        + (f", {report['not_started']} not begun" if report["not_started"] else "")
        + f" in {report['duration_s']:.1f} s: {report['downloads_per_s']:.1f} downloads/s, "
        f"{report['requests_per_s']:.1f} requests/s",
        soft_wrap=True,
    )
    console.print(
        f"{report['clients']} clients in {report['processes']} processes, {report['chips']} chips, "
        f"{report['client_cpu_ms_per_download']:.1f} ms of processor a download on this side",
        soft_wrap=True,
    )
    if report["latency_ms"]:
        _print_latency(console, report["latency_ms"])
    if report["errors"]:
        _print_errors(console, report["errors"])


def _print_latency(console: Console, latency: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("ms")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for call in sorted(latency, key=lambda name: (name == DOWNLOAD, name)):
        values = latency[call]
        table.add_row(call, str(values["count"]), *(f"{values[column]:.1f}" for column in _COLUMNS[1:]))
    console.print()
    console.print(table)


def _print_errors(console: Console, errors: list[Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("failed", "code", "in", "told"):
        table.add_column(heading, justify="right" if heading == "failed" else "left", overflow="fold")
    for error in errors:
        table.add_row(str(error["count"]), error["code"], error["call"], error["message"])
    console.print()
    console.print(table)
