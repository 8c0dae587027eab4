"""What keys and codes of a package must be, so that the card it makes can use them.

Source: TCA eUICC Profile Package 3.3.1 §8.4, §8.5.1.
"""

from __future__ import annotations

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.codes import FilePath, PinCodes, PukCodes
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_tree import FileTree
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.provisioning.euicc.refusal import refuse_element
from openesim.provisioning.euicc.state import Description
from openesim.provisioning.uicc.build import element_directory
from openesim.provisioning.uicc.naa import build_naa

_KEY_OCTETS = {
    (Algorithm.MILENAGE, 16): (UiccCapability.AKA_MILENAGE, 16),
    (Algorithm.TUAK, 16): (UiccCapability.AKA_TUAK128, 32),
    (Algorithm.TUAK, 32): (UiccCapability.AKA_TUAK256, 32),
    (Algorithm.USIM_TEST_ALGORITHM, 16): (UiccCapability.USIM_TEST_ALGORITHM, None),
}
"""By algorithm and length of K: the capability that is needed, and the length of OPc or TOPc."""


def verify_algorithm(element: ProfileElement, parameter: AkaParameter, description: Description) -> None:
    """Refuse an algorithm that the chip does not have, or keys, constants and sequence numbers that cannot be.

    Args:
        element: where the parameters stand.
        parameter: of one application; mapped ones are the business of ``verify_applications``.
        description: what this chip can do.

    Raises:
        InstallationRefused: unknown algorithm (6), bad values (3), missing capability (10).

    Source: TCA eUICC Profile Package 3.3.1 §8.5.1.
    """
    configuration, number = parameter.algo_configuration, element.identification
    if not isinstance(configuration, AlgoParameter):
        return
    algorithm = configuration.algorithm_id
    if not isinstance(algorithm, Algorithm):
        raise refuse_element(PeStatusCode.INVALID_PARAMETER, number, f"algorithm {int(algorithm)}")
    row = _KEY_OCTETS.get((algorithm, len(configuration.key)))
    if row is None or row[1] not in (None, len(configuration.opc)):
        raise refuse_element(PeStatusCode.BAD_VALUES, number, "length of K, OPc or TOPc")
    if not row[0] & description.uicc_capability:
        raise refuse_element(PeStatusCode.FEATURE_NOT_SUPPORTED, number, f"algorithm {int(algorithm)}")
    try:
        build_naa(parameter, b"")
    except DecodeError as error:
        raise refuse_element(PeStatusCode.BAD_VALUES, number, error.reason) from None


def verify_codes(package: Package) -> None:
    """Refuse a PIN that is to be unblocked by a PUK which is not there.

    Raises:
        InstallationRefused: the PUK is missing (11).

    Source: TCA eUICC Profile Package 3.3.1 §8.4.
    """
    known = {puk.key_reference for codes in package.values(PukCodes) for puk in codes.puk_codes}
    for element in package.of_kind(ElementKind.PIN_CODES):
        pins = element.value.configurations if isinstance(element.value, PinCodes) else ()
        for pin in pins:
            if pin.unblocking_pin_reference is not None and pin.unblocking_pin_reference not in known:
                reason = f"PUK {int(pin.unblocking_pin_reference)}"
                raise refuse_element(PeStatusCode.PIN_CODE_MISSING, element.identification, reason)


def verify_applications(package: Package, tree: FileTree) -> None:
    """Refuse what names an application or a directory that is not there.

    Raises:
        InstallationRefused: an application without a name of its own, parameters mapped to one that has none, PINs shared
            with a directory that does not exist (6).

    Source: TCA eUICC Profile Package 3.3.1 §8.4, §8.5.1.
    """
    names = [adf.aid for adf in tree.adfs]
    for adf in tree.adfs:
        if (adf.aid is None or names.count(adf.aid) > 1) and adf.element is not None:
            number = adf.element.identification
            raise refuse_element(PeStatusCode.INVALID_PARAMETER, number, "AID is missing or not the only one")
    sources = _applications_with_parameters(package, tree)
    for element in package.elements:
        value, number = element.value, element.identification
        if isinstance(value, PinCodes) and isinstance(value.pin_codes, FilePath):
            target = tree.find(value.pin_codes)
            if target is None or not target.file_type.is_directory:
                reason = "no directory to share PINs with"
                raise refuse_element(PeStatusCode.INVALID_PARAMETER, number, reason)
        if isinstance(value, AkaParameter):
            configuration = value.algo_configuration
            if not isinstance(configuration, AlgoParameter) and configuration.mapping_source not in sources:
                reason = "no application to share parameters with"
                raise refuse_element(PeStatusCode.INVALID_PARAMETER, number, reason)


def _applications_with_parameters(package: Package, tree: FileTree) -> set[bytes]:
    """Return the names of the applications that have authentication parameters of their own."""
    found = set()
    for element, context in package.with_contexts():
        if isinstance(element.value, AkaParameter) and isinstance(
            element.value.algo_configuration, AlgoParameter
        ):
            directory = element_directory(tree, context)
            if directory is not None and directory.aid is not None:
                found.add(bytes(directory.aid))
    return found
