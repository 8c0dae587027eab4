"""The commands of ``openesim profile``.

Exit codes: 0 done; 1 refused or failed, with an explanation, or an error found by ``check``; 2 usage or configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="Profile packages: show, compare, check, describe and build.", no_args_is_help=True)

PackageFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Profile package in DER or hexadecimal; - is standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


@app.command("show")
def show(
    file: PackageFile,
    as_json: AsJson = False,
    keys: Annotated[bool, typer.Option("--keys", help="Show keys, PINs and PUKs.")] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Show access rules and octets of every file.")
    ] = False,
) -> None:
    """Show a package: its elements, its files and what they say; keys stay hidden unless asked for."""
    from openesim.apps.cli.profile.files import read_package
    from openesim.messages.saip.outline import outline_package, plain

    package = read_package(file)
    if as_json:
        _print_json([plain(element, keys=keys) for element in outline_package(package)])
        return
    from rich.console import Console

    from openesim.apps.cli.profile.tree import PackageTree

    Console(highlight=False).print(PackageTree(keys=keys, files=files).draw(file.name, package))


@app.command("diff")
def diff(first: PackageFile, second: PackageFile, as_json: AsJson = False) -> None:
    """Compare two packages by element and file; of keys it is said only that they differ."""
    from openesim.apps.cli.profile.files import read_package
    from openesim.messages.saip.differences import find_differences

    found = find_differences(read_package(first), read_package(second))
    if as_json:
        from openesim.apps.cli.profile.comparing import difference_values

        _print_json([difference_values(one) for one in found])
        return
    from openesim.apps.cli.profile.comparing import print_differences

    print_differences(found)


def _print_json(document: Any) -> None:
    """Print one JSON document."""
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
