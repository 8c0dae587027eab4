"""From a profile package to the image of a card.

Everything is worked out here, once: commands only look things up. Whatever an installed package may hold, an image comes of
it: a rule that cannot be read allows nothing, keys that make no algorithm make no application that authenticates.

Source: TCA eUICC Profile Package 3.3.1 §8.3–8.5; ETSI TS 102 221 §8, §9.2, §9.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.access_rules import decode_rules
from openesim.messages.saip.aka import AkaParameter, MappingParameter
from openesim.messages.saip.codes import (
    PIN_CHANGEABLE,
    PIN_DISABLEABLE,
    FilePath,
    PinCodes,
    PinConfiguration,
    PukCodes,
)
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_tree import CardFile, FileTree
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.package import Package
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.control_parameters import describe_directory, describe_file
from openesim.provisioning.uicc.image import (
    USABLE_WHEN_DEACTIVATED,
    Access,
    Directory,
    ElementaryFile,
    Image,
    Operation,
    Pin,
    PinState,
    Puk,
)
from openesim.provisioning.uicc.naa import Naa, build_naa

_LOCAL = 0x80
_MODES = (Operation.READ, Operation.UPDATE, Operation.DEACTIVATE, Operation.ACTIVATE)

Pins = Mapping[int, Pin]


def build_image(package: Package) -> Image:
    """Return the card that a profile package makes."""
    tree = build_file_system(package)
    root, applications = build_directories(tree, _read_pins(package, tree))
    return Image(
        root=root,
        applications=applications,
        puks=_read_puks(package),
        naas=_read_naas(package, tree, applications),
    )


def build_directories(tree: FileTree, pins: Mapping[bytes, Pins]) -> tuple[Directory, tuple[Directory, ...]]:
    """Return the MF and the ADFs of a tree of files.

    Args:
        tree: as a package makes it.
        pins: by path of the directory they belong to.
    """
    builder = _Builder(tree, pins)
    root = builder.directory(tree.root, None)
    return root, tuple(builder.directory(adf, root) for adf in tree.adfs)


def element_directory(tree: FileTree, element: ProfileElement | None) -> CardFile | None:
    """Return the directory that an element opens: PINs and authentication parameters behind it belong there."""
    candidates = (tree.root, *tree.root.children.values())
    return next((one for one in candidates if one.element is element and one.file_type.is_directory), None)


class _Builder:
    """Makes directories and files; most files share few access rules."""

    def __init__(self, tree: FileTree, pins: Mapping[bytes, Pins]) -> None:
        self._tree = tree
        self._pins = pins
        self._rules: dict[bytes | None, Access] = {}

    def directory(self, file: CardFile, parent: Directory | None, *, is_linked: bool = False) -> Directory:
        """Return a directory with everything below it; a link inside a linked one is left empty."""
        children: dict[bytes, Directory | ElementaryFile] = {}
        by_sfi: dict[int, ElementaryFile] = {}
        source = file.linked_to or file
        content = [] if is_linked and file.linked_to else list(source.children.values())
        directory = Directory(
            path=_path(file),
            parent=parent,
            aid=(file.aid or b"") if file.file_type is FileType.ADF else None,
            pins=self._pins.get(_path(file), {}),
            pin_references=file.pin_status,
            children=children,
            by_sfi=by_sfi,
            access=self._access(file),
            life_cycle=file.life_cycle,
            parameters=describe_directory(file, sum(_sizes(source))),
        )
        for child in content:
            if child.file_type is FileType.ADF:
                continue
            if child.file_type.is_directory:
                linked = is_linked or file.linked_to is not None
                children[child.fid] = self.directory(child, directory, is_linked=linked)
            else:
                made = children[child.fid] = self._file(child, directory)
                if made.sfi is not None:
                    by_sfi.setdefault(made.sfi, made)
        return directory

    def _file(self, file: CardFile, parent: Directory) -> ElementaryFile:
        """Return an EF."""
        return ElementaryFile(
            path=parent.path + file.fid,
            parent=parent,
            file_type=file.file_type,
            sfi=file.sfi,
            record_length=file.record_length or 0,
            size=file.size or 0,
            content=file.content,
            content_path=_path(file.linked_to or file),
            access=self._access(file),
            life_cycle=file.life_cycle,
            is_usable_when_deactivated=bool(file.special_information & USABLE_WHEN_DEACTIVATED),
            parameters=describe_file(file),
        )

    def _access(self, file: CardFile) -> Access:
        """Return the rules of a file."""
        record = self._tree.rule_of(file)
        if record not in self._rules:
            self._rules[record] = _read_access(record)
        return self._rules[record]


def _path(file: CardFile) -> bytes:
    """Return identifiers from below the MF."""
    return b"" if file.parent is None else _path(file.parent) + file.fid


def _sizes(file: CardFile) -> Iterator[int]:
    """Yield the sizes of the EFs below a directory."""
    return (one.size or 0 for one in file.walk() if not one.file_type.is_directory)


def _read_access(record: bytes | None) -> Access:
    """Return the condition of every operation; of several rules for one, any is enough."""
    access: dict[int, tuple[frozenset[int], ...]] = {}
    try:
        rules = decode_rules(record) if record else ()
    except DecodeError:
        return {}
    for rule in rules:
        named = [mode for mode in _MODES if rule.modes & mode] + [one << 8 for one in rule.instructions]
        for operation in named:
            access[operation] = access.get(operation, ()) + rule.condition
    return access


def _read_pins(package: Package, tree: FileTree) -> dict[bytes, Pins]:
    """Return the PINs of every directory by its path: its own, or those of the directory it shares.

    Source: TCA eUICC Profile Package 3.3.1 §8.4.
    """
    pins: dict[bytes, dict[int, Pin]] = {b"": {}}
    shared: dict[bytes, CardFile] = {}
    for element, context in package.with_contexts():
        directory = element_directory(tree, context)
        if not isinstance(element.value, PinCodes) or directory is None:
            continue
        path = _path(directory)
        if isinstance(element.value.pin_codes, FilePath):
            target = tree.find(element.value.pin_codes)
            if target is not None:
                shared[path] = target
        for configuration in element.value.configurations:
            reference = int(configuration.key_reference)
            owner = path if reference & _LOCAL else b""
            pins.setdefault(owner, {}).setdefault(reference, _read_pin(owner, configuration))
    for path, target in shared.items():
        pins.setdefault(path, {}).update(pins.get(_path(target), {}))
    return dict(pins)


def _read_pin(owner: bytes, configuration: PinConfiguration) -> Pin:
    """Return one PIN of a directory."""
    unblocking = configuration.unblocking_pin_reference
    return Pin(
        key=(owner, int(configuration.key_reference)),
        initial=PinState(
            SecretOctets(configuration.pin_value), configuration.is_enabled, configuration.attempts_left
        ),
        most_attempts=configuration.most_attempts,
        puk_reference=None if unblocking is None else int(unblocking),
        is_changeable=bool(configuration.pin_attributes & PIN_CHANGEABLE),
        is_disableable=bool(configuration.pin_attributes & PIN_DISABLEABLE),
    )


def _read_puks(package: Package) -> dict[int, Puk]:
    """Return the PUKs by key reference."""
    puks: dict[int, Puk] = {}
    for codes in package.values(PukCodes):
        for puk in codes.puk_codes:
            reference = int(puk.key_reference)
            puks[reference] = Puk(
                key_reference=reference,
                value=SecretOctets(puk.puk_value),
                most_attempts=puk.attempts >> 4,
                attempts_left=puk.attempts & 0x0F,
            )
    return puks


def _read_naas(package: Package, tree: FileTree, applications: tuple[Directory, ...]) -> dict[bytes, Naa]:
    """Return the applications that can authenticate, by path of their ADF; a mapped one uses another's parameters.

    Source: TCA eUICC Profile Package 3.3.1 §8.5.1.
    """
    naas: dict[bytes, Naa] = {}
    mapped: dict[bytes, bytes] = {}
    for element, context in package.with_contexts():
        directory = element_directory(tree, context)
        if not isinstance(element.value, AkaParameter) or directory is None or context is None:
            continue
        path = _path(directory)
        if isinstance(element.value.algo_configuration, MappingParameter):
            mapped[path] = element.value.algo_configuration.mapping_source
            continue
        try:
            naas[path] = build_naa(element.value, path)
        except DecodeError:
            continue
    paths = {application.aid or b"": application.path for application in applications}
    for path, aid in mapped.items():
        source = naas.get(paths.get(aid, b""))
        if source is not None:
            naas[path] = source
    return naas
