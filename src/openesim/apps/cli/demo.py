"""``openesim demo``: a country with rules, an operator, a person, a phone; the whole story, narrated and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.loading import loading
from openesim.apps.cli.options import Narration, NarrationAsJson, Step


@json_errors
def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="With --keep: the new folder to work in; else openesim-demo."),
    ] = None,
    lang: Narration = "en",
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Keep everything, make up a world around it, and serve its desks until Ctrl-C."
        ),
    ] = False,
    world: Annotated[
        Literal["small", "full", "none"] | None,
        typer.Option(help="With --keep: how large a world; else small, some seconds."),
    ] = None,
    step: Step = False,
    as_json: NarrationAsJson = False,
) -> None:
    """A country with rules, an operator, a person, a phone: the whole story on this machine, every step checked.

    Real TLS on free ports of the loopback interface, a test PKI made on the spot, a chip in software.

    Exit code 0 only if every check held.
    """
    from openesim.kernel.errors import ConfigError

    if folder is not None and not keep:
        raise ConfigError(f"{folder} is not needed: without --keep everything is removed at the end")
    if world is not None and not keep:
        raise ConfigError(f"--world {world} goes with --keep: without it no world is made")
    with loading(lang):
        from openesim.apps.demo.playing import DemoOptions
        from openesim.apps.demo.run import run_demo

    waits = step and not as_json and sys.stdin.isatty()
    options = DemoOptions(
        language=lang,
        keep=(folder or Path("openesim-demo")) if keep else None,
        is_json=as_json,
        waits=waits,
        world=None if as_json else world or "small",
    )
    raise typer.Exit(run_demo(options))
