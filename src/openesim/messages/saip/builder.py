"""From a description to a complete package.

The package is small and leans on the templates. Order and elements follow the GSMA test profile (TS.48).

Source: TCA eUICC Profile Package 2.3 §8, §9; GSMA TS.48; 3GPP TS 31.102, TS 31.103.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from openesim.messages.saip import ef_values
from openesim.messages.saip.aka import (
    AkaParameter,
    AlgoParameter,
    Algorithm,
    MappingParameter,
)
from openesim.messages.saip.applications import (
    AdfRfmAccess,
    ApplicationInstance,
    End,
    KeyComponent,
    KeyObject,
    Rfm,
    SecurityDomain,
    UiccParameters,
)
from openesim.messages.saip.built_files import (
    SMS_OCTETS,
    TEMPLATES,
    USIM_AID,
    build_df_5gs,
    build_df_saip,
    build_gsm_access,
    build_isim,
    build_mf,
    build_opt_usim,
    build_usim,
)
from openesim.messages.saip.codes import (
    PIN_CHANGEABLE,
    PIN_DISABLEABLE,
    PIN_ENABLED,
    PinCodes,
    PinConfiguration,
    PinKeyReference,
    PukCodes,
    PukConfiguration,
    PukKeyReference,
)
from openesim.messages.saip.description import (
    Description,
    OtaKeys,
    SuciCalculator,
    verify_description,
)
from openesim.messages.saip.elements import ElementValue, ProfileElement
from openesim.messages.saip.header import PeHeader, ProfileHeader, ServicesList
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.saip.suci_information import ProtectionScheme

MNO_SD_AID = bytes.fromhex("A000000151000000")
MOST_SMS_RECORDS = 254

_Maker = Callable[[PeHeader], ElementValue]
_VERSION = (2, 3)
_TOOLKIT = bytes.fromhex("010000000002010206B2010000000000")
"""What makes messages for TAR B20100 reach the security domain, as in TS.48."""
_ADM_ATTRIBUTES = PIN_ENABLED | PIN_CHANGEABLE
_ADM_ATTEMPTS = 0xAA
_SMS_TLV_OCTETS = SMS_OCTETS + 3
_SUCI_SERVICES = {
    ProtectionScheme.PROFILE_A: "profile_a_x25519",
    ProtectionScheme.PROFILE_B: "profile_b_p256",
}
_SHARE_KEYS_AND_SQN = b"\x06"
_ALGORITHM_OPTIONS = {
    Algorithm.MILENAGE: b"\x00",
    Algorithm.TUAK: b"\x00",
    Algorithm.USIM_TEST_ALGORITHM: b"\x02",
}


def build_package(description: Description, size: int | None = None) -> bytes:
    """Return the package of a description.

    Args:
        description: operator, subscription and secrets.
        size: octets the package should have about (up to a short message less); the room is taken by free
            records of EF.SMS, at most 254. None, or less than the package needs anyway: as small as it is.

    Raises:
        DecodeError: a value of the description that no card or network would take.
    """
    verify_description(description)
    octets = _encode(description, 0)
    missing = (size or 0) - len(octets)
    if missing < _SMS_TLV_OCTETS:
        return octets
    # A first record costs what a longer file descriptor costs, too: measure with one, then count on.
    with_one = _encode(description, 1)
    more = max((size or 0) - len(with_one), 0) // _SMS_TLV_OCTETS
    filled = _encode(description, min(1 + more, MOST_SMS_RECORDS))
    while size is not None and len(filled) > size and more:
        more -= 1
        filled = _encode(description, 1 + more)
    return filled


def _encode(description: Description, sms_records: int) -> bytes:
    return b"".join(element.octets for element in _elements(description, sms_records))


def _elements(description: Description, sms_records: int) -> Iterator[ProfileElement]:
    """Yield the elements in order, numbered from 1 behind the header."""
    yield ProfileElement.of(ElementKind.HEADER, _header(description))
    for identification, (kind, make) in enumerate(_makers(description, sms_records), 1):
        yield ProfileElement.of(kind, make(PeHeader(mandated=True, identification=identification)))


def _makers(description: Description, sms_records: int) -> list[tuple[ElementKind, _Maker]]:
    """Return every element behind the profile header as a function of its own header."""
    local_pins = (ElementKind.PIN_CODES, partial(_local_pins, description=description))
    makers: list[tuple[ElementKind, _Maker]] = [
        (ElementKind.MF, partial(build_mf, description=description)),
        (ElementKind.PUK_CODES, partial(_puks, description=description)),
        (ElementKind.PIN_CODES, partial(_global_pins, description=description)),
        (ElementKind.USIM, partial(build_usim, description=description, sms_records=sms_records)),
        (ElementKind.OPT_USIM, partial(build_opt_usim, description=description)),
        local_pins,
        (ElementKind.AKA_PARAMETER, partial(_aka, description=description)),
    ]
    if description.gsm_access:
        makers.append((ElementKind.GSM_ACCESS, build_gsm_access))
    five_g = description.five_g
    if five_g:
        makers.append((ElementKind.DF_5GS, partial(build_df_5gs, five_g=five_g)))
    if five_g and five_g.suci_by is SuciCalculator.USIM:
        makers.append((ElementKind.DF_SAIP, partial(build_df_saip, five_g=five_g)))
    if description.isim:
        makers.append((ElementKind.ISIM, partial(build_isim, description=description)))
        makers += local_pins, (ElementKind.AKA_PARAMETER, _mapped_aka)
    makers.append((ElementKind.SECURITY_DOMAIN, partial(_security_domain, ota=description.ota)))
    if description.ota:
        level = description.ota.minimum_security_level
        makers += (
            (ElementKind.RFM, partial(_rfm, instance=instance, minimum_security_level=level))
            for instance in (1, 2)
        )
    makers.append((ElementKind.END, lambda header: End(header=header)))
    return makers


def _algorithm_service(description: Description) -> str:
    if description.algorithm is Algorithm.MILENAGE:
        return "milenage"
    if description.algorithm is Algorithm.TUAK:
        return "tuak128" if len(description.k) == 16 else "tuak256"
    return "usim_test_algorithm"


def _services(description: Description) -> Iterator[str]:
    """Yield the services that a chip must have."""
    yield "usim"
    yield _algorithm_service(description)
    if description.isim:
        yield "isim"
    five_g = description.five_g
    if five_g and five_g.suci_by is SuciCalculator.USIM:
        yield "get_identity"
        schemes = {one.scheme for one in five_g.suci.schemes}
        yield from (name for scheme, name in _SUCI_SERVICES.items() if scheme in schemes)


def _header(description: Description) -> ProfileHeader:
    made = [kind for kind, _ in _makers(description, 0) if kind in TEMPLATES]
    return ProfileHeader(
        major_version=_VERSION[0],
        minor_version=_VERSION[1],
        profile_type=description.operator_name,
        iccid_octets=description.iccid.plain_octets,
        mandatory_services=ServicesList.of(*_services(description)),
        mandatory_gfste_list=tuple(TEMPLATES[kind] for kind in made),
    )


def _puks(header: PeHeader, description: Description) -> PukCodes:
    codes = (
        (PukKeyReference.PUK_APPL1, description.puk1),
        (PukKeyReference.SECOND_PUK_APPL1, description.puk2),
    )
    return PukCodes(
        header=header,
        puk_codes=tuple(
            PukConfiguration(key_reference=reference, puk_value=SecretOctets(ef_values.code(digits)))
            for reference, digits in codes
        ),
    )


def _global_pins(header: PeHeader, description: Description) -> PinCodes:
    enabled = PIN_ENABLED if description.pin1_enabled else 0
    pin1 = PinConfiguration(
        key_reference=PinKeyReference.PIN_APPL1,
        pin_value=SecretOctets(ef_values.code(description.pin1)),
        unblocking_pin_reference=PukKeyReference.PUK_APPL1,
        pin_attributes=enabled | PIN_CHANGEABLE | PIN_DISABLEABLE,
    )
    adm1 = PinConfiguration(
        key_reference=PinKeyReference.ADM1,
        pin_value=SecretOctets(description.adm1),
        pin_attributes=_ADM_ATTRIBUTES,
        attempts=_ADM_ATTEMPTS,
    )
    return PinCodes(header=header, pin_codes=(pin1, adm1))


def _local_pins(header: PeHeader, description: Description) -> PinCodes:
    pin2 = PinConfiguration(
        key_reference=PinKeyReference.SECOND_PIN_APPL1,
        pin_value=SecretOctets(ef_values.code(description.pin2)),
        unblocking_pin_reference=PukKeyReference.SECOND_PUK_APPL1,
        pin_attributes=PIN_ENABLED | PIN_CHANGEABLE,
    )
    return PinCodes(header=header, pin_codes=(pin2,))


def _aka(header: PeHeader, description: Description) -> AkaParameter:
    options = description.algorithm_options or _ALGORITHM_OPTIONS[description.algorithm]
    algorithm = AlgoParameter(
        algorithm_id=description.algorithm,
        algorithm_options=options,
        key=SecretOctets(description.k),
        opc=SecretOctets(description.opc or bytes(16)),
    )
    return AkaParameter(header=header, algo_configuration=algorithm)


def _mapped_aka(header: PeHeader) -> AkaParameter:
    """Return the parameters of the ISIM: those of the USIM."""
    mapping = MappingParameter(mapping_options=_SHARE_KEYS_AND_SQN, mapping_source=USIM_AID)
    return AkaParameter(header=header, algo_configuration=mapping)


def _security_domain(header: PeHeader, ota: OtaKeys | None) -> SecurityDomain:
    """Return the operator's security domain: load package, class, privileges and TAR as in TS.48."""
    instance = ApplicationInstance(
        application_load_package_aid=bytes.fromhex("A0000001515350"),
        class_aid=bytes.fromhex("A000000151535041"),
        instance_aid=MNO_SD_AID,
        application_privileges=bytes.fromhex("82DC00"),
        life_cycle_state=b"\x0f",
        application_specific_parameters=bytes.fromhex("810280008201F08301F08701F0"),
        application_parameters=UiccParameters(toolkit=_TOOLKIT) if ota else None,
    )
    return SecurityDomain(header=header, instance=instance, key_list=_key_list(ota) if ota else None)


def _key_list(ota: OtaKeys) -> tuple[KeyObject, ...]:
    # usage: 18 ciphering, 14 checksum, 48 protection of keys (GlobalPlatform Card Specification §11.1.9)
    keys = ((0x18, 1, ota.kic), (0x14, 2, ota.kid), (0x48, 3, ota.kik))
    return tuple(
        KeyObject(
            key_usage_qualifier=bytes((usage,)),
            key_identifier=bytes((identifier,)),
            key_version_number=bytes((ota.version,)),
            key_components=(KeyComponent(key_type=bytes((ota.key_type,)), key_data=SecretOctets(octets)),),
        )
        for usage, identifier, octets in keys
    )


def _rfm(header: PeHeader, instance: int, minimum_security_level: int) -> Rfm:
    """Return remote file management of the UICC (instance 1) or of the USIM (instance 2)."""
    access = AdfRfmAccess(adf_aid=USIM_AID, adf_access_domain=b"\x00", adf_admin_access_domain=b"\x00")
    return Rfm(
        header=header,
        instance_aid=bytes.fromhex("A000000559101000") + bytes((instance,)),
        tar_list=(bytes.fromhex("B00000") if instance == 1 else bytes.fromhex("B00010"),),
        minimum_security_level=bytes((minimum_security_level,)),
        uicc_access_domain=b"\x00",
        uicc_admin_access_domain=b"\x00",
        adf_rfm_access=None if instance == 1 else access,
    )
