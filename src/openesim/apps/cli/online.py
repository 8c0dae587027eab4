"""``openesim online``: the chip in a reader logs in to two operators' networks; narrated and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.loading import loading
from openesim.apps.cli.options import Narration, NarrationAsJson, Step


@json_errors
def online(
    lang: Narration = "en",
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Work in this new folder, and keep it.")
    ] = None,
    step: Step = False,
    as_json: NarrationAsJson = False,
) -> None:
    """Two operators' profiles get their user online, through Debian's hostapd, eapol_test and pcscd.

    Everything runs on this machine, in a network of its own. Exit code 0 only if every check held.
    """
    with loading(lang):
        from openesim.apps.demo.playing import DemoOptions
        from openesim.apps.online.run import run_online

    waits = step and not as_json and sys.stdin.isatty()
    options = DemoOptions(language=lang, keep=keep, is_json=as_json, waits=waits)
    raise typer.Exit(run_online(options))
