"""``openesim smds``: the discovery server (SM-DS), and the events it keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import Data

app = typer.Typer(
    help="SM-DS: tells chips which server has something for them.",
    no_args_is_help=True,
)

_PAGE = 500


@app.command("serve")
def serve(
    data: Data,
    pki: Annotated[
        Path | None,
        typer.Option(help="PKI folder, see: openesim pki init; left out: that of the configuration file."),
    ] = None,
    fqdn: Annotated[str | None, typer.Option(help="Name under which LPAs call this server.")] = None,
    es11: Annotated[
        str | None, typer.Option("--es11", metavar="HOST:PORT", help="Where LPAs are heard.")
    ] = None,
    es12: Annotated[
        str | None,
        typer.Option(
            "--es12",
            metavar="HOST:PORT",
            help="Where SM-DP+s and other SM-DSs are heard, with mutual TLS; left out: where LPAs are.",
        ),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Root SM-DS to forward to; left out, this one is a root."),
    ] = None,
    resolve: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=HOST:PORT", help="Connect there for NAME; verify NAME all the same."),
    ] = None,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="LPAs without TLS: behind a proxy, or in tests.")
    ] = False,
) -> None:
    """Run an SM-DS alone: ES11 for LPAs, ES12 and ES15 for servers.

    What is left out stands in the section smds of the configuration file.
    """
    import msgspec

    from openesim.apps.config import read_config
    from openesim.apps.settings import section_with_flags
    from openesim.apps.smds import smds_settings
    from openesim.apps.smds_server import run_smds
    from openesim.kernel.errors import ConfigError

    config = read_config(data)
    flags = {"fqdn": fqdn, "es11": es11, "es12": es12, "root": root}
    config = msgspec.structs.replace(
        config,
        smds=section_with_flags(config.smds, flags),
        es12=msgspec.structs.replace(config.es12, resolve=config.es12.resolve | _resolved(resolve or [])),
    )
    settings = smds_settings(config, config.serve.fqdn, plain_http=plain_http or config.serve.plain_http)
    if settings is None:
        raise ConfigError("the SM-DS hears nobody: say --es11 HOST:PORT, or write es11 under [smds]")
    pki = pki or config.serve.pki
    if pki is None:
        raise ConfigError("the SM-DS has no certificates: say --pki DIR, or write pki under [serve]")
    run_smds(data, pki, settings, config)


@app.command("events")
@json_errors
def events(
    data: Data,
    eid: Annotated[str | None, typer.Option(metavar="EID", help="Of one chip only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List events: chip, server, who registered them. Their ids, which fetch profiles, are shown by --json only."""
    from openesim.apps.wiring import open_database
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Eid

    try:
        chip = None if eid is None else Eid.parse(eid)
    except DecodeError as error:
        raise ConfigError(f"--eid: {error}") from None
    work = open_database(data)
    try:
        after, count = "", 0
        while True:
            start = after
            page = work.run_now(
                lambda stores: (
                    stores.events(start, _PAGE) if chip is None else stores.events_of_chip(chip, _PAGE)  # noqa: B023
                )
            )
            for each in page:
                print(json.dumps(_values(each)) if as_json else _line(each))
            count += len(page)
            if chip is not None or len(page) < _PAGE:
                break
            after = page[-1].event_id
        if not count and not as_json:
            print("no events")
    finally:
        work.close()


def _values(event: Any) -> dict[str, Any]:
    """Return an event for JSON."""
    return {
        "event_id": event.event_id,
        "eid": event.eid,
        "rsp_server_address": event.rsp_server_address,
        "registrant": event.registrant,
        "created_at": event.created_at.isoformat(),
        "state": event.state.value,
        "forwarded": event.forwarded_event_id is not None,
    }


def _line(event: Any) -> str:
    """Return an event in one line."""
    forwarded = ", forwarded" if event.forwarded_event_id is not None else ""
    return (
        f"{event.created_at:%Y-%m-%d %H:%M}  {event.eid}  {event.rsp_server_address}  "
        f"{event.state.value}{forwarded}  by {event.registrant}"
    )


def _resolved(given: list[str]) -> dict[str, str]:
    """Return names and places of ``NAME=HOST:PORT``.

    Raises:
        ConfigError: another form.
    """
    from openesim.kernel.errors import ConfigError

    places = {}
    for text in given:
        name, equals, place = text.partition("=")
        if not (name and equals and place):
            raise ConfigError(f"--resolve {text}: the form is NAME=HOST:PORT")
        places[name.lower()] = place
    return places
