"""``openesim demo``: two operators, one phone, two profiles; the whole way, narrated and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import Narration, NarrationAsJson, Step


@json_errors
def demo(
    lang: Narration = "en",
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Work in this new folder, keep it, and tell how to go on."),
    ] = None,
    step: Step = False,
    as_json: NarrationAsJson = False,
) -> None:
    """Two operators, one phone, two profiles: the whole way on this machine, every step checked.

    Real TLS on free ports of the loopback interface, a test PKI made on the spot, a chip in software. Exit code 0
    only if every check held.
    """
    from openesim.apps.demo.playing import DemoOptions
    from openesim.apps.demo.run import run_demo

    waits = step and not as_json and sys.stdin.isatty()
    options = DemoOptions(language=lang, keep=keep, is_json=as_json, waits=waits)
    raise typer.Exit(run_demo(options))
