"""A good package has no findings; every fault that is planted is found by the rule for it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Oid
from openesim.messages.saip import ef_values
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, MappingParameter
from openesim.messages.saip.applications import Application, ApplicationLoadPackage, SecurityDomain
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import Chip, Severity, check_package, has_errors
from openesim.messages.saip.codes import FilePath, PinCodes, PukCodes
from openesim.messages.saip.description import Description, FifthGeneration
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, FileSystem, GenericFileManagement, Instruction, template_file
from openesim.messages.saip.header import IotOptions, PeHeader, ServicesList
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.rules import RULES
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.saip.suci_information import HomeNetworkKey, SchemeChoice, SuciInformation

Change = Callable[[Package], Package]


def rules_broken(package: Package) -> set[str]:
    return {finding.rule_id for finding in check_package(package)}


def test_ts48_has_no_errors(ts48: Package) -> None:
    findings = check_package(ts48)
    assert not has_errors(findings)
    assert {finding.rule_id for finding in findings if finding.severity is Severity.WARNING} <= {
        "imsi.access-class",  # class 0 for an IMSI that ends in 9
        "aka.test-algorithm",
        "ota.well-known-key",
        "ota.repeated-key",
        "code.guessed",
        "file.content",  # EF.5GAUTHKEYS is left empty
        "rule.empty",  # 7FB0/6FFE points to a record that is blank
    }


def test_a_package_we_build_is_clean_but_for_what_its_keys_are_good_for(package: Package) -> None:
    assert [(one.rule_id, one.severity) for one in check_package(package)] == [("ota.applets", Severity.NOTE)]


def elements(change: Callable[[list[ProfileElement]], Iterable[ProfileElement]]) -> Change:
    return lambda package: Package.of(change(list(package.elements)))


def value(kind: ElementKind, change: Callable[[Any], Any], number: int = 0) -> Change:
    def apply(package: Package) -> Package:
        element = package.of_kind(kind)[number]
        return package.replace(element, change(element.value))

    return apply


def header(**changes: Any) -> Change:
    return value(ElementKind.HEADER, lambda old: replace(old, **changes))


def with_file(kind: ElementKind, name: str, *instructions: Instruction) -> Change:
    def change(old: FileSystem) -> FileSystem:
        files = [file for file in old.files if file.name != name]
        files.append(template_file(kind, name, *instructions))
        return replace(old, files=tuple(sorted(files, key=lambda file: file.position)))

    return value(kind, change)


def without_file(kind: ElementKind, name: str) -> Change:
    return value(kind, lambda old: replace(old, files=tuple(file for file in old.files if file.name != name)))


def swap(first: int, second: int) -> Change:
    def change(old: list[ProfileElement]) -> list[ProfileElement]:
        old[first], old[second] = old[second], old[first]
        return old

    return elements(change)


def algorithm(**changes: Any) -> Change:
    def change(old: AkaParameter) -> AkaParameter:
        assert isinstance(old.algo_configuration, AlgoParameter)
        return replace(old, algo_configuration=replace(old.algo_configuration, **changes))

    return value(ElementKind.AKA_PARAMETER, change)


def mapping(old: AkaParameter) -> AkaParameter:
    source = MappingParameter(mapping_options=b"\x06", mapping_source=bytes(7))
    return replace(old, algo_configuration=source)


def pin(**changes: Any) -> Change:
    def change(old: PinCodes) -> PinCodes:
        first, *others = old.configurations
        return replace(old, pin_codes=(replace(first, **changes), *others))

    return value(ElementKind.PIN_CODES, change)


def ota_key(data: bytes) -> Change:
    def change(old: SecurityDomain) -> SecurityDomain:
        assert old.key_list is not None
        first, *others = old.key_list
        component = replace(first.key_components[0], key_data=type(first.key_components[0].key_data)(data))
        return replace(old, key_list=(replace(first, key_components=(component,)), *others))

    return value(ElementKind.SECURITY_DOMAIN, change)


def puk(**changes: Any) -> Change:
    def change(old: PukCodes) -> PukCodes:
        first, *others = old.puk_codes
        return replace(old, puk_codes=(replace(first, **changes), *others))

    return value(ElementKind.PUK_CODES, change)


def uri(text: str) -> tuple[Instruction, ...]:
    content = ef_values.uri(text)
    return Fcp(ef_file_size=bytes((len(content),))), content


def code(package: Package) -> Package:
    """An applet of three octets."""
    aid = bytes.fromhex("A000000559")
    block = ApplicationLoadPackage(load_package_aid=aid, load_block_object=b"cap")
    applet = ProfileElement.of(
        ElementKind.APPLICATION, Application(header=PeHeader(identification=88), load_block=block)
    )
    *others, end = package.elements
    return Package.of((*others, applet, end))


def file_without_rule(package: Package) -> Package:
    """A file that file management makes without saying who may use it."""
    fcp = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x11", ef_file_size=b"\x01")
    made = GenericFileManagement(header=PeHeader(identification=77), file_management_cmd=((fcp,),))
    *others, end = package.elements
    return Package.of((*others, ProfileElement.of(ElementKind.GENERIC_FILE_MANAGEMENT, made), end))


FAULTS: list[tuple[str, Change]] = [
    ("order.header-first", swap(0, 1)),
    ("order.mf-second", swap(1, 2)),
    ("order.end-last", elements(lambda old: old[:-1])),
    ("order.once", elements(lambda old: [*old, old[-1]])),
    ("order.base-first", swap(4, 5)),
    ("order.base-first", swap(12, 13)),
    ("element.unknown", elements(lambda old: [*old[:-1], *decode_package(b"\xbf\x7f\x00").elements, old[-1]])),
    ("pin.puk", swap(2, 3)),
    ("pin.puk", value(ElementKind.PUK_CODES, lambda old: replace(old, puk_codes=old.puk_codes[:1]))),
    ("identification.unique", value(ElementKind.PUK_CODES, lambda old: replace(old, header=PeHeader(identification=1)))),
    ("header.version", header(major_version=9)),
    ("template.listed", header(mandatory_gfste_list=())),
    ("template.used", value(ElementKind.HEADER, lambda old: replace(
        old, mandatory_gfste_list=(*old.mandatory_gfste_list, Oid("2.23.143.1.2.13"))))),
    ("template.kind", value(ElementKind.USIM, lambda old: replace(old, template_id=Oid("2.23.143.1.2.5")))),
    ("template.known", value(ElementKind.USIM, lambda old: replace(old, template_id=Oid("2.23.143.1.2.4.9")))),
    ("element.files", without_file(ElementKind.USIM, "ef-imsi")),
    ("services.declared", header(mandatory_services=ServicesList.of("usim", "isim"))),
    ("services.used", header(mandatory_services=ServicesList.of("usim", "isim", "milenage", "cat_tp"))),
    ("aka.mapping", value(ElementKind.AKA_PARAMETER, mapping, 1)),
    ("aka.present", elements(lambda old: [one for one in old if one.kind is not ElementKind.AKA_PARAMETER])),
    ("aka.key-size", algorithm(key=b"short")),
    ("aka.opc-size", algorithm(opc=bytes(32))),
    ("aka.algorithm", algorithm(algorithm_id=9)),
    ("aka.test-algorithm", algorithm(algorithm_id=3)),
    ("aka.well-known-key", algorithm(key=bytes(range(16)))),
    ("aka.well-known-key", algorithm(key=b"\x11" * 16)),
    ("aka.sqn", value(ElementKind.AKA_PARAMETER, lambda old: replace(old, sqn_init=(b"\xff" * 6,) * 32))),
    ("ota.key-size", ota_key(b"\x01\x03\x07")),
    ("ota.well-known-key", ota_key(bytes(range(16)))),
    ("aka.well-known-key", algorithm(key=bytes.fromhex("465b5ce8b199b49faa5f0a2ee238a6bc"))),
    ("ota.repeated-key", ota_key(bytes.fromhex("1f0c2d3e4b5a69788796a5b4c3d2e1f0"))),
    ("ota.checksum", value(ElementKind.RFM, lambda old: replace(old, minimum_security_level=b"\x11"))),
    ("ota.replay", value(ElementKind.RFM, lambda old: replace(old, minimum_security_level=b"\x06"))),
    ("ota.applets", lambda package: package),
    ("application.code", code),
    ("ad.mnc", with_file(ElementKind.USIM, "ef-ad", b"\x00\x00\x00\x01")),
    ("plmn.home", with_file(ElementKind.OPT_USIM, "ef-hplmnwact", bytes.fromhex("62F210C880"))),
    ("plmn.home", with_file(ElementKind.OPT_USIM, "ef-ehplmn", bytes.fromhex("62F210"))),
    ("ims.coding", with_file(ElementKind.ISIM, "ef-domain", Fcp(ef_file_size=b"\x02"), b"\x81\x00")),
    ("ims.imsi", with_file(ElementKind.ISIM, "ef-impi", *uri("001019999999999@x.y"))),
    ("code.digits", pin(pin_value=SecretOctets(b"12a4\xff\xff\xff\xff"))),
    ("code.digits", puk(puk_value=SecretOctets(b"1234567\xff"))),
    ("code.attempts", pin(attempts=0x34)),
    ("code.blocked", puk(attempts=0xA0)),
    ("code.guessed", puk(puk_value=SecretOctets(b"12345678"))),
    ("code.guessed", pin(key_reference=10, pin_value=SecretOctets(bytes(8)))),
    ("puk.unused", puk(key_reference=3)),
    ("suci.service", with_file(ElementKind.USIM, "ef-ust", Fcp(ef_file_size=b"\x11"), ef_values.service_table({125}, 17))),
    ("iccid.digits", header(iccid_octets=bytes.fromhex("89001A0000000000000F"))),
    ("iccid.luhn", header(iccid_octets=bytes.fromhex("8900100000000000001F"))),
    ("iccid.equal", header(iccid_octets=bytes.fromhex("8900100000000000014F"))),
    ("iccid.equal", with_file(ElementKind.MF, "ef-iccid", b"\xaa" * 10)),
    ("imsi.coding", with_file(ElementKind.USIM, "ef-imsi", bytes.fromhex("080110101032547698"))),  # parity
    ("imsi.coding", with_file(ElementKind.USIM, "ef-imsi", bytes.fromhex("0909101010325476A8"))),
    ("imsi.access-class", with_file(ElementKind.USIM, "ef-acc", b"\x00\x01")),
    ("pin.unique", value(ElementKind.PIN_CODES, lambda old: replace(
        old, pin_codes=(*old.pin_codes, old.pin_codes[0])))),
    ("pin.place", pin(key_reference=0x81)),
    ("pin.missing", pin(key_reference=2)),
    ("file.refused", with_file(ElementKind.USIM, "ef-imsi", bytes(10))),
    ("file.refused", with_file(ElementKind.USIM, "ef-sms", Fcp(link_path=FilePath(bytes.fromhex("7f106f3c"))))),
    ("file.refused", with_file(ElementKind.USIM, "ef-smsp", Fcp(
        file_descriptor=b"\x42\x21\x00\x26", ef_file_size=b"\x30"))),
    ("file.content", with_file(ElementKind.USIM, "ef-spn", Fcp())),
    ("rule.exists", with_file(ElementKind.USIM, "ef-acc", Fcp(security_attributes_referenced=b"\x6f\x06\x20"), b"\x02\x00")),
    ("rule.exists", with_file(ElementKind.USIM, "ef-acc", Fcp(security_attributes_referenced=b"\x6f\x07\x01"), b"\x02\x00")),
    ("rule.readable", with_file(ElementKind.MF, "ef-arr", Fcp(
        file_descriptor=b"\x42\x21\x00\x05", ef_file_size=b"\x46"), b"\x80\x01\x01\x80" * 17)),
    ("rule.empty", with_file(ElementKind.MF, "ef-arr", Fcp(
        file_descriptor=b"\x42\x21\x00\x05", ef_file_size=b"\x46"), b"\xff")),
("rule.stated", file_without_rule),
    ("dir.lists", with_file(ElementKind.MF, "ef-dir", Fcp(
        file_descriptor=b"\x42\x21\x00\x16", ef_file_size=b"\x16"),
        ef_values.application_template(bytes.fromhex("A0000000871002FF49FF0589"), "USIM"))),
    ("dir.extra", with_file(ElementKind.MF, "ef-dir", Fcp(
        file_descriptor=b"\x42\x21\x00\x16", ef_file_size=b"\x16"),
        ef_values.application_template(bytes.fromhex("A0000000871002FF49FF0589"), "USIM"))),
    ("dir.readable", with_file(ElementKind.MF, "ef-dir", Fcp(
        file_descriptor=b"\x42\x21\x00\x02", ef_file_size=b"\x02"), b"\x61\x7f")),
    ("adf.aid", with_file(ElementKind.USIM, "adf-usim", Fcp(file_id=b"\x7f\xd0"))),
    ("adf.unique", with_file(ElementKind.USIM, "adf-usim", Fcp(
        file_id=b"\x7f\xd0", df_name=bytes.fromhex("A0000000871004FFFFFFFF8900000100")))),
    ("ust.files", with_file(ElementKind.USIM, "ef-ust", ef_values.service_table({18}, 14))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule_id", "change"), FAULTS, ids=[f"{rule_id}-{number}" for number, (rule_id, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_found(package: Package, rule_id: str, change: Change) -> None:
    assert rule_id in rules_broken(change(package))


def test_findings_say_what_and_where_without_secrets(package: Package) -> None:
    findings = tuple(
        one
        for one in check_package(algorithm(key=b"secretkey")(package))
        if one.severity is not Severity.NOTE
    )
    assert [(one.rule_id, one.severity, one.element, one.reason) for one in findings] == [
        ("aka.key-size", Severity.ERROR, "akaParameter (7)", "K has 9 octets")
    ]
    assert has_errors(findings)


def test_warnings_are_no_errors(package: Package) -> None:
    findings = check_package(algorithm(key=b"\x11" * 16)(package))
    assert findings
    assert not has_errors(findings)


@pytest.mark.parametrize("octets", ["AB00", "AA05A003810101"])
def test_the_oddest_packages_are_checked(octets: str) -> None:
    assert has_errors(check_package(decode_package(bytes.fromhex(octets))))


@pytest.mark.parametrize(
    ("rule_id", "change"),
    [
        ("suci.usable", with_file(ElementKind.DF_5GS, "ef-suci-calc-info", Fcp(ef_file_size=b"\x04"), b"\xa0\x02\x01\x01")),
        ("suci.usable", with_file(ElementKind.DF_5GS, "ef-suci-calc-info", Fcp(ef_file_size=b"\x04"), b"\xa1\x02\x01\x01")),
        ("suci.empty", with_file(ElementKind.DF_5GS, "ef-suci-calc-info", Fcp(ef_file_size=b"\x04"))),
        ("suci.null", with_file(ElementKind.DF_5GS, "ef-suci-calc-info", Fcp(ef_file_size=b"\x04"), b"\xa0\x02\x00\x00")),
        ("suci.routing", with_file(ElementKind.DF_5GS, "ef-routing-indicator", b"\xff\xff\xff\xff")),
    ],
)  # fmt: skip
def test_faults_of_suci_calculation_are_found(description: Description, rule_id: str, change: Change) -> None:
    key = HomeNetworkKey(1, bytes(range(32)))
    five_g = FifthGeneration(suci=SuciInformation((SchemeChoice(1, 1),), (key,)))
    package = decode_package(build_package(replace(description, five_g=five_g)))
    assert rule_id not in rules_broken(package)
    assert rule_id in rules_broken(change(package))


ABLE = frozenset({"usim_support", "isim_support", "aka_milenage"})


@pytest.mark.parametrize(
    ("chip", "rules"),
    [
        (Chip(ABLE, 3, 100_000), set()),
        (Chip(ABLE), set()),
        (Chip(frozenset()), set()),  # a chip that tells nothing will judge on its own
        (Chip(ABLE - {"aka_milenage"}), {"chip.service"}),
        (Chip(ABLE, 1), {"chip.version"}),
        (Chip(ABLE, 2, 10), {"chip.memory"}),
    ],
)
def test_a_chip_that_would_refuse_is_foreseen(package: Package, chip: Chip, rules: set[str]) -> None:
    assert {one.rule_id for one in check_package(package, chip)} == rules | {"ota.applets"}


def test_a_template_that_no_chip_knows_is_foreseen(package: Package) -> None:
    asked = header(mandatory_gfste_list=(*package.header.mandatory_gfste_list, Oid("2.23.143.1.2.99")))(
        package
    )
    assert "chip.template" in {one.rule_id for one in check_package(asked, Chip(ABLE))}


def test_services_that_chips_do_not_declare_are_only_warned_of(ts48: Package) -> None:
    silent = frozenset({"usim_support", "isim_support", "ber_tlv_file_support", "get_identity"})
    findings = check_package(ts48, Chip(silent | {"profile_a_x25519", "profile_b_p256"}))
    assert not has_errors(findings)
    assert {one.rule_id for one in findings} >= {"chip.undeclared"}


def test_an_iot_minimal_profile_is_judged_by_what_is_known_of_it(package: Package) -> None:
    """Its template is not known here, so nothing is said of its files; it has no MF of its own."""
    oid = Oid("2.23.143.1.2.17")
    usim, aka = package.of_kind(ElementKind.USIM)[0].value, package.of_kind(ElementKind.AKA_PARAMETER)[0]
    assert isinstance(usim, FileSystem)
    contents = {
        "ef-iccid": package.iccid.octets,
        "ef-imsi": bytes.fromhex("080910101032547698"),
        "ef-acc": b"\x02\x00",
    }
    files = [template_file(ElementKind.IOT, name, octets) for name, octets in contents.items()]
    iot = FileSystem(header=PeHeader(identification=1), template_id=oid, files=tuple(files))
    head = replace(package.header, mandatory_gfste_list=(oid,), iot_options=IotOptions(pix=bytes(7)))
    minimal = Package.of(
        [
            ProfileElement.of(ElementKind.HEADER, head),
            ProfileElement.of(ElementKind.IOT, iot),
            aka,
            package.elements[-1],
        ]
    )
    findings = check_package(minimal)
    assert not has_errors(findings)
    assert "template.known" in {one.rule_id for one in findings}


def test_every_rule_can_be_broken_and_is_tried_here() -> None:
    tried = {rule_id for rule_id, _ in FAULTS}
    elsewhere = {"chip.service", "chip.undeclared", "chip.template", "chip.memory", "chip.version"}
    of_5g = {"suci.usable", "suci.empty", "suci.null", "suci.routing"}
    assert set(RULES) - tried - elsewhere - of_5g == set()
