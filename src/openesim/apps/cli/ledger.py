"""``openesim ledger``: what was recorded, and whether it is as it was recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.ledger_printing import (
    check_fields,
    entry_cells,
    entry_fields,
    plain,
    print_break,
    print_check,
    progress,
)
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.services.conditions.ledger.ledger import LedgerStores
    from openesim.transparency.chain import Head, Kept

app = typer.Typer(
    help="Decisions, looks at personal data, and deeds: recorded for good, and chained so that any change shows.",
    no_args_is_help=True,
)

Lang = Annotated[Literal["en", "zh"], typer.Option(help="Language of explanations.")]
Notes = Annotated[
    Path | None,
    typer.Option("--noted", metavar="FILE", help="Heads that were noted, a line each.", dir_okay=False),
]
Begin = Annotated[
    str | None,
    typer.Option("--from", metavar="POSITION:HEAD", help="Begin behind this head instead of at the start."),
]
_KINDS = Literal["decision", "look", "deed"]
_ENTRIES = "entries"
_PAGE = 1000


@app.command("verify")
@json_errors
def verify(
    data: Data,
    noted: Notes = None,
    heads: Annotated[
        list[str] | None, typer.Option("--head", metavar="POSITION:HEAD", help="A head that was noted.")
    ] = None,
    begin: Begin = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Begin behind the last head in the file of --noted.")
    ] = False,
    note: Annotated[
        bool,
        typer.Option("--note", help="If all holds, add the head that was reached to the file of --noted."),
    ] = False,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Check every entry and the whole chain, against heads that were noted, too; exit code 1 if anything is wrong."""
    from openesim.services.conditions.ledger.check import Check, check_now
    from openesim.services.conditions.ledger.ledger import seal_all
    from openesim.transparency.chain import START

    kept = [] if noted is None else _read_notes(noted)
    if (note or resume) and noted is None:
        raise _config_error("--note and --resume need the file: --noted FILE")
    start = _head(begin, "--from") if begin else max(kept, key=_place, default=START) if resume else START
    check = Check(start, [*kept, *(_head(text, "--head") for text in heads or [])])
    with opened(data, must_exist=True, holds=_ENTRIES) as work:
        seal_all(work.run_now)
        check_now(check, work.run_now, _now, progress(is_shown=not as_json and sys.stderr.isatty()))
    if check.count == 0 and note and noted is not None:
        _add_note(noted, check.head)
    if as_json:
        print_json(check_fields(check, lang))
    else:
        print_check(check, lang)
    if check.count:
        raise typer.Exit(1)


@app.command("head")
@json_errors
def head(
    data: Data,
    noted: Annotated[
        Path | None,
        typer.Option(
            "--note", metavar="FILE", help="Add it to this file; keep that elsewhere.", dir_okay=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the head: it holds for all entries so far. Who notes it elsewhere can prove later what was changed."""
    from openesim.services.conditions.ledger.ledger import seal_all

    with opened(data, must_exist=True, holds=_ENTRIES) as work:
        seal_all(work.run_now)
        reached = work.run_now(lambda stores: stores.chain_head())
    if noted is not None:
        _add_note(noted, reached)
    if as_json:
        print_json({"position": reached.position, "head": reached.octets.hex()})
    else:
        print(reached)


@app.command("show")
@json_errors
def show(
    position: Annotated[int, typer.Argument(help="Place in the chain.", min=1)],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """Show one entry, and whether it is as it was recorded; exit code 1 if it is not."""
    from openesim.kernel.errors import NotFoundError
    from openesim.transparency.chain import START, check_next

    with opened(data, must_exist=True, holds=_ENTRIES) as work:
        kept = work.run_now(lambda stores: stores.sealed_entry(position))
        before = work.run_now(lambda stores: stores.sealed_entry(position - 1))
    if kept is None:
        raise NotFoundError(f"there is no entry at place {position}")
    broken = list(check_next(START if before is None else before.head or START, kept))
    fields = entry_fields(kept)
    if as_json:
        print_json(fields | {"holds": not broken})
    else:
        facts = fields.pop("facts") or {}
        print_fields(fields | {f"  {plain(name)}": plain(value) for name, value in facts.items()})
        for each in broken:
            print_break(each, "en")
    if broken:
        raise typer.Exit(1)


@app.command("search")
@json_errors
def search(
    data: Data,
    kind: Annotated[_KINDS | None, typer.Option(help="Of this kind.")] = None,
    operator: Annotated[str | None, typer.Option(metavar="NAME", help="In this operator's matters.")] = None,
    order: Annotated[int | None, typer.Option(metavar="NUMBER", help="About this order.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="WHAT", help="About this, such as case:… or licence:12.")
    ] = None,
    actor: Annotated[str | None, typer.Option(metavar="WHO", help="Done by this one.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Then or later, UTC.")] = None,
    before: Annotated[datetime | None, typer.Option(help="Earlier, UTC.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1000)] = 50,
    after: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Go on behind this entry: what the page before told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List entries, newest first."""
    from openesim.services.conditions.ledger.ledger import Cursor, Query, find_page
    from openesim.transparency.entries import EntryKind

    query = Query(
        kind=None if kind is None else EntryKind(kind),
        operator=operator,
        order_id=order,
        subject=subject,
        actor=actor,
        since=_utc(since),
        before=_utc(before),
    )
    cursor = None if after is None else Cursor.parse(after)
    with opened(data, must_exist=True, holds=_ENTRIES) as work:
        page = work.run_now(lambda stores: find_page(stores, query, cursor, limit))
    goes_on = None if page.next is None else str(page.next)
    if as_json:
        print_json({"entries": [entry_fields(kept) for kept in page.entries], "next": goes_on})
        return
    headings = ("place", "at", "kind", "actor", "operator", "subject", "order", "facts")
    print_table([headings, *map(entry_cells, page.entries)])
    if goes_on is not None:
        print(f"more: --after {goes_on}")


@app.command("export")
@json_errors
def export(
    data: Data,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write there instead of standard output.", dir_okay=False),
    ] = None,
    begin: Begin = None,
) -> None:
    """Write all entries as lines of JSON that anybody can verify: examples/verify_ledger.py needs nothing of ours."""
    from openesim.services.conditions.ledger.ledger import seal_all
    from openesim.transparency.chain import START

    start = _head(begin, "--from") if begin else START
    with opened(data, must_exist=True, holds=_ENTRIES) as work:
        seal_all(work.run_now)
        lines = _lines(start, work.run_now)
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            return
        try:
            with out.open("xb") as file:
                file.writelines(lines)
        except OSError as error:
            raise _config_error(f"{out} cannot be written: {error.strerror}") from None


# --- What is read -----------------------------------------------------------------------------------------------


def _lines(start: Head, run: Callable[[Any], list[Kept]]) -> Iterator[bytes]:
    from openesim.transparency.chain import START
    from openesim.transparency.export import first_line, line_of

    yield first_line(start)
    after = start
    while page := run(partial(_page, after.position)):
        yield from map(line_of, page)
        after = page[-1].head or START


def _page(after: int, stores: LedgerStores) -> list[Kept]:
    return stores.sealed_entries(after, _PAGE)


def _now() -> datetime:
    from datetime import UTC

    return datetime.now(UTC)


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)


def _place(head: Head) -> int:
    return head.position


def _config_error(message: str) -> Exception:
    from openesim.kernel.errors import ConfigError

    return ConfigError(message)


def _head(text: str, where: str) -> Head:
    """Return the head of a text.

    Raises:
        ConfigError: it is none.
    """
    from openesim.kernel.errors import DecodeError
    from openesim.transparency.chain import Head

    try:
        return Head.parse(text)
    except DecodeError as error:
        raise _config_error(f"{where}: {text!r}: {error}") from None


def _read_notes(path: Path) -> list[Head]:
    """Return the heads of a file; none if it is not there yet.

    Raises:
        ConfigError: it cannot be read.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _config_error(f"{path} cannot be read: {error}") from None
    stated = [(number, line.split()) for number, line in enumerate(lines, start=1)]
    return [
        _head(words[0], f"{path}, line {number}")
        for number, words in stated
        if words and not words[0].startswith("#")
    ]


def _add_note(path: Path, head: Head) -> None:
    """Add a head and the present moment to a file, unless it is the last one there.

    Raises:
        ConfigError: it cannot be written.
    """
    if head.position == 0 or head in _read_notes(path)[-1:]:
        return
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{head}  {_now():%Y-%m-%dT%H:%M:%SZ}\n")
    except OSError as error:
        raise _config_error(f"{path} cannot be written: {error.strerror}") from None
