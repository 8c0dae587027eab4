"""``openesim``: the commands, and how every error of ours reaches a person.

Exit codes: 0 done; 1 refused or failed, with an explanation; 2 usage or configuration.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from openesim.apps.cli import (
    account,
    api_key,
    auc,
    blocklist,
    case,
    config,
    db,
    demo,
    es2,
    euicc,
    keys,
    ledger,
    licence,
    load,
    lpa,
    online,
    operator,
    order,
    outbox,
    pki,
    profile,
    profile_type,
    reconcile,
    rules,
    sandbox,
    serve,
    smds,
    stock,
    subscription,
    terminal,
    world,
)
from openesim.apps.cli.failing import explanation_of
from openesim.kernel.errors import ConfigError, OpenEsimError

app = typer.Typer(
    name="openesim",
    help="The open eSIM system: SM-DP+, software eUICC, LPA, authentication centre, test PKI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(pki.app, name="pki")
app.add_typer(db.app, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(order.app, name="order")
app.add_typer(profile.app, name="profile")
app.add_typer(operator.app, name="operator")
app.add_typer(es2.app, name="es2")
app.add_typer(outbox.app, name="outbox")
app.add_typer(profile_type.app, name="profile-type")
app.add_typer(stock.app, name="stock")
app.add_typer(subscription.app, name="subscription")
app.add_typer(euicc.app, name="euicc")
app.add_typer(lpa.app, name="lpa")
app.add_typer(auc.app, name="auc")
app.add_typer(rules.app, name="rules")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(smds.app, name="smds")
app.add_typer(api_key.app, name="api-key")
app.add_typer(account.app, name="account")
app.add_typer(blocklist.app, name="blocklist")
app.add_typer(case.app, name="case")
app.add_typer(terminal.app, name="terminal")
app.add_typer(licence.app, name="licence")
app.add_typer(ledger.app, name="ledger")
app.add_typer(config.app, name="config")
app.command("serve")(serve.serve)
app.command("reconcile")(reconcile.reconcile)
app.command("load")(load.load)
app.command("demo")(demo.demo)
app.command("online")(online.online)
app.command("world")(world.world)


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
