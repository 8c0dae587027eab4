"""The commands of ``openesim profile``.

Exit codes: 0 done; 1 refused or failed, with an explanation, or an error found by ``check``; 2 usage or configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import DATA_VARIABLE, AsJson
from openesim.apps.cli.printing import print_json

app = typer.Typer(help="Profile packages: show, compare, check, describe and build.", no_args_is_help=True)

PackageFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Profile package in DER or hexadecimal; - is standard input.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar=DATA_VARIABLE,
        help="FILE is the name of a profile type that the SM-DP+ keeps in this folder.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


@app.command("show")
@json_errors
def show(
    file: PackageFile,
    data: Data = None,
    as_json: AsJson = False,
    keys: Annotated[bool, typer.Option("--keys", help="Show keys, PINs and PUKs.")] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Show access rules and octets of every file.")
    ] = False,
) -> None:
    """Show a package: its elements, its files and what they say; keys stay hidden unless asked for."""
    from openesim.apps.cli.profile.files import read_package
    from openesim.messages.saip.outline import outline_package, plain

    package = read_package(file, data)
    if as_json:
        print_json([plain(element, keys=keys) for element in outline_package(package)])
        return
    from rich.console import Console

    from openesim.apps.cli.profile.tree import PackageTree

    Console(highlight=False).print(PackageTree(keys=keys, files=files).draw(file.name, package))


@app.command("diff")
@json_errors
def diff(first: PackageFile, second: PackageFile, as_json: AsJson = False) -> None:
    """Compare two packages by element and file; of keys it is said only that they differ."""
    from openesim.apps.cli.profile.files import read_package
    from openesim.messages.saip.differences import find_differences

    found = find_differences(read_package(first), read_package(second))
    if as_json:
        from openesim.apps.cli.profile.comparing import difference_values

        print_json([difference_values(one) for one in found])
        return
    from openesim.apps.cli.profile.comparing import print_differences

    print_differences(found)


@app.command("check")
@json_errors
def check(
    file: PackageFile,
    data: Data = None,
    card: Annotated[
        str | None,
        typer.Option(metavar="CARD", help="Ask this card's chip whether it would take the package."),
    ] = None,
    euicc_info2: Annotated[
        str | None,
        typer.Option("--euicc-info2", metavar="HEX", help="Ask a chip with this EUICCInfo2 (or FILE)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a package by all rules, and whether a chip would take it. Exit code 1: there are errors."""
    from openesim.apps.cli.profile import checking
    from openesim.apps.cli.profile.files import read_package
    from openesim.messages.saip.check import check_package, has_errors

    if card is not None and euicc_info2 is not None:
        raise typer.BadParameter("either --card or --euicc-info2", param_hint="--card")
    package = read_package(file, data)
    chip = None
    if euicc_info2 is not None:
        chip = checking.parse_chip(euicc_info2)
    elif card is not None:
        chip = checking.chip_in(card)
    findings = check_package(package, chip)
    if as_json:
        print_json(
            {"ok": not has_errors(findings), "findings": [checking.finding_values(one) for one in findings]}
        )
    else:
        checking.print_findings(file.name, findings)
    if has_errors(findings):
        raise typer.Exit(1)


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Description to write, in TOML.")],
    operator: Annotated[str, typer.Option(help="Name of the operator.")] = "Example Mobile",
    mcc: Annotated[str, typer.Option(help="Country of the network, 3 digits.")] = "001",
    mnc: Annotated[str, typer.Option(help="The network, 2 or 3 digits.")] = "01",
    force: Force = False,
) -> None:
    """Write a commented description to start from; its numbers and keys are drawn, and only you may read it."""
    import os

    from openesim.apps.cli.profile.files import write_secret
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.messages.saip.new_description import Beginning, new_description

    package = str(file.with_suffix(".der"))
    beginning = Beginning(operator_name=operator, mcc=mcc, mnc=mnc, file=str(file), package=package)
    try:
        text = new_description(beginning, os.urandom)
    except DecodeError as error:
        option = error.path[0].removesuffix("_name")
        raise ConfigError(f"--{option}: {error.reason}") from None
    write_secret(file, text.encode(), replace=force)
    print(f"{file} written; make a package of it: openesim profile build {file} {package}")


@app.command("build")
@json_errors
def build(
    description: Annotated[
        Path,
        typer.Argument(metavar="DESCRIPTION", help="Description in TOML: openesim profile new makes one."),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Package to write, in DER; replaced if it is there.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make a complete profile package from a description, and check it."""
    from openesim.apps.cli.profile import checking
    from openesim.apps.cli.profile.files import read_description, write_secret
    from openesim.messages.saip.builder import build_package
    from openesim.messages.saip.check import check_package, has_errors
    from openesim.messages.saip.package import decode_package

    octets = build_package(read_description(description))
    package = decode_package(octets)
    findings = check_package(package)
    if not has_errors(findings):
        write_secret(out, octets, replace=True)
    if as_json:
        print_json(
            {
                "ok": not has_errors(findings),
                "file": str(out),
                "octets": len(octets),
                "elements": len(package.elements),
                "iccid": str(package.iccid),
                "findings": [checking.finding_values(one) for one in findings],
            }
        )
    else:
        checking.print_findings(out.name, findings, to_stderr=True)
        if not has_errors(findings):
            print(f"{out}: {len(octets)} octets, {len(package.elements)} elements, ICCID {package.iccid}")
    if has_errors(findings):
        raise typer.Exit(1)


@app.command("rules")
def rules() -> None:
    """List the rules that packages are checked by, as a table in Markdown."""
    from openesim.apps.cli.profile.checking import rule_lines

    for line in rule_lines():
        print(line)
