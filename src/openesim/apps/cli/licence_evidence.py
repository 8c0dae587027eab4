"""Commands for evidence files: ``openesim licence attach``, ``detach`` and ``file``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.licence_options import Lists, Number, licensing_of, operator_hand
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json

if TYPE_CHECKING:
    from openesim.conditions.licensing.licence import EvidenceFile

FileNumber = Annotated[
    int, typer.Argument(metavar="FILE", help="Number of the file, see: openesim licence show.")
]


@json_errors
def attach(
    licence: Number,
    item: Annotated[str, typer.Argument(help="Item of the checklist.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="PDF, PNG, JPEG or plain text.")],
    data: Data,
    name: Annotated[str | None, typer.Option(help="What it is called; left out, as the file is.")] = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Attach a file to an item. It is told by its content, never unpacked, and kept sealed."""
    from openesim.conditions.licensing.evidence import read_upload
    from openesim.services.conditions.licences import files

    upload = read_upload(name or path.name, _octets_of(path))
    licensing, who = licensing_of(data, checklists), operator_hand(by)
    with opened(data, must_exist=True, holds="licences") as work:
        stored = work.run_now(lambda stores: files.attach(licensing, stores, licence, item, upload, who))
    fields = file_fields(stored)
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


@json_errors
def detach(
    licence: Number,
    file: FileNumber,
    data: Data,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Remove a file from an application that is not submitted."""
    from openesim.services.conditions.licences import files

    licensing, who = licensing_of(data, checklists), operator_hand(by)
    with opened(data, must_exist=True, holds="licences") as work:
        work.run_now(lambda stores: files.detach(licensing, stores, licence, file, who))
    if as_json:
        print_json({"licence": licence, "file": file, "removed": True})
    else:
        print(f"file {file} is removed from licence {licence}")


@json_errors
def file(
    licence: Number,
    number: FileNumber,
    out: Annotated[Path, typer.Option(help="Where to write it; nothing is overwritten.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write what is in a file, found to be what was attached."""
    from openesim.services.conditions.licences import files

    who = operator_hand(by)
    with opened(data, must_exist=True, holds="licences") as work:
        stored, octets = work.run_now(lambda stores: files.read_file(stores, licence, number, who))
    _write(out, octets)
    if as_json:
        print_json(file_fields(stored) | {"out": str(out)})
    else:
        print(f"{stored.size} octets of {stored.media_type} are in {out}")


def file_fields(file: EvidenceFile) -> dict[str, Any]:
    """Return what is printed of a file."""
    return {
        "file": file.file_id,
        "item": file.item,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "sha256": file.digest.hex(),
        "added_at": file.added_at.isoformat(timespec="seconds"),
        "added_by": file.added_by,
    }


def _octets_of(path: Path) -> bytes:
    """Return what is in a file, and one octet more than may be at most.

    Raises:
        ConfigError: it cannot be read.
    """
    from openesim.conditions.licensing.evidence import MOST_OCTETS
    from openesim.kernel.errors import ConfigError

    try:
        with path.open("rb") as opened_file:
            return opened_file.read(MOST_OCTETS + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _write(path: Path, octets: bytes) -> None:
    """Write a new file.

    Raises:
        ConfigError: there is one, or it cannot be written.
    """
    from openesim.kernel.errors import ConfigError

    try:
        with path.open("xb") as opened_file:
            opened_file.write(octets)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
