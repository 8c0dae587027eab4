"""Reads the files out of a profile in value notation, and works their content out on its own.

The notation is text that others published beside the DER; nothing of ours reads it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ELEMENT = re.compile(r"^value\d+ ProfileElement ::= (\S+) : \{$")
_IDENTIFICATION = re.compile(r"^    identification (\d+)$")
_MEMBER = re.compile(r"^  ((?:ef|df|adf|mf)[\w-]*) \{$")
_FIELD = re.compile(r"^\s+(\w+) '([0-9A-F]*)'H,?$")
_CONTENT = re.compile(r"fillFileContent : '([0-9A-F]*)'H,?$")
_OFFSET = re.compile(r"fillFileOffset : (\d+),?$")
_PATH = re.compile(r"filePath : '([0-9A-F]*)'H,?$")


@dataclass
class NotedFile:
    """One file of the notation."""

    element: int
    path: str
    fields: dict[str, bytes]
    writes: list[tuple[int, bytes]]
    cursor: int = 0

    @property
    def expected(self) -> bytes | None:
        """The content, where the notation alone tells it: the size stated, no default of a template needed."""
        if "efFileSize" not in self.fields or self.fields["fileDescriptor"][0] & 0x3F in (0x38, 0x39):
            return None
        size = int.from_bytes(self.fields["efFileSize"], "big")
        descriptor = self.fields["fileDescriptor"]
        unit = int.from_bytes(descriptor[2:], "big") if len(descriptor) == 4 else size
        if "fillPattern" in self.fields:
            pattern = self.fields["fillPattern"]
            blank = (pattern + pattern[-1:] * unit)[:unit]
        elif "repeatPattern" in self.fields:
            blank = (self.fields["repeatPattern"] * unit)[:unit]
        elif self.writes:
            blank = b"\xff" * unit  # the files with another default have a pattern in these profiles
        else:
            return None
        content = bytearray(blank * (size // unit))
        for at, octets in self.writes:
            content[at : at + len(octets)] = octets
        return bytes(content)


def read_files(text: str) -> Iterator[NotedFile]:
    """Yield every file of the notation, in order."""
    element, path, file = 0, "", None
    for line in text.splitlines():
        if _ELEMENT.match(line):
            path = ""
            if file:
                yield file
            file = None
        elif found := _IDENTIFICATION.match(line):
            element = int(found[1])
        elif found := _PATH.search(line):
            path = found[1]
        elif _MEMBER.match(line) or "createFCP" in line:
            if file:
                yield file
            file = NotedFile(element, path, {}, [])
        elif file and (found := _CONTENT.search(line)):
            octets = bytes.fromhex(found[1])
            file.writes.append((file.cursor, octets))
            file.cursor += len(octets)
        elif file and (found := _OFFSET.search(line)):
            file.cursor += int(found[1])
        elif file and (found := _FIELD.match(line)):
            file.fields[found[1]] = bytes.fromhex(found[2])
    if file:
        yield file
