"""Backup and restore: a database into an archive, beside running servers, and back into an empty one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from openesim.adapters.db.archive import Archive, ArchiveWriter, Manifest, damaged, new_archive
from openesim.adapters.db.copying import TABLES, Database, Filling, Row
from openesim.adapters.db.schema import HEAD
from openesim.kernel.errors import ConfigError, ConflictError, Explanation

OnProgress = Callable[[str, int, int], None]
"""Hears what is being done, how many rows more are done, and how many there are in all."""

_BY_NAME: Final = {table.name: table for table in TABLES}
_KEEPER: Final = "whoever keeps the database"


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at a database found.

    Attributes:
        revision: step of the schema at which it stands; None where it has none of ours.
        rows: how many each table has.
        findings: what is not as it should be.
    """

    revision: str | None
    rows: dict[str, int]
    findings: list[str]


def back_up(
    database: Database, path: Path, now: datetime, on_progress: OnProgress, *, force: bool = False
) -> Manifest:
    """Write an archive of a database as it stands at this moment; servers go on meanwhile.

    Args:
        database: what to copy.
        path: name of the archive.
        now: aware.
        on_progress: hears how far it is.
        force: replace an archive of that name.

    Raises:
        ConfigError: the archive cannot be written, or the database stands at another step of the schema.
        PeerError: the database cannot be reached.
    """
    with database.snapshot() as snapshot:
        revision = snapshot.revision()
        if revision != HEAD:
            raise _wrong_revision(revision)
        total = sum(snapshot.count(table) for table in TABLES)
        with new_archive(path, force=force) as file:
            writer = ArchiveWriter(file)
            try:
                for table in TABLES:
                    columns = [column.name for column in table.columns]
                    writer.add(
                        table.name,
                        columns,
                        snapshot.rows(table),
                        lambda more, name=table.name: on_progress(name, more, total),  # type: ignore[misc]
                    )
                return writer.close(HEAD, now.isoformat())
            except BaseException:
                writer.give_up()
                raise


def restore(database: Database, path: Path, on_progress: OnProgress) -> Manifest:
    """Fill an empty database from an archive: all of it, or nothing.

    Args:
        database: of the same schema, without a row.
        path: the archive.
        on_progress: hears how far it is.

    Raises:
        ConfigError: the archive is damaged or of another release, or the database cannot be filled.
        ConflictError: the database is not empty.
        PeerError: it cannot be reached.
    """
    with path.open("rb") as file, database.filling() as filling:
        archive = Archive(path, file)
        for table in TABLES:
            if not filling.is_empty(table):
                cause = f"the database is not empty: there are {table.name}"
                raise ConflictError(cause).explained(
                    Explanation(cause, _KEEPER, "restore into a new data folder, or an empty database")
                )
        _fill(filling, archive, on_progress)
        filling.continue_numbers()
        return archive.manifest


def verify_archive(path: Path, on_progress: OnProgress) -> Manifest:
    """Read an archive through and return its manifest; to be done before anything is made for it.

    Raises:
        ConfigError: there is none, it is damaged, or it is of a later release.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    with file:
        archive = Archive(path, file)
        _verify_schema(path, archive.manifest)
        total = archive.manifest.rows
        archive.verify(lambda more: on_progress("verify", more, total))
        return archive.manifest


def look_at(database: Database) -> Health:
    """Look at a database: its step, its tables, and what its engine finds wrong.

    Raises:
        ConfigError: it cannot be read.
        PeerError: it cannot be reached.
    """
    with database.snapshot() as snapshot:
        revision = snapshot.revision()
        if revision != HEAD:
            return Health(revision, {}, [str(_wrong_revision(revision))])
        rows = {table.name: snapshot.count(table) for table in TABLES}
        return Health(revision, rows, snapshot.findings())


def _fill(filling: Filling, archive: Archive, on_progress: OnProgress) -> None:
    total = archive.manifest.rows
    for entry in archive.manifest.tables:

        def rows(entry: Any = entry) -> Iterator[Row]:
            for block in archive.blocks(entry):
                yield from block
                on_progress(entry.name, len(block), total)

        filling.add(_BY_NAME[entry.name], entry.columns, rows())


def _verify_schema(path: Path, manifest: Manifest) -> None:
    """Refuse what our tables cannot take.

    Raises:
        ConfigError: a later step, or tables and columns that are not ours.
    """
    if manifest.revision > HEAD:
        cause = f"{path} was written at step {manifest.revision} of the schema; this release knows {HEAD}"
        raise ConfigError(cause).explained(
            Explanation(cause, _KEEPER, "restore it with the release that wrote it")
        )
    names = [entry.name for entry in manifest.tables]
    if len(set(names)) != len(names):
        raise damaged(path, "a table comes twice")
    for entry in manifest.tables:
        table = _BY_NAME.get(entry.name)
        if table is None or not set(entry.columns) <= {column.name for column in table.columns}:
            raise damaged(path, f"{entry.name} is no table of ours, or has other columns")


def _wrong_revision(revision: str | None) -> ConfigError:
    if revision is None or revision < HEAD:
        cause = f"the database stands at step {revision or 'none'} of the schema, and this release at {HEAD}"
        next_step = "bring it up first: openesim db upgrade"
    else:
        cause = (
            f"the database stands at step {revision} of the schema, which is later than this release's {HEAD}"
        )
        next_step = "use the release that brought it there"
    return ConfigError(cause).explained(Explanation(cause, _KEEPER, next_step))
