"""Where the files of a profile in value notation stand, told by the notation alone.

``tests.unit.messages.saip.notation`` reads what the notation says of a file; this adds the application and the directories
above it, as the order of the members has them. Nothing of ours reads the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.unit.messages.saip.notation import NotedFile, read_files

_ELEMENT = re.compile(r"^value\d+ ProfileElement ::= (\S+) : \{$")
_MEMBER = re.compile(r"^  ((?:ef|df|adf|mf)[\w-]*) \{$")
_HOME = {
    "opt-usim": "usim",
    "gsm-access": "usim",
    "df-5gs": "usim",
    "df-saip": "usim",
    "opt-csim": "csim",
    "opt-isim": "isim",
}


@dataclass
class PlacedFile:
    """One file of the notation and the way to it.

    Attributes:
        noted: what the notation says.
        aid: application it stands in, None outside of all.
        path: identifiers from the MF or the application, its own at the end, in hex.
        member: name in the template, empty where file management made it.
    """

    noted: NotedFile
    aid: str | None
    path: str
    member: str

    @property
    def is_directory(self) -> bool:
        """Whether it is no EF."""
        descriptor = self.noted.fields.get("fileDescriptor", b"\x38")
        return descriptor[0] & 0x3F == 0x38


def read_placed_files(text: str) -> list[PlacedFile]:
    """Return every file of the notation, in order."""
    placed: list[PlacedFile] = []
    applications: dict[str, tuple[str, str]] = {}
    directory: tuple[str | None, str] = (None, "")
    outer: tuple[str | None, str] | None = None
    last_kind = ""
    for noted, (kind, member) in zip(read_files(text), _members(text), strict=True):
        own = noted.fields.get("fileID", b"\x3f\x00").hex().upper()
        if kind != last_kind:
            last_kind, outer = kind, None
            home = applications.get(_HOME.get(kind, ""))
            directory = (home[0], "") if home else (None, "")
            base = directory
        if member.endswith("-header") or member == "adfRFMAccess":
            continue  # no file, though its name begins like one
        if not member:
            directory = _of_temporary_path(noted.path, applications)
        elif member.startswith("adf-"):
            directory = noted.fields["dfName"].hex().upper(), ""
            applications[kind] = (directory[0] or "", own)
            placed.append(PlacedFile(noted, directory[0], "", member))
            continue
        elif member.startswith("df-"):
            aid, above = outer or base
            directory = aid, above + own
            outer = outer or directory
            placed.append(PlacedFile(noted, *directory, member))
            continue
        path = "" if member == "mf" else directory[1] + own
        placed.append(PlacedFile(noted, directory[0], path, member))
    return placed


def _members(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind of the element and name of the member of every file; file management has no names."""
    kind = ""
    for line in text.splitlines():
        if found := _ELEMENT.match(line):
            kind = f"{found[1]} {line}"
        elif found := _MEMBER.match(line):
            yield kind.split()[0], found[1]
        elif "createFCP" in line:
            yield kind, ""


def _of_temporary_path(path: str, applications: dict[str, tuple[str, str]]) -> tuple[str | None, str]:
    """Return application and path for a path that begins with an application's temporary identifier."""
    for aid, identifier in applications.values():
        if path.startswith(identifier):
            return aid, path[4:]
    return None, path


def temporary_path(path: bytes, placed: list[PlacedFile]) -> PlacedFile:
    """Return the file that a link leads to."""
    applications = {
        one.aid or "": (one.aid or "", one.noted.fields["fileID"].hex().upper())
        for one in placed
        if "dfName" in one.noted.fields
    }
    wanted = _of_temporary_path(path.hex().upper(), applications)
    return next(one for one in placed if (one.aid, one.path) == wanted)
