"""``openesim rules``: a country's conditions as data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.conditions.rules.pack import Pack

app = typer.Typer(help="Rule packs: a country's conditions as data: list, check, show.", no_args_is_help=True)

_NOTHING: tuple[object, ...] = (None, (), {}, 0)
"""What a pack does not ask."""

Packs = Annotated[
    Path | None,
    typer.Option(help="Folder with packs of your own, beside those that are shipped.", file_okay=False),
]
Language = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of titles and notes.")]


@app.command("list")
@json_errors
def list_packs(packs: Packs = None, language: Language = "en", as_json: AsJson = False) -> None:
    """List all packs, and from when they hold."""
    from openesim.services.rules import read_shelf

    found = list(read_shelf(packs))
    if as_json:
        print_json([_summary(pack, language) for pack in found])
        return
    rows = [tuple(str(value or "") for value in _summary(pack, language).values()) for pack in found]
    print_table([("pack", "version", "country", "from", "to", "title"), *rows])


@app.command("check")
@json_errors
def check(
    file: Annotated[Path, typer.Argument(help="A rule pack in TOML.", exists=True, dir_okay=False)],
    packs: Packs = None,
    as_json: AsJson = False,
) -> None:
    """Check a pack: whether it can be read, agrees with itself, and overlaps none that is in force."""
    from openesim.conditions.rules.in_force import PackShelf
    from openesim.services.rules import read_pack, read_shelf

    pack = read_pack(file)
    others = [other for other in read_shelf(packs) if (other.id, other.version) != (pack.id, pack.version)]
    PackShelf([*others, pack])
    if as_json:
        print_json(_summary(pack, "en"))
    else:
        print(
            f"{file} is a rule pack: {pack.id}, version {pack.version}, in force from {pack.pack.in_force.from_}"
        )


@app.command("show")
@json_errors
def show(
    which: Annotated[str, typer.Argument(metavar="PACK", help="Name of a pack, such as cn-2025-trial.")],
    packs: Packs = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The version of that day; left out, of today."),
    ] = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show what a pack asks, since when, and who says so."""
    from datetime import UTC

    import msgspec

    from openesim.services.rules import read_shelf

    shelf = read_shelf(packs)
    pack = shelf.in_force(which, datetime.now(UTC)) if on is None else shelf.on_day(which, on.date())
    if as_json:
        print_json(msgspec.to_builtins(pack))
        return
    print_fields(_summary(pack, language) | {"note": pack.pack.note.get(language)})
    tables = {f"service {name.value}": service for name, service in pack.service.items()}
    tables |= {name: getattr(pack, name) for name in ("person", "limits", "risk", "retention")}
    for name, table in tables.items():
        fields = {
            key: _text(value) for key, value in msgspec.to_builtins(table).items() if value not in _NOTHING
        }
        fields["source"] = "; ".join(pack.sources[key].title for key in table.source)
        print(f"\n{name}")
        print_fields({key: value for key, value in fields.items() if value})


def _summary(pack: Pack, language: str) -> dict[str, str | None]:
    """Return what a list says of a pack."""
    span = pack.pack.in_force
    return {
        "pack": pack.id,
        "version": pack.version,
        "country": pack.pack.country,
        "from": span.from_.isoformat(),
        "to": None if span.to is None else span.to.isoformat(),
        "title": pack.pack.title.get(language) or pack.pack.title["en"],
    }


def _text(value: object) -> str:
    """Return a value of a pack as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items() if each not in _NOTHING)
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
