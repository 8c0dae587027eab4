"""What a package asks of a chip is known before a download is spent on it."""

from dataclasses import replace

import pytest

from openesim.kernel.ids import Oid
from openesim.messages.saip.capabilities import (
    CAPABILITY_OF_SERVICE,
    check_against_chip,
    memory_needed,
    required_capabilities,
)
from openesim.messages.saip.header import SERVICE_NAMES, ServicesList
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.response import PeStatusCode

ENOUGH = {"usim_support", "isim_support", "aka_milenage"}


def test_every_service_has_a_capability() -> None:
    assert set(CAPABILITY_OF_SERVICE) == SERVICE_NAMES
    assert len(set(CAPABILITY_OF_SERVICE.values())) == len(SERVICE_NAMES)


def test_a_package_asks_for_what_it_holds(package: Package) -> None:
    assert required_capabilities(package) == ENOUGH


def test_ts48_asks_for_what_its_header_lists(largest_ts48: Package) -> None:
    assert required_capabilities(largest_ts48) == {
        "usim_support",
        "isim_support",
        "csim_support",
        "usim_test_algorithm",
        "ber_tlv_file_support",
        "get_identity",
        "profile_a_x25519",
        "profile_b_p256",
    }


def test_a_chip_that_has_everything_is_predicted_no_failure(package: Package) -> None:
    assert check_against_chip(package, ENOUGH, 100_000) == ()
    assert check_against_chip(package, ENOUGH) == ()


def test_a_service_that_is_missing_is_predicted(package: Package) -> None:
    failures = check_against_chip(package, {"usim_support", "aka_milenage"})
    assert [(one.status, one.element) for one in failures] == [(PeStatusCode.FEATURE_NOT_SUPPORTED, "header")]
    assert "isim" in failures[0].reason


def test_a_service_that_the_header_forgot_is_predicted_too(package: Package) -> None:
    header = package.header
    silent = package.replace(
        package.elements[0], replace(header, mandatory_services=ServicesList.of("usim", "isim"))
    )
    failures = check_against_chip(silent, {"usim_support", "isim_support"})
    assert [one.reason for one in failures] == ["chip has no milenage, which the content needs"]


def test_too_little_memory_is_predicted(package: Package) -> None:
    needed = memory_needed(package)
    assert 3000 < needed < 8000
    assert check_against_chip(package, ENOUGH, needed) == ()
    failures = check_against_chip(package, ENOUGH, needed - 1)
    assert [one.status for one in failures] == [PeStatusCode.NOT_ENOUGH_MEMORY]


def test_a_template_that_is_not_known_is_predicted(package: Package) -> None:
    header = package.header
    changed = package.replace(
        package.elements[0],
        replace(header, mandatory_gfste_list=(*header.mandatory_gfste_list, Oid("2.23.143.1.2.77"))),
    )
    assert [one.status for one in check_against_chip(changed, ENOUGH)] == [
        PeStatusCode.TEMPLATE_NOT_SUPPORTED
    ]


def test_a_service_without_a_name_is_not_passed_over(package: Package) -> None:
    unknown = replace(package.header.mandatory_services, unknown=(b"\x9e\x00",))
    changed = package.replace(package.elements[0], replace(package.header, mandatory_services=unknown))
    assert decode_package(changed.octets).header.mandatory_services.names >= {"tag 9E"}
    assert required_capabilities(changed) == ENOUGH | {"tag 9E"}
    assert [one.status for one in check_against_chip(changed, ENOUGH)] == [PeStatusCode.FEATURE_NOT_SUPPORTED]


@pytest.mark.parametrize("kind", [ElementKind.USIM, ElementKind.ISIM])
def test_two_applications_of_a_kind_need_a_capability_of_their_own(
    package: Package, kind: ElementKind
) -> None:
    again = Package.of((*package.elements[:-1], *package.of_kind(kind), package.elements[-1]))
    assert f"multiple_{kind}_support" in required_capabilities(again)
