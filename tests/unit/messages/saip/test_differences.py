"""Two packages are told apart by what they say; of secrets only that they differ."""

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.description import Description
from openesim.messages.saip.differences import ABSENT, Difference, find_differences
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, FileSystem, GenericFileManagement
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.outline import MASK, plain
from openesim.messages.saip.package import Package, decode_package


def differences(description: Description, **changes: Any) -> list[tuple[str, str, Any, Any]]:
    first = decode_package(build_package(description))
    second = decode_package(build_package(replace(description, **changes)))
    return [
        (one.element, one.place, _plain(one.before), _plain(one.after))
        for one in find_differences(first, second)
    ]


def _plain(side: Any) -> Any:
    return side if side is ABSENT else plain(side)


def test_equal_packages_do_not_differ(package: Package, ts48: Package) -> None:
    assert find_differences(package, package) == ()
    assert find_differences(ts48, ts48) == ()


def test_another_subscriber_differs_in_what_names_him(description: Description) -> None:
    other = differences(
        description, iccid=Iccid.parse("8900100000000000010"), imsi=Imsi.parse("001010123456788")
    )
    assert [(element, place) for element, place, _, _ in other] == [
        ("header", "iccid"),
        ("mf", "EF.ICCID"),
        ("usim", "ADF.USIM/EF.IMSI"),
        ("usim", "ADF.USIM/EF.ACC[1]"),
        ("isim", "ADF.ISIM/EF.IMPI"),
        ("isim", "ADF.ISIM/EF.IMPU: 1"),
    ]
    assert other[2][2:] == ("001010123456789", "001010123456788")


def test_of_keys_it_is_said_only_that_they_differ(description: Description) -> None:
    assert differences(description, k=bytes(range(16)), pin1="9999") == [
        ("pinCodes", "pin_codes: PIN1.value", MASK, MASK),
        ("akaParameter", "algo_configuration: key", MASK, MASK),
    ]


def test_a_file_and_a_service_that_are_new_are_told(description: Description) -> None:
    assert differences(replace(description, gid1=None), gid1=b"\xab") == [
        ("usim", "ADF.USIM/EF.UST: 17", ABSENT, "GID1"),
        ("opt-usim", "ADF.USIM/EF.GID1", ABSENT, "AB"),
    ]


def test_elements_that_are_gone_are_told(description: Description) -> None:
    gone = differences(description, isim=False)
    assert ("isim", "", "isim", ABSENT) in gone
    assert ("pinCodes 3", "", "pinCodes", ABSENT) in gone


def test_a_file_that_another_element_makes_is_compared_all_the_same(package: Package) -> None:
    (opt_usim,) = package.of_kind(ElementKind.OPT_USIM)
    assert isinstance(opt_usim.value, FileSystem)
    rest = replace(
        opt_usim.value, files=tuple(file for file in opt_usim.value.files if file.name != "ef-gid1")
    )
    fcp = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x6f\x3e", ef_file_size=b"\x02", short_efid=b"")
    made = GenericFileManagement(
        header=PeHeader(identification=99), file_management_cmd=((FilePath(b"\x7f\xd0"), fcp, b"\xab\xce"),)
    )
    *others, end = package.replace(opt_usim, rest).elements
    moved = Package.of((*others, ProfileElement.of(ElementKind.GENERIC_FILE_MANAGEMENT, made), end))
    assert [(one.element, one.place, one.before, one.after) for one in find_differences(package, moved)] == [
        ("opt-usim", "ADF.USIM/EF.GID1: access", {"read": "PIN1", "update, deactivate, activate, delete": "ADM1"}, ABSENT),
        ("opt-usim", "ADF.USIM/EF.GID1", "ABCD", "ABCE"),
        ("genericFileManagement", "", ABSENT, "genericFileManagement"),
    ]  # fmt: skip


def test_another_order_is_told(package: Package) -> None:
    swapped = Package.of((package.elements[0], *reversed(package.elements[1:])))
    assert any(one.place == "order of elements" for one in find_differences(package, swapped))


def test_octets_that_no_reader_looks_at_are_compared_too(package: Package) -> None:
    # the second octet of EF.AD: no reader shows it
    changed = decode_package(package.octets.replace(b"\x83\x04\x00\x00\x00\x02", b"\x83\x04\x00\x01\x00\x02"))
    assert find_differences(package, changed) == (
        Difference("usim", "ADF.USIM/EF.AD", b"\x00\x00\x00\x02", b"\x00\x01\x00\x02"),
    )


def test_ts48_with_and_without_remote_management_differs_in_it(shared: Any) -> None:
    first, second = (
        decode_package((shared / "ts48" / f"TS48 V7.0 eSIM_GTP_SAIP2.3_NoBERTLV{end}.der").read_bytes())
        for end in ("", "_NoRAMRFM")
    )
    elements = [one.element for one in find_differences(first, second)]
    assert elements[-4:] == ["rfm", "rfm 2", "rfm 3", "rfm 4"]
    assert "securityDomain" in elements


def test_absence_says_what_it_is() -> None:
    assert repr(ABSENT) == "absent"


@pytest.mark.parametrize("octets", ["AB00", "AA05A003810101"])
def test_the_oddest_packages_are_compared(package: Package, octets: str) -> None:
    assert find_differences(package, decode_package(bytes.fromhex(octets)))
