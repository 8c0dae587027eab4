"""Fill instructions: what the instructions of one file say, and the content they make.

Source: TCA eUICC Profile Package §8.3; ETSI TS 102 222 (fillPattern, repeatPattern).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace

from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.files import Command, DoNotCreate, Fcp, Instruction
from openesim.messages.saip.templates import BLANK, Filling

_EMPTY = Fcp()
_FCP_FIELDS = tuple(one.name for one in fields(Fcp) if one.name != "unknown")


@dataclass(slots=True)
class FileText:
    """Instructions of one file, read once.

    Attributes:
        fcp: file control parameters; of several, the last one that states an attribute wins.
        do_not_create: whether the file is to be left out.
        writes: offset from the beginning of the file, octets.
        cursor: where the next octets go.
    """

    fcp: Fcp = _EMPTY
    do_not_create: bool = False
    writes: list[tuple[int, bytes]] = field(default_factory=list)
    cursor: int = 0

    def take(self, instruction: Instruction) -> None:
        """Carry out one instruction; an offset counts from the cursor, not from the beginning."""
        if isinstance(instruction, DoNotCreate):
            self.do_not_create = True
        elif isinstance(instruction, Fcp):
            self.fcp = merge(self.fcp, instruction)
        elif isinstance(instruction, int):
            self.cursor += instruction
        else:
            self.writes.append((self.cursor, instruction))
            self.cursor += len(instruction)

    @property
    def end(self) -> int:
        """Offset behind the last octet written."""
        return max((offset + len(octets) for offset, octets in self.writes), default=0)

    @property
    def pattern(self) -> Filling | None:
        """The pattern the package states, or None."""
        info = self.fcp.proprietary_ef_info
        if info and info.fill_pattern:
            return Filling(info.fill_pattern)
        if info and info.repeat_pattern:
            return Filling(info.repeat_pattern, whole=True)
        return None

    @property
    def has_content(self) -> bool:
        """Whether the package gives content or a pattern of it."""
        return bool(self.writes) or self.pattern is not None

    def content(self, size: int, record_length: int | None, default: Filling | None) -> bytes:
        """Return the content of a file: pattern, default or FF (in every record), written over.

        Args:
            size: octets of the file; what is written behind is cut.
            record_length: octets of a record, None for a file without records.
            default: what the template says.
        """
        filling = self.pattern or default or BLANK
        unit = record_length or size
        blank = filling.fill(unit) * (size // unit + 1) if unit else b""
        content = bytearray(blank[:size])
        for offset, octets in self.writes:
            if offset < size:
                content[offset : offset + len(octets)] = octets
        return bytes(content[:size])


def merge(earlier: Fcp, later: Fcp) -> Fcp:
    """Return the parameters of ``later``, completed by those of ``earlier``."""
    if earlier is _EMPTY:
        return later
    kept = {name: getattr(earlier, name) for name in _FCP_FIELDS if getattr(later, name) is None}
    return replace(later, **kept)


def read_instructions(instructions: Iterable[Instruction]) -> FileText:
    """Return what the instructions of a File say."""
    text = FileText()
    for instruction in instructions:
        text.take(instruction)
    return text


def read_commands(commands: Iterable[Command]) -> Iterator[tuple[FilePath | None, FileText | None]]:
    """Yield the paths selected and the files made by commands of file management, in order."""
    text: FileText | None = None
    for command in commands:
        if isinstance(command, FilePath):
            if text:
                yield None, text
            text = None
            yield command, None
        elif isinstance(command, Fcp):
            if text:
                yield None, text
            text = FileText(command)
        elif text:
            text.take(command)
    if text:
        yield None, text
