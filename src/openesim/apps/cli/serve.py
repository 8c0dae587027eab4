"""``openesim serve``: the SM-DP+."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.options import DATA_VARIABLE

_PLACE = "HOST:PORT"


def serve(
    data: Annotated[
        Path,
        typer.Option(
            envvar=DATA_VARIABLE,
            help="Data folder, made if missing; or the configuration file (openesim.toml).",
        ),
    ],
    pki: Annotated[Path | None, typer.Option(help="PKI folder, see: openesim pki init.")] = None,
    fqdn: Annotated[str | None, typer.Option(help="Name under which LPAs call this server.")] = None,
    es9: Annotated[
        str | None, typer.Option(metavar=_PLACE, help="Where LPAs are heard; or unix:PATH.")
    ] = None,
    plain_http: Annotated[
        bool | None,
        typer.Option(
            "--plain-http", help="LPAs without TLS: behind a proxy, or in tests.", show_default=False
        ),
    ] = None,
    es2: Annotated[
        str | None,
        typer.Option(metavar=_PLACE, help="Where operators are heard, with mutual TLS; or unix:PATH."),
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(metavar=_PLACE, help="Where the REST API is heard, for keys of openesim api-key."),
    ] = None,
    desks: Annotated[
        str | None,
        typer.Option(metavar=_PLACE, help="Where people are heard: the pages of the desks; or unix:PATH."),
    ] = None,
    ppk: Annotated[
        bool | None,
        typer.Option(
            "--ppk",
            help="Protect every profile with random keys of its own (ReplaceSessionKeys).",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Run as N processes, renewed one by one on SIGHUP; above 1: PostgreSQL."
        ),
    ] = None,
) -> None:
    """Run the SM-DP+: ES9+ for LPAs and, if asked for, ES2+ and a REST API for operators, and pages for people.

    Whatever is not said here stands under [serve] in the configuration file.
    """
    from openesim.apps.serving import run_server

    flags = {
        "pki": None if pki is None else str(pki),
        "fqdn": fqdn,
        "es9": es9,
        "plain_http": plain_http,
        "es2": es2,
        "api": api,
        "desks": desks,
        "ppk": ppk,
        "workers": workers,
    }
    run_server(data, {name: value for name, value in flags.items() if value is not None})
