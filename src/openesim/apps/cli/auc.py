"""``openesim auc``: the authentication centre."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json

app = typer.Typer(
    help="Authentication centre: answer hostapd, tell osmo-hlr, show a vector.", no_args_is_help=True
)


@app.command("serve")
def serve(
    data: Data,
    socket: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Where hostapd asks: its eap_sim_db=unix:PATH.", show_default=False
        ),
    ] = None,
    osmo_hlr: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Control interface of an osmo-hlr to keep: who is installed is let in.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Hand out vectors for subscriptions that are on, and tell an HLR of others which those are."""
    from openesim.apps.auc import run_auc
    from openesim.apps.settings import Address, AucSettings
    from openesim.kernel.errors import ConfigError

    if socket is None and osmo_hlr is None:
        raise ConfigError("nothing to serve: name a --socket for hostapd, an --osmo-hlr to keep, or both")
    address = None if osmo_hlr is None else Address.parse(osmo_hlr)
    run_auc(AucSettings(data=data, socket=socket, osmo_hlr=address))


@app.command("vector")
@json_errors
def vector(
    imsi: Annotated[str, typer.Argument(metavar="IMSI", help="Whose card is to be authenticated.")],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """Hand out one authentication vector, for the laboratory: response and keys are printed in clear.

    It uses a sequence number up like any other.
    """
    import asyncio
    import os

    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Imsi
    from openesim.services.auc import AucService

    try:
        subscriber = Imsi.parse(imsi)
    except DecodeError as error:
        raise ConfigError(str(error)) from None
    with opened(data, must_exist=True, holds="subscriptions") as work:
        made = asyncio.run(AucService(work, os.urandom).vector(subscriber))
    octets = {"rand": made.rand, "autn": made.autn, "xres": made.xres, "ck": made.ck, "ik": made.ik}
    fields = {name: value.hex() for name, value in octets.items()}
    if as_json:
        print_json({"imsi": subscriber} | fields)
    else:
        print_fields({name.upper(): value for name, value in fields.items()})
