"""ProfileElement: the CHOICE a package is made of, every alternative typed, unknown ones kept.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (ProfileElement).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Self

from openesim.encoding.asn1 import Element, Message, Tag, message
from openesim.encoding.tlv import check_depth, tag_octets
from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AkaParameter, CdmaParameter
from openesim.messages.saip.applications import Application, End, NonStandard, Rfm, SecurityDomain
from openesim.messages.saip.codes import PinCodes, PukCodes
from openesim.messages.saip.files import FileSystem, GenericFileManagement, file_system_element
from openesim.messages.saip.header import PeHeader, ProfileHeader, Unknown
from openesim.messages.saip.kinds import TAGS, ElementKind
from openesim.messages.saip.members import MEMBERS


@message()
class UnknownElement(Message):
    """An element we have no declaration for: its header, where it has one, and the rest as it came."""

    header: Annotated[PeHeader | None, Tag(0xA0)] = None
    unknown: Unknown = ()


ElementValue = (
    ProfileHeader
    | GenericFileManagement
    | PinCodes
    | PukCodes
    | AkaParameter
    | CdmaParameter
    | SecurityDomain
    | Rfm
    | Application
    | NonStandard
    | End
    | FileSystem
    | UnknownElement
)

_DECLARED: dict[ElementKind, type[Message]] = {
    ElementKind.HEADER: ProfileHeader,
    ElementKind.GENERIC_FILE_MANAGEMENT: GenericFileManagement,
    ElementKind.PIN_CODES: PinCodes,
    ElementKind.PUK_CODES: PukCodes,
    ElementKind.AKA_PARAMETER: AkaParameter,
    ElementKind.CDMA_PARAMETER: CdmaParameter,
    ElementKind.SECURITY_DOMAIN: SecurityDomain,
    ElementKind.RFM: Rfm,
    ElementKind.APPLICATION: Application,
    ElementKind.NON_STANDARD: NonStandard,
    ElementKind.END: End,
}
_CODECS: dict[ElementKind, Element] = {
    **{kind: declared.element for kind, declared in _DECLARED.items()},
    **{kind: file_system_element(kind) for kind in MEMBERS},
}
_KINDS = {tag: kind for kind, tag in TAGS.items()}


@dataclass(frozen=True, slots=True)
class ProfileElement:
    """One element of a package.

    Attributes:
        kind: which alternative it is.
        tag: its tag.
        octets: the whole TLV as received; what is sent on, signed and stored.
        value: the typed content.
        offset: where the element begins in its package.
    """

    kind: ElementKind
    tag: int
    octets: bytes = field(repr=False)
    value: ElementValue
    offset: int = 0

    @property
    def header(self) -> PeHeader | None:
        """The element's PEHeader; the profile header has none."""
        return None if isinstance(self.value, ProfileHeader) else self.value.header

    @property
    def identification(self) -> int | None:
        """The number by which a chip names the element when it fails."""
        return self.header.identification if self.header else None

    @property
    def mandated(self) -> bool:
        """Whether a chip that does not support the element must abort."""
        return self.header.mandated if self.header else isinstance(self.value, ProfileHeader)

    @property
    def label(self) -> str:
        """Kind and identification, for people: ``usim (8)``."""
        return str(self.kind) if self.identification is None else f"{self.kind} ({self.identification})"

    @classmethod
    def of(cls, kind: ElementKind, value: ElementValue) -> Self:
        """Return the element of a typed value, encoded."""
        octets = encode_value(kind, value)
        return cls(kind, TAGS[kind], octets, value)

    def with_value(self, value: ElementValue) -> ProfileElement:
        """Return the element with another value, encoded anew; unknown elements cannot be changed."""
        return replace(self, value=value, octets=encode_value(self.kind, value))


def encode_value(kind: ElementKind, value: ElementValue) -> bytes:
    """Return the whole TLV of a typed value.

    Raises:
        DecodeError: the kind has no declaration, or a component has a size that is not allowed.
    """
    codec = _CODECS.get(kind)
    if codec is None:
        raise DecodeError(f"an element {kind} cannot be made", (kind,))
    return codec.write(value)


def read_element(buffer: bytes, tag: int, start: int, value_start: int, end: int) -> ProfileElement:
    """Return the element that stands between two offsets of a package.

    Raises:
        DecodeError: the tag is none of a profile element, or the content does not follow its declaration.
    """
    kind = _KINDS.get(tag, ElementKind.UNKNOWN)
    codec = _CODECS.get(kind)
    octets = buffer[start:end]
    if codec:
        value: Any = codec.read(buffer, tag, start, value_start, end)
        return ProfileElement(kind, tag, octets, value, start)
    if tag_octets(tag)[0] & 0xE0 != 0xA0:
        raise DecodeError(f"tag {tag:X} is none of a profile element", offset=start)
    check_depth(octets)
    try:
        value = UnknownElement.element.read(buffer, tag, start, value_start, end)
    except DecodeError:
        # A later version may use A0 for something else; well-formed is all that can be asked here.
        value = UnknownElement()
    return ProfileElement(kind, tag, octets, value, start)
