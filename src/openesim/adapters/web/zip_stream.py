"""A ZIP archive that leaves as it is made: it never stands in memory as a whole."""

from __future__ import annotations

from typing import Any, Final, cast
from zipfile import ZIP_DEFLATED, ZipFile


class _Outlet:
    """Takes what the archive writes, in order; there is no way back."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def write(self, octets: bytes) -> int:
        self._octets += octets
        return len(octets)

    def flush(self) -> None:
        """Have nothing to do: what was written is taken away when it is asked for."""

    def take(self) -> bytes:
        octets, self._octets = bytes(self._octets), bytearray()
        return octets


class ZipStream:
    """An archive whose octets are taken away piece by piece."""

    def __init__(self) -> None:
        """Begin an archive."""
        self._outlet: Final = _Outlet()
        self._archive: Final = ZipFile(cast("Any", self._outlet), "w", ZIP_DEFLATED)

    def add(self, name: str, content: bytes) -> bytes:
        """Add a file and return what can leave."""
        self._archive.writestr(name, content)
        return self._outlet.take()

    def end(self) -> bytes:
        """End the archive and return what is left of it."""
        self._archive.close()
        return self._outlet.take()
