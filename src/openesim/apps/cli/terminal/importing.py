"""``openesim terminal import``: vendors, models, TACs and EINs from CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_json
from openesim.apps.cli.terminal.options import Who, actor, now

if TYPE_CHECKING:
    from openesim.services.conditions.terminals.csv_file import RowsError
    from openesim.services.conditions.terminals.importing import Progress


@json_errors
def import_file(
    kind: Annotated[
        Literal["vendors", "models", "tacs", "eins"], typer.Argument(help="What the rows are about.")
    ],
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with a header.", exists=True, dir_okay=False)],
    data: Data,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of what is wrong.")] = "en",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Register many: every row is judged before the first is stored, and what is wrong is told by row and field.

    Columns: vendors: name, kind, country, agent. models: vendor, name, category, is_foreign, abilities,
    approval_number, approved_from, approved_to. tacs: tac, vendor, model. eins: ein, maker.
    An import that was interrupted is finished by doing it again.
    """
    import asyncio

    from openesim.services.conditions.terminals.csv_file import RowsError

    with opened(data) as work:
        try:
            with file.open("rb") as octets:
                end = asyncio.run(_run(work, kind, octets, actor(by)))
        except RowsError as error:
            _tell(error, lang, as_json=as_json)
            raise typer.Exit(2) from None
    if as_json:
        print_json({"ok": True, "rows": end.rows, "stored": end.stored, "known": end.known})
    else:
        print(f"{end.stored} of {end.rows} rows stored; {end.known} were registered before, just as they are")


async def _run(work: Any, kind: str, file: BinaryIO, who: str) -> Progress:
    """Import a file, with progress on the screen, and return how it ended."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from openesim.conditions.terminals.forms import FormKind
    from openesim.services.conditions.terminals.importing import Progress as Step
    from openesim.services.conditions.terminals.importing import Stage, TerminalImport

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
    size, last = file.seek(0, 2), Step(stage=Stage.DONE)
    with bar:
        tasks = {
            stage: bar.add_task(stage.value, total=size, rows=0) for stage in (Stage.JUDGING, Stage.STORING)
        }
        async for last in TerminalImport(work, FormKind(kind), file, who, now()).run():
            if last.stage in tasks:
                bar.update(tasks[last.stage], completed=last.octets, rows=last.rows)
    return last


def _tell(error: RowsError, lang: str, *, as_json: bool) -> None:
    """Tell what is wrong, row by row."""
    told = [(each.row, each.field, each.spoken(lang).cause) for each in error.errors]
    if as_json:
        errors = [{"row": row, "field": field, "message": message} for row, field, message in told]
        print_json({"ok": False, "stored": error.stored, "errors": errors, "more": error.is_more})
        return
    for row, field, message in told:
        print(f"row {row}, {field}: {message}", file=sys.stderr)
    if error.is_more:
        print("there are more; mend these first", file=sys.stderr)
    stored = f"{error.stored} rows were stored" if error.stored else "nothing was stored"
    print(f"openesim: {stored}", file=sys.stderr)
