"""Every alternative is read as the module's own tools read it, and written back octet for octet."""

from typing import Any

import pytest

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError
from openesim.messages.saip.codes import FilePath, PinCodes
from openesim.messages.saip.elements import ProfileElement, UnknownElement, encode_value
from openesim.messages.saip.files import FileSystem
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import TAGS, ElementKind
from openesim.messages.saip.members import MANDATORY_MEMBERS, MEMBERS
from openesim.messages.saip.package import Package, decode_package
from tests.unit.messages.saip.oracle import assert_same

HEADER = {"mandated": None, "identification": 7}
INSTANCE = {
    "applicationLoadPackageAID": bytes.fromhex("A0000001515350"),
    "classAID": bytes.fromhex("A000000151535041"),
    "instanceAID": bytes.fromhex("A000000151000000"),
    "extraditeSecurityDomainAID": bytes.fromhex("A000000151000001"),
    "applicationPrivileges": b"\x82\xdc\x00",
    "lifeCycleState": b"\x0f",
    "applicationSpecificParametersC9": b"\x81\x00",
    "systemSpecificParameters": {
        "volatileMemoryQuotaC7": b"\x01\x00",
        "nonVolatileMemoryQuotaC8": b"\x02\x00",
        "globalServiceParameters": b"\x03",
        "implicitSelectionParameter": b"\x04",
        "volatileReservedMemory": b"\x05\x00",
        "nonVolatileReservedMemory": b"\x06\x00",
        "ts102226SIMFileAccessToolkitParameter": b"\x07",
        "ts102226AdditionalContactlessParameters": {"protocolParameterData": b"\x08"},
        "contactlessProtocolParameters": b"\x09",
        "userInteractionContactlessParameters": b"\x0a",
        "cumulativeGrantedVolatileMemory": b"\x0b\x00",
        "cumulativeGrantedNonVolatileMemory": b"\x0c\x00",
    },
    "applicationParameters": {
        "uiccToolkitApplicationSpecificParametersField": b"\x01",
        "uiccAccessApplicationSpecificParametersField": b"\x02",
        "uiccAdministrativeAccessApplicationSpecificParametersField": b"\x03",
    },
    "processData": [b"\x01\x02", b"\x03"],
    "controlReferenceTemplate": {"applicationProviderIdentifier": b"\x99"},
}
KEY = {
    "keyUsageQualifier": b"\x18\x01",
    "keyAccess": b"\x01",
    "keyIdentifier": b"\x01",
    "keyVersionNumber": b"\x30",
    "keyCounterValue": b"\x00\x01",
    "keyComponents": [{"keyType": b"\x88", "keyData": bytes(16), "macLength": 4}],
}
MODULE_VALUES: list[tuple[str, dict[str, Any]]] = [
    (
        "header",
        {
            "major-version": 3,
            "minor-version": 3,
            "profileType": "Profil d'opérateur",
            "iccid": bytes.fromhex("8900100000000000002F"),
            "pol": b"\x00",
            "eUICC-Mandatory-services": {"usim": None, "tuak256": None, "s16mode": None, "eaka": None},
            "eUICC-Mandatory-GFSTEList": ["2.23.143.1.2.1", "2.23.143.1.2.4.2"],
            "connectivityParameters": b"\x01",
            "eUICC-Mandatory-AIDs": [{"aid": bytes.fromhex("A000000087"), "version": b"\x01\x02"}],
            "iotOptions": {"pix": bytes(7)},
        },
    ),
    ("pinCodes", {"pin-Header": HEADER, "pinCodes": ("filePath", bytes.fromhex("7FD0"))}),
    (
        "akaParameter",
        {
            "aka-header": HEADER,
            "algoConfiguration": (
                "mappingParameter",
                {"mappingOptions": b"\x06", "mappingSource": bytes.fromhex("A0000000871002")},
            ),
            "sqnOptions": b"\x0e",
            "sqnDelta": bytes(6),
            "sqnAgeLimit": bytes(6),
            "sqnInit": [bytes((0, 0, 0, 0, 0, number)) for number in range(32)],
        },
    ),
    (
        "akaParameter",
        {
            "aka-header": HEADER,
            "algoConfiguration": (
                "algoParameter",
                {
                    "algorithmID": 2,
                    "algorithmOptions": b"\x00",
                    "key": bytes(32),
                    "opc": bytes(32),
                    "rotationConstants": bytes(5),
                    "xoringConstants": bytes(80),
                    "authCounterMax": bytes(3),
                    "numberOfKeccak": 200,
                },
            ),
            "sqnInit": [bytes(5) + b"\x01"] * 32,
        },
    ),
    (
        "cdmaParameter",
        {
            "cdma-header": HEADER,
            "authenticationKey": bytes(8),
            "ssd": bytes(16),
            "hrpdAccessAuthenticationData": bytes(2),
            "simpleIPAuthenticationData": bytes(300),
            "mobileIPAuthenticationData": bytes(900),
        },
    ),
    (
        "securityDomain",
        {
            "sd-Header": HEADER,
            "instance": INSTANCE,
            "keyList": [KEY, KEY],
            "sdPersoData": [b"\x00\x70\x01\x00"],
            "openPersoData": {"restrictParameter": b"\x01", "contactlessProtocolParameters": b"\x02"},
            "catTpParameters": {"catTpMaxSduSize": 65535, "catTpMaxPduSize": 128},
        },
    ),
    (
        "rfm",
        {
            "rfm-header": HEADER,
            "instanceAID": bytes.fromhex("A00000055910100001"),
            "securityDomainAID": bytes.fromhex("A000000151000000"),
            "tarList": [b"\xb0\x01\x20", b"\xb0\x01\x21"],
            "minimumSecurityLevel": b"\x16",
            "uiccAccessDomain": b"\x00",
            "uiccAdminAccessDomain": b"\x02\x01\x00",
            "adfRFMAccess": {
                "adfAID": bytes.fromhex("A0000000871002"),
                "adfAccessDomain": b"\x00",
                "adfAdminAccessDomain": b"\x00",
            },
        },
    ),
    (
        "application",
        {
            "app-Header": HEADER,
            "loadBlock": {
                "loadPackageAID": bytes.fromhex("A0000005591010"),
                "securityDomainAID": bytes.fromhex("A000000151000000"),
                "nonVolatileCodeLimitC6": b"\x01\x00",
                "volatileDataLimitC7": b"\x02",
                "nonVolatileDataLimitC8": b"\x03",
                "hashValue": bytes(32),
                "loadBlockObject": bytes(70000),
            },
            "instanceList": [INSTANCE],
        },
    ),
    ("nonStandard", {"nonStandard-header": HEADER, "issuerID": "2.23.143.9", "content": b"\x01\x02"}),
    ("end", {"end-header": {"identification": 32767}}),
    (
        "usim",
        {
            "usim-header": HEADER,
            "templateID": "2.23.143.1.2.4",
            "adf-usim": [("fileDescriptor", {"fileID": b"\x7f\xd0", "lcsi": b"\x07", "shortEFID": b""})],
            "ef-imsi": [("fillFileOffset", 65535), ("fillFileContent", b""), ("doNotCreate", None)],
            "ef-arr": [],
            "ef-ust": [],
            "ef-spn": [],
            "ef-est": [],
            "ef-acc": [],
            "ef-ecc": [],
        },
    ),
    (
        "opt-usim",
        {
            "optusim-header": HEADER,
            "templateID": "2.23.143.1.2.5.3",
            "ef-li": [],
            "ef-vgcs": [("fillFileContent", b"\x01")],
            "ef-eaka": [("fillFileContent", b"\x02")],
        },
    ),
]


@pytest.mark.parametrize(("kind", "value"), MODULE_VALUES, ids=[kind for kind, _ in MODULE_VALUES])
def test_what_the_module_allows_is_read_field_by_field_and_written_back(
    module: Any, kind: str, value: dict[str, Any]
) -> None:
    octets = module.encode("ProfileElement", (kind, value))
    element = decode_package(octets).elements[0]
    assert element.kind == kind
    assert_same(element.value, module.decode("ProfileElement", octets)[1], kind)
    assert encode_value(element.kind, element.value) == octets


@pytest.mark.parametrize("kind", sorted(MEMBERS))
def test_every_file_of_every_element_has_the_module_s_name_and_place(module: Any, kind: ElementKind) -> None:
    """The module's own compiler makes an element with all files, and we read all of them by name."""
    (element,) = (one for one in module.types["ProfileElement"]._type.members if one.name == kind)
    header, template_id, *files = (one.name for one in element.root_members)
    assert template_id == "templateID"
    value = {header: HEADER, template_id: "2.23.143.1.2.1"}
    value |= {name: [("fillFileContent", bytes((number,)))] for number, name in enumerate(files)}
    octets = module.encode("ProfileElement", (str(kind), value))
    (read,) = decode_package(octets).elements
    assert isinstance(read.value, FileSystem)
    assert [file.name for file in read.value.files] == files
    assert [file.instructions for file in read.value.files] == [
        (bytes((number,)),) for number in range(len(files))
    ]
    assert encode_value(read.kind, read.value) == octets
    mandatory = [one.name for one in element.root_members[2:] if not one.optional]
    assert tuple(mandatory) == MANDATORY_MEMBERS[kind]


def test_every_element_of_ts48_is_read_as_the_module_says(module: Any, ts48: Package) -> None:
    for element in ts48.elements:
        kind, value = module.decode("ProfileElement", element.octets)
        assert kind == element.kind
        assert_same(element.value, value, kind)


def test_every_element_of_ts48_is_written_back_octet_for_octet(ts48: Package) -> None:
    for element in ts48.elements:
        assert encode_value(element.kind, element.value) == element.octets, element.label


def test_every_element_we_build_is_read_as_the_module_says(module: Any, package: Package) -> None:
    for element in package.elements:
        kind, value = module.decode("ProfileElement", element.octets)
        assert kind == element.kind
        assert_same(element.value, value, kind)


def test_names_and_tags_are_those_of_the_module(module: Any) -> None:
    empty = {"mandated": None, "identification": 1}
    for kind, tag in TAGS.items():
        if kind.startswith("rfu"):
            assert module.encode("ProfileElement", (str(kind), {})) == tlv.encode(tag, b"")
    assert module.encode("ProfileElement", ("end", {"end-header": empty}))[0] == TAGS[ElementKind.END]


def test_an_unknown_element_is_kept_with_its_header() -> None:
    octets = tlv.encode(0xBF2A, bytes.fromhex("A0068000810201FF8103AABBCC"))
    element = decode_package(octets).elements[0]
    assert element.kind is ElementKind.UNKNOWN
    assert element.mandated
    assert element.identification == 0x1FF
    assert element.octets == octets
    assert isinstance(element.value, UnknownElement)
    assert element.value.unknown == (bytes.fromhex("8103AABBCC"),)


def test_an_unknown_element_without_a_header_is_kept() -> None:
    octets = tlv.encode(0xBF2A, bytes.fromhex("A00481020102"))
    element = decode_package(octets + tlv.encode(0xAB, b"")).elements[0]
    assert element.identification == 0x0102
    assert decode_package(tlv.encode(0xBF2A, bytes.fromhex("A003040100"))).elements[0].identification is None


def test_an_unknown_element_cannot_be_made() -> None:
    with pytest.raises(DecodeError, match="cannot be made"):
        ProfileElement.of(ElementKind.UNKNOWN, UnknownElement())


def test_unknown_fields_survive_a_change_of_known_ones() -> None:
    octets = bytes.fromhex("AA0AA0038101078303AABBCC".replace(" ", ""))
    element = decode_package(octets).elements[0]
    header = PeHeader(identification=8)
    changed = element.with_value(type(element.value)(header=header, unknown=element.value.unknown))  # type: ignore[call-arg]
    assert changed.octets == bytes.fromhex("AA0AA0038101088303AABBCC")


def test_what_is_no_element_is_refused() -> None:
    with pytest.raises(DecodeError, match="none of a profile element"):
        decode_package(bytes.fromhex("3000"))


def test_a_shared_pin_list_is_a_path() -> None:
    value = PinCodes(header=PeHeader(identification=3), pin_codes=FilePath(b"\x7f\xd0"))
    element = ProfileElement.of(ElementKind.PIN_CODES, value)
    assert element.octets.hex() == "a20ba003810103a10481027fd0"
    again = decode_package(element.octets).elements[0].value
    assert isinstance(again, PinCodes)
    assert isinstance(again.pin_codes, FilePath)
    assert again.configurations == ()


def test_keys_and_codes_do_not_print(package: Package) -> None:
    printed = repr(package)
    assert "<secret>" in printed
    for secret in ("465b5ce8b199b49f", r"F[\\xe8", "73829164", "8462", "94618273", "xfe\\xdc\\xba"):
        assert secret not in printed


def test_errors_name_the_element_the_field_and_the_offset(package: Package, package_octets: bytes) -> None:
    pin = package.of_kind(ElementKind.PIN_CODES)[0]
    value_at = package_octets.index(b"0000\xff\xff\xff\xff")
    broken = bytearray(package_octets)
    broken[value_at - 2] = 0x8E  # the tag of pinValue
    with pytest.raises(DecodeError) as caught:
        decode_package(bytes(broken))
    assert caught.value.path == ("element 3", "pin_codes", "0", "pin_value")
    assert caught.value.offset is not None
    assert pin.offset < caught.value.offset < pin.offset + len(pin.octets)
