"""``openesim online``: the chip in a reader logs in to two operators' networks; narrated and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors


@json_errors
def online(
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the narration.")] = "en",
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Work in this new folder, and keep it.")
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="Wait for Enter before every step.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object of all steps and checks instead of the narration.")
    ] = False,
) -> None:
    """Two operators' profiles get their user online, through Debian's hostapd, eapol_test and pcscd.

    Everything runs on this machine, in a network of its own. Exit code 0 only if every check held.
    """
    from openesim.apps.demo.playing import DemoOptions
    from openesim.apps.online.run import run_online

    waits = step and not as_json and sys.stdin.isatty()
    options = DemoOptions(language=lang, keep=keep, is_json=as_json, waits=waits)
    raise typer.Exit(run_online(options))
