"""A description becomes a package that says what the description says."""

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip import ef_values
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.applications import Rfm, SecurityDomain
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import Finding, Severity, check_package, has_errors
from openesim.messages.saip.codes import PinCodes
from openesim.messages.saip.description import Description, FifthGeneration, SuciCalculator
from openesim.messages.saip.elements import encode_value
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.suci_information import HomeNetworkKey, SchemeChoice, SuciInformation


def grave(package: Package) -> tuple[Finding, ...]:
    """What a check finds, notes aside."""
    return tuple(one for one in check_package(package) if one.severity is not Severity.NOTE)


def kinds_of(octets: bytes) -> list[str]:
    return [str(element.kind) for element in decode_package(octets).elements]


def test_what_is_built_has_nothing_that_a_check_would_say(package: Package) -> None:
    assert grave(package) == ()


def test_the_order_is_that_of_the_test_profiles(package_octets: bytes) -> None:
    assert kinds_of(package_octets) == [
        "header",
        "mf",
        "pukCodes",
        "pinCodes",
        "usim",
        "opt-usim",
        "pinCodes",
        "akaParameter",
        "gsm-access",
        "isim",
        "pinCodes",
        "akaParameter",
        "securityDomain",
        "rfm",
        "rfm",
        "end",
    ]


def test_the_smallest_package_leaves_out_what_is_not_asked_for(description: Description) -> None:
    small = replace(
        description,
        isim=False,
        gsm_access=False,
        ota=None,
        msisdn=None,
        smsc=None,
        gid1=None,
        preferred_plmns=(),
    )
    octets = build_package(small)
    package = decode_package(octets)
    assert grave(package) == ()
    assert kinds_of(octets) == [
        "header", "mf", "pukCodes", "pinCodes", "usim", "opt-usim", "pinCodes", "akaParameter", "securityDomain", "end",
    ]  # fmt: skip
    assert package.values(SecurityDomain)[0].key_list is None
    assert package.header.mandatory_services.names == {"usim", "milenage"}


def test_another_tool_reads_the_description_out_of_the_package(
    module: Any, package: Package, description: Description
) -> None:
    elements = [module.decode("ProfileElement", element.octets) for element in package.elements]
    read = dict(elements)
    header = read["header"]
    assert header["iccid"] == bytes.fromhex("8900100000000000002F")
    assert header["profileType"] == "Example Mobile"
    assert set(header["eUICC-Mandatory-services"]) == {"usim", "isim", "milenage"}
    assert dict(read["mf"]["ef-iccid"])["fillFileContent"] == bytes.fromhex("980001000000000000F2")
    usim = read["usim"]
    assert dict(usim["ef-imsi"])["fillFileContent"] == bytes.fromhex("080910101032547698")
    assert dict(usim["ef-acc"])["fillFileContent"] == b"\x02\x00"
    assert dict(usim["ef-ad"])["fillFileContent"] == b"\x00\x00\x00\x02"
    assert dict(usim["ef-spn"])["fillFileContent"] == b"\x01Example Mobile\xff\xff"
    smsp = dict(usim["ef-smsp"])["fillFileContent"]
    assert smsp[23:35] == bytes.fromhex("0791947100000000FFFFFFFF")
    opt_usim = read["opt-usim"]
    assert dict(opt_usim["ef-hplmnwact"])["fillFileContent"] == bytes.fromhex("00F110C880")
    assert dict(opt_usim["ef-oplmnwact"])["fillFileContent"] == bytes.fromhex("00F120C880130014C880")
    assert dict(opt_usim["ef-msisdn"])["fillFileContent"][10:18] == bytes.fromhex("0791947110325476")
    assert dict(opt_usim["ef-gid1"])["fillFileContent"] == b"\xab\xcd"
    aka = next(value for kind, value in elements if kind == "akaParameter")["algoConfiguration"][1]
    assert (aka["algorithmID"], aka["key"], aka["opc"]) == (1, description.k, description.opc)
    pins = [pin for kind, value in elements if kind == "pinCodes" for pin in value["pinCodes"][1]]
    assert [(pin["keyReference"], pin["pinValue"]) for pin in pins] == [
        (1, b"0000\xff\xff\xff\xff"),
        (10, description.adm1),
        (129, b"8462\xff\xff\xff\xff"),
        (129, b"8462\xff\xff\xff\xff"),
    ]
    assert [(puk["keyReference"], puk["pukValue"]) for puk in read["pukCodes"]["pukCodes"]] == [
        (1, b"73829164"),
        (129, b"94618273"),
    ]
    keys = read["securityDomain"]["keyList"]
    assert description.ota is not None
    assert [key["keyComponents"][0]["keyData"] for key in keys] == [
        description.ota.kic,
        description.ota.kid,
        description.ota.kik,
    ]
    assert [key["keyUsageQualifier"] for key in keys] == [b"\x18", b"\x14", b"\x48"]
    isim = read["isim"]
    impi = b"001010123456789@ims.mnc001.mcc001.3gppnetwork.org"
    assert dict(isim["ef-impi"])["fillFileContent"] == b"\x80" + bytes((len(impi),)) + impi


def test_every_element_is_in_its_canonical_form(package: Package) -> None:
    for element in package.elements:
        assert encode_value(element.kind, element.value) == element.octets


def test_services_of_the_usim_have_their_files(package: Package) -> None:
    tree = build_file_system(package)
    table = tree.find(bytes.fromhex("7FD06F38"))
    assert table is not None
    # services 10, 12 | 17, 19, 20, 21 | 27, 28 | 33, 38 | 42, 43 | 85
    assert table.content.hex() == "000a1d0c21060000000010000000000000"
    directory = tree.find(b"\x2f\x00")
    assert directory is not None
    assert [record.hex() for record in directory.records] == [
        "61184f10a0000000871002ffffffff890000010050045553494d",
        "61184f10a0000000871004ffffffff890000010050044953494d",
    ]
    assert tree.find(bytes.fromhex("7FD06F3B")) is None


@pytest.mark.parametrize(
    ("algorithm", "k", "opc", "service"),
    [
        (Algorithm.MILENAGE, 16, 16, "milenage"),
        (Algorithm.TUAK, 16, 32, "tuak128"),
        (Algorithm.TUAK, 32, 32, "tuak256"),
        (Algorithm.USIM_TEST_ALGORITHM, 16, 0, "usim_test_algorithm"),
    ],
)
def test_every_algorithm_is_declared_as_the_service_it_needs(
    description: Description, algorithm: Algorithm, k: int, opc: int, service: str
) -> None:
    changed = replace(description, algorithm=algorithm, k=bytes(range(0, 7 * k, 7)) if k == 16 else b"".join(
        bytes((one * one % 256,)) for one in range(k)), opc=bytes(opc))  # fmt: skip
    package = decode_package(build_package(changed))
    assert service in package.header.mandatory_services.names
    assert not has_errors(check_package(package))


@pytest.mark.parametrize("size", [4000, 12_000, 12_288, 20_000, 45_000])
def test_a_package_is_filled_up_to_a_size(description: Description, size: int) -> None:
    octets = build_package(description, size)
    assert size - 200 < len(octets) <= size
    package = decode_package(octets)
    assert grave(package) == ()
    messages = build_file_system(package).find(bytes.fromhex("7FD06F3C"))
    assert messages is not None
    assert set(messages.records) == {b"\x00" + b"\xff" * 175}


def test_a_size_that_is_too_small_or_too_large_is_no_error(description: Description) -> None:
    assert build_package(description, 10) == build_package(description)
    largest = decode_package(build_package(description, 1_000_000))
    assert 40_000 < len(largest.octets) < 60_000
    assert grave(largest) == ()


def test_the_same_description_gives_the_same_octets(description: Description) -> None:
    assert build_package(description) == build_package(description)


def test_pin1_is_asked_for_only_when_wanted(description: Description) -> None:
    enabled = decode_package(build_package(replace(description, pin1_enabled=True, pin1="4711")))
    first = enabled.values(PinCodes)[0].configurations[0]
    assert first.is_enabled
    assert (first.most_attempts, first.attempts_left) == (3, 3)
    disabled = decode_package(build_package(description)).values(PinCodes)[0].configurations[0]
    assert not disabled.is_enabled
    assert disabled.pin_attributes == 6


def test_remote_management_asks_for_the_security_that_is_described(package: Package) -> None:
    instances = package.values(Rfm)
    assert [one.instance_aid.hex() for one in instances] == ["a00000055910100001", "a00000055910100002"]
    assert {one.minimum_security_level for one in instances} == {b"\x16"}
    assert instances[0].adf_rfm_access is None
    assert instances[1].adf_rfm_access is not None


def test_three_digit_network_codes_are_written_with_their_length(description: Description) -> None:
    changed = replace(description, mcc="310", mnc="410", imsi=Imsi.parse("310410123456789"))
    tree = build_file_system(decode_package(build_package(changed)))
    assert tree.find(bytes.fromhex("7FD06FAD")).content.hex() == "00000003"  # type: ignore[union-attr]
    assert tree.find(bytes.fromhex("7FD06F62")).content.hex() == "130014c880"  # type: ignore[union-attr]
    domain = tree.find(bytes.fromhex("7FB06F03"))
    assert domain is not None
    assert domain.content[2:] == b"ims.mnc410.mcc310.3gppnetwork.org"


@pytest.mark.parametrize("digits", ["890010000000000000", "8900100000000000002", "89001000000000000002"])
def test_iccids_of_every_length_are_equal_in_header_and_file(description: Description, digits: str) -> None:
    package = decode_package(build_package(replace(description, iccid=Iccid.parse(digits))))
    assert package.iccid == digits
    assert not has_errors(check_package(package))


KEYS = (HomeNetworkKey(27, bytes(range(32))), HomeNetworkKey(28, b"\x02" + bytes(range(32))))
CONCEALING = SuciInformation((SchemeChoice(1, 1), SchemeChoice(2, 2)), KEYS)


@pytest.mark.parametrize("calculator", SuciCalculator)
def test_a_5g_profile_says_who_conceals_the_identity(
    description: Description, calculator: SuciCalculator, module: Any
) -> None:
    five_g = FifthGeneration(routing_indicator="71", suci_by=calculator, suci=CONCEALING)
    package = decode_package(build_package(replace(description, five_g=five_g)))
    assert grave(package) == ()
    tree = build_file_system(package)
    by_terminal, by_usim = tree.find(bytes.fromhex("7FD05FC04F07")), tree.find(bytes.fromhex("7FD05FD04F01"))
    is_usim = calculator is SuciCalculator.USIM
    assert (by_terminal is None, by_usim is None) == (is_usim, not is_usim)
    file = by_usim or by_terminal
    assert file is not None
    assert SuciInformation.decode(file.content) == CONCEALING
    routing = tree.find(bytes.fromhex("7FD05FC04F0A"))
    assert routing is not None
    assert routing.content.hex() == "17ffffff"
    table = tree.find(bytes.fromhex("7FD06F38"))
    assert table is not None
    assert {122, 123, 124} <= ef_values.services_in(table.content)
    assert (125 in ef_values.services_in(table.content)) == is_usim
    declared = package.header.mandatory_services.names
    assert ({"get_identity", "profile_a_x25519", "profile_b_p256"} <= declared) == is_usim
    for element in package.elements:
        module.decode("ProfileElement", element.octets)


def test_lists_of_networks_stand_in_their_files(description: Description) -> None:
    changed = replace(
        description,
        user_plmns=("26201",),
        equivalent_home_plmns=("00101", "00103"),
        forbidden_plmns=("310410",),
        access_classes=(12,),
        emergency_numbers=("110",),
        gid2=b"\x77",
    )
    package = decode_package(build_package(changed))
    assert grave(package) == ()
    tree = build_file_system(package)
    contents = {
        fid: tree.find(bytes.fromhex(f"7FD0{fid}"))
        for fid in ("6F60", "6FD9", "6F7B", "6F78", "6FB7", "6F3F")
    }
    assert {fid: file and file.content.hex() for fid, file in contents.items()} == {
        "6F60": "62f210c880",
        "6FD9": "00f11000f130",
        "6F7B": "130014" + "ff" * 9,
        "6F78": "1200",
        "6FB7": "11f0ff00",
        "6F3F": "77",
    }


def test_a_usim_that_conceals_with_the_null_scheme_only_is_taken(description: Description) -> None:
    package = decode_package(build_package(replace(description, five_g=FifthGeneration())))
    assert grave(package) == ()
    assert package.header.mandatory_services.names == {"usim", "isim", "milenage"}
