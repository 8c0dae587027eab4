"""``openesim db``: bring the database up, back it up, restore and check it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from openesim.adapters.db.archive import Manifest

app = typer.Typer(help="The database: upgrade, backup, restore, check.", no_args_is_help=True)

ArchiveFile = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")]
_WITHOUT_KEYS = "its keys are not in it: keep keys/subscriptions.key, or the token, at another place"


@app.command("upgrade")
@json_errors
def upgrade(
    data: Data,
    wait: Annotated[float, typer.Option(help="Seconds to wait for others who write.", min=0)] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Bring the database to this release's schema. Servers of the previous release go on meanwhile."""
    from openesim.apps.database import bring_up

    before, after = bring_up(data, wait)
    if as_json:
        print_json({"before": before, "after": after})
    elif before is None:
        print(f"a new database was made, at step {after} of the schema")
    elif before == after:
        print(f"the database stands at step {after} of the schema already: nothing was done")
    else:
        print(f"the database was brought from step {before} of the schema to step {after}")


@app.command("backup")
@json_errors
def backup(
    file: ArchiveFile,
    data: Data,
    force: Annotated[bool, typer.Option("--force", help="Replace an archive of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything as it stands at this moment into one file, while servers run. Keys are not in it."""
    from datetime import UTC, datetime

    from openesim.adapters.db.backup import back_up
    from openesim.apps.database import database_of

    database = database_of(data)
    with _progress(is_shown=not as_json) as on_progress:
        manifest = back_up(database, file, datetime.now(UTC), on_progress, force=force)
    if as_json:
        print_json(_fields(manifest) | {"file": str(file), "octets": file.stat().st_size})
    else:
        size = file.stat().st_size / 1e6
        print(
            f"{file}: {manifest.rows} rows of {len(manifest.tables)} tables, {size:.1f} MB; {_WITHOUT_KEYS}"
        )


@app.command("restore")
@json_errors
def restore(file: ArchiveFile, data: Data, as_json: AsJson = False) -> None:
    """Fill an empty database from an archive: all of it, or nothing. SQLite and PostgreSQL take each other's."""
    from openesim.adapters.db.backup import restore as fill
    from openesim.adapters.db.backup import verify_archive
    from openesim.apps.database import bring_up, database_of

    with _progress(is_shown=not as_json) as on_progress:
        verify_archive(file, on_progress)
    bring_up(data)
    with _progress(is_shown=not as_json) as on_progress:
        manifest = fill(database_of(data), file, on_progress)
    findings = _key_findings(data)
    if as_json:
        print_json(_fields(manifest) | {"findings": findings})
        return
    print(f"{manifest.rows} rows of {len(manifest.tables)} tables restored, as of {manifest.created_at}")
    for finding in findings:
        print(f"finding: {finding}")


@app.command("check")
@json_errors
def check(
    data: Data,
    records: Annotated[
        bool, typer.Option("--all", help="Open every sealed record, not only some of each table.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check schema, integrity, references, numbering, and that what is sealed opens; exit code 1 if not."""
    from openesim.adapters.db.backup import look_at
    from openesim.adapters.db.schema import HEAD
    from openesim.apps.database import database_of

    health = look_at(database_of(data))
    findings = health.findings
    if health.revision == HEAD:
        findings = findings + _key_findings(data, None if records else 100)
    if as_json:
        print_json(
            {"ok": not findings, "revision": health.revision, "rows": health.rows, "findings": findings}
        )
    else:
        print(f"step {health.revision} of the schema\n")
        rows: list[tuple[str, ...]] = [("TABLE", "ROWS")]
        print_table(rows + [(name, str(count)) for name, count in health.rows.items() if count])
        print()
        for finding in findings:
            print(f"finding: {finding}")
        if not findings:
            print("everything is as it should be")
    if findings:
        raise typer.Exit(1)


def _key_findings(data: Path, limit: int | None = 100) -> list[str]:
    """Return what is wrong with the keys of a database, and with what is sealed under them."""
    from openesim.apps.cli.folder import opened
    from openesim.apps.keys import key_ring
    from openesim.kernel.errors import ConfigError, VerificationError
    from openesim.services.keys import KeyRotation

    with opened(data) as work:
        rotation = KeyRotation(work, key_ring(data))
        try:
            strangers = rotation.census().strangers
            if strangers:
                which = f"{strangers} data keys stand under a key-encryption key that is not here"
                return [
                    f"{which}: put keys/subscriptions.key or the token there that the database was filled with"
                ]
            return rotation.verify_records(lambda _: None, limit)
        except (ConfigError, VerificationError) as error:
            return [str(error)]


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give what shows how far something is, on standard error."""
    if not is_shown:
        yield lambda _what, _more, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda what, more, total: shown.update(task, description=what, advance=more, total=total)


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {
        "revision": manifest.revision,
        "created_at": manifest.created_at,
        "rows": {table.name: table.rows for table in manifest.tables},
    }
