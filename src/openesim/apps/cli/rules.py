"""``openesim rules``: a country's conditions as data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openesim.apps.cli import rules_deeds, rules_simulation
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_fields, print_json, print_table
from openesim.apps.cli.rules_shelf import (
    Language,
    OptionalData,
    PackName,
    Packs,
    pack_named,
    shelf_of,
    summary_of,
)

if TYPE_CHECKING:
    from openesim.conditions.rules.pack import Pack

app = typer.Typer(
    help="Rule packs: a country's conditions as data; what they ask, and who is under which.",
    no_args_is_help=True,
)
app.command("add")(rules_deeds.add)
app.command("assign")(rules_deeds.assign)
app.command("simulate")(rules_simulation.simulate)


@app.command("list")
@json_errors
def list_packs(
    data: OptionalData = None, packs: Packs = None, language: Language = "en", as_json: AsJson = False
) -> None:
    """List all packs, from when they hold, and who is under which."""
    found = [summary_of(pack, language) for pack in shelf_of(data, packs)]
    assigned = rules_deeds.assignments_of(data)
    if as_json:
        print_json({"packs": found, "assignments": assigned})
        return
    columns = ("pack", "version", "country", "from", "to", "title")
    print_table([columns, *(tuple(str(each[name] or "") for name in columns) for each in found)])
    if assigned:
        print()
        names = ("operator", "service", "pack", "begins", "by")
        print_table([names, *(tuple(str(each[name] or "") for name in names) for each in assigned)])


@app.command("check")
@json_errors
def check(
    file: Annotated[Path, typer.Argument(help="A rule pack in TOML.", exists=True, dir_okay=False)],
    data: OptionalData = None,
    packs: Packs = None,
    as_json: AsJson = False,
) -> None:
    """Check a pack: whether it can be read, agrees with itself, and overlaps none that is there."""
    from openesim.conditions.rules.in_force import PackShelf
    from openesim.services.rules import read_pack

    pack = read_pack(file)
    others = [each for each in shelf_of(data, packs) if (each.id, each.version) != (pack.id, pack.version)]
    PackShelf([*others, pack])
    if as_json:
        print_json(summary_of(pack, "en"))
    else:
        begins = f"{pack.pack.in_force.from_} (UTC{pack.pack.utc_offset})"
        print(f"{file} is a rule pack: {pack.id}, version {pack.version}, in force from {begins}")


@app.command("schema")
def schema() -> None:
    """Print what a pack may say as a JSON schema, for editors of TOML; ``check`` sees more than it."""
    import msgspec

    from openesim.conditions.rules.pack import Pack

    print_json({"title": "OpenESIM rule pack"} | msgspec.json.schema(Pack))


@app.command("show")
@json_errors
def show(
    which: PackName,
    data: OptionalData = None,
    packs: Packs = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The version of that day; left out, that of now."),
    ] = None,
    language: Language = "en",
    as_toml: Annotated[
        bool, typer.Option("--toml", help="As a rule pack in TOML, to begin one of your own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a pack asks, since when, and who says so."""
    import msgspec

    from openesim.conditions.rules.writing import write_pack

    shelf = shelf_of(data, packs)
    pack = pack_named(which, shelf, datetime.now(UTC)) if on is None else shelf.on_day(which, on.date())
    if as_toml:
        print(write_pack(pack), end="")
    elif as_json:
        print_json(msgspec.to_builtins(pack))
    else:
        _print_pack(pack, language)


@app.command("diff")
@json_errors
def diff(
    before: PackName,
    after: PackName,
    data: OptionalData = None,
    packs: Packs = None,
    as_json: AsJson = False,
) -> None:
    """Show where two packs differ: what stood there before, and what stands there after."""
    from openesim.conditions.rules.differences import find_differences

    now, shelf = datetime.now(UTC), shelf_of(data, packs)
    first, second = (pack_named(which, shelf, now) for which in (before, after))
    found = find_differences(first, second)
    if as_json:
        print_json([{"path": each.path, "before": each.before, "after": each.after} for each in found])
        return
    if not found:
        print("the same")
    for each in found:
        print(each.path)
        print(f"  - {each.before}" if each.before is not None else "  - (nothing)")
        print(f"  + {each.after}" if each.after is not None else "  + (nothing)")


def _print_pack(pack: Pack, language: str) -> None:
    """Print what a pack asks, table by table, with the sources of each."""
    print_fields(summary_of(pack, language) | {"note": pack.pack.note.get(language) or pack.pack.note["en"]})
    for name in (
        *(f"service.{each.value}" for each in pack.service),
        *("person", "limits", "risk", "retention"),
    ):
        fields = _fields(pack, name)
        print(f"\n{name}")
        print_fields(fields) if fields else print("  asks nothing")
    if pack.notices:
        print("\nnotices")
        print_fields({name: texts.get(language) or texts["en"] for name, texts in pack.notices.items()})
    if pack.sources:
        print("\nsources")
        for key, source in pack.sources.items():
            seen = f", seen {source.seen}" if source.seen else ""
            print(f"  {key}: {source.title} [{source.reliability.value}{seen}]\n    {source.where}")


def _fields(pack: Pack, path: str) -> dict[str, str]:
    """Return what a table of a pack asks, and behind each field the keys of who says so."""
    import msgspec

    from openesim.conditions.rules.differences import is_nothing, text_of

    head, _, name = path.partition(".")
    table = getattr(pack, head)
    table = next(each for service, each in table.items() if service.value == name) if name else table
    if not table.source:
        return {}
    values = msgspec.to_builtins(table)
    told = {key: value for key, value in values.items() if key not in {"source", "source_of"}}
    return {
        key: f"{text_of(value)}  [{', '.join(table.source_of.get(key, table.source))}]"
        for key, value in told.items()
        if not is_nothing(key, value)
    }
