"""A package as values that people and programs read: elements with their fields, files with what they say.

Keys and codes stay ``SecretOctets`` in an outline; ``plain`` turns it into what JSON has and masks them unless
they are asked for.

Source: TCA eUICC Profile Package §8, §9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.access_rules import decode_rules
from openesim.messages.saip.access_text import describe_rules, pin_name
from openesim.messages.saip.applications import KeyObject
from openesim.messages.saip.codes import (
    PIN_CHANGEABLE,
    PIN_DISABLEABLE,
    PIN_ENABLED,
    FilePath,
    PinConfiguration,
    PukConfiguration,
)
from openesim.messages.saip.ef_readers import read_file
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_names import member_of, name_of, path_of
from openesim.messages.saip.file_tree import CardFile, FileTree
from openesim.messages.saip.files import FileSystem, GenericFileManagement
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.header import ProfileHeader, ServicesList
from openesim.messages.saip.package import Package
from openesim.messages.saip.secret_octets import SecretOctets

MASK = "<secret>"
_HOLD_KEYS = frozenset(
    {
        "ef-keys",
        "ef-keysPS",
        "ef-kc",
        "ef-kcgprs",
        "ef-epsnsc",
        "ef-5gs3gppnsc",
        "ef-5gsn3gppnsc",
        "ef-5gauthkeys",
        "ef-eapkeys",
    }
)
_KEY_TYPES = {b"\x80": "DES", b"\x85": "TLS PSK", b"\x88": "AES"}
_MAY_HOLD_KEYS = ("unknown", "content")


@dataclass(frozen=True, slots=True)
class OutlinedFile:
    """One file.

    Attributes:
        path: names from the MF down.
        name: its own name.
        values: identifier, type, sizes, short identifier, access, link: what is there.
        content: what it says, by its reader; octets (SecretOctets where they are keys) where there is none;
            None for a directory.
        octets: the content as it is.
        level: how many directories of its own element stand above it.
    """

    path: str
    name: str
    values: dict[str, Any]
    content: Any
    octets: bytes
    level: int


@dataclass(frozen=True, slots=True)
class OutlinedElement:
    """One element.

    Attributes:
        kind: alternative of ProfileElement.
        label: kind and identification.
        offset: where it begins in the package.
        size: octets of it.
        fields: what it states, files aside, by field.
        files: the files it makes.
    """

    kind: str
    label: str
    offset: int
    size: int
    fields: dict[str, Any]
    files: tuple[OutlinedFile, ...]


def outline_package(package: Package) -> tuple[OutlinedElement, ...]:
    """Return all elements of a package, in order."""
    tree = build_file_system(package)
    made: dict[int, list[CardFile]] = {}
    for file in tree.files():
        if file.element:
            made.setdefault(file.element.offset, []).append(file)
    return tuple(_outline(element, made.get(element.offset, ()), tree) for element in package.elements)


def _outline(element: ProfileElement, files: list[CardFile] | tuple[()], tree: FileTree) -> OutlinedElement:
    return OutlinedElement(
        kind=str(element.kind),
        label=element.label,
        offset=element.offset,
        size=len(element.octets),
        fields=_fields(element.value),
        files=tuple(_outline_file(file, tree) for file in files),
    )


def _fields(value: Any) -> dict[str, Any]:
    """Return what an element states, without its header and its files."""
    if isinstance(value, FileSystem):
        stated: dict[str, Any] = {"template": str(value.template_id)}
        left_out = [file.name for file in value.files if "DoNotCreate()" in map(repr, file.instructions)]
        return stated | ({"not_created": left_out} if left_out else {})
    if isinstance(value, GenericFileManagement):
        return {}
    if isinstance(value, ProfileHeader):
        return {"iccid": value.iccid_octets.hex().upper().rstrip("F")} | _message(value, ("iccid_octets",))
    return _message(value, ("header",))


def _message(value: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a message that state something."""
    said: dict[str, Any] = {}
    for field in fields(value):
        one = getattr(value, field.name)
        if field.name in without or one == field.default:
            continue
        said[field.name] = _said(one) if field.name not in _MAY_HOLD_KEYS else _hidden(one)
    return said


def _hidden(value: bytes | tuple[bytes, ...]) -> SecretOctets:
    """Return octets that nobody here can read as a secret."""
    return SecretOctets(value if isinstance(value, bytes) else b"".join(value))


def _said(value: Any) -> Any:
    if isinstance(value, ServicesList):
        return sorted(value.names)
    if isinstance(value, PinConfiguration):
        return _pin(value)
    if isinstance(value, PukConfiguration):
        return {"value": value.puk_value, "attempts": _attempts(value.attempts)}
    if isinstance(value, KeyObject):
        return _key(value)
    if is_dataclass(value):
        return _message(value)
    if isinstance(value, FilePath):
        return value.hex().upper() or "MF"
    if isinstance(value, tuple):
        named = {_key_of(one): _said(one) for one in value}
        return named if value and None not in named else [_said(one) for one in value]
    if isinstance(value, Enum):
        return value.name
    return str(value) if isinstance(value, str) else value


def _pin(value: PinConfiguration) -> dict[str, Any]:
    attributes = (
        (PIN_ENABLED, "enabled"),
        (PIN_CHANGEABLE, "changeable"),
        (PIN_DISABLEABLE, "may be disabled"),
    )
    puk = value.unblocking_pin_reference
    return {
        "value": value.pin_value,
        "attributes": [name for bit, name in attributes if value.pin_attributes & bit],
        "attempts": _attempts(value.attempts),
    } | ({} if puk is None else {"unblocked_by": pin_name(puk).replace("PIN", "PUK")})


def _key(value: KeyObject) -> dict[str, Any]:
    stated = _message(value, ("key_identifier", "key_version_number", "key_components"))
    parts = [
        _message(one, ("key_type",)) | {"key_type": _KEY_TYPES.get(one.key_type, one.key_type)}
        for one in value.key_components
    ]
    return stated | (parts[0] if len(parts) == 1 else {"key_components": parts})


def _attempts(octet: int) -> str:
    return f"{octet & 0x0F} of {octet >> 4}"


def _key_of(value: Any) -> str | None:
    """Return what a PIN, PUK or key is called in a list of them, or None for anything else."""
    if isinstance(value, PinConfiguration):
        return pin_name(value.key_reference)
    if isinstance(value, PukConfiguration):
        return pin_name(value.key_reference).replace("PIN", "PUK")
    if isinstance(value, KeyObject):
        return f"key {value.key_version_number.hex().upper()}/{value.key_identifier.hex().upper()}"
    return None


def _outline_file(file: CardFile, tree: FileTree) -> OutlinedFile:
    content = None if file.file_type.is_directory else read_file(file)
    if content is None and not file.file_type.is_directory:
        content = SecretOctets(file.content) if member_of(file) in _HOLD_KEYS else file.content
    values = {
        "fid": file.fid.hex().upper(),
        "type": str(file.file_type),
        "size": file.size,
        "records": len(file.records) or None,
        "record_length": file.record_length,
        "aid": file.aid,
        "sfi": file.sfi,
        "access": _access(file, tree),
        "link": None if file.linked_to is None else path_of(file.linked_to),
        "pins": [pin_name(one) for one in _key_references(file.pin_status)] or None,
    }
    is_secret = member_of(file) in _HOLD_KEYS
    return OutlinedFile(
        path=path_of(file),
        name=name_of(file),
        values={name: value for name, value in values.items() if value is not None},
        content=content,
        octets=SecretOctets(file.content) if is_secret else file.content,
        level=_level(file),
    )


def _level(file: CardFile) -> int:
    level, at = 0, file.parent
    while at and at.element is file.element:
        level, at = level + 1, at.parent
    return level


def _key_references(pin_status: bytes) -> Iterator[int]:
    return (octet for octet in pin_status if octet)


def _access(file: CardFile, tree: FileTree) -> dict[str, str] | None:
    """Return who may do what, or None where no rule can be read."""
    record = tree.rule_of(file)
    try:
        return (
            describe_rules(decode_rules(record), is_directory=file.file_type.is_directory) if record else None
        )
    except DecodeError:
        return None


def plain(value: Any, *, keys: bool = False) -> Any:
    """Return a value as JSON has it: octets in hex, secrets masked unless ``keys``."""
    if isinstance(value, SecretOctets) and not keys:
        return MASK
    if isinstance(value, bytes):
        return bytes(value).hex().upper()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), keys=keys) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one, keys=keys) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, keys=keys) for one in value]
    return value
