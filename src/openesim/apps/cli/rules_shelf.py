"""Rule packs as the commands of ``openesim rules`` find them: of files, of a folder, of the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.options import DATA_VARIABLE

if TYPE_CHECKING:
    from openesim.conditions.rules.in_force import PackShelf
    from openesim.conditions.rules.pack import Pack

Packs = Annotated[
    Path | None,
    typer.Option(help="Folder with packs of your own, beside those that are shipped.", file_okay=False),
]
OptionalData = Annotated[
    Path | None,
    typer.Option(
        envvar=DATA_VARIABLE, help="Data folder, or the configuration file: its packs and choices count, too."
    ),
]
Language = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of titles and notes.")]
PackName = Annotated[
    str, typer.Argument(metavar="PACK", help="Name of a pack, PACK@VERSION, or a file such as mine.toml.")
]


def folder_packs(data: Path | None, packs: Path | None) -> tuple[Pack, ...]:
    """Return the packs of folders of one's own: that of the option, else that of the configuration.

    Raises:
        ConfigError: a folder that is none, or a file in it that is no rule pack.
    """
    from openesim.apps.config import read_config
    from openesim.services.rules import read_folder

    configured = None if data is None else read_config(data).rules.folder
    return read_folder(packs or configured)


def shelf_of(data: Path | None, packs: Path | None) -> PackShelf:
    """Return all packs that are there.

    Raises:
        ConfigError: a pack that is none, or two that overlap.
    """
    from openesim.apps.cli.folder import is_begun, opened
    from openesim.conditions.rules.in_force import PackShelf
    from openesim.services.conditions.rules.keeping import known_shelf
    from openesim.services.rules import shipped_packs

    own = folder_packs(data, packs)
    if data is None or not is_begun(data):
        return PackShelf([*shipped_packs(), *own])
    with opened(data) as work:
        return work.run_now(lambda stores: known_shelf(stores, own))


def pack_named(which: str, shelf: PackShelf, now: datetime) -> Pack:
    """Return the pack that somebody means: of a file, by name and version, or the version in force.

    Raises:
        ConfigError: a file that is no rule pack.
        NotFoundError: no such pack.
    """
    from openesim.services.rules import read_pack

    path = Path(which)
    if path.suffix == ".toml" or path.is_file():
        return read_pack(path)
    name, at, version = which.partition("@")
    return shelf.version(name, version) if at else shelf.in_force(name, now)


def summary_of(pack: Pack, language: str) -> dict[str, Any]:
    """Return what a list says of a pack."""
    span = pack.pack.in_force
    return {
        "pack": pack.id,
        "version": pack.version,
        "country": pack.pack.country,
        "from": span.from_.isoformat(),
        "to": None if span.to is None else span.to.isoformat(),
        "utc_offset": pack.pack.utc_offset,
        "title": pack.pack.title.get(language) or pack.pack.title["en"],
    }
