"""PINs and PUKs.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (PE-PINCodes, PE-PUKCodes); ETSI TS 102 221 §9.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Range, Size, Tag, alternative, message
from openesim.messages.saip.header import PeHeader, Unknown
from openesim.messages.saip.secret_octets import SecretOctets

Code = Annotated[SecretOctets, Size(8)]
UInt8 = Annotated[int, Range(0, 255)]


class PinKeyReference(IntEnum):
    """Key references of PINs; the number is what VERIFY names.

    Source: ETSI TS 102 221 §9.5.1.
    """

    PIN_APPL1 = 0x01
    PIN_APPL2 = 0x02
    PIN_APPL3 = 0x03
    PIN_APPL4 = 0x04
    PIN_APPL5 = 0x05
    PIN_APPL6 = 0x06
    PIN_APPL7 = 0x07
    PIN_APPL8 = 0x08
    ADM1 = 0x0A
    ADM2 = 0x0B
    ADM3 = 0x0C
    ADM4 = 0x0D
    ADM5 = 0x0E
    SECOND_PIN_APPL1 = 0x81
    SECOND_PIN_APPL2 = 0x82
    SECOND_PIN_APPL3 = 0x83
    SECOND_PIN_APPL4 = 0x84
    SECOND_PIN_APPL5 = 0x85
    SECOND_PIN_APPL6 = 0x86
    SECOND_PIN_APPL7 = 0x87
    SECOND_PIN_APPL8 = 0x88
    ADM6 = 0x8A
    ADM7 = 0x8B
    ADM8 = 0x8C
    ADM9 = 0x8D
    ADM10 = 0x8E


class PukKeyReference(IntEnum):
    """References of PUKs; any PIN may name any of them."""

    PUK_APPL1 = 1
    PUK_APPL2 = 2
    PUK_APPL3 = 3
    PUK_APPL4 = 4
    PUK_APPL5 = 5
    PUK_APPL6 = 6
    PUK_APPL7 = 7
    PUK_APPL8 = 8
    SECOND_PUK_APPL1 = 129
    SECOND_PUK_APPL2 = 130
    SECOND_PUK_APPL3 = 131
    SECOND_PUK_APPL4 = 132
    SECOND_PUK_APPL5 = 133
    SECOND_PUK_APPL6 = 134
    SECOND_PUK_APPL7 = 135
    SECOND_PUK_APPL8 = 136


class FilePath(bytes):
    """Path of file identifiers from the MF, two octets each; an ADF by its temporary identifier, empty = MF."""

    __slots__ = ()


PIN_ENABLED = 1
PIN_CHANGEABLE = 2
PIN_DISABLEABLE = 4


@message()
class PinConfiguration(Message):
    """One PIN: 8 octets of ASCII digits padded with FF, attributes, attempts (high nibble most, low left)."""

    key_reference: Annotated[int | PinKeyReference, Tag(0x80)]
    pin_value: Annotated[Code, Tag(0x81)]
    unblocking_pin_reference: Annotated[int | PukKeyReference | None, Tag(0x82)] = None
    pin_attributes: Annotated[UInt8, Tag(0x83)] = PIN_ENABLED | PIN_CHANGEABLE | PIN_DISABLEABLE
    attempts: Annotated[UInt8, Tag(0x84)] = 0x33
    unknown: Unknown = ()

    @property
    def is_enabled(self) -> bool:
        """Whether the PIN has to be given; a disabled one counts as verified."""
        return bool(self.pin_attributes & PIN_ENABLED)

    @property
    def most_attempts(self) -> int:
        """How many wrong entries block the PIN."""
        return self.attempts >> 4

    @property
    def attempts_left(self) -> int:
        """How many of them are left."""
        return self.attempts & 0x0F


PinList = Annotated[tuple[PinConfiguration, ...], Size(1, 26)]
PinCodesChoice: Choice[tuple[PinConfiguration, ...] | FilePath] = Choice(
    alternative(PinList, 0xA0), alternative(Annotated[FilePath, Size(0, 8)], 0x81)
)


@message(tag=0xA2)
class PinCodes(Message):
    """PINs of the directory the element stands in, or the path of another directory that shares its own."""

    header: Annotated[PeHeader, Tag(0xA0)]
    pin_codes: Annotated[tuple[PinConfiguration, ...] | FilePath, PinCodesChoice, Tag(0xA1)]
    unknown: Unknown = ()

    @property
    def configurations(self) -> tuple[PinConfiguration, ...]:
        """The PINs stated here; none where they are shared."""
        return () if isinstance(self.pin_codes, FilePath) else self.pin_codes


@message()
class PukConfiguration(Message):
    """One PUK: 8 octets, attempts (high nibble most, low left)."""

    key_reference: Annotated[int | PukKeyReference, Tag(0x80)]
    puk_value: Annotated[Code, Tag(0x81)]
    attempts: Annotated[UInt8, Tag(0x82)] = 0xAA
    unknown: Unknown = ()


@message(tag=0xA3)
class PukCodes(Message):
    """All PUKs of the profile."""

    header: Annotated[PeHeader, Tag(0xA0)]
    puk_codes: Annotated[tuple[PukConfiguration, ...], Tag(0xA1), Size(1, 16)]
    unknown: Unknown = ()
