"""``openesim pki``: test worlds and imported certificates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openesim.adapters.keystore.files import PkiFolder

app = typer.Typer(
    help="Certificates: make a test world, import SGP.26 material or your own.", no_args_is_help=True
)


@app.command("init")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    force: Annotated[
        bool, typer.Option("--force", help="Put a world that is there aside as NAME.old.")
    ] = False,
) -> None:
    """Make a whole test world: CI, EUM, eUICC, SM-DP+, SM-DS, TLS and an operator, on both curves."""
    import os
    from datetime import UTC, datetime

    from openesim.adapters.keystore.files import init_pki

    _tell(init_pki(folder, os.urandom, datetime.now(UTC), force=force))
    print(
        f"{folder} holds a test world. Chips of this world believe it: openesim euicc new CARD --pki {folder}"
    )


@app.command("operator")
def operator(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="PKI folder with a CI key.")],
    name: Annotated[str, typer.Argument(help="Name of the operator.")],
) -> None:
    """Issue a client certificate with which an operator calls ES2+."""
    import os
    from datetime import UTC, datetime

    from openesim.adapters.keystore.files import PkiFolder

    now = datetime.now(UTC)
    PkiFolder(folder, now).add_operator(name, os.urandom, now)
    print(f"operators/{name}.pem and operators/{name}.key written")


Pair = tuple[Path, Path]


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="PKI folder to write to.")],
    sgp26: Annotated[
        Path | None, typer.Option(metavar="DIR_OF_SGP26", help="Folder of the published SGP.26 material.")
    ] = None,
    ci: Annotated[Path | None, typer.Option(metavar="CERT", help="CI certificate.")] = None,
    dpauth: Annotated[Pair | None, typer.Option(metavar="CERT KEY", help="CERT.DPauth and its key.")] = None,
    dppb: Annotated[Pair | None, typer.Option(metavar="CERT KEY", help="CERT.DPpb and its key.")] = None,
    tls: Annotated[Pair | None, typer.Option(metavar="CERT KEY", help="TLS certificate and its key.")] = None,
    eum: Annotated[Pair | None, typer.Option(metavar="CERT KEY", help="EUM certificate and its key.")] = None,
    trust: Annotated[list[Path] | None, typer.Option(metavar="CERT", help="Further CI certificates.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Take certificates over: all of SGP.26, or single files (PEM or DER)."""
    import os
    from datetime import UTC, datetime

    from openesim.adapters.keystore.imports import import_files, import_sgp26
    from openesim.kernel.errors import ConfigError

    now = datetime.now(UTC)
    pairs = {"dpauth": dpauth, "dppb": dppb, "dptls": tls, "eum": eum}
    members: dict[str, tuple[Path, Path | None]] = {name: pair for name, pair in pairs.items() if pair}
    if ci is not None:
        members["ci"] = (ci, None)
    if sgp26 is None and not members and not trust:
        raise ConfigError("nothing to import: name --sgp26 DIR, or single files such as --ci CERT")
    if sgp26 is not None:
        _tell(import_sgp26(sgp26, folder, os.urandom, now, force=force))
    if members or trust:
        _tell(import_files(folder, members, trust or [], now, force=force))


def _tell(folder: PkiFolder) -> None:
    """List what stands in a folder now."""
    for each in folder.sets:
        print(f"{each.path.name + '/':<12} {', '.join(sorted(each.certificates))}")
    for finding in folder.findings:
        print(f"note: {finding}")
