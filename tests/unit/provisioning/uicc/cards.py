"""Cards made of a few files, each allowed what a test needs."""

from __future__ import annotations

from openesim.messages.saip.access_rules import ALWAYS, AccessRule, verified
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, GenericFileManagement
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import Terminal, new_terminal

ARR = bytes.fromhex("5001")
_HEADER = PeHeader(identification=901)
_RECORD = b"".join(
    rule.encode()
    for rule in (
        AccessRule(0x01 | 0x02, (), ALWAYS),
        AccessRule(0x08 | 0x10, (), verified(0x0A)),
        AccessRule(0, (0x32,), ALWAYS),
    )
)


def transparent(fid: str, content: str) -> tuple[Fcp | bytes, ...]:
    """A transparent EF that everybody may read and write."""
    return _file(fid, "4121", content)


def linear(fid: str, *records: str) -> tuple[Fcp | bytes, ...]:
    """A linear EF that everybody may read and write."""
    return _file(fid, f"4221{len(records[0]) // 2:04X}", "".join(records))


def cyclic(fid: str, *records: str) -> tuple[Fcp | bytes, ...]:
    """A cyclic EF that everybody may read, write and increase."""
    return _file(fid, f"4621{len(records[0]) // 2:04X}", "".join(records))


def ber_tlv(fid: str, size: int, content: str = "") -> tuple[Fcp | bytes, ...]:
    """An EF of data objects that everybody may read and write."""
    return _file(fid, "7921", content, size)


def _file(fid: str, descriptor: str, content: str, size: int | None = None) -> tuple[Fcp | bytes, ...]:
    octets = bytes.fromhex(content)
    fcp = Fcp(
        file_descriptor=bytes.fromhex(descriptor),
        file_id=bytes.fromhex(fid),
        security_attributes_referenced=ARR + b"\x01",
        ef_file_size=(len(octets) if size is None else size).to_bytes(2, "big"),
        short_efid=bytes((int(fid, 16) % 0x1E + 1 << 3,)),
    )
    return (fcp, octets) if octets else (fcp,)


def package_with(*files: tuple[Fcp | bytes, ...]) -> Package:
    """The small package with files in its MF."""
    arr = Fcp(
        file_descriptor=bytes.fromhex(f"4221{len(_RECORD):04X}"),
        file_id=ARR,
        security_attributes_referenced=ARR + b"\x01",
        ef_file_size=len(_RECORD).to_bytes(2, "big"),
        short_efid=b"",
    )
    commands = (FilePath(b""), arr, _RECORD, *(part for file in files for part in file))
    management = GenericFileManagement(header=_HEADER, file_management_cmd=(commands,))
    elements = list(decode_package(build_package(lab.subscription())).elements)
    elements.insert(-1, ProfileElement.of(ElementKind.GENERIC_FILE_MANAGEMENT, management))
    return Package.of(elements)


def terminal_with(*files: tuple[Fcp | bytes, ...]) -> Terminal:
    """A terminal at a card with files of one's own."""
    return new_terminal(package_with(*files).octets)
