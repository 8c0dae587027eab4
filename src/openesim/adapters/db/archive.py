"""The archive of a backup: one file that any database of ours can be restored from.

It is a ZIP file, so that anybody can look into it::

    tables/NAME      rows of a table: blocks, each 4 octets of length (big-endian) and a MessagePack array of rows
    manifest.json    written last: format, schema revision, when, and of each table its columns, rows and SHA-256
    (comment)        SHA-256 of the manifest

It is written to a name of its own and renamed when it is complete and on disk, so that what has the right name is whole.
Whoever reads it reads everything once to verify it, before anything is done with it.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from openesim.kernel.errors import ConfigError, Explanation

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"

_BLOCK_ROWS: Final = 500
_BLOCK_OCTETS: Final = 1 << 20
_LONGEST_BLOCK: Final = 1 << 28
_LONGEST_MANIFEST: Final = 1 << 20
_KEEPER: Final = "whoever keeps the backups"

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(list[tuple[Any, ...]]).decode

Row = Sequence[Any]


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive has of a table.

    Attributes:
        name: of the table.
        columns: in the order of the rows' values.
        rows: how many there are.
        sha256: digest of the table's octets, hexadecimal.
    """

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive is.

    Attributes:
        format: of the archive.
        revision: step of the schema at which the database stood.
        created_at: when, ISO 8601.
        tables: in the order in which they can be filled.
        keys: a word on what is not in it.
    """

    format: int
    revision: str
    created_at: str
    tables: tuple[TableEntry, ...]
    keys: str = "not in this archive: keep keys/subscriptions.key, or the token, at another place"

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


class ArchiveWriter:
    """Writes tables into an archive, one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write into a file that is open and empty."""
        self._zip: Final = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._tables: Final[list[TableEntry]] = []

    def add(
        self, name: str, columns: Sequence[str], rows: Iterable[Row], on_progress: Callable[[int], None]
    ) -> None:
        """Write a table.

        Args:
            name: of the table.
            columns: in the order of the rows' values.
            rows: numbers, texts, octets, booleans and None.
            on_progress: hears how many more rows are written.
        """
        digest, count = sha256(), 0
        with self._zip.open(_member(name), "w", force_zip64=True) as member:
            for block in _blocks(rows):
                octets = _pack(block)
                framed = len(octets).to_bytes(4, "big") + octets
                digest.update(framed)
                member.write(framed)
                count += len(block)
                on_progress(len(block))
        self._tables.append(
            TableEntry(
                name=str(name), columns=tuple(map(str, columns)), rows=count, sha256=digest.hexdigest()
            )
        )

    def close(self, revision: str, created_at: str) -> Manifest:
        """Write the manifest and end the archive."""
        manifest = Manifest(
            format=FORMAT, revision=revision, created_at=created_at, tables=tuple(self._tables)
        )
        octets = msgspec.json.format(msgspec.json.encode(manifest))
        self._zip.writestr(MANIFEST, octets)
        self._zip.comment = sha256(octets).hexdigest().encode("ascii")
        self._zip.close()
        return manifest

    def give_up(self) -> None:
        """Let go of a file that will not become an archive."""
        with suppress(OSError, ValueError):
            self._zip.close()


class Archive:
    """An archive that is read: its manifest at once, its tables when they are asked for."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        """Read the manifest.

        Raises:
            ConfigError: no archive of ours, or a damaged one.
        """
        self._path: Final = path
        with self._telling():
            self._zip: Final = zipfile.ZipFile(file)
            if self._zip.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
                raise damaged(path, "its manifest is too long")
            octets = self._zip.read(MANIFEST)
        if sha256(octets).hexdigest().encode("ascii") != self._zip.comment:
            raise damaged(path, "its manifest is not what was written")
        try:
            self.manifest: Final = msgspec.json.decode(octets, type=Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise damaged(path, "its manifest cannot be read") from None
        if self.manifest.format != FORMAT:
            cause = (
                f"{path} is an archive of format {self.manifest.format}; this release reads format {FORMAT}"
            )
            raise ConfigError(cause).explained(
                Explanation(cause, _KEEPER, "restore it with the release that wrote it")
            )

    def verify(self, on_progress: Callable[[int], None]) -> None:
        """Read every table and compare its digest and its count.

        Raises:
            ConfigError: something in it is not as it was written.
        """
        for table in self.manifest.tables:
            for block in self.blocks(table):
                on_progress(len(block))

    def blocks(self, table: TableEntry) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a table, a block at a time; digest and count are compared at the end.

        Raises:
            ConfigError: something in it is not as it was written.
        """
        digest, count, width = sha256(), 0, len(table.columns)
        with self._telling(table.name), self._zip.open(_member(table.name)) as member:
            while head := member.read(4):
                length = int.from_bytes(head, "big")
                if length > _LONGEST_BLOCK:
                    raise damaged(self._path, f"{table.name} has a block that is too long")
                octets = member.read(length)
                digest.update(head + octets)
                block = _unpack(octets)
                if any(len(row) != width for row in block):
                    raise damaged(self._path, f"{table.name} has a row of another width")
                count += len(block)
                yield block
        if digest.hexdigest() != table.sha256 or count != table.rows:
            raise damaged(self._path, f"{table.name} is not what was written")

    @contextmanager
    def _telling(self, table: str | None = None) -> Iterator[None]:
        """Tell what cannot be read as damage."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, msgspec.DecodeError, NotImplementedError):
            wrong = "it is no archive of ours, or not whole" if table is None else f"{table} cannot be read"
            raise damaged(self._path, wrong) from None
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be read: {error.strerror}") from None


def damaged(path: Path, wrong: str) -> ConfigError:
    """Return the refusal for an archive that is not as it was written."""
    cause = f"the archive {path} is damaged: {wrong}"
    return ConfigError(cause).explained(
        Explanation(cause, _KEEPER, "use another copy, or another backup; nothing was changed")
    )


@contextmanager
def new_archive(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to write an archive to; it gets its name when it is complete and on disk, or vanishes.

    Args:
        path: name of the archive.
        force: replace a file of that name.

    Raises:
        ConfigError: there is one already, or the file cannot be written.
    """
    if path.exists() and not force:
        cause = f"{path} is there already"
        raise ConfigError(cause).explained(Explanation(cause, "you", "choose another name, or use --force"))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        cause = f"{path} cannot be written: {error.strerror}"
        raise ConfigError(cause).explained(
            Explanation(
                cause, "whoever keeps the disk", "see to rights and space; no archive was left behind"
            )
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def _member(table: str) -> str:
    return f"tables/{table}"


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Gather rows to blocks: so many, or as many as have so many octets."""
    block: list[Row] = []
    octets = 0
    for row in rows:
        block.append(row)
        octets += sum(len(value) for value in row if isinstance(value, bytes | str))
        if len(block) == _BLOCK_ROWS or octets >= _BLOCK_OCTETS:
            yield block
            block, octets = [], 0
    if block:
        yield block
