"""What a chip says of itself and of the device around it.

Source: SGP.22 v2.5 §4.3, §5.7.8; Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Bits, Message, Size, Tag, message
from openesim.encoding.tlv import read_header
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.types import PprIds, PublicKeyIdentifier, VersionType


class UiccCapability(Bits):
    """Features of the UICC platform, in the order of the profile package's services list."""

    CONTACTLESS_SUPPORT = 1 << 0
    USIM_SUPPORT = 1 << 1
    ISIM_SUPPORT = 1 << 2
    CSIM_SUPPORT = 1 << 3
    AKA_MILENAGE = 1 << 4
    AKA_CAVE = 1 << 5
    AKA_TUAK128 = 1 << 6
    AKA_TUAK256 = 1 << 7
    USIM_TEST_ALGORITHM = 1 << 8
    GBA_AUTHEN_USIM = 1 << 10
    GBA_AUTHEN_ISIM = 1 << 11
    MBMS_AUTHEN_USIM = 1 << 12
    EAP_CLIENT = 1 << 13
    JAVACARD = 1 << 14
    MULTOS = 1 << 15
    MULTIPLE_USIM_SUPPORT = 1 << 16
    MULTIPLE_ISIM_SUPPORT = 1 << 17
    MULTIPLE_CSIM_SUPPORT = 1 << 18
    BER_TLV_FILE_SUPPORT = 1 << 19
    DF_LINK_SUPPORT = 1 << 20
    CAT_TP = 1 << 21
    GET_IDENTITY = 1 << 22
    PROFILE_A_X25519 = 1 << 23
    PROFILE_B_P256 = 1 << 24
    SUCI_CALCULATOR_API = 1 << 25
    DNS_RESOLUTION = 1 << 26
    SCP11AC = 1 << 27
    SCP11C_AUTHORIZATION_MECHANISM = 1 << 28
    S16MODE = 1 << 29
    EAKA = 1 << 30
    IOT_MINIMAL = 1 << 31


class RspCapability(Bits):
    """RSP features of the chip."""

    ADDITIONAL_PROFILE = 1 << 0
    CRL_SUPPORT = 1 << 1
    RPM_SUPPORT = 1 << 2
    TEST_PROFILE_SUPPORT = 1 << 3
    DEVICE_INFO_EXTENSIBILITY_SUPPORT = 1 << 4


class EuiccCategory(IntEnum):
    """Memory class of the chip."""

    OTHER = 0
    BASIC_EUICC = 1
    MEDIUM_EUICC = 2
    CONTACTLESS_EUICC = 3


@message()
class CertificationDataObject(Message):
    """Where the chip's certification is described."""

    platform_label: Annotated[str, Tag(0x80)]
    discovery_base_url: Annotated[str, Tag(0x81)]


@message(tag=0xBF20)
class EuiccInfo1(Message):
    """What the chip sends before it knows the server: specification version and its CI keys."""

    svn: Annotated[VersionType, Tag(0x82)]
    euicc_ci_pkid_list_for_verification: Annotated[tuple[PublicKeyIdentifier, ...], Tag(0xA9)]
    euicc_ci_pkid_list_for_signing: Annotated[tuple[PublicKeyIdentifier, ...], Tag(0xAA)]


@message(tag=0xBF22)
class EuiccInfo2(Message):
    """Everything a server needs to judge whether a profile fits the chip."""

    profile_version: Annotated[VersionType, Tag(0x81)]
    svn: Annotated[VersionType, Tag(0x82)]
    euicc_firmware_ver: Annotated[VersionType, Tag(0x83)]
    ext_card_resource: Annotated[bytes, Tag(0x84)]
    uicc_capability: Annotated[UiccCapability, Tag(0x85)]
    ts102241_version: Annotated[bytes | None, Tag(0x86), Size(3)] = None
    globalplatform_version: Annotated[bytes | None, Tag(0x87), Size(3)] = None
    rsp_capability: Annotated[RspCapability, Tag(0x88)]
    euicc_ci_pkid_list_for_verification: Annotated[tuple[PublicKeyIdentifier, ...], Tag(0xA9)]
    euicc_ci_pkid_list_for_signing: Annotated[tuple[PublicKeyIdentifier, ...], Tag(0xAA)]
    euicc_category: Annotated[EuiccCategory | int | None, Tag(0x8B)] = None
    forbidden_profile_policy_rules: Annotated[PprIds | None, Tag(0x99)] = None
    pp_version: VersionType
    sas_acreditation_number: Annotated[str, Size(0, 64)]
    certification_data_object: Annotated[CertificationDataObject | None, Tag(0xAC)] = None


@message()
class DeviceCapabilities(Message):
    """Highest release that the device fully supports, per access technology."""

    gsm_supported_release: Annotated[bytes | None, Tag(0x80), Size(3)] = None
    utran_supported_release: Annotated[bytes | None, Tag(0x81), Size(3)] = None
    cdma2000onex_supported_release: Annotated[bytes | None, Tag(0x82), Size(3)] = None
    cdma2000hrpd_supported_release: Annotated[bytes | None, Tag(0x83), Size(3)] = None
    cdma2000ehrpd_supported_release: Annotated[bytes | None, Tag(0x84), Size(3)] = None
    eutran_epc_supported_release: Annotated[bytes | None, Tag(0x85), Size(3)] = None
    contactless_supported_release: Annotated[bytes | None, Tag(0x86), Size(3)] = None
    rsp_crl_supported_version: Annotated[bytes | None, Tag(0x87), Size(3)] = None
    nr_epc_supported_release: Annotated[bytes | None, Tag(0x88), Size(3)] = None
    nr5gc_supported_release: Annotated[bytes | None, Tag(0x89), Size(3)] = None
    eutran5gc_supported_release: Annotated[bytes | None, Tag(0x8A), Size(3)] = None


@message()
class DeviceInfo(Message):
    """The device around the chip: type allocation code (4 octets), capabilities, IMEI (8 octets)."""

    tac: Annotated[bytes, Tag(0x80), Size(4)]
    device_capabilities: Annotated[DeviceCapabilities, Tag(0xA1)]
    imei: Annotated[bytes | None, Tag(0x82), Size(8)] = None


EXT_CARD_INSTALLED_APPLICATIONS = 0x81
EXT_CARD_FREE_NON_VOLATILE_MEMORY = 0x82
EXT_CARD_FREE_VOLATILE_MEMORY = 0x83


def free_non_volatile_memory(ext_card_resource: bytes) -> int | None:
    """Return the free octets that extended card resource information tells, or None.

    Source: ETSI TS 102 226 §8.2.1.7.2.
    """
    position, end = 0, len(ext_card_resource)
    try:
        while position < end:
            tag, start, position = read_header(ext_card_resource, position, end)
            if tag == EXT_CARD_FREE_NON_VOLATILE_MEMORY:
                return int.from_bytes(ext_card_resource[start:position], "big")
    except DecodeError:
        return None
    return None
