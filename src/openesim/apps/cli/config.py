"""``openesim config``: is the configuration in order, what holds, what may stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import DATA_VARIABLE, AsJson

app = typer.Typer(help="The configuration file openesim.toml: check, show, example.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        envvar=DATA_VARIABLE,
        help="The file, or the data folder that it lies in.",
        show_default=False,
    ),
]

_MARKS = {"ok": "ok      ", "warning": "warning ", "error": "ERROR   "}


@app.command()
@json_errors
def check(
    file: File = Path(),
    running: Annotated[
        bool, typer.Option("--running", help="The server runs: do not try whether its addresses are free.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See whether the file is well written, and whether everything is there that it names.

    Nothing is changed. Exit code 2 if something has to be mended before the server can work.
    """
    from openesim.apps.cli.printing import print_json
    from openesim.apps.config_check import Verdict, check_configuration

    findings = check_configuration(file, is_running=running)
    is_wrong = any(each.verdict is Verdict.ERROR for each in findings)
    if as_json:
        members = ("verdict", "subject", "message", "owner", "next_step")
        print_json(
            {
                "ok": not is_wrong,
                "findings": [{name: getattr(each, name) for name in members} for each in findings],
            }
        )
    else:
        for each in findings:
            print(f"{_MARKS[each.verdict]} {each.subject}: {each.message}")
            if each.next_step:
                print(f"          who:       {each.owner}\n          next step: {each.next_step}")
    if is_wrong:
        raise typer.Exit(2)


@app.command()
@json_errors
def show(file: File = Path(), as_json: AsJson = False) -> None:
    """Show what holds: the file and, where it says nothing, the defaults; secrets are masked."""
    import tomllib

    from openesim.apps.cli.printing import print_json
    from openesim.apps.config import config_path, read_config
    from openesim.apps.config_pages import masked_values
    from openesim.apps.config_pages import show as shown
    from openesim.apps.config_text import read_text

    config, path = read_config(file), config_path(file)
    if as_json:
        print_json(masked_values(config))
        return
    told = tomllib.loads(read_text(path)) if path.is_file() else {}
    print(f"# {path}" if path.is_file() else f"# {path} is not there: these are the defaults")
    print(shown(config, told), end="")


@app.command()
def example() -> None:
    """Print a file with every setting, what it is for and its default."""
    from openesim.apps.config_pages import example as written

    print(written(), end="")
