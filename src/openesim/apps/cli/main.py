"""``openesim``: the commands, and how every error of ours reaches a person.

Exit codes: 0 done; 1 refused or failed, with an explanation; 2 usage or configuration.
"""

from __future__ import annotations

import sys

import typer

from openesim.apps.cli import (
    auc,
    demo,
    euicc,
    load,
    lpa,
    online,
    order,
    pki,
    profile,
    serve,
    stock,
    subscription,
)
from openesim.kernel.errors import ConfigError, OpenEsimError

app = typer.Typer(
    name="openesim",
    help="The open eSIM system: SM-DP+, software eUICC, LPA, authentication centre, test PKI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(pki.app, name="pki")
app.add_typer(order.app, name="order")
app.add_typer(profile.app, name="profile")
app.add_typer(stock.app, name="stock")
app.add_typer(subscription.app, name="subscription")
app.add_typer(euicc.app, name="euicc")
app.add_typer(lpa.app, name="lpa")
app.add_typer(auc.app, name="auc")
app.command("serve")(serve.serve)
app.command("load")(load.load)
app.command("demo")(demo.demo)
app.command("online")(online.online)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except OpenEsimError as error:
        report(error)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stderr.close()
        sys.exit(1)


def report(error: OpenEsimError) -> None:
    """Tell an error on standard error: what, and if known cause, owner, next step."""
    print(f"openesim: {error}", file=sys.stderr)
    if error.explanation is not None:
        print(f"  cause:     {error.explanation.cause}", file=sys.stderr)
        print(f"  who:       {error.explanation.owner}", file=sys.stderr)
        print(f"  next step: {error.explanation.next_step}", file=sys.stderr)
