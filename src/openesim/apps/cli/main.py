"""``openesim``: the commands, and how every error of ours reaches a person.

Exit codes: 0 done; 1 refused or failed, with an explanation; 2 usage or configuration.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from openesim.apps.cli.failing import explanation_of
from openesim.kernel.errors import ConfigError, OpenEsimError

COMMANDS: Final = (
    "pki",
    "db",
    "keys",
    "order",
    "profile",
    "operator",
    "es2",
    "outbox",
    "profile-type",
    "stock",
    "subscription",
    "euicc",
    "lpa",
    "auc",
    "rules",
    "sandbox",
    "smds",
    "api-key",
    "account",
    "blocklist",
    "case",
    "terminal",
    "licence",
    "ledger",
    "config",
    "serve",
    "reconcile",
    "load",
    "demo",
    "online",
    "world",
)
"""In the order of the help; each is a module beside this one, with a group called ``app`` or a function of its name."""


class Commands(TyperGroup):
    """All commands, each loaded when it is asked for: what is typed waits for no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return their names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one; None for what is none."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return self.commands[cmd_name]


def _load(name: str) -> Any:
    """Return a command as it is run."""
    module = import_module(f"{__package__}.{name.replace('-', '_')}")
    if (group := getattr(module, "app", None)) is not None:
        command = typer.main.get_group(group)
        command.name = name
        return command
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(module, name))
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=Commands,
    name="openesim",
    help="The open eSIM system: SM-DP+, software eUICC, LPA, authentication centre, test PKI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(is_asked: bool) -> None:
    """Print the version and end, if that is what was asked for."""
    if is_asked:
        from importlib.metadata import version

        print(f"openesim {version('openesim')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Take the options before the command."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except OpenEsimError as error:
        report(error)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except UnicodeEncodeError:
        # Names of files may be any octets; everything else that is typed is text.
        report(ConfigError("an argument is not text in UTF-8"))
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stderr.close()
        sys.exit(1)


def report(error: OpenEsimError) -> None:
    """Tell an error on standard error: what, cause, owner, next step."""
    explanation = explanation_of(error)
    print(f"openesim: {error}", file=sys.stderr)
    if explanation.cause != str(error):
        print(f"  cause:     {explanation.cause}", file=sys.stderr)
    print(f"  who:       {explanation.owner}", file=sys.stderr)
    print(f"  next step: {explanation.next_step}", file=sys.stderr)
