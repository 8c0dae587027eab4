"""Files of a profile as a tree, and what a chip would refuse.

Source: ETSI TS 102 221 §8, §9.2; TCA eUICC Profile Package §8.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.saip.templates import FileType, TemplateRow

MF_ID = b"\x3f\x00"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a chip would refuse.

    Attributes:
        status: the PEStatus it would answer.
        element: kind and identification of the element.
        identification: number of the element.
        file: name or path of the file, empty where no file is meant.
        reason: what is wrong.
    """

    status: PeStatusCode
    element: str
    identification: int | None
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccessRuleReference:
    """Where the access rule of a file stands: identifier of an EF.ARR and record number from 1."""

    arr_id: bytes
    record: int


@dataclass(slots=True, eq=False)
class CardFile:
    """One file with everything worked out.

    Attributes:
        name: its specification's name where a template knows it, else the module's, else empty.
        member: the module's name, empty for files of genericFileManagement.
        file_type: its structure.
        fid: file identifier; of an ADF the temporary one, which means nothing once the profile is installed.
        element: the element that made it; None for the MF of a package without one.
        parent: the directory it stands in.
        aid: of an ADF.
        sfi: short file identifier, or None.
        size: octets; for a BER-TLV file what is set aside.
        record_length: octets of a record, else None.
        content: octets of an EF, records one after the other.
        has_content: whether the package gave the content, or a pattern of it.
        access_rule: where its access rule stands.
        life_cycle: life cycle status octet.
        shareable: whether two channels may select it at once.
        special_information: special file information octet.
        pin_status: key references of the PINs that count in a directory, as the package states them.
        link_path: path of the file whose content this one shares, else None.
        linked_to: that file; of a linked directory the one whose children count.
        row: what the template says.
        children: files in a directory, by identifier.
    """

    name: str
    member: str
    file_type: FileType
    fid: bytes
    element: ProfileElement | None
    parent: CardFile | None = None
    aid: bytes | None = None
    sfi: int | None = None
    size: int | None = None
    record_length: int | None = None
    content: bytes = b""
    has_content: bool = False
    access_rule: AccessRuleReference | None = None
    life_cycle: int = 0x05
    shareable: bool = True
    special_information: int = 0
    pin_status: bytes = b""
    link_path: bytes | None = None
    linked_to: CardFile | None = None
    row: TemplateRow | None = None
    children: dict[bytes, CardFile] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Identifiers from the MF, in hex: ``3F00/7FD0/6F07``."""
        own = self.fid.hex().upper()
        return own if self.parent is None else f"{self.parent.path}/{own}"

    @property
    def label(self) -> str:
        """Name and path, for people."""
        return f"{self.name} {self.path}" if self.name else self.path

    @property
    def records(self) -> tuple[bytes, ...]:
        """The records of a record file, in order."""
        length = self.record_length
        if not length:
            return ()
        return tuple(self.content[at : at + length] for at in range(0, len(self.content), length))

    def record(self, number: int) -> bytes | None:
        """Return one record, counted from 1, or None where the file has no such record."""
        length = self.record_length or 0
        start = (number - 1) * length
        return self.content[start : start + length] if 0 <= start < len(self.content) and length else None

    def child(self, member: str) -> CardFile | None:
        """Return the file of a template in this directory by the module's name, or None."""
        return next((file for file in self.children.values() if file.member == member), None)

    @property
    def level(self) -> int:
        """How many directories stand above."""
        level, at = 0, self.parent
        while at:
            level, at = level + 1, at.parent
        return level

    def walk(self) -> Iterator[CardFile]:
        """Yield this file and all below it, depth first."""
        yield self
        for file in self.children.values():
            yield from file.walk()


@dataclass(slots=True)
class FileTree:
    """All files of a package, and what a chip would refuse.

    Attributes:
        root: the MF; the ADFs stand in it under their temporary identifiers.
        faults: in the order a chip would meet them.
    """

    root: CardFile
    faults: list[Fault] = field(default_factory=list)

    @property
    def adfs(self) -> tuple[CardFile, ...]:
        """The applications' directories, in order."""
        return tuple(file for file in self.root.children.values() if file.file_type is FileType.ADF)

    def files(self) -> Iterator[CardFile]:
        """Yield all files, depth first."""
        return self.root.walk()

    def find(self, path: bytes) -> CardFile | None:
        """Return the file at a path of identifiers from the MF (empty: the MF itself), or None."""
        at: CardFile | None = self.root
        for start in range(2 if path[:2] == MF_ID else 0, len(path), 2):
            at = at.children.get(path[start : start + 2]) if at else None
        return at

    def adf_of(self, kind: ElementKind) -> CardFile | None:
        """Return the first ADF that an element of the kind made, or None."""
        return next((adf for adf in self.adfs if adf.element and adf.element.kind == kind), None)

    def rule_of(self, file: CardFile) -> bytes | None:
        """Return the record of the EF.ARR that a file points to, or None where there is none.

        The EF.ARR is looked for beside the file, then upwards.

        Source: ETSI TS 102 221 §9.2.7.
        """
        reference = file.access_rule
        at = file.parent or file
        while reference:
            arr = at.children.get(reference.arr_id)
            if arr:
                return arr.record(reference.record)
            if at.parent is None:
                break
            at = at.parent
        return None
