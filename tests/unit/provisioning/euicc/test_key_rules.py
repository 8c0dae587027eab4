"""What keys and codes of a package must be; every refusal leaves the chip as it was and names the element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm, MappingParameter
from openesim.messages.saip.codes import FilePath, PinCodes
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, FileSystem, TemplateFile
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.response import EuiccResponse, PeStatusCode
from openesim.messages.saip.secret_octets import SecretOctets
from tests.unit.provisioning.euicc import laboratory as lab

USIM_AID = bytes.fromhex("A0000000871002FFFFFFFF8900000100")


def refused_with(octets: bytes) -> tuple[PeStatusCode, int | None]:
    """PEStatus and identification that a chip signs for a package it downloads; the chip must be as before."""
    card = lab.new_card()
    segments = lab.bind(card, lab.Smdp(), lab.contents(package=octets))
    before = lab.lasting(card)
    result = lab.result_of(lab.load(card, segments))
    assert lab.lasting(card) == before
    response = EuiccResponse.decode(result.sima_response)
    assert response.profile_installation_aborted
    (fault,) = response.pe_status
    return PeStatusCode(fault.status), fault.identification


def change(kind: ElementKind, edit: Callable[[Any], Any], number: int = 0) -> tuple[bytes, int | None]:
    """A package in which an element of a kind has another value, and the identification of that element."""
    package = decode_package(lab.package())
    element = package.of_kind(kind)[number]
    return package.replace(element, edit(element.value)).octets, element.identification


def test_parameters_are_mapped_to_an_application_that_has_some() -> None:
    mapping = MappingParameter(mapping_options=b"\x06", mapping_source=bytes(7))
    octets, number = change(
        ElementKind.AKA_PARAMETER, lambda value: replace(value, algo_configuration=mapping), 1
    )
    assert refused_with(octets) == (PeStatusCode.INVALID_PARAMETER, number)


def test_two_applications_cannot_use_each_others_parameters() -> None:
    mapping = MappingParameter(mapping_options=b"\x06", mapping_source=USIM_AID)
    octets, number = change(
        ElementKind.AKA_PARAMETER, lambda value: replace(value, algo_configuration=mapping)
    )
    assert refused_with(octets) == (PeStatusCode.INVALID_PARAMETER, number)


@pytest.mark.parametrize(
    "changes",
    [
        {"rotation_constants": bytes((128, 0, 0, 0, 0))},
        {
            "algorithm_id": Algorithm.TUAK,
            "opc": SecretOctets(bytes(32)),
            "number_of_keccak": 0,
        },
    ],
)
def test_constants_that_cannot_be_are_bad_values(changes: dict[str, Any]) -> None:
    def edit(value: AkaParameter) -> AkaParameter:
        assert isinstance(value.algo_configuration, AlgoParameter)
        return replace(value, algo_configuration=replace(value.algo_configuration, **changes))

    octets, number = change(ElementKind.AKA_PARAMETER, edit)
    assert refused_with(octets) == (PeStatusCode.BAD_VALUES, number)


def test_a_sequence_number_has_43_bits() -> None:
    octets, number = change(
        ElementKind.AKA_PARAMETER, lambda value: replace(value, sqn_init=(b"\x08" + bytes(5),) * 32)
    )
    assert refused_with(octets) == (PeStatusCode.BAD_VALUES, number)


@pytest.mark.parametrize("path", [b"\x12\x34", b"\x7f\xd0\x6f\x07"])
def test_pins_are_shared_with_a_directory_that_is_there(path: bytes) -> None:
    octets, number = change(
        ElementKind.PIN_CODES, lambda value: PinCodes(header=value.header, pin_codes=FilePath(path)), 1
    )
    assert refused_with(octets) == (PeStatusCode.INVALID_PARAMETER, number)


def test_no_two_applications_have_one_name() -> None:
    def edit(value: FileSystem) -> FileSystem:
        adf, *others = value.files
        (fcp,) = (one for one in adf.instructions if isinstance(one, Fcp))
        named = TemplateFile(adf.position, adf.name, (replace(fcp, df_name=USIM_AID),))
        return replace(value, files=(named, *others))

    octets, _ = change(ElementKind.ISIM, edit)
    assert refused_with(octets)[0] == PeStatusCode.INVALID_PARAMETER


def test_a_good_package_is_installed() -> None:
    card = lab.new_card()
    lab.install(card)
    elements = decode_package(lab.package()).elements
    assert card.nvm.profiles[0].package == Package(lab.package(), elements)
    assert all(isinstance(one, ProfileElement) for one in elements)
