"""The card that a profile makes, worked out once and never changed.

An image holds what the profile package says: directories and files with their access rules parsed, PINs and PUKs,
authentication parameters. What commands change is kept beside it (``memory``); what is selected and verified lives only
as long as the power (``card``).

Source: ETSI TS 102 221 §8, §9; TCA eUICC Profile Package 3.3.1 §8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from openesim.messages.saip.access_rules import Condition
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.naa import Naa

ACTIVATED, DEACTIVATED = 0x05, 0x04
"""Life cycle status of a file."""

USABLE_WHEN_DEACTIVATED = 0x40
"""Bit of the special file information."""


class Operation(IntEnum):
    """What access rules speak of: bits of the access mode, and instructions named by themselves (INS in the high octet).

    Source: ETSI TS 102 221 §9.2.1.
    """

    READ = 0x01
    UPDATE = 0x02
    DEACTIVATE = 0x08
    ACTIVATE = 0x10
    INCREASE = 0x3200


Access = Mapping[int, Condition]
"""Condition by operation; what is not named is never allowed."""

PinKey = tuple[bytes, int]
"""Names a PIN: path of the directory it belongs to, and its key reference."""


@dataclass(frozen=True, slots=True)
class PinState:
    """What can change about a PIN.

    Attributes:
        value: 8 octets, padded with FF.
        is_enabled: whether it has to be given; a disabled one counts as verified.
        attempts_left: 0 = blocked.
    """

    value: SecretOctets
    is_enabled: bool
    attempts_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One PIN or administrative key.

    Attributes:
        initial: its state as the profile came.
        most_attempts: wrong entries that block it.
        puk_reference: PUK that unblocks it, or None.
        is_changeable: whether CHANGE PIN is allowed.
        is_disableable: whether DISABLE PIN and ENABLE PIN are.
    """

    key: PinKey
    initial: PinState
    most_attempts: int
    puk_reference: int | None
    is_changeable: bool
    is_disableable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Puk:
    """One PUK of 8 octets; only its counter changes."""

    key_reference: int
    value: SecretOctets
    most_attempts: int
    attempts_left: int


@dataclass(frozen=True, slots=True)
class ControlParameters:
    """A file's control parameters, around what changes: life cycle status and PIN states.

    Attributes:
        before: objects 82 to A5.
        between: object 8B or 8C.
        behind: objects 80, 81 and 88.
    """

    before: bytes
    between: bytes
    behind: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ElementaryFile:
    """One EF.

    Attributes:
        path: identifiers from below the MF.
        parent: the directory it stands in.
        record_length: octets of a record, 0 where there are none.
        size: octets; of a BER-TLV file what is set aside.
        content: as the profile gives it.
        content_path: path under which changed content is kept; a linked file's is the one it links to.
        life_cycle: as the profile came.
    """

    path: bytes
    parent: Directory
    file_type: FileType
    sfi: int | None
    record_length: int
    size: int
    content: bytes = field(repr=False)
    content_path: bytes
    access: Access
    life_cycle: int
    is_usable_when_deactivated: bool
    parameters: ControlParameters = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Directory:
    """The MF, a DF or an ADF.

    Attributes:
        path: identifiers from below the MF, of an ADF the temporary one; empty for the MF.
        parent: None for the MF.
        aid: name of an ADF, None of other directories.
        pins: PINs that belong to it, by key reference; global ones stand in the MF.
        pin_references: key references its PIN status template lists.
        children: by identifier; ADFs are not among them, since their identifiers mean nothing here.
        by_sfi: EFs by short file identifier.
    """

    path: bytes
    parent: Directory | None
    aid: bytes | None
    pins: Mapping[int, Pin]
    pin_references: bytes
    children: Mapping[bytes, Directory | ElementaryFile] = field(repr=False)
    by_sfi: Mapping[int, ElementaryFile] = field(repr=False)
    access: Access
    life_cycle: int
    parameters: ControlParameters = field(repr=False)

    @property
    def application(self) -> Directory | None:
        """The ADF it stands in or is, None where there is none above."""
        at: Directory | None = self
        while at is not None and at.aid is None:
            at = at.parent
        return at

    def files(self) -> Iterator[ElementaryFile]:
        """Yield the EFs in this directory and below."""
        for child in self.children.values():
            if isinstance(child, Directory):
                yield from child.files()
            else:
                yield child


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Image:
    """A whole card.

    Attributes:
        root: the MF.
        applications: ADFs in the order of the profile.
        naas: network access applications that can authenticate, by path of their ADF.
    """

    root: Directory
    applications: tuple[Directory, ...] = ()
    puks: Mapping[int, Puk] = field(default_factory=dict)
    naas: Mapping[bytes, Naa] = field(default_factory=dict)

    def files(self) -> Iterator[ElementaryFile]:
        """Yield all EFs."""
        for directory in (self.root, *self.applications):
            yield from directory.files()
