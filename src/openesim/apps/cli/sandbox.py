"""``openesim sandbox``: programs that stand for others in a laboratory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_json

if TYPE_CHECKING:
    from openesim.apps.sandbox.people import SandboxPerson

app = typer.Typer(help="Sandboxes for laboratories: they know made-up people only.", no_args_is_help=True)


@app.callback()
def sandbox() -> None:
    """Sandboxes for laboratories: they know made-up people only."""


@app.command("authority")
@json_errors
def authority(
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen; port 0: any. Absent: nowhere."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="The same seed makes the same people.")] = 1,
    count: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many people.")] = 70,
    people: Annotated[bool, typer.Option("--people", help="Print the people.")] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Bearer token to ask for; written with a fresh one if it is not there."
        ),
    ] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="PEM", help="Speak TLS with this.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="PEM", help="Key of the certificate.")] = None,
    clients: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Ask for client certificates below these.")
    ] = None,
    slow: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.0, max=600.0, help="How long the slow ones take.")
    ] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Answer the authority protocol about made-up people, in memory; every answer says that a sandbox gave it."""
    import asyncio

    from openesim.apps.sandbox.authority import SandboxSettings, serve_authority
    from openesim.apps.sandbox.people import make_people
    from openesim.apps.settings import Address
    from openesim.kernel.errors import ConfigError

    if listen is None and not people:
        raise ConfigError("name where to --listen, or ask for the --people")
    if (certificate is None) != (key is None):
        raise ConfigError("--certificate and --key go together")
    if listen is not None and token_file is None and clients is None:
        raise ConfigError(
            "whoever asks has to be known: name a --token-file, or --clients with --certificate"
        )
    made = make_people(seed, count)
    if people:
        _print_people(made, as_json=as_json)
    if listen is None:
        return
    settings = SandboxSettings(
        listen=Address.parse(listen),
        token=None if token_file is None else _token(token_file),
        certificate=certificate,
        key=key,
        clients=clients,
        slow_s=slow,
    )
    asyncio.run(serve_authority(settings, made, _announce))


def _announce(line: str) -> None:
    print(line, flush=True)


def _print_people(people: list[SandboxPerson], *, as_json: bool) -> None:
    rows = [_fields(each) for each in people]
    if as_json:
        print_json({"sandbox": True, "people": rows})
        return
    print("SANDBOX: these people are made up; none of them exists.")
    for row in rows:
        print(
            "  ".join(
                (f"{row['scenario']:<16}", f"{row['document']:<22}", row["number"], row["born"], row["name"])
            )
        )


def _fields(person: SandboxPerson) -> dict[str, Any]:
    return {
        "scenario": person.scenario.value,
        "group": person.group.value,
        "document": person.document.value,
        "number": person.number,
        "name": person.name,
        "born": person.born.isoformat(),
    }


def _token(path: Path) -> Any:
    """Return the token of a file; a file that is not there is made, for its owner alone.

    Raises:
        ConfigError: it cannot be read or written, or holds no token.
    """
    import os
    from secrets import token_urlsafe

    from openesim.kernel.errors import ConfigError
    from openesim.kernel.secret import Secret

    try:
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(token_urlsafe(32) + "\n")
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read or written: {error}") from None
    if not text.isascii() or len(text) < 16:
        raise ConfigError(f"{path} holds no token of 16 characters or more")
    return Secret(text)
