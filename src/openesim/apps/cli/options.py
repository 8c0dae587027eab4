"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

DATA_VARIABLE = "OPENESIM_DATA"
"""Variable of the environment that stands for ``--data``."""

Data = Annotated[
    Path, typer.Option(envvar=DATA_VARIABLE, help="Data folder, or the configuration file (openesim.toml).")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

Narration = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the narration.")]
Step = Annotated[bool, typer.Option("--step", help="Wait for Enter before every step.")]
NarrationAsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object of all steps and checks instead of the narration.")
]
