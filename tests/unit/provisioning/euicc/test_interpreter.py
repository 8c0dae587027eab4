"""The profile interpreter: which packages this chip can carry out, and what it says of the others."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, Imsi, Oid
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.applications import Application, ApplicationLoadPackage, NonStandard
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import PinCodes, PukCodes
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import FileSystem
from openesim.messages.saip.header import MandatoryAid, PeHeader, ProfileHeader, ServicesList
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.response import EuiccResponse, PeStatusCode
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import ProfileClass, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.interpreter import SUCCESS, interpret_package, skim_package
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.state import Description
from tests.unit.provisioning.euicc import laboratory as lab

CHIP = Description()
Elements = list[ProfileElement]


def elements() -> Elements:
    """The elements of a good package, to be spoilt."""
    return list(decode_package(lab.package()).elements)


def join(some: Iterable[ProfileElement]) -> bytes:
    """A package of some elements."""
    return b"".join(element.octets for element in some)


def change(kind: ElementKind, edit: Callable[[Any], Any], some: Elements | None = None) -> bytes:
    """A package in which the first element of a kind has another value."""
    some = some or elements()
    at = next(i for i, element in enumerate(some) if element.kind is kind)
    some[at] = some[at].with_value(edit(some[at].value))
    return join(some)


def refusal(
    octets: bytes, metadata: StoreMetadataRequest | None = None, chip: Description = CHIP
) -> InstallationRefused:
    """How a chip refuses a package."""
    with pytest.raises(InstallationRefused) as raised:
        interpret_package(octets, metadata or lab.metadata(), chip)
    assert raised.value.command == BppCommandId.LOAD_PROFILE_ELEMENTS
    return raised.value


def status(octets: bytes, chip: Description = CHIP) -> tuple[int, int | None]:
    """PEStatus and identification with which a chip refuses a package."""
    refused = refusal(octets, chip=chip)
    assert refused.reason == ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR
    assert refused.sima_response is not None
    response = EuiccResponse.decode(refused.sima_response)
    assert response.profile_installation_aborted
    (fault,) = response.pe_status
    return int(fault.status), fault.identification


def test_a_good_package_comes_back_parsed() -> None:
    package = interpret_package(lab.package(), lab.metadata(), CHIP)
    assert package.octets == lab.package()
    assert package.of_kind(ElementKind.USIM)
    assert package.values(AkaParameter)


def test_success_is_written_as_the_standard_shows_it() -> None:
    assert SUCCESS.hex() == "3007a0053003800100"


@pytest.mark.parametrize(
    "algorithm",
    [
        {},
        {"algorithm": Algorithm.TUAK, "opc": bytes(32)},
        {"algorithm": Algorithm.TUAK, "k": bytes(32), "opc": bytes(32)},
        {"algorithm": Algorithm.USIM_TEST_ALGORITHM, "opc": b""},
    ],
)
def test_all_algorithms_of_the_chip_are_installed(algorithm: dict[str, Any]) -> None:
    interpret_package(build_package(lab.subscription(**algorithm)), lab.metadata(), CHIP)


# --- Form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda some: some[1:],
        lambda some: some[:-1],
        lambda some: [some[1], some[0], *some[2:]],
        lambda some: [*some, some[-1]],
        lambda some: [some[0], *some],
        lambda some: [one for one in some if one.kind is not ElementKind.MF],
        lambda some: [*some[:2], some[1], *some[2:]],
    ],
    ids=["no header", "no end", "MF first", "two ends", "two headers", "no MF", "two MFs"],
)
def test_header_mf_and_end_stand_there_once_and_in_order(spoil: Callable[[Elements], Elements]) -> None:
    assert status(join(spoil(elements()))) == (PeStatusCode.INVALID_REQUEST_FORMAT, None)


def test_an_identification_stands_for_one_element() -> None:
    def renumber(value: PukCodes) -> PukCodes:
        return replace(value, header=replace(value.header, identification=1))

    assert status(change(ElementKind.PUK_CODES, renumber)) == (PeStatusCode.INVALID_REQUEST_FORMAT, 1)


@pytest.mark.parametrize(
    "octets", [b"", b"\xa0", b"\xa0\x05abc", lab.package()[:-1], lab.package() + b"\x00"]
)
def test_what_is_no_package_is_told_with_the_place(octets: bytes) -> None:
    refused = refusal(octets)
    response = EuiccResponse.decode(refused.sima_response or b"")
    assert response.pe_status[0].status == PeStatusCode.INVALID_REQUEST_FORMAT
    assert response.status_message


def test_the_message_for_people_never_quotes_a_key() -> None:
    def shorten(value: AkaParameter) -> AkaParameter:
        assert isinstance(value.algo_configuration, AlgoParameter)
        return replace(
            value, algo_configuration=replace(value.algo_configuration, key=SecretOctets(b"\xab\xcd" * 7))
        )

    refused = refusal(change(ElementKind.AKA_PARAMETER, shorten))
    assert b"abcd" not in (refused.sima_response or b"").lower()
    assert b"\xab\xcd" not in (refused.sima_response or b"")


# --- Header ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"major_version": 1}, PeStatusCode.UNSUPPORTED_PROFILE_VERSION),
        ({"major_version": 4}, PeStatusCode.UNSUPPORTED_PROFILE_VERSION),
        ({"mandatory_services": ServicesList.of("usim", "javacard")}, PeStatusCode.FEATURE_NOT_SUPPORTED),
        ({"mandatory_services": ServicesList.of("cave")}, PeStatusCode.FEATURE_NOT_SUPPORTED),
        ({"mandatory_services": ServicesList(unknown=(b"\x9e\x00",))}, PeStatusCode.FEATURE_NOT_SUPPORTED),
        ({"mandatory_gfste_list": (Oid("2.23.143.1.2.99"),)}, PeStatusCode.TEMPLATE_NOT_SUPPORTED),
        (
            {"mandatory_aids": (MandatoryAid(aid=bytes(7), version=b"\x01\x00"),)},
            PeStatusCode.LIB_NOT_SUPPORTED,
        ),
    ],
)
def test_what_the_header_asks_for_in_vain_is_named(fields: dict[str, Any], code: PeStatusCode) -> None:
    def edit(value: ProfileHeader) -> ProfileHeader:
        return replace(value, **fields)

    assert status(change(ElementKind.HEADER, edit)) == (code, None)


def test_a_service_that_the_chip_lacks_is_named_for_people() -> None:
    def ask_for_java_card(value: ProfileHeader) -> ProfileHeader:
        return replace(value, mandatory_services=ServicesList.of("usim", "javacard"))

    response = EuiccResponse.decode(
        refusal(change(ElementKind.HEADER, ask_for_java_card)).sima_response or b""
    )
    assert response.status_message == "this chip has no javacard, which the profile demands"


def test_version_three_is_carried_out_too() -> None:
    octets = change(ElementKind.HEADER, lambda value: replace(value, major_version=3))
    interpret_package(octets, lab.metadata(), CHIP)


def test_another_iccid_is_a_mismatch_without_an_answer_of_the_interpreter() -> None:
    refused = refusal(lab.package(), lab.metadata(lab.SECOND_ICCID))
    assert refused.reason == ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH
    assert refused.sima_response is None


# --- Elements ----------------------------------------------------------------------------------------------------


def inserted(value: Any, kind: ElementKind) -> bytes:
    """A package with one more element before its end."""
    some = elements()
    some.insert(-1, ProfileElement.of(kind, value))
    return join(some)


@pytest.mark.parametrize("mandated", [True, False])
def test_an_element_of_one_issuer_is_passed_over_unless_it_is_mandated(mandated: bool) -> None:
    value = NonStandard(
        header=PeHeader(mandated=mandated, identification=700), issuer_id=Oid("2.999.1"), content=b"x"
    )
    octets = inserted(value, ElementKind.NON_STANDARD)
    if mandated:
        assert status(octets) == (PeStatusCode.PE_NOT_SUPPORTED, 700)
    else:
        interpret_package(octets, lab.metadata(), CHIP)


@pytest.mark.parametrize("mandated", [True, False])
def test_code_to_load_is_passed_over_unless_it_is_mandated(mandated: bool) -> None:
    block = ApplicationLoadPackage(load_package_aid=bytes(7), load_block_object=b"\xca\xfe")
    value = Application(header=PeHeader(mandated=mandated, identification=701), load_block=block)
    octets = inserted(value, ElementKind.APPLICATION)
    if mandated:
        assert status(octets) == (PeStatusCode.RUNTIME_NOT_SUPPORTED, 701)
    else:
        interpret_package(octets, lab.metadata(), CHIP)


def test_an_unknown_template_is_refused_with_its_element() -> None:
    def edit(value: FileSystem) -> FileSystem:
        return replace(value, template_id=Oid("2.23.143.1.2.99"))

    code, identification = status(change(ElementKind.USIM, edit))
    assert code == PeStatusCode.TEMPLATE_NOT_SUPPORTED
    assert identification is not None


def test_files_that_cannot_be_made_are_refused() -> None:
    some = [element for element in elements() if element.kind is not ElementKind.USIM]
    code, _ = status(join(some))
    assert code == PeStatusCode.INVALID_PARAMETER


def test_a_pin_may_name_only_a_puk_that_is_there() -> None:
    def edit(value: PinCodes) -> PinCodes:
        first, *others = value.configurations
        return replace(value, pin_codes=(replace(first, unblocking_pin_reference=8), *others))

    code, identification = status(change(ElementKind.PIN_CODES, edit))
    assert (code, identification) == (PeStatusCode.PIN_CODE_MISSING, 3)


def with_algorithm(**fields: Any) -> bytes:
    """A package whose USIM authenticates in another way."""

    def edit(value: AkaParameter) -> AkaParameter:
        assert isinstance(value.algo_configuration, AlgoParameter)
        return replace(value, algo_configuration=replace(value.algo_configuration, **fields))

    return change(ElementKind.AKA_PARAMETER, edit)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"algorithm_id": 4}, PeStatusCode.INVALID_PARAMETER),
        ({"key": SecretOctets(bytes(15))}, PeStatusCode.BAD_VALUES),
        ({"key": SecretOctets(bytes(32))}, PeStatusCode.BAD_VALUES),
        ({"opc": SecretOctets(bytes(32))}, PeStatusCode.BAD_VALUES),
        ({"algorithm_id": Algorithm.TUAK}, PeStatusCode.BAD_VALUES),
    ],
)
def test_keys_of_a_wrong_length_and_unknown_algorithms_are_refused(
    fields: dict[str, Any], code: PeStatusCode
) -> None:
    assert status(with_algorithm(**fields))[0] == code


def test_an_algorithm_that_the_chip_lacks_is_refused_even_where_the_header_does_not_ask_for_it() -> None:
    weak = replace(
        CHIP, uicc_capability=UiccCapability(UiccCapability.USIM_SUPPORT | UiccCapability.ISIM_SUPPORT)
    )
    silent = change(
        ElementKind.HEADER, lambda value: replace(value, mandatory_services=ServicesList.of("usim"))
    )
    assert status(silent, weak)[0] == PeStatusCode.FEATURE_NOT_SUPPORTED


def test_authentication_belongs_to_an_application() -> None:
    some = elements()
    at = next(i for i, element in enumerate(some) if element.kind is ElementKind.AKA_PARAMETER)
    some.insert(2, some.pop(at))
    assert status(join(some))[0] == PeStatusCode.INVALID_PARAMETER


# --- Against the metadata ----------------------------------------------------------------------------------------

TEST_KEY = SecretOctets(bytes(14) + b"\x12\x34")


@pytest.mark.parametrize(
    ("fields", "is_allowed"),
    [
        ({}, False),
        ({"key": TEST_KEY}, True),
        ({"algorithm_id": Algorithm.USIM_TEST_ALGORITHM}, True),
        ({"key": SecretOctets(bytes(13) + b"\x01\x00\x00")}, False),
    ],
)
def test_a_test_profile_carries_no_key_of_a_real_network(fields: dict[str, Any], is_allowed: bool) -> None:
    metadata = lab.metadata(profile_class=ProfileClass.TEST)
    octets = with_algorithm(**fields)
    if is_allowed:
        interpret_package(octets, metadata, CHIP)
        return
    refused = refusal(octets, metadata)
    assert refused.reason == ErrorReason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY


@pytest.mark.parametrize(
    ("mcc_mnc", "gid1", "is_owner"),
    [("00f110", None, True), ("00f120", None, False), ("00f110", b"\x01", False), ("001110", None, False)],
)
def test_policy_rules_hold_for_the_operator_whose_profile_it_is(
    mcc_mnc: str, gid1: bytes | None, is_owner: bool
) -> None:
    metadata = lab.metadata(
        profile_owner=OperatorId(mcc_mnc=bytes.fromhex(mcc_mnc), gid1=gid1),
        profile_policy_rules=PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED),
    )
    if is_owner:
        interpret_package(lab.package(), metadata, CHIP)
        return
    assert refusal(lab.package(), metadata).reason == ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH


def test_an_owner_without_policy_rules_is_only_told() -> None:
    metadata = lab.metadata(profile_owner=OperatorId(mcc_mnc=b"\x99\x99\x99"))
    interpret_package(lab.package(), metadata, CHIP)


def test_a_group_identifier_is_compared_with_the_file() -> None:
    octets = build_package(lab.subscription(gid1=b"\x42", imsi=Imsi("001010123456789")))
    owner = OperatorId(mcc_mnc=bytes.fromhex("00f110"), gid1=b"\x42")
    metadata = lab.metadata(profile_owner=owner, profile_policy_rules=PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED))
    interpret_package(octets, metadata, CHIP)


# --- For load generators -----------------------------------------------------------------------------------------


def test_skimming_reads_the_header_and_nothing_else() -> None:
    octets = elements()[0].octets + b"\xb0\x02??"
    package = skim_package(octets, lab.metadata(), CHIP)
    assert (package.octets, len(package.elements)) == (octets, 1)


@pytest.mark.parametrize("octets", [b"", b"\xa0\x01", b"text", lab.package(Iccid(lab.SECOND_ICCID))])
def test_skimming_still_wants_the_right_profile(octets: bytes) -> None:
    with pytest.raises(InstallationRefused):
        skim_package(octets, lab.metadata(), CHIP)
