"""Profile metadata: what the user sees before and after the download.

Source: SGP.22 v2.5 §4.4, §5.5.3, §5.7.15.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Message, Size, Tag, message
from openesim.kernel.ids import Iccid, Oid
from openesim.messages.sgp22.types import NotificationEvent, OperatorId, PprIds


class IconType(IntEnum):
    """Image format of an icon of 64 by 64 pixels."""

    JPG = 0
    PNG = 1


class ProfileState(IntEnum):
    """State of a profile on the chip."""

    DISABLED = 0
    ENABLED = 1


class ProfileClass(IntEnum):
    """What a profile is for."""

    TEST = 0
    PROVISIONING = 1
    OPERATIONAL = 2


@message()
class NotificationConfigurationInformation(Message):
    """Which operations are notified to which address (FQDN)."""

    profile_management_operation: Annotated[NotificationEvent, Tag(0x80)]
    notification_address: Annotated[str, Tag(0x81)]


@message()
class DpProprietaryData(Message):
    """Data of the SM-DP+ that created the profile, 128 octets at most in all."""

    dp_oid: Annotated[Oid, Tag(0x80)]


@message(tag=0xBF25)
class StoreMetadataRequest(Message):
    """Metadata of a profile as ordered and as delivered inside the bound profile package."""

    iccid: Iccid
    service_provider_name: Annotated[str, Tag(0x91), Size(0, 32)]
    profile_name: Annotated[str, Tag(0x92), Size(0, 64)]
    icon_type: Annotated[IconType | int | None, Tag(0x93)] = None
    icon: Annotated[bytes | None, Tag(0x94), Size(0, 1024)] = None
    profile_class: Annotated[ProfileClass | int, Tag(0x95)] = ProfileClass.OPERATIONAL
    notification_configuration_info: Annotated[
        tuple[NotificationConfigurationInformation, ...] | None, Tag(0xB6)
    ] = None
    profile_owner: Annotated[OperatorId | None, Tag(0xB7)] = None
    profile_policy_rules: Annotated[PprIds | None, Tag(0x99)] = None


@message(tag=0xBF2A)
class UpdateMetadataRequest(Message):
    """Changes to the metadata of an installed profile, sent by the operator over ES6."""

    service_provider_name: Annotated[str | None, Tag(0x91), Size(0, 32)] = None
    profile_name: Annotated[str | None, Tag(0x92), Size(0, 64)] = None
    icon_type: Annotated[IconType | int | None, Tag(0x93)] = None
    icon: Annotated[bytes | None, Tag(0x94), Size(0, 1024)] = None
    profile_policy_rules: Annotated[PprIds | None, Tag(0x99)] = None


@message(tag=0xE1)
class RefDo(Message):
    """Reference to a device application: hash of its certificate (20 or 32 octets) and its package name."""

    device_app_id_ref_do: Annotated[bytes, Tag(0xC1), Size(20, 32)]
    pkg_ref_do: Annotated[bytes | None, Tag(0xCA), Size(0, 127)] = None


@message(tag=0xE3)
class ArDo(Message):
    """Access rule: 8 octets of permissions."""

    perm_ar_do: Annotated[bytes, Tag(0xDB), Size(8)]


@message(tag=0xE2)
class RefArDo(Message):
    """A reference and the access rule that goes with it."""

    ref_do: RefDo
    ar_do: ArDo


@message(tag=0xE3)
class ProfileInfo(Message):
    """One profile in the answer to GetProfilesInfo; every component is optional."""

    iccid: Iccid | None = None
    isdp_aid: Annotated[bytes | None, Tag(0x4F), Size(1, 16)] = None
    profile_state: Annotated[ProfileState | int | None, Tag(0x9F70)] = None
    profile_nickname: Annotated[str | None, Tag(0x90), Size(0, 64)] = None
    service_provider_name: Annotated[str | None, Tag(0x91), Size(0, 32)] = None
    profile_name: Annotated[str | None, Tag(0x92), Size(0, 64)] = None
    icon_type: Annotated[IconType | int | None, Tag(0x93)] = None
    icon: Annotated[bytes | None, Tag(0x94), Size(0, 1024)] = None
    profile_class: Annotated[ProfileClass | int | None, Tag(0x95)] = None
    notification_configuration_info: Annotated[
        tuple[NotificationConfigurationInformation, ...] | None, Tag(0xB6)
    ] = None
    profile_owner: Annotated[OperatorId | None, Tag(0xB7)] = None
    dp_proprietary_data: Annotated[DpProprietaryData | None, Tag(0xB8)] = None
    profile_policy_rules: Annotated[PprIds | None, Tag(0x99)] = None
    ref_ar_do: Annotated[tuple[RefArDo, ...] | None, Tag(0xBF76)] = None
