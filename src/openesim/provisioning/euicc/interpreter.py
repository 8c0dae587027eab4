"""The profile interpreter: works through a decrypted profile package before it becomes a profile.

All elements are read, the file tree is built and the codes and keys are looked at; the first thing that this chip could
not carry out is reported in the words of the profile package specification (EUICCResponse), and nothing is
installed. What is kept is the package, parsed: files, PINs and keys are in it.

Source: TCA eUICC Profile Package 3.3.1 §8.1–8.11; SGP.22 v2.5 §5.5.5, §2.4.5.3.
"""

from __future__ import annotations

from openesim.encoding.tlv import read_header
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.applications import Application
from openesim.messages.saip.codes import PinCodes, PukCodes
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_tree import FileTree
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.response import EuiccResponse, PeStatus, PeStatusCode
from openesim.messages.saip.templates import KNOWN_TEMPLATES
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import ProfileClass, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.provisioning.euicc.owner_match import is_owner_of
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.state import Description
from openesim.provisioning.procedures.capabilities import CAPABILITY_OF_SERVICE

SUCCESS = EuiccResponse.success().encode()
"""The answer to a package of which every element was carried out."""

_SUPPORTED_MAJOR_VERSIONS = (2, 3)
_LONGEST_MESSAGE = 64
_TEST_KEY_FREE_OCTETS = 2

_NOT_CARRIED_OUT = frozenset(
    {
        ElementKind.NON_STANDARD,
        ElementKind.EAP,
        ElementKind.IOT,
        ElementKind.OPT_IOT,
        ElementKind.RFU1,
        ElementKind.RFU2,
        ElementKind.RFU3,
        ElementKind.RFU4,
        ElementKind.RFU5,
        ElementKind.UNKNOWN,
    }
)
"""Elements that this chip passes over, unless they are mandated."""

_AUTHENTICATING = (ElementKind.USIM, ElementKind.ISIM, ElementKind.CSIM)

_KEY_OCTETS = {
    (Algorithm.MILENAGE, 16): (UiccCapability.AKA_MILENAGE, 16),
    (Algorithm.TUAK, 16): (UiccCapability.AKA_TUAK128, 32),
    (Algorithm.TUAK, 32): (UiccCapability.AKA_TUAK256, 32),
    (Algorithm.USIM_TEST_ALGORITHM, 16): (UiccCapability.USIM_TEST_ALGORITHM, None),
}
"""By algorithm and length of K: the capability that is needed, and the length of OPc or TOPc."""


def interpret_package(octets: bytes, metadata: StoreMetadataRequest, description: Description) -> Package:
    """Return the package, parsed, if this chip can carry out all of it.

    Args:
        octets: the profile elements, decrypted and joined.
        metadata: what StoreMetadata said of the profile.
        description: what this chip can do.

    Raises:
        InstallationRefused: LoadProfileElements with PE processing error (12) and EUICCResponse, data mismatch (13) or
            invalid NAA key of a test profile (14).

    Source: SGP.22 v2.5 §5.5.5.
    """
    package = _decode(octets)
    _check_form(package)
    _check_header(package.header, metadata, description)
    for element, context in package.with_contexts():
        _check_element(element, context, description)
    _check_codes(package)
    tree = build_file_system(package)
    for fault in tree.faults:
        raise _refuse(fault.status, fault.identification, f"{fault.file}: {fault.reason}")
    _check_against_metadata(package, tree, metadata)
    return package


def skim_package(octets: bytes, metadata: StoreMetadataRequest, _description: Description) -> Package:
    """Return the package unread but for its header: for chips that only try a server out.

    Raises:
        InstallationRefused: the package does not begin with a header of this profile.
    """
    package = _decode(octets, only_header=True)
    if package.header.iccid_octets != metadata.iccid.plain_octets:
        raise _mismatch(metadata.iccid)
    return package


def _refuse(
    status: PeStatusCode, identification: int | None, message: str, offset: int | None = None
) -> InstallationRefused:
    """Return the refusal of a package, with the element that ended it."""
    fault = PeStatus(status=status, identification=identification, offset=offset)
    response = EuiccResponse(
        pe_status=(fault,),
        profile_installation_aborted=True,
        status_message=message[:_LONGEST_MESSAGE].ljust(2),
    )
    return InstallationRefused(
        BppCommandId.LOAD_PROFILE_ELEMENTS,
        ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        response.encode(),
    )


def _mismatch(iccid: Iccid) -> InstallationRefused:
    """Return the refusal of a package that is not the profile that its metadata announced."""
    reason = ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH
    return InstallationRefused(BppCommandId.LOAD_PROFILE_ELEMENTS, reason, iccid=iccid)


def _decode(octets: bytes, *, only_header: bool = False) -> Package:
    """Read the elements, or the first of them.

    Raises:
        InstallationRefused: malformed.
    """
    try:
        if not only_header:
            return decode_package(octets)
        _, _, end = read_header(octets, 0, len(octets))
        header = decode_package(octets[:end])
        header.header.iccid  # noqa: B018 (whether it can be read)
    except DecodeError as error:
        raise _refuse(PeStatusCode.INVALID_REQUEST_FORMAT, None, str(error), error.offset) from None
    return Package(octets, header.elements)


def _check_form(package: Package) -> None:
    """Refuse a package whose elements do not stand in their order.

    Raises:
        InstallationRefused: header not first, end not last, one of them twice, no MF, or an identification twice.

    Source: TCA eUICC Profile Package 3.3.1 §8.2, §8.1.4.
    """
    kinds = [element.kind for element in package.elements]
    once = (ElementKind.HEADER, ElementKind.END, ElementKind.MF)
    if (
        kinds[0] is not ElementKind.HEADER
        or kinds[-1] is not ElementKind.END
        or any(kinds.count(kind) != 1 for kind in once)
    ):
        raise _refuse(
            PeStatusCode.INVALID_REQUEST_FORMAT, None, "header, MF and end must stand there once, in order"
        )
    seen: set[int] = set()
    for element in package.elements:
        number = element.identification
        if number is not None and number in seen:
            raise _refuse(PeStatusCode.INVALID_REQUEST_FORMAT, number, "identification stands there twice")
        seen.add(-1 if number is None else number)


def _check_header(header: ProfileHeader, metadata: StoreMetadataRequest, description: Description) -> None:
    """Refuse a profile that asks for what this chip does not have.

    Raises:
        InstallationRefused: version, ICCID, a service, a template or a library.

    Source: TCA eUICC Profile Package 3.3.1 §8.2.1, §8.2.2.
    """
    if header.major_version not in _SUPPORTED_MAJOR_VERSIONS:
        version = f"version {header.major_version}.{header.minor_version}"
        raise _refuse(PeStatusCode.UNSUPPORTED_PROFILE_VERSION, None, version)
    if header.iccid_octets != metadata.iccid.plain_octets:
        raise _mismatch(metadata.iccid)
    for name in sorted(header.mandatory_services.names):
        if not CAPABILITY_OF_SERVICE.get(name, 0) & description.uicc_capability:
            raise _refuse(
                PeStatusCode.FEATURE_NOT_SUPPORTED,
                None,
                f"this chip has no {name}, which the profile demands",
            )
    for oid in header.mandatory_gfste_list:
        if oid not in KNOWN_TEMPLATES:
            raise _refuse(PeStatusCode.TEMPLATE_NOT_SUPPORTED, None, f"template {oid}")
    if header.mandatory_aids:
        raise _refuse(PeStatusCode.LIB_NOT_SUPPORTED, None, "library")


def _check_element(element: ProfileElement, context: ProfileElement | None, description: Description) -> None:
    """Refuse an element that this chip would have to carry out and cannot.

    Raises:
        InstallationRefused: an element of an unknown kind, code to load, or authentication parameters.
    """
    if element.kind in _NOT_CARRIED_OUT and element.mandated:
        raise _refuse(PeStatusCode.PE_NOT_SUPPORTED, element.identification, element.kind)
    value = element.value
    if isinstance(value, Application) and value.load_block is not None and element.mandated:
        raise _refuse(PeStatusCode.RUNTIME_NOT_SUPPORTED, element.identification, "no runtime for its code")
    if isinstance(value, AkaParameter):
        if context is None or context.kind not in _AUTHENTICATING:
            raise _refuse(PeStatusCode.INVALID_PARAMETER, element.identification, "no NAA before it")
        if isinstance(value.algo_configuration, AlgoParameter):
            _check_algorithm(element, value.algo_configuration, description)


def _check_algorithm(element: ProfileElement, parameter: AlgoParameter, description: Description) -> None:
    """Refuse an algorithm that the chip does not have, or keys of another length than it takes.

    Raises:
        InstallationRefused: unknown algorithm, bad key length, missing capability.

    Source: TCA eUICC Profile Package 3.3.1 §8.5.1.
    """
    algorithm, number = parameter.algorithm_id, element.identification
    if not isinstance(algorithm, Algorithm):
        raise _refuse(PeStatusCode.INVALID_PARAMETER, number, f"algorithm {int(algorithm)}")
    row = _KEY_OCTETS.get((algorithm, len(parameter.key)))
    if row is None or row[1] not in (None, len(parameter.opc)):
        raise _refuse(PeStatusCode.BAD_VALUES, number, "length of K, OPc or TOPc")
    if not row[0] & description.uicc_capability:
        raise _refuse(PeStatusCode.FEATURE_NOT_SUPPORTED, number, f"algorithm {int(algorithm)}")


def _check_codes(package: Package) -> None:
    """Refuse a PIN that is to be unblocked by a PUK which is not there.

    Raises:
        InstallationRefused: the PUK is missing.

    Source: TCA eUICC Profile Package 3.3.1 §8.4.
    """
    known = {puk.key_reference for codes in package.values(PukCodes) for puk in codes.puk_codes}
    for element in package.of_kind(ElementKind.PIN_CODES):
        pins = element.value.configurations if isinstance(element.value, PinCodes) else ()
        for pin in pins:
            if pin.unblocking_pin_reference is not None and pin.unblocking_pin_reference not in known:
                reason = f"PUK {int(pin.unblocking_pin_reference)}"
                raise _refuse(PeStatusCode.PIN_CODE_MISSING, element.identification, reason)


def _check_against_metadata(package: Package, tree: FileTree, metadata: StoreMetadataRequest) -> None:
    """Refuse a profile that is not what its metadata made the user believe.

    Raises:
        InstallationRefused: policy rules of an operator whose profile this is not (13), or a test profile with
            keys that could open a real network (14).

    Source: SGP.22 v2.5 §5.5.3 (profileOwner), §2.4.5.3 (test profile).
    """
    owner = metadata.profile_owner
    if metadata.profile_policy_rules and owner is not None and not is_owner_of(owner, tree):
        raise _mismatch(metadata.iccid)
    if metadata.profile_class == ProfileClass.TEST and not all(map(_is_test_key, _algorithms(package))):
        reason = ErrorReason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY
        raise InstallationRefused(BppCommandId.LOAD_PROFILE_ELEMENTS, reason, iccid=metadata.iccid)


def _algorithms(package: Package) -> list[AlgoParameter]:
    """Return the algorithms that are stated, not mapped to another NAA's."""
    configurations = (value.algo_configuration for value in package.values(AkaParameter))
    return [one for one in configurations if isinstance(one, AlgoParameter)]


def _is_test_key(parameter: AlgoParameter) -> bool:
    """Tell whether a key is worth nothing in a real network: test algorithm, or all but 16 bits are zero."""
    is_weak = not any(parameter.key[:-_TEST_KEY_FREE_OCTETS])
    return parameter.algorithm_id == Algorithm.USIM_TEST_ALGORITHM or is_weak
