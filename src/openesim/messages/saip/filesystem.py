"""The files a package makes: templates, overrides and fill instructions worked out into a tree.

The tree is what a chip holds after installation and what a person is shown. Nothing here raises: what a chip
would refuse is gathered as faults, each with the status the chip would answer, in the order it would meet them;
after ``MOST_FAULTS`` of them the rest is left alone.

Source: TCA eUICC Profile Package §8.3, §9 and Annex A; ETSI TS 102 222; ETSI TS 102 221 §8, §9.2, §13.
"""

from __future__ import annotations

from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_content import FileText, read_commands, read_instructions
from openesim.messages.saip.file_tree import MF_ID, AccessRuleReference, CardFile, Fault, FileTree
from openesim.messages.saip.files import FileSystem, GenericFileManagement, TemplateFile
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.members import MEMBERS
from openesim.messages.saip.package import Package
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.saip.templates import FileType, Template, TemplateRow, template

ARR_OF_MF = b"\x2f\x06"
ARR_ELSEWHERE = b"\x6f\x06"
MOST_FILE_OCTETS = 1 << 20
MOST_TREE_OCTETS = 1 << 22
MOST_FILES = 1 << 14
MOST_FAULTS = 1000
MOST_LEVELS = 16
MOST_RECORDS = 254
MOST_LINKS = 4
_LAST_SPARE_ID = 0x7FFE

_HOME = {
    ElementKind.OPT_USIM: ElementKind.USIM,
    ElementKind.PHONEBOOK: ElementKind.USIM,
    ElementKind.GSM_ACCESS: ElementKind.USIM,
    ElementKind.DF_5GS: ElementKind.USIM,
    ElementKind.DF_SAIP: ElementKind.USIM,
    ElementKind.DF_SNPN: ElementKind.USIM,
    ElementKind.DF_5GPROSE: ElementKind.USIM,
    ElementKind.OPT_ISIM: ElementKind.ISIM,
    ElementKind.OPT_CSIM: ElementKind.CSIM,
    ElementKind.OPT_IOT: ElementKind.USIM,
}
"""Elements whose files stand in the ADF that an earlier element made."""


def build_file_system(package: Package) -> FileTree:
    """Return the files a package makes, every content worked out."""
    return _Builder(package).tree


class _Builder:
    """Carries out the file elements of a package one after the other."""

    def __init__(self, package: Package) -> None:
        self.tree = FileTree(CardFile("MF", "mf", FileType.MF, MF_ID, None))
        self._homes: dict[ElementKind, CardFile] = {}
        self._octets = 0
        self._files = 0
        self._full = False
        self._spare = _LAST_SPARE_ID
        for element in package.elements:
            if len(self.tree.faults) >= MOST_FAULTS:
                break
            if isinstance(element.value, FileSystem):
                self._carry_out(element, element.value)
            elif isinstance(element.value, GenericFileManagement):
                self._manage(element, element.value)
        self._link()

    def _fault(self, element: ProfileElement, file: str, reason: str, status: PeStatusCode) -> None:
        self.tree.faults.append(Fault(status, element.label, element.identification, file, reason))

    # --- elements of templates --------------------------------------------------------------------------------

    def _carry_out(self, element: ProfileElement, value: FileSystem) -> None:
        known = template(value.template_id)
        if known is None or known.kind != element.kind:
            reason = f"template {value.template_id} is not known for {element.kind}"
            self._fault(element, "", reason, PeStatusCode.TEMPLATE_NOT_SUPPORTED)
            known = Template(value.template_id, element.kind, by_default=False, rows={})
        base = self._homes.get(_HOME[element.kind]) if element.kind in _HOME else self.tree.root
        if base is None:
            self._fault(element, "", "no application before it to stand in", PeStatusCode.INVALID_PARAMETER)
            return
        stated = {file.name: file for file in value.files}
        names = [*MEMBERS[element.kind], *(name for name in stated if name not in MEMBERS[element.kind])]
        self._members(element, known, base, [(name, stated.get(name)) for name in names])

    def _members(
        self,
        element: ProfileElement,
        known: Template,
        base: CardFile,
        members: list[tuple[str, TemplateFile | None]],
    ) -> None:
        """Make the files of an element: an EF stands in the last directory before it."""
        nested = _is_directory(members[0][0])
        first: CardFile | None = None
        directory: CardFile | None = base
        for name, stated in members:
            row = known.rows.get(name)
            text = read_instructions(stated.instructions if stated else ())
            # What stands in the MF cannot be left out.
            left_out = text.do_not_create and directory is not self.tree.root
            wanted = (stated is not None or (known.by_default and row is not None)) and not left_out
            if not _is_directory(name):
                if wanted and directory:
                    self._make(element, directory, text, row=row, member=name)
                elif wanted and stated:
                    reason = "the directory it belongs to is not made"
                    self._fault(element, name, reason, PeStatusCode.INVALID_PARAMETER)
                continue
            parent = first if nested and first else base
            directory = self._make(element, parent, text, row=row, member=name) if wanted else None
            first = first or directory
            if directory and directory.file_type is FileType.ADF:
                home = ElementKind.USIM if element.kind is ElementKind.IOT else element.kind
                self._homes[home] = directory

    # --- genericFileManagement --------------------------------------------------------------------------------

    def _manage(self, element: ProfileElement, value: GenericFileManagement) -> None:
        directory: CardFile | None = self.tree.root
        for commands in value.file_management_cmd:
            for path, text in read_commands(commands):
                if len(self.tree.faults) >= MOST_FAULTS:
                    return
                if path is not None:
                    directory = self.tree.find(path)
                    if directory is None or not directory.file_type.is_directory:
                        directory = None
                        reason = "no directory at the path"
                        self._fault(element, path.hex().upper(), reason, PeStatusCode.INVALID_PARAMETER)
                if text is not None and directory:
                    made = self._make(element, directory, text)
                    if made and made.file_type.is_directory:
                        directory = made

    # --- one file ---------------------------------------------------------------------------------------------

    def _make(
        self,
        element: ProfileElement,
        parent: CardFile,
        text: FileText,
        *,
        row: TemplateRow | None = None,
        member: str = "",
    ) -> CardFile | None:
        """Make one file in a directory, or state why a chip would not."""
        file = self._describe(element, parent, text, row, member)
        if file.file_type is FileType.MF:
            self.tree.root = file
            return file
        if not file.fid:
            self._fault(element, file.name, "file has no identifier", PeStatusCode.INVALID_PARAMETER)
            return None
        if file.fid in parent.children:
            self._fault(
                element, file.label, "a file of this identifier exists", PeStatusCode.INVALID_PARAMETER
            )
            return None
        if file.level > MOST_LEVELS:
            reason = f"more than {MOST_LEVELS} directories in one another"
            self._fault(element, file.name, reason, PeStatusCode.INVALID_PARAMETER)
            return None
        if self._files >= MOST_FILES:
            if not self._full:
                self._fault(
                    element, file.label, f"more than {MOST_FILES} files", PeStatusCode.NOT_ENOUGH_MEMORY
                )
            self._full = True
            return None
        self._files += 1
        parent.children[file.fid] = file
        if not file.file_type.is_directory and file.link_path is None:
            self._fill(element, file, text)
        return file

    def _describe(
        self,
        element: ProfileElement,
        parent: CardFile,
        text: FileText,
        row: TemplateRow | None,
        member: str,
    ) -> CardFile:
        """Return the file with all its attributes, content aside."""
        fcp = text.fcp
        file_type = _file_type(fcp.file_descriptor, fcp.df_name, row, member)
        fid = fcp.file_id or (row.fid if row else None) or b""
        if not fid and file_type is FileType.ADF:
            fid = self._spare_id()
        is_mf = file_type is FileType.MF
        file = CardFile(
            name=row.name if row else member,
            member=member,
            file_type=file_type,
            fid=MF_ID if is_mf else fid,
            element=element,
            parent=None if is_mf else parent,
            aid=fcp.df_name,
            sfi=_sfi(fcp.short_efid, fid, row, file_type, from_template=bool(member)),
            size=row.size if fcp.size is None and row else fcp.size,
            record_length=_record_length(fcp.record_length, row, file_type),
            life_cycle=fcp.lcsi[0],
            shareable=not fcp.file_descriptor or bool(fcp.file_descriptor[0] & 0x40),
            special_information=_special_information(text, row),
            pin_status=fcp.pin_status_template_do or b"",
            link_path=fcp.link_path or None,
            row=row,
            children=self.tree.root.children if is_mf else {},
        )
        near_mf = is_mf or file_type is FileType.ADF or file.parent is self.tree.root
        file.access_rule = _access_rule(fcp.security_attributes_referenced, row, near_mf=near_mf)
        return file

    def _spare_id(self) -> bytes:
        """Return an identifier for an ADF that states none."""
        while self._spare.to_bytes(2, "big") in self.tree.root.children:
            self._spare -= 1
        return self._spare.to_bytes(2, "big")

    def _fill(self, element: ProfileElement, file: CardFile, text: FileText) -> None:
        """Work out the content of an EF."""
        end = text.end
        unit = file.record_length or 1
        if file.file_type is FileType.BER_TLV:
            size = end  # what is set aside for more is not content
        else:
            size = end + -end % unit if file.size is None else file.size
        if end > size or (file.size is not None and end > file.size):
            self._fault(element, file.label, "content is longer than the file", PeStatusCode.BAD_VALUES)
        if file.record_length and size % file.record_length:
            self._fault(element, file.label, "size is no multiple of the record", PeStatusCode.BAD_VALUES)
        if file.record_length and size > MOST_RECORDS * file.record_length:
            reason = f"has more than {MOST_RECORDS} records"
            self._fault(element, file.label, reason, PeStatusCode.BAD_VALUES)
            return
        set_aside = max(size, file.size or 0)
        if set_aside > MOST_FILE_OCTETS or self._octets + set_aside > MOST_TREE_OCTETS:
            reason = f"file of {set_aside} octets finds no room"
            self._fault(element, file.label, reason, PeStatusCode.NOT_ENOUGH_MEMORY)
            return
        self._octets += set_aside
        file.has_content = text.has_content
        file.content = text.content(size, file.record_length, file.row.default if file.row else None)
        file.size = size if file.size is None else file.size

    def _link(self) -> None:
        """Give every linked file the content of the file it points to."""
        for file in self.tree.files():
            if file.link_path is None or file.element is None:
                continue
            target = self.tree.find(file.link_path)
            for _ in range(MOST_LINKS):
                if target is None or target.link_path is None:
                    break
                target = self.tree.find(target.link_path)
            if target is None or target.link_path is not None:
                self._fault(file.element, file.label, "link leads nowhere", PeStatusCode.INVALID_PARAMETER)
                continue
            file.linked_to = target
            file.content, file.size, file.has_content = target.content, target.size, target.has_content
            file.record_length = target.record_length


def _is_directory(member: str) -> bool:
    return member.startswith(("mf", "df-", "adf-"))


def _file_type(
    descriptor: bytes | None, df_name: bytes | None, row: TemplateRow | None, member: str
) -> FileType:
    """Return the structure of a file; a template's directories need no descriptor."""
    if row and (row.file_type.is_directory or descriptor is None):
        return row.file_type
    if member.startswith("mf"):
        return FileType.MF
    if df_name or member.startswith("adf-"):
        return FileType.ADF
    if member.startswith("df-"):
        return FileType.DF
    code = descriptor[0] & 0x3F if descriptor else 0x01
    if code == 0x38:
        return FileType.DF
    if code == 0x39:
        return FileType.BER_TLV
    return {0x02: FileType.LINEAR_FIXED, 0x06: FileType.CYCLIC}.get(code & 0x07, FileType.TRANSPARENT)


def _sfi(
    stated: bytes | None, fid: bytes, row: TemplateRow | None, file_type: FileType, *, from_template: bool
) -> int | None:
    """Return the short file identifier: stated, the template's, or the low bits of the identifier."""
    if file_type.is_directory or stated == b"":
        return None
    if stated is not None:
        return stated[0] >> 3 or None
    if from_template:
        return row.sfi if row else None
    low = fid[-1] & 0x1F if fid else 0
    return low if 0 < low < 0x1F else None


def _record_length(stated: int | None, row: TemplateRow | None, file_type: FileType) -> int | None:
    if not file_type.has_records:
        return None
    return stated if stated is not None else row.record_length if row else None


def _special_information(text: FileText, row: TemplateRow | None) -> int:
    """Return the special file information: the package's, else the template's update rate."""
    info = text.fcp.proprietary_ef_info
    if info:
        return info.special_file_information[0]
    return 0x80 if row and row.high_update else 0x00


def _access_rule(
    stated: bytes | None, row: TemplateRow | None, *, near_mf: bool
) -> AccessRuleReference | None:
    """Return where the rule stands; a record number alone means the EF.ARR that goes without saying."""
    implicit = ARR_OF_MF if near_mf else ARR_ELSEWHERE
    if stated is None:
        return AccessRuleReference(implicit, row.rule) if row else None
    if len(stated) == 3:
        return AccessRuleReference(stated[:2], stated[2])
    return AccessRuleReference(implicit, stated[0]) if len(stated) == 1 else None
