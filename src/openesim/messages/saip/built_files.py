"""Elements made of files, built from a description.

What a template says is not said again, and the EF.ARRs hold the fixed rules that templates refer to by number.

Source: TCA eUICC Profile Package 2.3 §9; 3GPP TS 31.102, TS 31.103; ETSI TS 102 221 §13.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.kernel.ids import Oid, Plmn
from openesim.messages.saip import ef_values
from openesim.messages.saip.access_rules import ADM1, PIN1, PIN2, standard_records
from openesim.messages.saip.description import Description, FifthGeneration, SuciCalculator
from openesim.messages.saip.files import (
    DoNotCreate,
    Fcp,
    FileSystem,
    Instruction,
    TemplateFile,
    template_file,
)
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.members import MEMBERS

TEMPLATES = {
    ElementKind.MF: Oid("2.23.143.1.2.1"),
    ElementKind.USIM: Oid("2.23.143.1.2.4"),
    ElementKind.OPT_USIM: Oid("2.23.143.1.2.5"),
    ElementKind.GSM_ACCESS: Oid("2.23.143.1.2.7"),
    ElementKind.DF_5GS: Oid("2.23.143.1.2.13"),
    ElementKind.DF_SAIP: Oid("2.23.143.1.2.14"),
    ElementKind.ISIM: Oid("2.23.143.1.2.8"),
}
"""Template of every element that is built."""

USIM_AID = bytes.fromhex("A0000000871002FFFFFFFF8900000100")
ISIM_AID = bytes.fromhex("A0000000871004FFFFFFFF8900000100")
USIM_ID = bytes.fromhex("7FD0")
ISIM_ID = bytes.fromhex("7FB0")
SMS_OCTETS = 176

_RULE_OF_DIRECTORIES = bytes((14,))
_GLOBAL_PINS = bytes((PIN1, ADM1))
_ALL_PINS = bytes((PIN2, PIN1, ADM1))
_UST_OCTETS = 17
_IST_OCTETS = 14
_ANY_ACCESS = 0xC880  # UTRAN, E-UTRAN, NG-RAN, GSM

# Services of the USIM service table (3GPP TS 31.102 §4.2.8).
_SMS, _SMS_PARAMETERS, _GID1, _GID2, _SPN, _USER_PLMN, _MSISDN = 10, 12, 17, 18, 19, 20, 21
_GSM_ACCESS, _SMS_PP_DOWNLOAD, _ALWAYS_ON, _GSM_CONTEXT = 27, 28, 33, 38
_OPERATOR_PLMN, _HOME_PLMN, _EQUIVALENT_PLMN, _EPS = 42, 43, 71, 85
_5GS, _5G_SECURITY, _PRIVACY, _SUCI_BY_USIM = 122, 123, 124, 125


def _file_system(header: PeHeader, kind: ElementKind, files: Iterable[TemplateFile]) -> FileSystem:
    ordered = tuple(sorted(files, key=lambda file: file.position))
    return FileSystem(header=header, template_id=TEMPLATES[kind], files=ordered)


def _minimal(number: int) -> bytes:
    """Return a size on the least number of octets."""
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def _sized(content: bytes) -> tuple[Instruction, ...]:
    """Return the instructions of a transparent file whose size is that of its content."""
    return Fcp(ef_file_size=_minimal(len(content))), content


def _records(records: Iterable[bytes], length: int, *, strip: bool = True) -> tuple[Instruction, ...]:
    """Return the instructions of a linear fixed file; FF at the end of a record is skipped, not written."""
    listed = tuple(records)
    descriptor = bytes((0x42, 0x21)) + length.to_bytes(2, "big")
    instructions: list[Instruction] = [
        Fcp(file_descriptor=descriptor, ef_file_size=_minimal(length * len(listed)))
    ]
    skipped = 0
    for record in listed:
        content = record.rstrip(b"\xff") if strip else record
        if skipped:
            instructions.append(skipped)
        instructions.append(content)
        skipped = length - len(content)
    return tuple(instructions)


def _arr(kind: ElementKind) -> TemplateFile:
    records = standard_records()
    return template_file(kind, "ef-arr", *_records(records, len(records[0])))


def build_mf(header: PeHeader, description: Description) -> FileSystem:
    """Return the MF: EF.ICCID, EF.DIR, EF.ARR, EF.UMPC."""
    kind = ElementKind.MF
    applications = [ef_values.application_template(USIM_AID, "USIM")]
    if description.isim:
        applications.append(ef_values.application_template(ISIM_AID, "ISIM"))
    directory = Fcp(security_attributes_referenced=_RULE_OF_DIRECTORIES, pin_status_template_do=_GLOBAL_PINS)
    return _file_system(
        header,
        kind,
        (
            template_file(kind, "mf", directory),
            template_file(kind, "ef-iccid", description.iccid.octets),
            template_file(kind, "ef-dir", *_records(applications, max(map(len, applications)))),
            _arr(kind),
            # 60 mA, 60 s: what the GSMA test profile allows a terminal to be asked for
            template_file(kind, "ef-umpc", bytes.fromhex("3C3C000000")),
        ),
    )


def _services(description: Description) -> set[int]:
    """Return the USIM services that the files and keys of the package bear out."""
    services = {_SMS, _SMS_PARAMETERS, _SPN, _USER_PLMN, _ALWAYS_ON, _OPERATOR_PLMN, _HOME_PLMN, _EPS}
    five_g = description.five_g
    optional = (
        (description.gid1 is not None, {_GID1}),
        (description.gid2 is not None, {_GID2}),
        (description.msisdn is not None, {_MSISDN}),
        (description.equivalent_home_plmns, {_EQUIVALENT_PLMN}),
        (description.gsm_access, {_GSM_ACCESS, _GSM_CONTEXT}),
        (description.ota, {_SMS_PP_DOWNLOAD}),
        (five_g, {_5GS, _5G_SECURITY, _PRIVACY}),
        (five_g and five_g.suci_by is SuciCalculator.USIM, {_SUCI_BY_USIM}),
    )
    return services.union(*(numbers for is_wanted, numbers in optional if is_wanted))


def _adf(temporary_id: bytes, aid: bytes) -> Fcp:
    return Fcp(
        file_id=temporary_id,
        df_name=aid,
        security_attributes_referenced=_RULE_OF_DIRECTORIES,
        pin_status_template_do=_ALL_PINS,
    )


def build_usim(header: PeHeader, description: Description, sms_records: int) -> FileSystem:
    """Return the USIM; ``sms_records`` free records of EF.SMS are written out to make the package larger."""
    kind = ElementKind.USIM
    free_sms = b"\x00".ljust(SMS_OCTETS, b"\xff")
    emergency = [ef_values.emergency_number(digits) for digits in description.emergency_numbers]
    forbidden = b"".join(Plmn(one).octets for one in description.forbidden_plmns)
    contents: dict[str, tuple[Instruction, ...]] = {
        "adf-usim": (_adf(USIM_ID, USIM_AID),),
        "ef-imsi": (description.imsi.octets,),
        "ef-ust": _sized(ef_values.service_table(_services(description), _UST_OCTETS)),
        "ef-fdn": (DoNotCreate(),),
        "ef-spn": (ef_values.service_provider_name(description.shown_name),),
        "ef-est": (b"\x00",),
        "ef-acc": (ef_values.access_classes(description.imsi, description.access_classes),),
        "ef-ad": (ef_values.administrative_data(description.mnc),),
        "ef-ecc": _records(emergency, ef_values.EMERGENCY_RECORD_OCTETS),
    }
    if forbidden:
        contents["ef-fplmn"] = (forbidden,)
    if description.smsc is not None:
        contents["ef-smsp"] = (ef_values.sms_parameters(description.smsc),)
    if sms_records:
        contents["ef-sms"] = _records([free_sms] * sms_records, SMS_OCTETS, strip=False)
    files = [template_file(kind, name, *instructions) for name, instructions in contents.items()]
    return _file_system(header, kind, [*files, _arr(kind)])


def build_opt_usim(header: PeHeader, description: Description) -> FileSystem:
    """Return the optional files of the USIM: lists of networks, MSISDN, group identifier."""
    kind = ElementKind.OPT_USIM
    home = ef_values.plmn_with_access(description.plmn, _ANY_ACCESS)
    equivalent = b"".join(Plmn(one).octets for one in description.equivalent_home_plmns)
    contents: dict[str, tuple[Instruction, ...]] = {
        "ef-plmnwact": _networks(description.user_plmns),
        "ef-oplmnwact": _networks(description.preferred_plmns),
        "ef-hplmnwact": (home,),
    }
    if equivalent:
        contents["ef-ehplmn"] = _sized(equivalent)
    if description.msisdn is not None:
        contents["ef-msisdn"] = (ef_values.msisdn_record(description.msisdn),)
    if description.gid1 is not None:
        contents["ef-gid1"] = _sized(description.gid1)
    if description.gid2 is not None:
        contents["ef-gid2"] = _sized(description.gid2)
    return _file_system(
        header, kind, [template_file(kind, name, *instructions) for name, instructions in contents.items()]
    )


def _networks(plmns: Iterable[str]) -> tuple[Instruction, ...]:
    """Return the instructions of a list of networks with all access technologies."""
    entries = b"".join(ef_values.plmn_with_access(Plmn(one), _ANY_ACCESS) for one in plmns)
    return _sized(entries) if entries else (Fcp(),)


def _directory(
    header: PeHeader, kind: ElementKind, contents: dict[str, tuple[Instruction, ...]]
) -> FileSystem:
    """Return a directory in an application, its own file first."""
    own = Fcp(security_attributes_referenced=_RULE_OF_DIRECTORIES, pin_status_template_do=_ALL_PINS)
    files = [template_file(kind, name, *instructions) for name, instructions in contents.items()]
    return _file_system(header, kind, [template_file(kind, MEMBERS[kind][0], own), *files])


def build_gsm_access(header: PeHeader) -> FileSystem:
    """Return DF.GSM-ACCESS with the keys of GSM and GPRS."""
    return _directory(header, ElementKind.GSM_ACCESS, {"ef-kc": (Fcp(),), "ef-kcgprs": (Fcp(),)})


def build_df_5gs(header: PeHeader, five_g: FifthGeneration) -> FileSystem:
    """Return DF.5GS: room for what the network tells, and how SUCIs are made where the terminal makes them."""
    contents: dict[str, tuple[Instruction, ...]] = {
        "ef-5gs3gpploci": (Fcp(),),
        "ef-5gsn3gpploci": (Fcp(),),
        "ef-5gs3gppnsc": (Fcp(),),
        "ef-5gsn3gppnsc": (Fcp(),),
        "ef-5gauthkeys": (b"\xff",),
        "ef-routing-indicator": (ef_values.routing_indicator(five_g.routing_indicator),),
    }
    if five_g.suci_by is SuciCalculator.TERMINAL:
        contents["ef-suci-calc-info"] = _sized(five_g.suci.encode())
    return _directory(header, ElementKind.DF_5GS, contents)


def build_df_saip(header: PeHeader, five_g: FifthGeneration) -> FileSystem:
    """Return DF.SAIP: how the USIM makes SUCIs, which it tells nobody."""
    return _directory(header, ElementKind.DF_SAIP, {"ef-suci-calc-info-usim": _sized(five_g.suci.encode())})


def build_isim(header: PeHeader, description: Description) -> FileSystem:
    """Return the ISIM: identities and home domain derived from the IMSI."""
    kind = ElementKind.ISIM
    private = ef_values.private_identity(description.imsi, description.plmn)
    public = ef_values.uri(f"sip:{private}")
    contents: dict[str, tuple[Instruction, ...]] = {
        "adf-isim": (_adf(ISIM_ID, ISIM_AID),),
        "ef-impi": _sized(ef_values.uri(private)),
        "ef-impu": _records([public], len(public)),
        "ef-domain": _sized(ef_values.uri(ef_values.home_domain(description.plmn))),
        "ef-ist": (bytes(_IST_OCTETS),),
    }
    files = [template_file(kind, name, *instructions) for name, instructions in contents.items()]
    return _file_system(header, kind, [*files, _arr(kind)])
