"""What a package asks of a chip, and which installation failures that predicts.

The names are those of UICCCapability in lower case (``usim_support``, ``aka_milenage``), as a chip states them.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (ServicesList, UICCCapability); SGP.22 v2.5 §4.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.applications import Application, SecurityDomain
from openesim.messages.saip.ef_values import services_in
from openesim.messages.saip.file_tree import CardFile, FileTree
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.saip.suci_information import SuciInformation
from openesim.messages.saip.templates import FileType, template

CAPABILITY_OF_SERVICE = {
    "contactless": "contactless_support",
    "usim": "usim_support",
    "isim": "isim_support",
    "csim": "csim_support",
    "milenage": "aka_milenage",
    "tuak128": "aka_tuak128",
    "cave": "aka_cave",
    "gba_usim": "gba_authen_usim",
    "gba_isim": "gba_authen_isim",
    "mbms": "mbms_authen_usim",
    "eap": "eap_client",
    "javacard": "javacard",
    "multos": "multos",
    "multiple_usim": "multiple_usim_support",
    "multiple_isim": "multiple_isim_support",
    "multiple_csim": "multiple_csim_support",
    "tuak256": "aka_tuak256",
    "usim_test_algorithm": "usim_test_algorithm",
    "ber_tlv": "ber_tlv_file_support",
    "df_link": "df_link_support",
    "cat_tp": "cat_tp",
    "get_identity": "get_identity",
    "profile_a_x25519": "profile_a_x25519",
    "profile_b_p256": "profile_b_p256",
    "suci_calculator_api": "suci_calculator_api",
    "dns_resolution": "dns_resolution",
    "scp11ac": "scp11ac",
    "scp11c_authorization_mechanism": "scp11c_authorization_mechanism",
    "s16mode": "s16mode",
    "eaka": "eaka",
}
"""UICCCapability, in lower case, by service of the profile header."""

UNDECISIVE_SERVICES = frozenset({"usim_test_algorithm", "csim", "cave"})
"""Services whose lack does not decide: chips before SAIP 3 have the test algorithm without a bit to say so, and chips of
the field take the generic test profiles (TS.48), which call CSIM mandatory, without announcing it."""

_GBA, _MBMS, _SUCI_BY_USIM = 68, 69, 125
_SUCI_PROFILES = {1: "profile_a_x25519", 2: "profile_b_p256"}
_APPLICATIONS = (
    (ElementKind.USIM, "usim", "multiple_usim"),
    (ElementKind.ISIM, "isim", "multiple_isim"),
    (ElementKind.CSIM, "csim", "multiple_csim"),
)
_FULL_KEY = 32


@dataclass(frozen=True, slots=True)
class PredictedFailure:
    """Why a chip would not install a package.

    Attributes:
        status: the PEStatus it would answer.
        element: kind and identification of the element that fails.
        reason: what the chip lacks.
        service: which service it lacks, in the words of the profile header; empty where it is something else.
    """

    status: PeStatusCode
    element: str
    reason: str
    service: str = ""


def services_used(package: Package, tree: FileTree) -> frozenset[str]:
    """Return the services that the content of a package needs, in the words of the profile header."""
    return frozenset((*_by_elements(package), *_by_files(tree)))


def _by_elements(package: Package) -> Iterator[str]:
    for kind, one, several in _APPLICATIONS:
        count = len(package.of_kind(kind))
        if count:
            yield one
        if count > 1:
            yield several
    for parameter in package.values(AkaParameter):
        service = _algorithm_service(parameter)
        if service:
            yield service
    for application in package.values(Application):
        if application.load_block:
            yield "javacard"
    for domain in package.values(SecurityDomain):
        if domain.cat_tp_parameters:
            yield "cat_tp"
    if package.of_kind(ElementKind.EAP):
        yield "eap"


def _algorithm_service(parameter: AkaParameter) -> str | None:
    algorithm = parameter.algo_configuration
    if not isinstance(algorithm, AlgoParameter):
        return None
    if algorithm.algorithm_id == Algorithm.TUAK:
        return "tuak256" if len(algorithm.key) == _FULL_KEY else "tuak128"
    names = {Algorithm.MILENAGE: "milenage", Algorithm.USIM_TEST_ALGORITHM: "usim_test_algorithm"}
    return names.get(Algorithm(algorithm.algorithm_id)) if algorithm.algorithm_id in names else None


def _by_files(tree: FileTree) -> Iterator[str]:
    for file in tree.files():
        if file.file_type is FileType.BER_TLV:
            yield "ber_tlv"
        if file.link_path is not None and file.file_type.is_directory:
            yield "df_link"
    for adf in tree.adfs:
        table = adf.child("ef-ust")
        if table is None:
            continue
        services = services_in(table.content)
        if _GBA in services:
            yield "gba_usim"
        if _MBMS in services:
            yield "mbms"
        if _SUCI_BY_USIM in services:
            yield "get_identity"
            yield from _suci_profiles(adf)


def _suci_profiles(adf: CardFile) -> Iterator[str]:
    """Yield the protection schemes that the USIM is told to calculate SUCIs with."""
    directory = adf.child("df-df-saip")
    information = directory.child("ef-suci-calc-info-usim") if directory else None
    if information is None:
        return
    try:
        schemes = SuciInformation.decode(information.content).schemes
    except DecodeError:
        return
    for one in schemes:
        if one.scheme in _SUCI_PROFILES:
            yield _SUCI_PROFILES[one.scheme]


def required_capabilities(package: Package) -> frozenset[str]:
    """Return what a chip must be capable of: what the header asks for and what the content needs.

    Services that we have no name for appear as the header writes them.
    """
    needed = set(services_used(package, build_file_system(package)))
    for header in package.values(ProfileHeader):
        needed |= header.mandatory_services.names
    return frozenset(CAPABILITY_OF_SERVICE.get(name, name) for name in needed)


def memory_needed(package: Package, tree: FileTree | None = None) -> int:
    """Return the octets a chip needs at the very least: contents of files and code, nothing around them."""
    files = sum(
        file.size or 0
        for file in (tree or build_file_system(package)).files()
        if not file.file_type.is_directory and file.link_path is None
    )
    code = sum(len(one.load_block.load_block_object) for one in package.values(Application) if one.load_block)
    return files + code


def check_against_chip(
    package: Package, services: Collection[str], free_memory: int | None = None
) -> tuple[PredictedFailure, ...]:
    """Return why a chip would refuse a package, before a download is spent on it.

    Args:
        package: the package.
        services: capabilities of the chip, as in ``required_capabilities``.
        free_memory: octets free for profiles, where known.
    """
    tree = build_file_system(package)
    failures = [*_missing_services(package, tree, services), *_missing_templates(package)]
    failures += (PredictedFailure(fault.status, fault.element, fault.reason) for fault in tree.faults)
    needed = memory_needed(package, tree)
    if free_memory is not None and needed > free_memory:
        reason = f"needs {needed} octets at least, {free_memory} are free"
        failures.append(PredictedFailure(PeStatusCode.NOT_ENOUGH_MEMORY, "", reason))
    return tuple(dict.fromkeys(failures))


def _missing_services(
    package: Package, tree: FileTree, services: Collection[str]
) -> Iterator[PredictedFailure]:
    declared = frozenset[str]().union(
        *(one.mandatory_services.names for one in package.values(ProfileHeader))
    )
    for name in sorted(declared):
        if CAPABILITY_OF_SERVICE.get(name, name) not in services:
            reason = f"chip has no {name}, which the header asks for"
            yield PredictedFailure(PeStatusCode.FEATURE_NOT_SUPPORTED, str(ElementKind.HEADER), reason, name)
    for name in sorted(services_used(package, tree) - declared):
        if CAPABILITY_OF_SERVICE[name] in services:
            continue
        status = PeStatusCode.FEATURE_NOT_SUPPORTED
        if name == "javacard":
            status = PeStatusCode.RUNTIME_NOT_SUPPORTED
        yield PredictedFailure(status, "", f"chip has no {name}, which the content needs", name)


def _missing_templates(package: Package) -> Iterator[PredictedFailure]:
    for header in package.values(ProfileHeader):
        for oid in header.mandatory_gfste_list:
            if template(oid) is None:
                reason = f"template {oid} is not known"
                yield PredictedFailure(PeStatusCode.TEMPLATE_NOT_SUPPORTED, str(ElementKind.HEADER), reason)
