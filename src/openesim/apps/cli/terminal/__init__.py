"""``openesim terminal``: vendors, models, TACs, chip makers, EINs, recalls, bonds, and what is known of a device."""

from __future__ import annotations

import typer

from openesim.apps.cli.terminal import importing, looking, makers, models, ranges, recalls, vendors

app = typer.Typer(
    help="Terminals: who makes devices and chips, which models are approved, what was recalled. "
    "Servers know of a change within two seconds.",
    no_args_is_help=True,
)
app.add_typer(vendors.app, name="vendor")
app.add_typer(models.app, name="model")
app.add_typer(ranges.tacs, name="tac")
app.add_typer(makers.app, name="maker")
app.add_typer(ranges.eins, name="ein")
app.add_typer(recalls.app, name="recall")
app.command("lookup")(looking.lookup)
app.command("bind")(looking.bind_chip)
app.command("release")(looking.release_chip)
app.command("import")(importing.import_file)
