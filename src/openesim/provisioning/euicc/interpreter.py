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
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_tree import FileTree
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.response import EuiccResponse, PeStatusCode
from openesim.messages.saip.templates import KNOWN_TEMPLATES
from openesim.messages.sgp22.metadata import ProfileClass, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.provisioning.euicc.key_rules import verify_algorithm, verify_applications, verify_codes
from openesim.provisioning.euicc.owner_match import is_owner_of
from openesim.provisioning.euicc.refusal import InstallationRefused, refuse_element
from openesim.provisioning.euicc.state import Description
from openesim.provisioning.procedures.capabilities import CAPABILITY_OF_SERVICE

SUCCESS = EuiccResponse.success().encode()
"""The answer to a package of which every element was carried out."""

_SUPPORTED_MAJOR_VERSIONS = (2, 3)
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
    verify_codes(package)
    tree = build_file_system(package)
    for fault in tree.faults:
        raise refuse_element(fault.status, fault.identification, f"{fault.file}: {fault.reason}")
    verify_applications(package, tree)
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
        raise refuse_element(PeStatusCode.INVALID_REQUEST_FORMAT, None, str(error), error.offset) from None
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
        raise refuse_element(
            PeStatusCode.INVALID_REQUEST_FORMAT, None, "header, MF and end must stand there once, in order"
        )
    seen: set[int] = set()
    for element in package.elements:
        number = element.identification
        if number is not None and number in seen:
            raise refuse_element(
                PeStatusCode.INVALID_REQUEST_FORMAT, number, "identification stands there twice"
            )
        seen.add(-1 if number is None else number)


def _check_header(header: ProfileHeader, metadata: StoreMetadataRequest, description: Description) -> None:
    """Refuse a profile that asks for what this chip does not have.

    Raises:
        InstallationRefused: version, ICCID, a service, a template or a library.

    Source: TCA eUICC Profile Package 3.3.1 §8.2.1, §8.2.2.
    """
    if header.major_version not in _SUPPORTED_MAJOR_VERSIONS:
        version = f"version {header.major_version}.{header.minor_version}"
        raise refuse_element(PeStatusCode.UNSUPPORTED_PROFILE_VERSION, None, version)
    if header.iccid_octets != metadata.iccid.plain_octets:
        raise _mismatch(metadata.iccid)
    for name in sorted(header.mandatory_services.names):
        if not CAPABILITY_OF_SERVICE.get(name, 0) & description.uicc_capability:
            raise refuse_element(
                PeStatusCode.FEATURE_NOT_SUPPORTED,
                None,
                f"this chip has no {name}, which the profile demands",
            )
    for oid in header.mandatory_gfste_list:
        if oid not in KNOWN_TEMPLATES:
            raise refuse_element(PeStatusCode.TEMPLATE_NOT_SUPPORTED, None, f"template {oid}")
    if header.mandatory_aids:
        raise refuse_element(PeStatusCode.LIB_NOT_SUPPORTED, None, "library")


def _check_element(element: ProfileElement, context: ProfileElement | None, description: Description) -> None:
    """Refuse an element that this chip would have to carry out and cannot.

    Raises:
        InstallationRefused: an element of an unknown kind, code to load, or authentication parameters.
    """
    if element.kind in _NOT_CARRIED_OUT and element.mandated:
        raise refuse_element(PeStatusCode.PE_NOT_SUPPORTED, element.identification, element.kind)
    value = element.value
    if isinstance(value, Application) and value.load_block is not None and element.mandated:
        raise refuse_element(
            PeStatusCode.RUNTIME_NOT_SUPPORTED, element.identification, "no runtime for its code"
        )
    if isinstance(value, AkaParameter):
        if context is None or context.kind not in _AUTHENTICATING:
            raise refuse_element(PeStatusCode.INVALID_PARAMETER, element.identification, "no NAA before it")
        verify_algorithm(element, value, description)


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
