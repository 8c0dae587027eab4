"""``openesim serve``: the SM-DP+."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    data: Annotated[Path, typer.Option(help="Folder of the database; made if missing.")],
    pki: Annotated[Path, typer.Option(help="PKI folder, see: openesim pki init.")],
    fqdn: Annotated[str, typer.Option(help="Name under which LPAs call this server.")],
    es9: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where LPAs are heard.")],
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="LPAs without TLS: behind a proxy, or in tests.")
    ] = False,
    es2: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where operators are heard, with mutual TLS.")
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where the REST API is heard, for keys of openesim api-key."),
    ] = None,
    ppk: Annotated[
        bool,
        typer.Option("--ppk", help="Protect every profile with random keys of its own (ReplaceSessionKeys)."),
    ] = False,
) -> None:
    """Run the SM-DP+: ES9+ for LPAs and, if asked for, ES2+ and a REST API for operators."""
    from openesim.apps.config import read_config
    from openesim.apps.server import run_server
    from openesim.apps.settings import Address, ServeSettings

    ops = read_config(data).ops.listen
    run_server(
        ServeSettings(
            data=data,
            pki=pki,
            fqdn=_parse_fqdn(fqdn),
            es9=Address.parse(es9),
            plain_http=plain_http,
            es2=Address.parse(es2) if es2 else None,
            api=Address.parse(api) if api else None,
            replace_session_keys=ppk,
            ops=Address.parse(ops) if ops else None,
        )
    )


def _parse_fqdn(text: str) -> str:
    """Return the name of the server.

    Raises:
        ConfigError: no host name.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.messages.sgp22.activation_code import parse_address

    try:
        return parse_address(text)
    except DecodeError as error:
        raise ConfigError(f"--fqdn {text!r}: {error}") from None
