"""Files as a package states them: file control parameters, fill instructions, elements made of files.

An element of a template holds one File per position of the module's list; absent ones leave a gap, so the
tag tells the position. A File is a list of instructions that a chip carries out in order.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (File, Fcp, ProprietaryInfo, PE-MF to PE-OPT-IoT,
PE-GenericFileManagement); ETSI TS 102 222.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from openesim.encoding.asn1 import (
    Choice,
    Element,
    Message,
    Null,
    Range,
    Size,
    Tag,
    alternative,
    element_of,
    message,
)
from openesim.encoding.tlv import encode, read_header, tag_octets
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.header import Aid, PeHeader, Unknown
from openesim.messages.saip.kinds import TAGS, ElementKind
from openesim.messages.saip.members import FIRST_POSITION, MEMBERS

_HEADER_TAG = 0xA0
_TEMPLATE_TAG = 0x81
_LOW_TAG = 31

Octet = Annotated[bytes, Size(1)]
Pattern = Annotated[bytes, Size(1, 200)]
FillFileOffset = Annotated[int, Range(0, 65535)]


class DoNotCreate:
    """Instruction: leave out this file of a template whose files are created by default."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """All instances are the same instruction."""
        return isinstance(other, DoNotCreate)

    def __hash__(self) -> int:
        """All instances are the same instruction."""
        return hash(DoNotCreate)

    def __repr__(self) -> str:
        """Return the name of the instruction."""
        return "DoNotCreate()"


@message()
class ProprietaryInfo(Message):
    """What ETSI leaves to the issuer: update frequency, patterns, sizes of BER-TLV files."""

    special_file_information: Annotated[Octet, Tag(0xC0)] = b"\x00"
    fill_pattern: Annotated[Pattern | None, Tag(0xC1)] = None
    repeat_pattern: Annotated[Pattern | None, Tag(0xC2)] = None
    maximum_file_size: Annotated[bytes | None, Tag(0x86)] = None
    file_details: Annotated[Octet, Tag(0x84)] = b"\x01"
    unknown: Unknown = ()


@message()
class Fcp(Message):
    """File control parameters: what they state wins over the template."""

    file_descriptor: Annotated[bytes | None, Tag(0x82), Size(2, 4)] = None
    file_id: Annotated[bytes | None, Tag(0x83), Size(2)] = None
    df_name: Annotated[Aid | None, Tag(0x84)] = None
    lcsi: Annotated[Octet, Tag(0x8A)] = b"\x05"
    security_attributes_referenced: Annotated[bytes | None, Tag(0x8B), Size(1, 3)] = None
    ef_file_size: Annotated[bytes | None, Tag(0x80)] = None
    pin_status_template_do: Annotated[bytes | None, Tag(0xC6)] = None
    short_efid: Annotated[bytes | None, Tag(0x88), Size(0, 1)] = None
    proprietary_ef_info: Annotated[ProprietaryInfo | None, Tag(0xA5)] = None
    link_path: Annotated[FilePath | None, Tag(0xC7), Size(0, 8)] = None
    unknown: Unknown = ()

    @property
    def size(self) -> int | None:
        """Octets of the file, where stated."""
        return None if self.ef_file_size is None else int.from_bytes(self.ef_file_size, "big")

    @property
    def record_length(self) -> int | None:
        """Octets of a record, where stated."""
        descriptor = self.file_descriptor
        return int.from_bytes(descriptor[2:4], "big") if descriptor and len(descriptor) == 4 else None


Instruction = DoNotCreate | Fcp | int | bytes
"""Of a File: leave it out, file control parameters, octets to skip from the cursor, octets to write there."""

FileChoice: Choice[Instruction] = Choice(
    alternative(Annotated[DoNotCreate, Null()], 0x80),
    alternative(Fcp, 0xA1),
    alternative(FillFileOffset, 0x82),
    alternative(bytes, 0x83),
)

Command = FilePath | Fcp | int | bytes
"""Of file management: select a directory, create a file, octets to skip, octets to write."""

CommandChoice: Choice[Command] = Choice(
    alternative(Annotated[FilePath, Size(0, 8)], 0x80),
    alternative(Fcp, 0x62),
    alternative(FillFileOffset, 0x02),
    alternative(bytes, 0x81),
)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One File of an element.

    Attributes:
        position: place in the module's list; its tag follows from it.
        name: the module's name, such as ``ef-imsi``; ``position-N`` beyond the names we know.
        instructions: what the chip carries out, in order.
    """

    position: int
    name: str
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSystem:
    """An element that makes the files of a template."""

    header: PeHeader
    template_id: Oid
    files: tuple[TemplateFile, ...]
    unknown: tuple[bytes, ...] = ()

    def find(self, name: str) -> TemplateFile | None:
        """Return the File of the name, or None."""
        return next((file for file in self.files if file.name == name), None)


@message(tag=TAGS[ElementKind.GENERIC_FILE_MANAGEMENT])
class GenericFileManagement(Message):
    """Commands that make files outside the templates."""

    header: Annotated[PeHeader, Tag(0xA0)]
    file_management_cmd: Annotated[
        tuple[Annotated[tuple[Annotated[Command, CommandChoice], ...], Size(1, 65535)], ...],
        Tag(0xA1),
        Size(1, 65535),
    ]
    unknown: Unknown = ()


_INSTRUCTIONS = element_of(tuple[Annotated[Instruction, FileChoice], ...])
_TEMPLATE_ID = element_of(Annotated[Oid, Tag(_TEMPLATE_TAG)])


def position_of_tag(tag: int) -> int | None:
    """Return the position a constructed context tag stands for, or None."""
    octets = tag_octets(tag)
    if octets[0] & 0xE0 != 0xA0:
        return None
    if len(octets) == 1:
        return octets[0] & 0x1F
    number = 0
    for octet in octets[1:]:
        number = number << 7 | octet & 0x7F
    return number


def tag_of_position(position: int) -> int:
    """Return the constructed context tag of a position (A2, … BE, BF1F, …)."""
    if position < _LOW_TAG:
        return 0xA0 | position
    if position < 0x80:
        return 0xBF00 | position
    return 0xBF8000 | position >> 7 << 8 | position & 0x7F


def template_file(kind: ElementKind, name: str, *instructions: Instruction) -> TemplateFile:
    """Return the File of an element, its position looked up by name.

    Raises:
        DecodeError: the element has no file of the name.
    """
    try:
        return TemplateFile(MEMBERS[kind].index(name) + FIRST_POSITION, name, instructions)
    except (KeyError, ValueError):
        raise DecodeError(f"the element {kind} has no file {name}", (kind, name)) from None


def _read_member(
    buffer: bytes, tag: int, span: tuple[int, int, int], members: tuple[str, ...], after: int
) -> TemplateFile | None:
    """Return the File of a component, or None where its tag is none of a position."""
    start, value_start, end = span
    position = position_of_tag(tag)
    if position is None:
        return None
    if position <= after:
        raise DecodeError(f"component with tag {tag:X} is repeated or out of order", offset=start)
    index = position - FIRST_POSITION
    name = members[index] if index < len(members) else f"position-{position}"
    try:
        instructions = _INSTRUCTIONS.read(buffer, tag, start, value_start, end)
    except DecodeError as error:
        raise error.within(name) from None
    return TemplateFile(position, name, instructions)


def _read_prefix(buffer: bytes, start: int, position: int, end: int) -> tuple[PeHeader, Oid, int]:
    """Return header, templateID and where the files begin."""
    found: list[Any] = []
    for name, tag, element in (
        ("header", _HEADER_TAG, PeHeader.element),
        ("templateID", _TEMPLATE_TAG, _TEMPLATE_ID),
    ):
        if position == end:
            raise DecodeError("mandatory component is missing", (name,), start)
        found_tag, value_start, value_end = read_header(buffer, position, end)
        if found_tag != tag:
            raise DecodeError(f"tag {found_tag:X} where {tag:X} is expected", (name,), position)
        try:
            found.append(element.read(buffer, tag, position, value_start, value_end))
        except DecodeError as error:
            raise error.within(name) from None
        position = value_end
    header, template_id = found
    return header, template_id, position


def file_system_element(kind: ElementKind) -> Element:
    """Return reader and writer of a file-system element of the kind."""
    members = MEMBERS[kind]
    own_tag = TAGS[kind]

    def read(buffer: bytes, _tag: int, start: int, position: int, end: int) -> FileSystem:
        header, template_id, position = _read_prefix(buffer, start, position, end)
        files: list[TemplateFile] = []
        unknown: list[bytes] = []
        last = FIRST_POSITION - 1
        while position < end:
            tag, value_start, value_end = read_header(buffer, position, end)
            file = _read_member(buffer, tag, (position, value_start, value_end), members, last)
            if file is None:
                unknown.append(buffer[position:value_end])
            else:
                files.append(file)
                last = file.position
            position = value_end
        return FileSystem(header=header, template_id=template_id, files=tuple(files), unknown=tuple(unknown))

    def write(value: FileSystem) -> bytes:
        parts = [value.header.encode(), _TEMPLATE_ID.write(value.template_id)]
        parts += (
            _INSTRUCTIONS.retag(tag_of_position(file.position)).write(file.instructions)
            for file in value.files
        )
        return encode(own_tag, b"".join(parts) + b"".join(value.unknown))

    return Element((own_tag,), read, write, lambda _tag: file_system_element(kind))
