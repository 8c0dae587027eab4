"""``openesim order bulk``: many orders from a file, a line for every row."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson, Data

if TYPE_CHECKING:
    from openesim.adapters.web.api.bulk_orders import BulkEnd
    from openesim.messages.sgp22.explained.entries import Language

_KINDS = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}


@json_errors
def bulk(
    file: Annotated[
        Path, typer.Argument(help="CSV with a header, or NDJSON (.ndjson).", exists=True, dir_okay=False)
    ],
    data: Data,
    operator: Annotated[str, typer.Option(help="Whose orders they are.")],
    result: Annotated[
        Path | None, typer.Option(help="Write a line for every row here, as NDJSON.", dir_okay=False)
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Name of this call: repeated under it, rows that were done are not done again."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, change nothing.")] = False,
    lang: Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of refusals.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Make many orders of an operator from stock; what is wrong with a row is told, and the others go on.

    Columns are those of a single order of the REST API. Exit code 1 if any row was refused.
    """
    import asyncio

    from openesim.apps.cli.folder import opened
    from openesim.apps.cli.printing import print_json
    from openesim.kernel.errors import ConfigError
    from openesim.messages.sgp22.explained.entries import Language

    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise ConfigError(f"{file} must end in .csv or .ndjson, to tell what it is")
    with opened(data, must_exist=True) as work:
        manner = (operator, key, dry_run, Language(lang) if lang in set(Language) else Language.ENGLISH)
        end = asyncio.run(_run((data, work), (file, kind), result, manner))
    if as_json:
        print_json({"rows": end.rows, "made": end.made, "refused": end.refused})
    else:
        print(f"{end.made} of {end.rows} orders {'could be ' if dry_run else ''}made, {end.refused} refused")
    if end.refused:
        raise typer.Exit(1)


async def _run(
    kept: tuple[Path, Any],
    source: tuple[Path, str],
    result: Path | None,
    manner: tuple[str, str | None, bool, Language],
) -> BulkEnd:
    """Make the orders of a file, with progress on the screen, and return how it ended.

    Raises:
        ConfigError: the file cannot be read at all; nothing was done.
    """
    import os
    from contextlib import ExitStack

    import msgspec
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from openesim.adapters.web.api.bulk_orders import BulkEnd, do_rows
    from openesim.adapters.web.api.calling import Doing
    from openesim.adapters.web.api.order_files import count_rows, read_rows
    from openesim.adapters.web.api.problems import InvalidRequestError, Trouble
    from openesim.apps.conditions import gate_for_command
    from openesim.apps.wiring import SystemClock
    from openesim.kernel.ambient import Ambient
    from openesim.kernel.errors import ConfigError
    from openesim.services.es2plus import Es2PlusService
    from openesim.services.ordering import Ordering
    from openesim.services.replies import Replies

    (data, work), (file, kind), (operator, key, dry_run, language) = kept, source, manner
    ambient = Ambient(SystemClock(), os.urandom)
    doing = Doing(operator, Replies(work, ambient.clock), key, dry_run=dry_run)
    gate = await gate_for_command(data, work, ambient, operator)
    ordering = Ordering(Es2PlusService(work, ambient, "", gate=gate), ambient, gate)
    with ExitStack() as stack:
        rows = stack.enter_context(file.open("rb"))
        try:
            count = count_rows(rows, kind)
        except (InvalidRequestError, Trouble) as error:
            raise ConfigError(f"{file}: {error}") from None
        out = None if result is None else stack.enter_context(result.open("wb"))
        bar = Progress(
            BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(file=sys.stderr)
        )
        task = stack.enter_context(bar).add_task("orders", total=count)
        async for lines in do_rows(doing, ordering, read_rows(rows, kind), language):
            for line in lines:
                if isinstance(line, BulkEnd):
                    return line
                bar.advance(task)
                octets = msgspec.json.encode(line) + b"\n"
                if out is not None:
                    out.write(octets)
                elif line.problem is not msgspec.UNSET:
                    bar.console.print(f"row {line.row}: {line.problem.detail}", markup=False)
    raise AssertionError("unreachable")  # pragma: no cover (the end is always told)
