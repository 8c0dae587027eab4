"""Security domains, remote file management, applications, and elements of one issuer.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (PE-SecurityDomain, PE-RFM, PE-Application,
PE-NonStandard); GlobalPlatform Card Specification.
"""

from __future__ import annotations

from typing import Annotated

from openesim.encoding.asn1 import Message, Range, Size, Tag, message
from openesim.kernel.ids import Oid
from openesim.messages.saip.header import Aid, PeHeader, Unknown
from openesim.messages.saip.secret_octets import SecretOctets

Octet = Annotated[bytes, Size(1)]
Quota = Annotated[bytes, Size(2, 4)]
AidField = Annotated[Aid, Tag(0x4F)]
UInt16 = Annotated[int, Range(0, 65535)]


@message()
class ContactlessParameters(Message):
    """Parameters for contactless applications, coded as in ETSI TS 102 226."""

    protocol_parameter_data: Annotated[bytes, Tag(0x80)]
    unknown: Unknown = ()


@message()
class SystemParameters(Message):
    """Memory quotas and services of an application instance."""

    volatile_memory_quota: Annotated[Quota | None, Tag(0xC7)] = None
    non_volatile_memory_quota: Annotated[Quota | None, Tag(0xC8)] = None
    global_service_parameters: Annotated[bytes | None, Tag(0xCB)] = None
    implicit_selection_parameter: Annotated[bytes | None, Tag(0xCF)] = None
    volatile_reserved_memory: Annotated[Quota | None, Tag(0xD7)] = None
    non_volatile_reserved_memory: Annotated[Quota | None, Tag(0xD8)] = None
    sim_file_access_toolkit_parameter: Annotated[bytes | None, Tag(0xCA)] = None
    additional_contactless_parameters: Annotated[ContactlessParameters | None, Tag(0xA0)] = None
    contactless_protocol_parameters: Annotated[bytes | None, Tag(0xD9)] = None
    user_interaction_contactless_parameters: Annotated[bytes | None, Tag(0xDA)] = None
    cumulative_granted_volatile_memory: Annotated[Quota | None, Tag(0x82)] = None
    cumulative_granted_non_volatile_memory: Annotated[Quota | None, Tag(0x83)] = None
    unknown: Unknown = ()


@message()
class UiccParameters(Message):
    """Toolkit, access and administrative access parameters of an application instance."""

    toolkit: Annotated[bytes | None, Tag(0x80)] = None
    access: Annotated[bytes | None, Tag(0x81)] = None
    administrative_access: Annotated[bytes | None, Tag(0x82)] = None
    unknown: Unknown = ()


@message()
class ControlReferenceTemplate(Message):
    """Who provides the application."""

    application_provider_identifier: Annotated[bytes, Tag(0x5F20)]
    unknown: Unknown = ()


@message()
class ApplicationInstance(Message):
    """One installed application. The AIDs all have tag 4F; their order tells them apart."""

    application_load_package_aid: AidField
    class_aid: AidField
    instance_aid: AidField
    extradite_security_domain_aid: Annotated[Aid | None, Tag(0x4F)] = None
    application_privileges: Annotated[bytes, Tag(0x82)]
    life_cycle_state: Annotated[Octet, Tag(0x83)] = b"\x07"
    application_specific_parameters: Annotated[bytes, Tag(0xC9)]
    system_specific_parameters: Annotated[SystemParameters | None, Tag(0xEF)] = None
    application_parameters: Annotated[UiccParameters | None, Tag(0xEA)] = None
    process_data: Annotated[tuple[bytes, ...] | None, Tag(0x30)] = None
    control_reference_template: Annotated[ControlReferenceTemplate | None, Tag(0xB0)] = None
    unknown: Unknown = ()


@message()
class KeyComponent(Message):
    """Type (80 DES, 85 TLS PSK, 88 AES) and octets of a key."""

    key_type: Annotated[bytes, Tag(0x80)]
    key_data: Annotated[SecretOctets, Tag(0x86)]
    mac_length: Annotated[int, Tag(0x87), Range(0, 255)] = 8
    unknown: Unknown = ()


@message()
class KeyObject(Message):
    """One key of a security domain: usage, identifier, version and components."""

    key_usage_qualifier: Annotated[bytes, Tag(0x95), Size(1, 2)]
    key_access: Annotated[Octet, Tag(0x96)] = b"\x00"
    key_identifier: Annotated[Octet, Tag(0x82)]
    key_version_number: Annotated[Octet, Tag(0x83)]
    key_counter_value: Annotated[bytes | None, Tag(0x85)] = None
    key_components: Annotated[tuple[KeyComponent, ...], Tag(0x30), Size(1, 65535)]
    unknown: Unknown = ()


@message()
class OpenPersoData(Message):
    """Restrictions and contactless parameters of a security domain."""

    restrict_parameter: Annotated[Octet | None, Tag(0xD9)] = None
    contactless_protocol_parameters: Annotated[bytes | None, Tag(0x04)] = None
    unknown: Unknown = ()


@message()
class CatTpParameters(Message):
    """Sizes of CAT_TP."""

    cat_tp_max_sdu_size: Annotated[UInt16, Tag(0x80)]
    cat_tp_max_pdu_size: Annotated[UInt16, Tag(0x81)]
    unknown: Unknown = ()


@message(tag=0xA6)
class SecurityDomain(Message):
    """A security domain with its keys; the first one is the operator's (MNO-SD)."""

    header: Annotated[PeHeader, Tag(0xA0)]
    instance: Annotated[ApplicationInstance, Tag(0xA1)]
    key_list: Annotated[tuple[KeyObject, ...] | None, Tag(0xA2), Size(1, 65535)] = None
    sd_perso_data: Annotated[tuple[bytes, ...] | None, Tag(0xA3), Size(1, 65535)] = None
    open_perso_data: Annotated[OpenPersoData | None, Tag(0xA4)] = None
    cat_tp_parameters: Annotated[CatTpParameters | None, Tag(0xA5)] = None
    unknown: Unknown = ()


@message()
class AdfRfmAccess(Message):
    """The ADF that remote file management starts in, and what it may do there."""

    adf_aid: Annotated[Aid, Tag(0x80)]
    adf_access_domain: Annotated[bytes, Tag(0x81)]
    adf_admin_access_domain: Annotated[bytes, Tag(0x82)]
    unknown: Unknown = ()


@message(tag=0xA7)
class Rfm(Message):
    """An instance of remote file management: its TARs and the security it asks of each message."""

    header: Annotated[PeHeader, Tag(0xA0)]
    instance_aid: AidField
    security_domain_aid: Annotated[Aid | None, Tag(0x4F)] = None
    tar_list: Annotated[tuple[Annotated[bytes, Size(3)], ...] | None, Tag(0xA0), Size(1, 65535)] = None
    minimum_security_level: Annotated[Octet, Tag(0x81)]
    uicc_access_domain: Annotated[bytes, Tag(0x04)]
    uicc_admin_access_domain: Annotated[bytes, Tag(0x04)]
    adf_rfm_access: Annotated[AdfRfmAccess | None, Tag(0x30)] = None
    unknown: Unknown = ()


@message()
class ApplicationLoadPackage(Message):
    """An executable load file, such as a Java Card package."""

    load_package_aid: AidField
    security_domain_aid: Annotated[Aid | None, Tag(0x4F)] = None
    non_volatile_code_limit: Annotated[bytes | None, Tag(0xC6)] = None
    volatile_data_limit: Annotated[bytes | None, Tag(0xC7)] = None
    non_volatile_data_limit: Annotated[bytes | None, Tag(0xC8)] = None
    hash_value: Annotated[bytes | None, Tag(0xC1)] = None
    load_block_object: Annotated[bytes, Tag(0xC4)]
    unknown: Unknown = ()


@message(tag=0xA8)
class Application(Message):
    """Code to load, instances to make, or both."""

    header: Annotated[PeHeader, Tag(0xA0)]
    load_block: Annotated[ApplicationLoadPackage | None, Tag(0xA1)] = None
    instance_list: Annotated[tuple[ApplicationInstance, ...] | None, Tag(0xA2), Size(1, 65535)] = None
    unknown: Unknown = ()


@message(tag=0xA9)
class NonStandard(Message):
    """Content of one issuer."""

    header: Annotated[PeHeader, Tag(0xA0)]
    issuer_id: Annotated[Oid, Tag(0x81)]
    content: Annotated[bytes, Tag(0x82)]
    unknown: Unknown = ()


@message(tag=0xAA)
class End(Message):
    """The last element of a package."""

    header: Annotated[PeHeader, Tag(0xA0)]
    unknown: Unknown = ()
