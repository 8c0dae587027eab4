"""The profile header: version, identity, and what the package asks of a chip.

Source: TCA eUICC Profile Package 2.3/3.3.1, PE_Definitions (ProfileHeader, PEHeader, ServicesList).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Self

from openesim.encoding.asn1 import Message, Null, Range, Rest, Size, Tag, message
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Oid

LARGEST_IDENTIFICATION = 32767

Present = Annotated[bool, Null()]
Unknown = Annotated[tuple[bytes, ...], Rest()]
Aid = Annotated[bytes, Size(5, 16)]


@message(tag=0xA0)
class PeHeader(Message):
    """What every profile element but the header begins with.

    ``mandated`` means: a chip that does not support the element must abort. ``identification`` is unique in
    the package; the chip names it when the element fails.
    """

    mandated: Annotated[Present, Tag(0x80)] = False
    identification: Annotated[int, Tag(0x81), Range(0, LARGEST_IDENTIFICATION)]
    unknown: Unknown = ()


@message(tag=0xA5)
class ServicesList(Message):
    """Services a chip must have, or refuse the profile with feature-not-supported."""

    contactless: Annotated[Present, Tag(0x80)] = False
    usim: Annotated[Present, Tag(0x81)] = False
    isim: Annotated[Present, Tag(0x82)] = False
    csim: Annotated[Present, Tag(0x83)] = False
    milenage: Annotated[Present, Tag(0x84)] = False
    tuak128: Annotated[Present, Tag(0x85)] = False
    cave: Annotated[Present, Tag(0x86)] = False
    gba_usim: Annotated[Present, Tag(0x87)] = False
    gba_isim: Annotated[Present, Tag(0x88)] = False
    mbms: Annotated[Present, Tag(0x89)] = False
    eap: Annotated[Present, Tag(0x8A)] = False
    javacard: Annotated[Present, Tag(0x8B)] = False
    multos: Annotated[Present, Tag(0x8C)] = False
    multiple_usim: Annotated[Present, Tag(0x8D)] = False
    multiple_isim: Annotated[Present, Tag(0x8E)] = False
    multiple_csim: Annotated[Present, Tag(0x8F)] = False
    tuak256: Annotated[Present, Tag(0x90)] = False
    usim_test_algorithm: Annotated[Present, Tag(0x91)] = False
    ber_tlv: Annotated[Present, Tag(0x92)] = False
    df_link: Annotated[Present, Tag(0x93)] = False
    cat_tp: Annotated[Present, Tag(0x94)] = False
    get_identity: Annotated[Present, Tag(0x95)] = False
    profile_a_x25519: Annotated[Present, Tag(0x96)] = False
    profile_b_p256: Annotated[Present, Tag(0x97)] = False
    suci_calculator_api: Annotated[Present, Tag(0x98)] = False
    dns_resolution: Annotated[Present, Tag(0x99)] = False
    scp11ac: Annotated[Present, Tag(0x9A)] = False
    scp11c_authorization_mechanism: Annotated[Present, Tag(0x9B)] = False
    s16mode: Annotated[Present, Tag(0x9C)] = False
    eaka: Annotated[Present, Tag(0x9D)] = False
    unknown: Unknown = ()

    @classmethod
    def of(cls, *names: str) -> Self:
        """Return the list that asks for the named services.

        Raises:
            DecodeError: a name that no service has.
        """
        strangers = set(names) - SERVICE_NAMES
        if strangers:
            raise DecodeError(f"no service is called {min(strangers)}", ("services",))
        return cls(**dict.fromkeys(names, True))  # type: ignore[arg-type]

    @property
    def names(self) -> frozenset[str]:
        """Names of the services asked for, as fields; a service without a name appears as its tag in hex."""
        named = {name for name in SERVICE_NAMES if getattr(self, name)}
        return frozenset(named | {f"tag {octets[:1].hex().upper()}" for octets in self.unknown})


SERVICE_NAMES = frozenset(field.name for field in fields(ServicesList)) - {"unknown"}


@message()
class MandatoryAid(Message):
    """A library a chip must have, in this version or a later one."""

    aid: Annotated[Aid, Tag(0x80)]
    version: Annotated[bytes, Tag(0x81), Size(2)]


@message()
class IotOptions(Message):
    """Details of an IoT minimal profile."""

    pix: Annotated[bytes, Tag(0x80), Size(7, 11)]
    unknown: Unknown = ()


@message(tag=0xA0)
class ProfileHeader(Message):
    """The first element of a package; the only one without a PEHeader.

    ``iccid_octets`` are plain BCD, not swapped as in EF.ICCID.
    """

    major_version: Annotated[int, Tag(0x80), Range(0, 255)]
    minor_version: Annotated[int, Tag(0x81), Range(0, 255)]
    profile_type: Annotated[str | None, Tag(0x82), Size(1, 100)] = None
    iccid_octets: Annotated[bytes, Tag(0x83), Size(10)]
    pol: Annotated[bytes | None, Tag(0x84)] = None
    mandatory_services: Annotated[ServicesList, Tag(0xA5)]
    mandatory_gfste_list: Annotated[tuple[Oid, ...], Tag(0xA6)]
    connectivity_parameters: Annotated[bytes | None, Tag(0x87)] = None
    mandatory_aids: Annotated[tuple[MandatoryAid, ...] | None, Tag(0xA8)] = None
    iot_options: Annotated[IotOptions | None, Tag(0xA9)] = None
    unknown: Unknown = ()

    @property
    def iccid(self) -> Iccid:
        """The identifier of the profile.

        Raises:
            DecodeError: a nibble is no digit.
        """
        return Iccid.from_plain_octets(self.iccid_octets)
